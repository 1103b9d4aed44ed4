"""Rungs (预警层级): on which days a clock's ladder is due, and when the clock has to be looked at next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from models.clock import Clock
from policy.pack import Pack
from policy.schema import RungEntry
from services.city import City
from states.clock import RungAt


class RungDay(NamedTuple):
    """A rung of a clock's ladder: its place in the ladder, what the pack says of it, the day it is due."""

    place: int
    rung: RungEntry
    day: date


def overdue_from(clock: Clock) -> date:
    """The first day the clock is over: the day after its last one (民法典 203)."""
    return clock.due_on + timedelta(days=1)


def rung_days(city: City, pack: Pack, clock: Clock) -> Iterator[RungDay]:
    """Every rung of the clock's ladder with its day; `plus` counts working days. None without a ladder."""
    name = pack.limit(clock.limit).ladder
    if name is None:
        return
    for index, rung in enumerate(pack.ladder(name).rungs):
        start = clock.warn_on if rung.at == RungAt.warning else overdue_from(clock)
        if start is not None:
            yield RungDay(index, rung, city.calendar.add_working_days(start, rung.plus).day)


def next_check(city: City, pack: Pack, clock: Clock, *, after: date | None = None) -> date | None:
    """The next day, later than `after`, on which the clock's light or a rung changes; None when none is left."""
    marks = {mark.day for mark in rung_days(city, pack, clock)} | {overdue_from(clock)}
    if clock.warn_on is not None:
        marks.add(clock.warn_on)
    return min((day for day in marks if after is None or day > after), default=None)
