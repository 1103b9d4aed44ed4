"""Delegation: the delegate prepares, the delegator decides; what the delegate wrote is never the unit's by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from models.review import ReviewTask
from models.review_condition import ReviewCondition
from models.review_delegation import ReviewDelegation
from services.identity import OpinionForbidden
from services.review import Wanted, confirm
from services.task_act import TaskUnfit
from services.task_delegation import DelegateUnfit, DelegationMissing, delegate_task, recall_delegation
from services.task_holder import TaskClaimed
from states.review import Opinion
from states.review_task import DelegationStatus
from tests.scenarios.tasks import clock_of, found_tasks, keeping, opened, say, tasks, told
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A city with two reviewers at planning and a branch below it."""
    found = found_tasks(tmp_path)
    yield found
    found.database.close()


def delegate(world: World, login: str, to: str, member: str = "planning") -> None:
    with world.write() as session:
        delegate_task(session, world.city, tasks(world)[member].id, to, keeping(world, login, "请先看日照"))


def confirmed(world: World, login: str, request: str | None = None) -> ReviewTask:
    with world.write() as session:
        return confirm(session, world.city, tasks(world)["planning"].id, keeping(world, login, request=request))


def rows(world: World) -> list[ReviewDelegation]:
    with world.read() as session:
        return list(session.scalars(select(ReviewDelegation).order_by(ReviewDelegation.id)))


class TestDelegateTask:
    def test_the_opinion_comes_back_and_is_the_unit_s_only_when_confirmed(self, world: World) -> None:
        opened(world)
        delegate(world, "sun.planning", "xu.east")
        assert told(world, "委派") == ["xu.east"]
        say(world, "planning", "xu.east", Opinion.reject, "北楼日照不足")
        assert (tasks(world)["planning"].status, tasks(world)["planning"].opinion) == ("open", None)
        assert clock_of(world, "planning").status == "running"
        assert told(world, "委派意见待确认") == ["sun.planning"]
        confirmed(world, "sun.planning", request="press-1")
        confirmed(world, "sun.planning", request="press-1")
        task = tasks(world)["planning"]
        assert (task.opinion, task.reasons, task.answered_by) == ("reject", "北楼日照不足", "sun.planning")
        assert [row.status for row in rows(world)] == [DelegationStatus.confirmed]

    def test_the_delegator_may_answer_otherwise(self, world: World) -> None:
        opened(world)
        delegate(world, "sun.planning", "xu.east")
        say(world, "planning", "xu.east", Opinion.reject, "北楼日照不足")
        say(world, "planning", "sun.planning", Opinion.approve)
        assert tasks(world)["planning"].opinion == Opinion.approve
        (row,) = rows(world)
        assert (row.status, row.opinion, row.reasons) == (DelegationStatus.changed, "reject", "北楼日照不足")

    def test_the_delegate_may_correct_a_proposal_until_it_is_decided(self, world: World) -> None:
        opened(world)
        delegate(world, "sun.planning", "xu.east")
        say(world, "planning", "xu.east", Opinion.reject, "北楼日照不足")
        say(world, "planning", "xu.east", Opinion.approve)
        confirmed(world, "sun.planning")
        assert tasks(world)["planning"].opinion == Opinion.approve

    def test_conditions_a_delegate_proposes_come_with_the_confirmation(self, world: World) -> None:
        opened(world)
        delegate(world, "sun.planning", "xu.east")
        say(world, "planning", "xu.east", Opinion.approve, "", Wanted("补日照分析", "设计单位"))
        with world.read() as session:
            assert session.scalars(select(ReviewCondition)).all() == []
        confirmed(world, "sun.planning")
        with world.read() as session:
            (row,) = session.scalars(select(ReviewCondition))
        assert (row.text, row.owed_by) == ("补日照分析", "设计单位")

    def test_delegating_claims_the_task(self, world: World) -> None:
        opened(world)
        delegate(world, "sun.planning", "xu.east")
        with pytest.raises(TaskClaimed, match="孙规划"):
            say(world, "planning", "tang.planning")

    def test_the_delegate_of_one_task_has_no_other(self, world: World) -> None:
        opened(world)
        delegate(world, "sun.planning", "xu.east")
        with pytest.raises(OpinionForbidden):
            say(world, "fire", "xu.east")

    def test_not_to_oneself_nor_to_another_unit(self, world: World) -> None:
        opened(world)
        with pytest.raises(DelegateUnfit, match="不能委派给自己"):
            delegate(world, "sun.planning", "sun.planning")
        with pytest.raises(DelegateUnfit, match="不是“南山区自然资源局”或其下属单位"):
            delegate(world, "sun.planning", "qian.fire")

    def test_only_what_is_open(self, world: World) -> None:
        opened(world)
        say(world, "planning", "sun.planning")
        with pytest.raises(TaskUnfit, match="已填写"):
            delegate(world, "sun.planning", "xu.east")


class TestConfirm:
    def test_there_is_nothing_to_confirm_before_the_delegate_has_spoken(self, world: World) -> None:
        opened(world)
        with pytest.raises(DelegationMissing):
            confirmed(world, "sun.planning")
        delegate(world, "sun.planning", "xu.east")
        with pytest.raises(DelegationMissing, match="没有待确认的委派意见"):
            confirmed(world, "sun.planning")

    def test_the_delegate_cannot_confirm_their_own(self, world: World) -> None:
        opened(world)
        delegate(world, "sun.planning", "xu.east")
        say(world, "planning", "xu.east", Opinion.approve)
        with pytest.raises(OpinionForbidden):
            confirmed(world, "xu.east")
        assert tasks(world)["planning"].opinion is None


class TestRecallDelegation:
    def test_the_delegate_cannot_answer_any_more_and_what_was_proposed_is_kept(self, world: World) -> None:
        opened(world)
        delegate(world, "sun.planning", "xu.east")
        say(world, "planning", "xu.east", Opinion.reject, "北楼日照不足")
        number = tasks(world)["planning"].id
        with world.write() as session:
            recall_delegation(session, world.city, number, keeping(world, "sun.planning"))
        with pytest.raises(OpinionForbidden):
            say(world, "planning", "xu.east")
        (row,) = rows(world)
        assert (row.status, row.reasons) == (DelegationStatus.recalled, "北楼日照不足")
        with pytest.raises(DelegationMissing), world.write() as session:
            recall_delegation(session, world.city, number, keeping(world, "sun.planning"))
