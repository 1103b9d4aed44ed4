"""The days of the calendar (节假日、调休数据): what the notices changed, and a table that answers by direct index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from chinese_calendar import Holiday
from chinese_calendar.constants import holidays, workdays

from states.label import Label

HORIZON_YEARS = 30
"""How many years behind the last published one can still be counted, provisionally."""

_SATURDAY = 5


class DayKind(StrEnum):
    """What a notice makes of a day: `rest` (放假), or `work` (上班; on a weekend that is a make-up day, 补班)."""

    rest = "rest"
    work = "work"

    @property
    def label(self) -> Label:
        """The kind in words."""
        return _KINDS[self]


_KINDS = {DayKind.rest: Label("放假", "day off"), DayKind.work: Label("上班", "working day")}


class Adjustment(NamedTuple):
    """One day a notice changed, and the holiday it did so for (`""` when not known)."""

    kind: DayKind
    name: str = ""


class DueDay(NamedTuple):
    """The last day of a period; `provisional` when an unpublished year was counted Monday to Friday for it."""

    day: date
    provisional: bool


class DayTable(NamedTuple):
    """Working days by direct index.

    `before[i]` is the number of working days before the day with the ordinal `first + i` (so `before` is one longer
    than the span), `due[k]` the k-th working day of the span. A `due` is marked provisional from the first unpublished
    year on.
    """

    first: int
    before: list[int]
    due: list[DueDay]


@cache
def national_adjustments() -> Mapping[date, Adjustment]:
    """The days changed by the State Council's yearly notices, as `chinesecalendar` lists them."""
    names = {holiday.value: holiday.chinese for holiday in Holiday}
    rest = {day: Adjustment(DayKind.rest, names[name]) for day, name in holidays.items()}
    work = {day: Adjustment(DayKind.work, names[name]) for day, name in workdays.items()}
    return MappingProxyType(rest | work)


@cache
def national_years() -> frozenset[int]:
    """The years `chinesecalendar` has a notice for (2004-2026 in 1.11.0)."""
    return frozenset(day.year for day in holidays if (day.month, day.day) == (10, 1))


def works(day: date, adjustments: Mapping[date, Adjustment]) -> bool:
    """Whether `day` is worked: as its notice says, else Monday to Friday."""
    adjustment = adjustments.get(day)
    return day.weekday() < _SATURDAY if adjustment is None else adjustment.kind is DayKind.work


def is_make_up(day: date, adjustments: Mapping[date, Adjustment]) -> bool:
    """Whether `day` is a Saturday or Sunday that is worked (补班)."""
    return day.weekday() >= _SATURDAY and works(day, adjustments)


def build_table(adjustments: Mapping[date, Adjustment], published: frozenset[int]) -> DayTable:
    """Count once from the first published year to `HORIZON_YEARS` after the last."""
    first = date(min(published), 1, 1).toordinal()
    before: list[int] = []
    due: list[DueDay] = []
    exact = True
    for day in _span(min(published), max(published) + HORIZON_YEARS):
        before.append(len(due))
        exact = exact and day.year in published
        if works(day, adjustments):
            due.append(DueDay(day, not exact))
    before.append(len(due))
    return DayTable(first, before, due)


def _span(first_year: int, last_year: int) -> Iterator[date]:
    last = date(last_year, 12, 31).toordinal()
    return map(date.fromordinal, range(date(first_year, 1, 1).toordinal(), last + 1))
