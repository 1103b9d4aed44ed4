"""Counting a clock's days (期限推算): the last day and the first yellow one, without the days not counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from policy.calendar import Calendar, TimeUnit
from states.clock import ClockKind

ONE = timedelta(days=1)


class Pause(NamedTuple):
    """Whole days that are not counted, both ends included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Budget:
    """What a clock was given: `length` `unit`s from `start` (not counted itself), or the day `anchor` it hangs on.

    A `fixed` clock ends on its anchor, a `before` one `length` units before it: neither is counted, so a suspension
    does not move it. The first yellow day is where `yellow_share` is used or `yellow_days` remain, whichever is first.
    """

    kind: ClockKind
    start: date
    length: int
    unit: TimeUnit
    anchor: date | None = None
    yellow_share: Fraction | None = None
    yellow_days: int | None = None


@dataclass(frozen=True)
class Count:
    """One budget with what its ledger made of it: `extended` units more, days `suspended` and `excluded`. Pure."""

    calendar: Calendar
    budget: Budget
    extended: int = 0
    suspended: tuple[Pause, ...] = ()
    excluded: tuple[Pause, ...] = ()

    @cached_property
    def pauses(self) -> tuple[Pause, ...]:
        """Every day that is not counted, as runs in order and apart: a day taken out twice is taken out once."""
        return merged((*self.suspended, *self.excluded))

    @cached_property
    def due(self) -> date:
        """The last day in time: worked, and never one that is not counted."""
        match self.budget.kind:
            case ClockKind.fixed:
                return self.calendar.roll_forward(self._anchor + self.extended * ONE).day
            case ClockKind.before:
                return self._ahead(self._anchor, max(self.budget.length - self.extended, 0))
        return self._rolled(self._counted(self.budget.length + self.extended))

    @property
    def provisional(self) -> bool:
        """Whether a day of a year without a notice was weighed for it."""
        due, budget = self.due, self.budget
        if budget.kind is ClockKind.fixed:
            return self.calendar.is_provisional(self._anchor - ONE, due)
        if budget.kind is ClockKind.before:
            return self.calendar.is_provisional(due - ONE, self._anchor)
        if budget.unit is TimeUnit.working_day:
            return self.calendar.is_provisional(budget.start, due)
        return self.calendar.is_provisional(self._counted(budget.length + self.extended) - ONE, due)

    @property
    def warn(self) -> date | None:
        """The first yellow day; never the start itself, never after the last day. None when it never turns yellow.

        In working days it is a worked day: who is reminded one day before a Monday has to hear of it on Friday.
        """
        share, days, due = self.budget.yellow_share, self.budget.yellow_days, self.due
        marks = [self._used(share)] if share is not None else []
        marks += [self._left(due, days)] if days is not None else []
        return min(max(min(marks), self._first), due) if marks else None

    def lost(self, pause: Pause) -> int:
        """How many days of the clock's unit a pause takes out of the count (months: calendar days)."""
        first = max(pause.first, self.budget.start + ONE)
        if pause.last < first:
            return 0
        if self.budget.unit is TimeUnit.working_day:
            return self.calendar.working_days_between(first - ONE, pause.last)
        return (pause.last - first).days + 1

    def left(self, today: date) -> int:
        """Days still to be counted after `today` (months: calendar days); negative once it is over."""
        due = self.due
        if self.budget.unit is not TimeUnit.working_day:
            passed = (due - today).days
        else:
            passed = self.calendar.working_days_between(today, due)
        if self.budget.kind is not ClockKind.counted:
            return passed
        ahead = [Pause(max(p.first, today + ONE), min(p.last, due)) for p in self.pauses]
        return passed - sum(self.lost(p) for p in ahead if p.first <= p.last)

    @property
    def _anchor(self) -> date:
        if self.budget.anchor is None:
            raise ValueError("a clock that is not counted needs the day it hangs on")
        return self.budget.anchor

    @property
    def _first(self) -> date:
        counted = self.budget.kind is ClockKind.counted and self.budget.unit is not TimeUnit.month
        return self._counted(1) if counted else self.budget.start + ONE

    def _counted(self, n: int) -> date:
        """The n-th counted day after the start, before it is moved off a rest day."""
        if self.budget.unit is TimeUnit.working_day:
            return self._worked(n)
        start, unit = self.budget.start, self.budget.unit
        end = self.calendar.derive(start, n, unit).counted_to if unit is TimeUnit.month else start + n * ONE
        for pause in self.pauses:
            if pause.first > end:
                break
            end += self.lost(pause) * ONE
        return end

    def _worked(self, n: int) -> date:
        end = self.calendar.add_working_days(self.budget.start, n).day
        for pause in self.pauses:
            if pause.first > end:
                break
            n += self.lost(pause)
            end = self.calendar.add_working_days(self.budget.start, n).day
        return end

    def _rolled(self, day: date) -> date:
        found = self.calendar.roll_forward(day).day
        while (later := self._free(found)) > found:
            found = self.calendar.roll_forward(later).day
        return found

    def _free(self, day: date) -> date:
        """The first day from `day` on that the clock can end on."""
        for pause in self.suspended:
            if pause.first - ONE <= day < pause.last:  # suspended on its last day: that one is still whole
                return pause.last
        return max((p.last + ONE for p in self.excluded if p.first <= day <= p.last), default=day)

    def _used(self, share: Fraction) -> date:
        """The day on which `share` of the span is used, rounded up to whole units, exactly."""
        budget = self.budget
        counted = budget.kind is ClockKind.counted
        span = budget.length + self.extended if counted else max((self.due - budget.start).days, 0)
        used = -(-share.numerator * span // share.denominator)
        if not counted:
            return budget.start + used * ONE
        return self._rolled(self._counted(used)) if budget.unit is TimeUnit.month else self._counted(used)

    def _left(self, due: date, days: int) -> date:
        """The day on which `days` remain after it, in the unit (months: calendar days)."""
        budget = self.budget
        if budget.kind is not ClockKind.counted:
            return self._ahead(due, days) if budget.unit is TimeUnit.working_day else due - days * ONE
        if budget.unit is TimeUnit.working_day:
            return self._worked(max(budget.length + self.extended - days, 1))
        day = due - days * ONE
        for pause in reversed(self.pauses):
            if day <= pause.last < due:
                day -= ((pause.last - max(pause.first, budget.start + ONE)).days + 1) * ONE
        return day

    def _ahead(self, day: date, n: int) -> date:
        """The last worked day with `n` units between it and `day`."""
        if self.budget.unit is not TimeUnit.working_day:
            day, n = day - n * ONE, 0
        found = day
        while self.calendar.working_days_between(found, day) < n or not self._is_worked(found):
            found -= ONE
        return found

    def _is_worked(self, day: date) -> bool:
        # unlike is_working_day this also answers, provisionally, for a year without a notice
        return self.calendar.working_days_between(day - ONE, day) == 1


def merged(pauses: Iterable[Pause]) -> tuple[Pause, ...]:
    """The same days in order, as runs that neither touch nor overlap."""
    found: list[Pause] = []
    for pause in sorted(pauses):
        if found and pause.first <= found[-1].last + ONE:
            found[-1] = Pause(found[-1].first, max(found[-1].last, pause.last))
        else:
            found.append(pause)
    return tuple(found)
