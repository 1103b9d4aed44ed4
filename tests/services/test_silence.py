"""Silence: a late unit owes a reason that is recorded and listed; nobody else gives it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.reading import Reading
from services.round_act import ReasonMissing
from services.silence import LateLine, LateReasonForbidden, NotLate, give_late_reason, list_late
from states.review import Opinion
from tests.scenarios.rounds import all_say, doing, found_rounds, opened, say, tasks
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A round in which fire is late."""
    found = found_rounds(tmp_path)
    opened(found)
    all_say(found, but=["fire"])
    yield found
    found.database.close()


def lines(world: World) -> tuple[LateLine, ...]:
    with world.read() as session:
        return list_late(session, Reading(world.city, world.now))


def explain(world: World, login: str, reason: str) -> None:
    with world.write() as session:
        give_late_reason(session, world.city, tasks(world)["fire"].id, doing(world, login, reason))


def test_in_time_nothing_is_owed(world: World) -> None:
    world.to("2026-03-16")
    assert lines(world) == ()
    with pytest.raises(NotLate):
        explain(world, "qian.fire", "火情频发")


def test_overdue_it_is_listed_with_its_days_until_a_reason_is_given(world: World) -> None:
    world.to("2026-03-18")
    (line,) = lines(world)
    assert (line.organisation, str(line.due_on), line.days, line.reason) == (
        "南山区消防救援大队", "2026-03-16", 2, None,
    )  # fmt: skip
    with pytest.raises(LateReasonForbidden):
        explain(world, "sun.planning", "替他说")
    with pytest.raises(ReasonMissing):
        explain(world, "qian.fire", " ")
    explain(world, "qian.fire", "连续出警，经办人在火场")
    (line,) = lines(world)
    assert (line.reason, line.reason_by) == ("连续出警，经办人在火场", "qian.fire")


def test_it_stays_listed_after_the_late_answer(world: World) -> None:
    world.to("2026-03-18")
    say(world, "fire", Opinion.approve)
    explain(world, "qian.fire", "连续出警")
    (line,) = lines(world)
    assert (str(line.ended_on), line.days) == ("2026-03-18", 2)
