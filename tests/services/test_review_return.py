"""Returns: who may, when not any more, and that nothing of what was said or typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from services.audit import RequestReused
from services.identity import MoveForbidden
from services.project import find_project
from services.review_return import Choice, choose_again, recall, reopen_task, return_round
from services.review_return_error import MoveNotBack, NoRound, RecallUnknown, TaskNotAnswered
from services.round_act import LeadForbidden, ReasonMissing, RoundClosed
from states.review import Opinion, TaskStatus
from states.round import Again
from tests.scenarios.rounds import CODE, all_say, doing, found_rounds, opened, round_of, say, submitted, tasks
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A city whose reviews go in rounds."""
    found = found_rounds(tmp_path)
    yield found
    found.database.close()


class TestReopenTask:
    def reopen(self, world: World, member: str, login: str, reason: str = "理由不充分") -> None:
        with world.write() as session:
            reopen_task(session, world.city, tasks(world)[member].id, doing(world, login, reason))

    def test_is_for_the_lead_and_the_coordinator_nobody_else(self, world: World) -> None:
        opened(world)
        say(world, "planning", Opinion.approve)
        with pytest.raises(LeadForbidden, match="南山区住房城乡建设局"):
            self.reopen(world, "planning", "qian.fire")
        self.reopen(world, "planning", "wang.district")
        assert tasks(world)["planning"].status == TaskStatus.open

    def test_takes_reasons_and_an_opinion_to_return(self, world: World) -> None:
        opened(world)
        with pytest.raises(TaskNotAnswered):
            self.reopen(world, "planning", "chen.housing")
        say(world, "planning", Opinion.approve)
        with pytest.raises(ReasonMissing):
            self.reopen(world, "planning", "chen.housing", "  ")

    def test_a_repeated_request_returns_it_once(self, world: World) -> None:
        opened(world)
        say(world, "planning", Opinion.approve)
        wish = doing(world, "chen.housing", "理由不充分")
        number = tasks(world)["planning"].id
        for _ in range(2):
            with world.write() as session:
                reopen_task(session, world.city, number, wish)
        with world.read() as session:
            found = session.scalars(select(AuditEntry).where(AuditEntry.action == "task_returned")).all()
        assert len(found) == 1
        with pytest.raises(RequestReused), world.write() as session:
            reopen_task(session, world.city, tasks(world)["fire"].id, wish)

    def test_a_decided_round_not_settled_yet_is_undecided_again(self, world: World) -> None:
        opened(world)
        all_say(world)
        self.reopen(world, "fire", "chen.housing")
        world.react()
        assert (world.project().step, round_of(world).status) == ("joint_review", "open")
        say(world, "fire", Opinion.approve)
        world.react()
        assert world.project().step == "posting"


class TestReturnRound:
    def test_only_by_moves_the_pack_lets_a_return_make(self, world: World) -> None:
        opened(world)
        with pytest.raises(MoveNotBack, match="return_to_survey") as refused, world.write() as session:
            wish = doing(world, "chen.housing", "底图有误")
            return_round(session, world.city, round_of(world).id, wish, trigger="terminate")
        assert "return_plan" in refused.value.text("zh")

    def test_an_ended_round_is_not_returned_again(self, world: World) -> None:
        opened(world)
        all_say(world)
        world.react()
        with pytest.raises(RoundClosed), world.write() as session:
            return_round(session, world.city, round_of(world).id, doing(world, "chen.housing", "再看"))

    def test_who_has_not_answered_is_not_needed_and_who_has_is_kept(self, world: World) -> None:
        opened(world)
        say(world, "planning", Opinion.approve)
        wish = doing(world, "chen.housing", "方案有重大缺陷")
        for _ in range(2):
            with world.write() as session:
                moved = return_round(session, world.city, round_of(world).id, wish)
        assert (moved.repeated, world.project().step) == (True, "design")
        found = tasks(world)
        assert found["planning"].opinion == Opinion.approve
        assert found["fire"].status == TaskStatus.not_needed
        with world.read() as session:
            entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "round_returned")).one()
            move = session.scalars(select(AuditEntry).where(AuditEntry.action == "return_plan")).one()
        assert (entry.actor, move.actor) == ("chen.housing", f"system:plan_review@{world.pack.id}")
        assert "方案有重大缺陷" in (move.reason or "")


class TestChooseAgain:
    def test_a_review_without_rounds_has_nothing_to_choose(self, world: World) -> None:
        submitted(world)
        with pytest.raises(NoRound), world.write() as session:
            wish = doing(world, "wang.district", "全面复核")
            choose_again(session, find_project(session, CODE), Choice("change_review", Again.all), wish)

    def test_the_earlier_choice_stays_in_the_history(self, world: World) -> None:
        opened(world)
        with world.write() as session:
            wish = doing(world, "wang.district", "全面复核")
            choose_again(session, find_project(session, CODE), Choice("plan_review", Again.all), wish)
        with world.read() as session:
            entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "next_round_chosen")).one()
        assert (entry.before["again"], entry.after["again"]) == ("affected", "all")


class TestRecall:
    def test_is_the_applicant_s_and_only_while_the_review_is_under_way(self, world: World) -> None:
        submitted(world)
        world.react()
        with pytest.raises(MoveForbidden), world.write() as session:
            recall(session, world.city, find_project(session, CODE), "plan_review", doing(world, "qian.fire", "误报"))
        with world.write() as session:
            wish = doing(world, "wang.district", "居民要求调整")
            assert recall(session, world.city, find_project(session, CODE), "plan_review", wish).after == "design"
        with pytest.raises(RecallUnknown), world.write() as session:
            recall(
                session, world.city, find_project(session, CODE), "plan_review", doing(world, "wang.district", "再撤")
            )
