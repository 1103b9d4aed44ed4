"""Withdrawing an opinion: before anybody acts on it, with the days that were left, and refused with the reason after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.outbox import OutboxEvent
from models.review_condition import ReviewCondition
from services.audit import verify
from services.identity import OpinionForbidden
from services.review import ReviewSuspended, Wanted
from services.task_act import TaskUnfit
from services.task_withdrawal import OpinionNotOwn, WithdrawalLate, withdraw_opinion
from states.clock import ClockStatus, Light
from states.review import Opinion
from tests.scenarios.tasks import (
    CODE,
    all_approve,
    clock_of,
    found_tasks,
    keeping,
    opened,
    say,
    standing,
    tasks,
    told,
)
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Everybody is asked at once."""
    found = found_tasks(tmp_path)
    yield found
    with found.read() as session:
        assert list(verify(session)) == []
    found.database.close()


@pytest.fixture
def phased(tmp_path: Path) -> Iterator[World]:
    """Planning first, then fire from day 2 and landscape, housing last."""
    found = found_tasks(tmp_path, phases=True)
    yield found
    found.database.close()


def withdraw(world: World, member: str, login: str, request: str | None = None) -> None:
    with world.write() as session:
        kept = keeping(world, login, "看错图纸", request)
        withdraw_opinion(session, world.city, tasks(world)[member].id, kept)


class TestWithdrawOpinion:
    def test_opens_the_task_again_and_keeps_what_was_said_in_the_history(self, world: World) -> None:
        opened(world)
        say(world, "planning", "sun.planning", Opinion.reject, "日照不足")
        withdraw(world, "planning", "sun.planning", "press-1")
        withdraw(world, "planning", "sun.planning", "press-1")
        task = tasks(world)["planning"]
        assert (task.status, task.opinion, task.answered_by) == ("open", None, None)
        with world.read() as session:
            (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "opinion_withdrawn"))
        assert (entry.before["opinion"], entry.before["reasons"], entry.reason) == ("reject", "日照不足", "看错图纸")
        assert told(world, "撤回意见") == ["chen.housing"]
        say(world, "planning", "sun.planning")
        assert tasks(world)["planning"].opinion == Opinion.approve

    def test_the_clock_goes_on_with_the_days_that_were_left(self, world: World) -> None:
        opened(world)  # due 16 March
        world.to("2026-03-09")
        say(world, "planning", "sun.planning")
        world.to("2026-03-11")
        withdraw(world, "planning", "sun.planning")
        clock = clock_of(world, "planning")
        assert (clock.status, clock.due_on.isoformat(), clock.ended_on) == ("running", "2026-03-18", None)

    def test_withdrawn_on_the_same_day_nothing_has_changed(self, world: World) -> None:
        opened(world)
        say(world, "planning", "sun.planning")
        withdraw(world, "planning", "sun.planning")
        assert clock_of(world, "planning").due_on.isoformat() == "2026-03-16"

    def test_who_was_late_is_late_again_and_gets_no_new_time(self, world: World) -> None:
        opened(world)
        world.to("2026-03-18")
        say(world, "planning", "sun.planning")
        world.to("2026-03-19")
        withdraw(world, "planning", "sun.planning")
        clock = clock_of(world, "planning")
        assert (clock.status, clock.light, clock.due_on.isoformat()) == ("running", Light.red, "2026-03-16")
        assert world.project(CODE).light == Light.red

    def test_a_round_decided_but_not_settled_is_open_again(self, world: World) -> None:
        opened(world)
        all_approve(world)
        withdraw(world, "planning", "sun.planning")
        world.react()  # the settlement that was asked for finds nothing to settle
        assert world.project(CODE).step == "joint_review"
        say(world, "planning", "sun.planning")
        world.react()
        assert world.project(CODE).step == "posting"
        with world.read() as session:
            asked = session.scalars(select(OutboxEvent).where(OutboxEvent.kind == "joint_review_decided")).all()
        assert len(asked) == 2

    def test_its_conditions_go_with_it(self, world: World) -> None:
        opened(world)
        say(world, "planning", "sun.planning", Opinion.approve, "", Wanted("补日照分析"))
        withdraw(world, "planning", "sun.planning")
        with world.read() as session:
            assert [row.status for row in session.scalars(select(ReviewCondition))] == ["withdrawn"]


class TestRefused:
    def test_after_the_round_is_settled(self, world: World) -> None:
        opened(world)
        all_approve(world)
        world.react()
        with pytest.raises(WithdrawalLate, match="本轮已有结论"):
            withdraw(world, "planning", "sun.planning")

    def test_after_the_next_one_has_answered(self, phased: World) -> None:
        opened(phased)
        say(phased, "planning", "sun.planning")
        phased.react()
        say(phased, "landscape", "lin.landscape")
        with pytest.raises(WithdrawalLate, match="“南山区园林绿化局”已据此答复"):
            withdraw(phased, "planning", "sun.planning")

    def test_somebody_else_s_opinion(self, world: World) -> None:
        opened(world)
        say(world, "planning", "sun.planning")
        with pytest.raises(OpinionNotOwn, match="由 孙规划 填写，唐规划 不能撤回"):
            withdraw(world, "planning", "tang.planning")
        with pytest.raises(OpinionForbidden):
            withdraw(world, "planning", "qian.fire")

    def test_what_was_never_given(self, world: World) -> None:
        opened(world)
        with pytest.raises(TaskUnfit, match="待出意见"):
            withdraw(world, "planning", "sun.planning")

    def test_while_the_project_stands_still(self, world: World) -> None:
        opened(world)
        say(world, "planning", "sun.planning")
        world.advance(CODE, "suspend", "wang.district", reason="管线冲突")
        with pytest.raises(ReviewSuspended):
            withdraw(world, "planning", "sun.planning")


class TestFollowers:
    def test_who_was_called_by_the_opinion_waits_again_and_is_told(self, phased: World) -> None:
        opened(phased)
        say(phased, "planning", "sun.planning")
        phased.react()
        assert standing(phased)["landscape"] == "open"
        withdraw(phased, "planning", "sun.planning")
        assert standing(phased) == {
            "housing": "waiting", "planning": "open", "fire": "waiting", "landscape": "waiting",
        }  # fmt: skip
        assert clock_of(phased, "landscape").status == ClockStatus.cancelled
        assert tasks(phased)["fire"].opens_on is None
        assert told(phased, "暂缓办理") == ["lin.landscape"]
        say(phased, "planning", "sun.planning")
        phased.react()
        assert standing(phased)["landscape"] == "open"
        assert clock_of(phased, "landscape").status == ClockStatus.running
