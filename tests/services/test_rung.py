"""The days of rungs: what `plus` means, over weekends and holidays, and that a warning never comes too late."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from policy.schema_entry import RungEntry
from services.rung import _day
from tests.world import World

MONDAY, FRIDAY = date(2026, 3, 16), date(2026, 3, 13)


def rung(at: str, plus: int) -> RungEntry:
    return RungEntry(code="r", label="级", at=at, plus=plus, to=("holder",), source="office")


def day_of(world: World, at: str, plus: int, due: date, warn: date | None = None) -> date | None:
    return _day(world.city, SimpleNamespace(limit="", due_on=due, warn_on=warn), rung(at, plus))


class TestBreach:
    @pytest.mark.parametrize(
        ("plus", "due", "day"),
        [
            (0, MONDAY, "2026-03-17"),  # the day the light turns red
            (0, FRIDAY, "2026-03-14"),  # also when it is a Saturday
            (1, FRIDAY, "2026-03-16"),  # the first working day over
            (5, MONDAY, "2026-03-23"),  # the fifth working day over, not the sixth
            (5, date(2026, 4, 30), "2026-05-11"),  # Labour Day is not worked, the Saturday after it is
        ],
    )
    def test_plus_counts_working_days_over_the_limit(self, world: World, plus: int, due: date, day: str) -> None:
        assert day_of(world, "breach", plus, due) == date.fromisoformat(day)


class TestWarning:
    def test_plus_counts_from_the_first_yellow_day(self, world: World) -> None:
        assert day_of(world, "warning", 0, MONDAY, date(2026, 3, 11)) == date(2026, 3, 11)
        assert day_of(world, "warning", 2, MONDAY, date(2026, 3, 11)) == FRIDAY

    def test_it_comes_on_the_last_day_at_the_latest(self, world: World) -> None:
        assert day_of(world, "warning", 9, MONDAY, date(2026, 3, 11)) == MONDAY

    def test_a_clock_that_never_turns_yellow_has_none(self, world: World) -> None:
        assert day_of(world, "warning", 0, MONDAY) is None
