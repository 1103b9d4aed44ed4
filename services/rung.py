"""Rungs (预警层级): on which days a clock's ladder is due, and when the clock has to be looked at next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple, Protocol

from policy.pack import Pack
from policy.schema import RungEntry
from services.city import City
from states.clock import RungAt


class RungDay(NamedTuple):
    """A rung of a clock's ladder: its place in the ladder, what the pack says of it, the day it is due."""

    place: int
    rung: RungEntry
    day: date


class Timed(Protocol):
    """What the days of a ladder hang on: a clock's row, or the columns of it that the sweep reads."""

    @property
    def limit(self) -> str:
        """The limit's code in the pack."""

    @property
    def warn_on(self) -> date | None:
        """The day the light turns yellow, where it does."""

    @property
    def due_on(self) -> date:
        """The last day in time."""


def overdue_from(clock: Timed) -> date:
    """The first day the clock is over: the day after its last one (民法典 203)."""
    return clock.due_on + timedelta(days=1)


def rung_days(city: City, pack: Pack, clock: Timed) -> Iterator[RungDay]:
    """Every rung of the clock's ladder with its day; none without a ladder.

    A warning rung comes `plus` working days after the light turned yellow, on the last day at the latest. A breach
    rung without `plus` comes with the red light; else on the `plus`-th working day over, the last day not counted.
    """
    name = pack.limit(clock.limit).ladder
    if name is None:
        return
    for index, rung in enumerate(pack.ladder(name).rungs):
        day = _day(city, clock, rung)
        if day is not None:
            yield RungDay(index, rung, day)


def _day(city: City, clock: Timed, rung: RungEntry) -> date | None:
    if rung.at == RungAt.breach:
        return city.calendar.add_working_days(clock.due_on, rung.plus).day if rung.plus else overdue_from(clock)
    if clock.warn_on is None:
        return None
    return min(city.calendar.add_working_days(clock.warn_on, rung.plus).day, max(clock.due_on, clock.warn_on))


def next_check(city: City, pack: Pack, clock: Timed, *, after: date | None = None) -> date | None:
    """The next day, later than `after`, on which the clock's light or a rung changes; None when none is left."""
    return next_mark(clock, rung_days(city, pack, clock), after=after)


def next_mark(clock: Timed, ladder: Iterable[RungDay], *, after: date | None = None) -> date | None:
    """The same for a ladder whose days are counted already."""
    marks = {mark.day for mark in ladder} | {overdue_from(clock)}
    if clock.warn_on is not None:
        marks.add(clock.warn_on)
    return min((day for day in marks if after is None or day > after), default=None)
