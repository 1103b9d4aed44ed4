"""Phases and windows: each member is called in its turn, on its day, exactly once, with the time the pack gives it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from models.clock import Clock
from models.delivery import InboxMessage
from models.review import ReviewTask
from policy.check import check_pack
from services.clock_ledger import Note, resume_clocks, suspend_clocks
from services.outbox import claim
from services.pack import pack_of
from services.project import find_project
from services.task_opening import TurnsCircular, call_due
from states.clock import SUPPLEMENT, ClockStatus
from states.review import Opinion
from tests.scenarios.tasks import (
    CODE,
    clock_of,
    found_tasks,
    night,
    opened,
    say,
    standing,
    submitted,
    tasks,
)
from tests.way import restart
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A city that reviews in phases: planning on day 1, fire on days 2 to 5 and landscape after it, housing last."""
    found = found_tasks(tmp_path, phases=True)
    yield found
    found.database.close()


def asked(world: World) -> list[str]:
    """Who was told that a task waits for them, in order."""
    with world.read() as session:
        query = select(InboxMessage).where(InboxMessage.kind == "review_task_opened").order_by(InboxMessage.id)
        return [message.person.login for message in session.scalars(query)]


class TestPhases:
    def test_only_the_first_phase_is_called_at_the_opening(self, world: World) -> None:
        opened(world)  # Monday 2 March 2026
        assert standing(world) == {
            "housing": "waiting", "planning": "open", "fire": "waiting", "landscape": "waiting",
        }  # fmt: skip
        assert set(asked(world)) == {"sun.planning", "tang.planning"}
        assert clock_of(world, "planning").due_on.isoformat() == "2026-03-03"  # day 1 ends its window

    def test_who_has_no_window_is_called_by_the_answer_before_it(self, world: World) -> None:
        opened(world)
        say(world, "planning", "sun.planning")
        world.react()
        assert standing(world)["landscape"] == "open"
        assert clock_of(world, "landscape").due_on.isoformat() == "2026-03-16"  # its own limit of 10 working days
        assert asked(world)[-1] == "lin.landscape"

    def test_whose_day_is_still_ahead_waits_for_it_after_its_turn_has_come(self, world: World) -> None:
        opened(world)
        say(world, "planning", "sun.planning")
        world.react()
        assert standing(world)["fire"] == "waiting"
        assert tasks(world)["fire"].opens_on.isoformat() == "2026-03-04"
        assert night(world) == 0
        world.to("2026-03-04", 0)
        restart(world)
        assert night(world) == 1
        assert standing(world)["fire"] == "open"
        assert clock_of(world, "fire").due_on.isoformat() == "2026-03-09"  # day 5
        assert asked(world)[-1] == "qian.fire"

    def test_called_in_its_window_it_still_ends_with_the_window(self, world: World) -> None:
        opened(world)
        world.to("2026-03-05")  # planning is two days late
        say(world, "planning", "sun.planning")
        world.react()
        assert standing(world)["fire"] == "open"
        assert clock_of(world, "fire").due_on.isoformat() == "2026-03-09"

    def test_called_after_its_window_it_has_as_many_days_as_the_window_is_long(self, world: World) -> None:
        opened(world)
        world.to("2026-03-10")
        say(world, "planning", "sun.planning")
        world.react()
        clock = clock_of(world, "fire")
        assert (clock.started_on.isoformat(), clock.length, clock.due_on.isoformat()) == ("2026-03-10", 4, "2026-03-16")

    def test_the_last_phase_waits_for_everybody_before_it(self, world: World) -> None:
        opened(world)
        say(world, "planning", "sun.planning")
        world.react()
        say(world, "landscape", "lin.landscape", Opinion.not_concerned)
        world.to("2026-03-11")
        night(world)
        assert standing(world)["housing"] == "waiting"
        say(world, "fire", "qian.fire")
        world.react()
        assert standing(world)["housing"] == "open"
        say(world, "housing", "chen.housing")
        world.react()
        assert world.project(CODE).step == "posting"

    def test_members_nobody_asks_are_not_waited_for(self, tmp_path: Path) -> None:
        change = ("routes.yaml", "          - {department: landscape, after: [planning]}\n", "")
        late = ("routes.yaml", "        source: office\n", "        source: office\n      - label: 涉绿地的\n"
                "        when: willing > '9/10'\n        asks: [{department: landscape, after: [planning]}]\n"
                "        source: office\n")  # fmt: skip
        world = found_tasks(tmp_path / "other", change, late, phases=True)
        opened(world)
        assert set(standing(world)) == {"housing", "planning", "fire"}
        assert tasks(world)["housing"].after == ["fire"]
        world.database.close()


class TestOnce:
    def test_two_sweepers_call_a_task_once(self, world: World) -> None:
        opened(world)
        say(world, "planning", "sun.planning")
        world.react()
        world.to("2026-03-04")
        with world.write() as session:
            assert call_due(session, world.city, now=world.now) == 1
            assert call_due(session, world.city, now=world.now) == 0
        world.react()
        assert asked(world).count("qian.fire") == 1
        with world.read() as session:
            mine = session.scalars(select(Clock).where(Clock.subject_id == tasks(world)["fire"].id)).all()
        assert len([clock for clock in mine if clock.subject == "task"]) == 1

    def test_an_outage_over_the_day_calls_it_when_the_sweep_runs_again(self, world: World) -> None:
        opened(world)
        say(world, "planning", "sun.planning")
        world.react()
        world.to("2026-03-06")
        assert night(world) == 1
        assert clock_of(world, "fire").due_on.isoformat() == "2026-03-09"

    def test_of_a_round_that_has_ended_nobody_is_called(self, world: World) -> None:
        opened(world)
        say(world, "planning", "sun.planning")
        world.react()
        world.advance(CODE, "terminate", "zhao.city", reason="规划调整")
        world.to("2026-03-04")
        assert night(world) == 0
        assert standing(world)["fire"] == "not_needed"


class TestStandingStill:
    def test_a_suspended_project_calls_nobody_and_its_days_come_later(self, world: World) -> None:
        opened(world)
        say(world, "planning", "sun.planning")
        world.react()
        world.advance(CODE, "suspend", "wang.district", reason="管线冲突")  # on day 0
        world.to("2026-03-05")
        assert night(world) == 0
        world.advance(CODE, "resume", "wang.district")
        night(world)
        assert standing(world)["fire"] == "waiting"
        assert tasks(world)["fire"].opens_on.isoformat() == "2026-03-09"  # day 1 is 6 March now
        world.to("2026-03-09")
        night(world)
        assert clock_of(world, "fire").due_on.isoformat() == "2026-03-12"

    def test_while_the_applicant_completes_nobody_is_called_and_afterwards_the_sweep_does(self, world: World) -> None:
        opened(world)
        review = clock(world)
        self.halt(world, review.id)
        say(world, "planning", "sun.planning")
        world.react()
        assert standing(world)["landscape"] == "waiting"
        assert night(world) == 0
        with world.write() as session:
            project = find_project(session, CODE)
            note = Note("已补齐", "test", world.now, SUPPLEMENT)
            resume_clocks(session, world.city, pack_of(project.pack_version), project.id, note, only=[review.id])
        assert night(world) == 1
        assert standing(world)["landscape"] == "open"

    def halt(self, world: World, clock_id: int) -> None:
        with world.write() as session:
            project = find_project(session, CODE)
            note = Note("待补正", "test", world.now, SUPPLEMENT)
            suspend_clocks(session, world.city, project.id, note, only=[clock_id])


class TestTurnsCircular:
    def test_a_round_nobody_can_begin_does_not_open(self, tmp_path: Path) -> None:
        world = found_tasks(
            tmp_path / "circle",
            ("limits.yaml", "    kind: joint_review\n", "    kind: joint_review\n    mode: lead\n"),
            (
                "routes.yaml",
                "{department: planning, window: {from: 1, to: 1}}",
                "{department: planning, after: [housing]}",
            ),
            ("routes.yaml", "window: {from: 6, to: 7}, after: [fire, landscape]", "window: {from: 6, to: 7}"),
            phases=True,
        )
        assert [fault.code for fault in check_pack(world.pack) if fault.is_fault] == ["after_against_mode"]
        submitted(world)
        with world.write() as session:
            (event,) = [one for one in claim(session, "test", now=world.now) if one.kind == "joint_review_requested"]
        with pytest.raises(TurnsCircular, match="互相等待"):
            world.handle(event)
        with world.read() as session:
            assert session.scalars(select(ReviewTask)).all() == []
        world.database.close()


def clock(world: World) -> Clock:
    """The clock of the review."""
    with world.read() as session:
        found = session.scalars(select(Clock).where(Clock.subject == "review")).one()
        assert found.status == ClockStatus.running
        return found
