"""Moving a project: refused with every reason, moved in one transaction, harmless when repeated."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from models.audit import AuditEntry
from models.clock import Clock
from models.outbox import OutboxEvent
from models.review import ReviewTask
from services.audit import verify
from services.identity import MoveForbidden
from services.project import RequestReused, possible_moves, why
from states.clock import ClockStatus, Light
from states.machine import MoveNotFromHere, MoveUnknown
from states.refusal import MoveRefused
from states.review import Opinion
from tests.world import World

CODE = "SN-2026-001"


def surveyed(world: World) -> None:
    """A project whose survey is complete."""
    world.enrol()
    world.document(CODE, "survey_report")
    world.facts(CODE, households="120", structure="砖混", owners="120", owners_voted="100", owners_agreed="80")


class TestAdvance:
    def test_refused_names_every_reason_and_who_owes_it(self, world: World) -> None:
        world.enrol()
        with pytest.raises(MoveRefused) as refused:
            world.advance(CODE, "finish_survey", "li.street")
        codes = [refusal.code for refusal in refused.value.refusals]
        assert codes.count("document_missing") == 1
        assert codes.count("fact_missing") >= 4
        assert "街道项目专员" in refused.value.text("zh")
        assert world.project().step == "survey"

    def test_moves_and_writes_audit_clock_and_outbox_in_one_transaction(self, world: World) -> None:
        surveyed(world)
        moved = world.advance(CODE, "finish_survey", "li.street")
        assert (moved.before, moved.after, moved.repeated) == ("survey", "design", False)
        with world.read() as session:
            entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "finish_survey")).one()
            assert (entry.before, entry.after, entry.actor) == ({"step": "survey"}, {"step": "design"}, "li.street")
            clocks = session.scalars(select(Clock).order_by(Clock.id)).all()
            assert [(c.limit, c.status) for c in clocks] == [
                ("survey_limit", ClockStatus.met),
                ("design_limit", ClockStatus.running),
            ]
            assert session.scalars(select(OutboxEvent)).one().kind == "project_moved"
            assert list(verify(session)) == []

    def test_repeated_under_the_same_request_id_moves_once(self, world: World) -> None:
        surveyed(world)
        world.advance(CODE, "finish_survey", "li.street", request_id="press-1")
        again = world.advance(CODE, "finish_survey", "li.street", request_id="press-1")
        assert again.repeated
        assert (again.before, again.after) == ("survey", "design")
        with world.read() as session:
            assert session.scalar(select(func.count()).where(AuditEntry.action == "finish_survey")) == 1

    def test_a_request_id_of_another_act_is_refused(self, world: World) -> None:
        surveyed(world)
        world.advance(CODE, "finish_survey", "li.street", request_id="press-1")
        with pytest.raises(RequestReused):
            world.advance(CODE, "submit_plan", "wang.district", request_id="press-1")

    def test_a_person_without_the_seat_is_forbidden(self, world: World) -> None:
        surveyed(world)
        with pytest.raises(MoveForbidden, match="街道项目专员"):
            world.advance(CODE, "finish_survey", "sun.planning")

    def test_nobody_may_press_what_only_the_system_does(self, world: World) -> None:
        surveyed(world)
        world.advance(CODE, "finish_survey", "li.street")
        world.document(CODE, "plan", "wang.district")
        world.advance(CODE, "submit_plan", "wang.district")
        with pytest.raises(MoveForbidden):
            world.advance(CODE, "accept_plan", "wang.district")

    def test_a_trigger_that_does_not_leave_the_step_says_what_does(self, world: World) -> None:
        surveyed(world)
        with pytest.raises(MoveNotFromHere, match="完成调查"):
            world.advance(CODE, "submit_plan", "wang.district")
        with pytest.raises(MoveUnknown):
            world.advance(CODE, "fly", "wang.district")

    def test_a_refused_move_leaves_no_trace(self, world: World) -> None:
        world.enrol()
        with world.read() as session:
            before = session.scalar(select(func.count(AuditEntry.id)))
        with pytest.raises(MoveRefused):
            world.advance(CODE, "finish_survey", "li.street")
        with world.read() as session:
            assert session.scalar(select(func.count(AuditEntry.id))) == before
            assert session.scalar(select(func.count(OutboxEvent.id))) == 0


class TestSuspension:
    def test_suspended_and_resumed_project_keeps_its_working_days(self, world: World) -> None:
        world.enrol()
        with world.read() as session:
            due = session.scalars(select(Clock.due_on)).one()
        world.to("2026-03-05")
        world.advance(CODE, "suspend", "wang.district", reason="管线冲突")
        assert (world.project().step, world.project().stage, world.project().light) == (
            "suspended",
            "mobilization",
            Light.grey,
        )
        world.to("2026-03-10")  # three working days later
        world.advance(CODE, "resume", "wang.district")
        with world.read() as session:
            clock = session.scalars(select(Clock)).one()
        assert world.project().step == "survey"
        assert world.city.calendar.working_days_between(due, clock.due_on) == 3
        assert "剩余" in clock.derivation

    def test_resume_leads_back_to_where_it_was_suspended(self, world: World) -> None:
        surveyed(world)
        world.advance(CODE, "finish_survey", "li.street")
        world.advance(CODE, "suspend", "wang.district", reason="停工")
        assert world.advance(CODE, "resume", "wang.district").after == "design"

    def test_suspending_without_a_reason_is_refused(self, world: World) -> None:
        world.enrol()
        with pytest.raises(MoveRefused, match="理由"):
            world.advance(CODE, "suspend", "wang.district")


class TestWhy:
    def test_says_the_same_as_advance_without_moving(self, world: World) -> None:
        world.enrol()
        with world.read() as session:
            possible = why(session, world.city, CODE, "finish_survey", None, now=world.now)
        with pytest.raises(MoveRefused) as refused:
            world.advance(CODE, "finish_survey", "li.street")
        assert [r.code for r in possible.refusals] == [r.code for r in refused.value.refusals]

    def test_shows_for_each_move_whether_the_person_may_make_it(self, world: World) -> None:
        world.enrol()
        actor = world.actor("wang.district")
        with world.read() as session:
            moves = {
                p.move.trigger: p for p in possible_moves(session, world.city, world.project(), actor, now=world.now)
            }
        assert not moves["finish_survey"].permitted
        assert moves["suspend"].is_open


class TestReview:
    def test_settles_when_the_last_opinion_is_in_and_fires_the_next_move(self, world: World) -> None:
        surveyed(world)
        world.advance(CODE, "finish_survey", "li.street")
        world.document(CODE, "plan", "wang.district")
        world.facts(CODE, "wang.district", adds_area="是", willing="4/5", investment="2000000")
        world.advance(CODE, "submit_plan", "wang.district")
        world.react()
        with world.read() as session:
            tasks = session.scalars(select(ReviewTask).order_by(ReviewTask.position)).all()
        world.answer(tasks[0].id, "sun.planning", Opinion.approve)
        world.answer(tasks[1].id, "qian.fire", Opinion.approve)
        world.react()
        assert world.project().step == "posting"
