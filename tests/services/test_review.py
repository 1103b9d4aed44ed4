"""Opinions: by whom, when, with which reasons; a refused opinion changes nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from models.audit import AuditEntry
from models.outbox import OutboxEvent
from services.audit import RequestReused
from services.identity import OpinionForbidden
from services.review import Answer, ReasonsMissing, ReviewSuspended, TaskClosed, TaskMissing, answer
from states.clock import ClockStatus
from states.review import Opinion
from states.role import Role
from tests.way import CODE, approve, clocks, hire, opened, tasks
from tests.world import World


def given(world: World, task_id: int, login: str, opinion: Opinion, reasons: str = "", request: str = "") -> None:
    actor = world.actor(login)
    with world.write() as session:
        wish = Answer(task_id, actor, opinion, reasons, request or world.request(), world.now, "test")
        answer(session, world.city, wish)


def entries(world: World) -> int:
    with world.read() as session:
        return session.scalar(select(func.count(AuditEntry.id))) or 0


class TestRefused:
    def test_only_a_reviewer_of_the_asked_unit_answers_for_it(self, world: World) -> None:
        planning, _ = opened(world)
        hire(world, "boss.fire", "sunny-nan-fire", Role.coordinator)
        before = entries(world)
        for login in ("qian.fire", "wang.district", "li.street", "zhao.city", "zhou.audit", "wu.system", "boss.fire"):
            with pytest.raises(OpinionForbidden, match="南山区自然资源局"):
                given(world, planning.id, login, Opinion.approve)
        assert entries(world) == before
        assert tasks(world)[0].opinion is None

    @pytest.mark.parametrize("opinion", [Opinion.reject, Opinion.supplement])
    @pytest.mark.parametrize("reasons", ["", "   \n"])
    def test_against_without_reasons_is_not_valid(self, world: World, opinion: Opinion, reasons: str) -> None:
        planning, _ = opened(world)
        with pytest.raises(ReasonsMissing, match=opinion.label.zh):
            given(world, planning.id, "sun.planning", opinion, reasons)
        assert tasks(world)[0].status == "open"

    def test_a_second_opinion_on_the_same_task_is_refused_and_the_first_stays(self, world: World) -> None:
        planning, _ = opened(world)
        given(world, planning.id, "sun.planning", Opinion.approve)
        with pytest.raises(TaskClosed, match="已填写"):
            given(world, planning.id, "sun.planning", Opinion.reject, "改主意了")
        assert tasks(world)[0].opinion == Opinion.approve

    def test_an_opinion_after_the_decision_is_refused(self, world: World) -> None:
        planning, fire = opened(world)
        given(world, planning.id, "sun.planning", Opinion.reject, "缺日照分析")
        given(world, fire.id, "qian.fire", Opinion.approve)
        world.react()
        with pytest.raises(TaskClosed):
            given(world, fire.id, "qian.fire", Opinion.reject, "补充意见")

    def test_an_open_task_of_a_withdrawn_round_takes_no_opinion(self, world: World) -> None:
        planning, _ = opened(world)
        world.advance(CODE, "terminate", "zhao.city", reason="规划调整")
        with pytest.raises(TaskClosed, match="无需办理"):
            given(world, planning.id, "sun.planning", Opinion.approve)

    def test_while_the_project_stands_still_nobody_answers(self, world: World) -> None:
        planning, _ = opened(world)
        world.advance(CODE, "suspend", "wang.district", reason="管线冲突")
        with pytest.raises(ReviewSuspended, match="已暂停"):
            given(world, planning.id, "sun.planning", Opinion.approve)
        world.advance(CODE, "resume", "wang.district")
        given(world, planning.id, "sun.planning", Opinion.approve)
        assert tasks(world)[0].opinion == Opinion.approve

    def test_a_task_nobody_knows_is_missing(self, world: World) -> None:
        with pytest.raises(TaskMissing):
            given(world, 4711, "sun.planning", Opinion.approve)


class TestRepeated:
    def test_under_its_request_id_an_opinion_counts_once(self, world: World) -> None:
        planning, fire = opened(world)
        given(world, fire.id, "qian.fire", Opinion.approve)
        given(world, planning.id, "sun.planning", Opinion.approve, request="press-7")
        before = entries(world)
        given(world, planning.id, "sun.planning", Opinion.approve, request="press-7")
        assert entries(world) == before
        with world.read() as session:
            decided = select(func.count()).where(OutboxEvent.kind == "joint_review_decided")
            assert session.scalar(decided) == 1

    def test_the_request_id_of_another_task_is_refused(self, world: World) -> None:
        planning, fire = opened(world)
        given(world, planning.id, "sun.planning", Opinion.approve, request="press-7")
        with pytest.raises(RequestReused):
            given(world, fire.id, "qian.fire", Opinion.approve, request="press-7")
        assert tasks(world)[1].opinion is None


class TestClocks:
    def test_an_opinion_stops_its_own_clock_in_time_or_late(self, world: World) -> None:
        planning, fire = opened(world)
        assert [c.due_on.isoformat() for c in clocks(world, "task")] == ["2026-03-16"] * 2
        world.to("2026-03-16", 23)
        given(world, planning.id, "sun.planning", Opinion.approve)
        world.to("2026-03-17", 0)
        given(world, fire.id, "qian.fire", Opinion.approve)
        assert [c.status for c in clocks(world, "task")] == [ClockStatus.met, ClockStatus.late]

    def test_the_review_s_own_clock_is_met_when_the_round_is_settled(self, world: World) -> None:
        opened(world)
        approve(world)
        assert [c.status for c in clocks(world, "review")] == [ClockStatus.running]
        world.react()
        assert [c.status for c in clocks(world, "review")] == [ClockStatus.met]
