"""Lights: the last day is still in time, the warning day is already yellow."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from states.clock import Light, light_on

DUE = date(2026, 10, 15)
WARN = date(2026, 10, 14)


@pytest.mark.parametrize(
    ("today", "light"),
    [
        (WARN - timedelta(days=1), Light.green),
        (WARN, Light.yellow),
        (DUE, Light.yellow),
        (DUE + timedelta(days=1), Light.red),
        (DUE + timedelta(days=400), Light.red),
        (date(2026, 1, 1), Light.green),
    ],
)
def test_turns_yellow_on_the_warning_day_and_red_the_day_after_the_last(today: date, light: Light) -> None:
    assert light_on(today, warn_on=WARN, due_on=DUE) is light


def test_without_a_warning_day_stays_green_to_the_end() -> None:
    assert light_on(DUE, warn_on=None, due_on=DUE) is Light.green
    assert light_on(DUE + timedelta(days=1), warn_on=None, due_on=DUE) is Light.red


def test_a_warning_day_after_the_last_day_does_not_hide_red() -> None:
    assert light_on(DUE + timedelta(days=1), warn_on=DUE + timedelta(days=3), due_on=DUE) is Light.red


def test_the_worst_light_is_the_greatest_and_each_has_a_shape_of_its_own() -> None:
    assert max(Light) is Light.red
    assert min(Light) is Light.grey
    assert len({light.label.zh[0] for light in Light}) == len(Light)
    assert all(light.label.en for light in Light)
