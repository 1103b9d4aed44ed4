"""What a move brings with it: recalled reviews, stopped clocks, and nothing forgotten while a project stands still."""

from __future__ import annotations

import pytest

from states.clock import ClockStatus, Light
from states.review import Opinion, TaskStatus
from tests.way import CODE, approve, clock_of, clocks, designed, opened, posted, restart, rounds, submitted, tasks
from tests.world import World


class TestRecall:
    def test_terminating_withdraws_the_open_round_and_cancels_every_clock(self, world: World) -> None:
        first, _ = opened(world)
        world.answer(first.id, "sun.planning", Opinion.approve)
        world.advance(CODE, "terminate", "zhao.city", reason="整体拆迁")
        world.react()
        assert rounds(world) == [(1, "withdrawn")]
        assert [task.status for task in tasks(world)] == [TaskStatus.answered, TaskStatus.not_needed]
        live = [(c.subject, c.status) for c in clocks(world, "review", "task")]
        assert live == [("review", "cancelled"), ("task", "met"), ("task", "cancelled")]
        assert world.project().step == "terminated"

    def test_terminating_cancels_the_step_s_own_clock_too(self, world: World) -> None:
        """What was broken off was neither met nor late."""
        world.enrol()
        world.advance(CODE, "terminate", "zhao.city", reason="整体拆迁")
        assert clock_of(world, "survey_limit").status == ClockStatus.cancelled

    def test_a_request_overtaken_by_the_recall_opens_nothing(self, world: World) -> None:
        submitted(world)
        world.advance(CODE, "terminate", "zhao.city", reason="整体拆迁")
        assert any("现不发起" in result for result in world.react())
        assert rounds(world) == []

    def test_a_decision_overtaken_by_the_recall_moves_nothing(self, world: World) -> None:
        opened(world)
        approve(world)
        world.advance(CODE, "terminate", "zhao.city", reason="整体拆迁")
        world.react()
        assert (world.project().step, rounds(world)) == ("terminated", [(1, "withdrawn")])


class TestSuspension:
    def test_keeps_the_round_open_and_stops_all_its_clocks(self, world: World) -> None:
        opened(world)
        world.advance(CODE, "suspend", "wang.district", reason="管线冲突")
        assert rounds(world) == [(1, "open")]
        assert {c.status for c in clocks(world, "review", "task")} == {ClockStatus.suspended}
        world.to("2026-03-09")
        world.advance(CODE, "resume", "wang.district")
        assert [c.due_on.isoformat() for c in clocks(world, "task")] == ["2026-03-23"] * 2

    def test_a_round_requested_just_before_it_is_opened_on_resuming(self, world: World) -> None:
        submitted(world)
        world.advance(CODE, "suspend", "wang.district", reason="管线冲突")
        world.react()
        assert rounds(world) == []
        restart(world)
        world.to("2026-03-09")
        world.advance(CODE, "resume", "wang.district")
        world.react()
        assert rounds(world) == [(1, "open")]
        assert {c.started_on.isoformat() for c in clocks(world, "task")} == {"2026-03-09"}

    def test_a_round_decided_just_before_it_is_settled_on_resuming(self, world: World) -> None:
        opened(world)
        approve(world)
        world.advance(CODE, "suspend", "wang.district", reason="管线冲突")
        world.react()
        assert (world.project().step, rounds(world)) == ("suspended", [(1, "open")])
        restart(world)
        world.advance(CODE, "resume", "wang.district")
        world.react()
        assert (world.project().step, rounds(world)) == ("posting", [(1, "passed")])

    def test_a_request_not_yet_handled_is_not_asked_twice(self, world: World) -> None:
        submitted(world)
        world.advance(CODE, "suspend", "wang.district", reason="管线冲突")
        world.advance(CODE, "resume", "wang.district")
        assert sum("个单位" in result for result in world.react()) == 1

    def test_resuming_in_a_step_whose_review_was_withdrawn_earlier_opens_none(self, world: World) -> None:
        first, second = opened(world)
        world.answer(first.id, "sun.planning", Opinion.reject, "缺日照分析")
        world.answer(second.id, "qian.fire", Opinion.approve)
        world.react()
        world.advance(CODE, "suspend", "wang.district", reason="管线冲突")
        world.advance(CODE, "resume", "wang.district")
        world.react()
        assert (world.project().step, rounds(world)) == ("design", [(1, "rejected")])

    def test_shows_grey_also_where_no_clock_runs_and_green_again_afterwards(self, world: World) -> None:
        posted(world)
        world.to("2026-03-10")
        world.advance(CODE, "close_posting", "li.street")
        world.advance(CODE, "suspend", "wang.district", reason="物业未选定")
        assert world.project().light == Light.grey
        world.advance(CODE, "resume", "wang.district")
        assert world.project().light == Light.green


class TestTurnOver:
    @pytest.mark.parametrize(("day", "status"), [("2026-04-01", ClockStatus.met), ("2026-04-02", ClockStatus.late)])
    def test_the_clock_of_the_step_left_behind_is_met_to_its_last_day(
        self, world: World, day: str, status: ClockStatus
    ) -> None:
        designed(world)
        assert clock_of(world, "design_limit").due_on.isoformat() == "2026-04-01"
        world.to(day)
        world.advance(CODE, "submit_plan", "wang.district")
        assert clock_of(world, "design_limit").status == status

    def test_a_posting_that_ran_out_is_met_never_late(self, world: World) -> None:
        posted(world)
        world.to("2026-06-01")
        assert world.project().light == Light.green
        world.advance(CODE, "close_posting", "li.street")
        assert clock_of(world, "posting_period").status == ClockStatus.met
