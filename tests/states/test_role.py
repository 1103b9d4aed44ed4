"""Seats: a role at a level, read from what a pack writes."""

from __future__ import annotations

from itertools import product

import pytest

from states.role import SYSTEM, Level, Role, Seat


@pytest.mark.parametrize(("role", "level"), [pair for pair in product(Role, Level) if pair[0] is not Role.system])
def test_is_read_back_as_it_is_written(role: Role, level: Level) -> None:
    seat = Seat(role, level)
    assert Seat.parse(str(seat)) == seat
    assert seat.label.zh == f"{level.label.zh}{role.label.zh}"
    assert seat.label.en == f"{level.label.en} {role.label.en}"


def test_the_system_has_no_level() -> None:
    assert Seat.parse("system") == SYSTEM
    assert (str(SYSTEM), SYSTEM.label.zh) == ("system", "系统")


@pytest.mark.parametrize(
    "text",
    ["", "coordinator", "coordinator@", "system@city", "mayor@city", "coordinator@moon", "@city", "Coordinator@city"],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Seat.parse(text)
