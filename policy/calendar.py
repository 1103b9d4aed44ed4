"""The working calendar (工作日历): adding working days, calendar days and months over the yearly notices with 调休."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from types import MappingProxyType

from policy.calendar_data import (
    HORIZON_YEARS,
    Adjustment,
    DayKind,
    DueDay,
    build_table,
    is_make_up,
    national_adjustments,
    national_years,
    works,
)
from policy.calendar_derivation import WEEKEND, Derivation, RestRun, TimeUnit, rest_runs
from policy.calendar_file import (
    CalendarFileInvalid,
    CalendarOverride,
    load_calendar_file,
    load_holiday_cn,
    load_overrides,
)
from states.exceptions import JiugaiError, Kind

__all__ = [
    "Adjustment",
    "Calendar",
    "CalendarFileInvalid",
    "CalendarOverride",
    "DayCountInvalid",
    "DayKind",
    "Derivation",
    "DueDay",
    "RestRun",
    "TimeUnit",
    "YearUnpublished",
    "load_calendar_file",
    "load_holiday_cn",
    "load_overrides",
]

_DECEMBER = 12
_MONTHS = 12


class YearUnpublished(JiugaiError):
    """A day in a `year` whose notice the calendar does not hold, so nobody can say whether it is worked."""

    code = "year_unpublished"
    kind = Kind.refused
    zh = (
        "日历里没有 {year} 年的放假安排（国务院办公厅每年秋季公布次年的），不能断定哪天是工作日。"
        "请用 jiugai calendar import FILE 载入该年通知；没有文件请找日历维护人。"
    )
    en = "The calendar has no notice for {year}. Load it: jiugai calendar import FILE, or ask who keeps the calendar."

    def __init__(self, *, year: int) -> None:
        super().__init__(year=year)
        self.year = year


class DayCountInvalid(JiugaiError):
    """A negative number of days or months, `n`."""

    code = "day_count_invalid"
    kind = Kind.invalid
    zh = "期限不能是负数（{n}）。请填 0 或正整数。"
    en = "A limit cannot be negative ({n}). Give 0 or a positive whole number."


class Calendar:
    """The days worked, immutable. All days are `date`s in the city's own zone.

    The first day of a period is not counted (民法典 201); with n = 0 every addition returns `start` unmoved. Counting
    reaches `HORIZON_YEARS` past the last published year, provisionally; before the first published year and beyond that
    it is refused with `YearUnpublished`. A negative n is refused with `DayCountInvalid`.
    """

    __slots__ = ("_adjustments", "_before", "_due", "_first", "_published")

    def __init__(self, adjustments: Mapping[date, Adjustment], published: Iterable[int]) -> None:
        self._adjustments = MappingProxyType(dict(adjustments))
        self._published = frozenset(published)
        self._first, self._before, self._due = build_table(self._adjustments, self._published)

    @classmethod
    @cache
    def national(cls) -> Calendar:
        """The notices of the State Council that are shipped (2004-2026)."""
        return cls(national_adjustments(), national_years())

    def with_overrides(self, days: Mapping[date, DayKind], published_years: Iterable[int] = ()) -> Calendar:
        """The same with single days changed and years declared published, as a city's folder does."""
        changed = {day: Adjustment(kind) for day, kind in days.items()}
        return Calendar({**self._adjustments, **changed}, self._published.union(published_years))

    def with_files(self, *overrides: CalendarOverride) -> Calendar:
        """The same with files laid over it in order; one that is a whole notice publishes its year."""
        days, published = dict(self._adjustments), set(self._published)
        for override in overrides:
            if override.replaces:
                days = {day: a for day, a in days.items() if day.year != override.year or day.month == _DECEMBER}
            days.update(override.days)
            published.update([override.year] if override.is_notice else [])
        return Calendar(days, published)

    @property
    def published_years(self) -> frozenset[int]:
        """The years known exactly."""
        return self._published

    def is_working_day(self, day: date) -> bool:
        """Whether `day` is worked; raises `YearUnpublished` where no notice says so."""
        if day.year not in self._published:
            raise YearUnpublished(year=day.year)
        return works(day, self._adjustments)

    def is_provisional(self, start: date, end: date) -> bool:
        """Whether a day in (start, end], in either order, lies in an unpublished year."""
        return bool(self._unpublished(min(start, end).toordinal() + 1, max(start, end)))

    def due(self, start: date, n: int, unit: TimeUnit) -> DueDay:
        """The last day of `n` units after `start`."""
        match unit:
            case TimeUnit.working_day:
                return self.add_working_days(start, n)
            case TimeUnit.calendar_day:
                return self.add_calendar_days(start, n)
            case TimeUnit.month:
                return self.add_months(start, n)

    def add_working_days(self, start: date, n: int) -> DueDay:
        """The n-th working day after `start` (行政许可法 82), under 1 µs."""
        index = start.toordinal() - self._first + 1
        if n < 1 or index < 1:
            return self._unmoved(start, n)
        try:
            due = self._due[self._before[index] + n - 1]
        except IndexError:
            raise YearUnpublished(year=max(start.year, self._horizon + 1)) from None
        return self._weighed(index + self._first, due.day) if due.provisional else due

    def add_calendar_days(self, start: date, n: int) -> DueDay:
        """`n` calendar days after `start`; an end on a rest day moves to the next working day (民法典 203)."""
        return self._ended(start, n, TimeUnit.calendar_day)

    def add_months(self, start: date, n: int) -> DueDay:
        """The same day `n` months on, or the last of that month (民法典 202), moved off rest days (民法典 203)."""
        return self._ended(start, n, TimeUnit.month)

    def roll_forward(self, day: date) -> DueDay:
        """`day` itself when it is worked, else the next working day."""
        return self._rolled(day.toordinal())

    def working_days_between(self, start: date, end: date) -> int:
        """Working days in (start, end], negative when `end` is before `start`; `is_provisional` says how sure."""
        return self._passed(end) - self._passed(start)

    def derive(self, start: date, n: int, unit: TimeUnit) -> Derivation:
        """The same as `due`, with every day that moved it."""
        due = self.due(start, n, unit).day
        by_count = unit is TimeUnit.working_day or n == 0
        end = due.toordinal() if by_count else self._end(start, n, unit)
        looked_at = start.toordinal() + 1 if by_count else end
        days = [date.fromordinal(ordinal) for ordinal in range(looked_at, due.toordinal() + 1)]
        return Derivation(
            start=start,
            n=n,
            unit=unit,
            counted_to=date.fromordinal(end),
            due=due,
            skipped=rest_runs((day, self._reason(day)) for day in days if not works(day, self._adjustments)),
            make_up_days=tuple(day for day in days if is_make_up(day, self._adjustments)),
            unpublished=self._unpublished(looked_at, due),
        )

    def _ended(self, start: date, n: int, unit: TimeUnit) -> DueDay:
        if n < 1 or start.toordinal() < self._first:
            return self._unmoved(start, n)
        return self._rolled(self._end(start, n, unit))

    def _unmoved(self, start: date, n: int) -> DueDay:
        if n < 0:
            raise DayCountInvalid(n=n)
        if start.toordinal() < self._first:
            raise YearUnpublished(year=start.year)
        return DueDay(start, provisional=False)

    def _end(self, start: date, n: int, unit: TimeUnit) -> int:
        """The ordinal of the last day before it is moved off a rest day."""
        if unit is not TimeUnit.month:
            return start.toordinal() + n
        year, month = divmod(start.year * _MONTHS + start.month - 1 + n, _MONTHS)
        if year > self._horizon:
            raise YearUnpublished(year=year)
        return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])).toordinal()

    def _rolled(self, ordinal: int) -> DueDay:
        index = ordinal - self._first
        if index < 0:
            raise YearUnpublished(year=date.fromordinal(ordinal).year)
        try:
            due = self._due[self._before[index]]
        except IndexError:
            raise YearUnpublished(year=self._horizon + 1) from None
        return self._weighed(ordinal, due.day) if due.provisional else due

    def _passed(self, day: date) -> int:
        index = day.toordinal() - self._first + 1
        if not 1 <= index < len(self._before):
            raise YearUnpublished(year=day.year)
        return self._before[index]

    def _weighed(self, first: int, day: date) -> DueDay:
        return DueDay(day, bool(self._unpublished(first, day)))

    def _unpublished(self, first: int, last: date) -> tuple[int, ...]:
        if first > last.toordinal():
            return ()
        years = range(date.fromordinal(first).year, last.year + 1)
        return tuple(year for year in years if year not in self._published)

    @property
    def _horizon(self) -> int:
        return max(self._published) + HORIZON_YEARS

    def _reason(self, day: date) -> str:
        adjustment = self._adjustments.get(day)
        return (adjustment.name or DayKind.rest.label.zh) if adjustment else WEEKEND
