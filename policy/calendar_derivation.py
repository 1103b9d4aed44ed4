"""How a due day came about (期限推算过程): the days skipped and counted, as data and as one line of Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from states.label import Label

WEEKEND = "周末"


class TimeUnit(StrEnum):
    """What a limit is counted in: working days (行政许可法 82), calendar days (民法典 201), months (民法典 202)."""

    working_day = "working_day"
    calendar_day = "calendar_day"
    month = "month"

    @property
    def label(self) -> Label:
        """The unit in words, as it stands behind a number."""
        return _UNITS[self]


_UNITS = {
    TimeUnit.working_day: Label("工作日", "working days"),
    TimeUnit.calendar_day: Label("自然日", "calendar days"),
    TimeUnit.month: Label("个月", "months"),
}


@dataclass(frozen=True, slots=True)
class RestRun:
    """Rest days in a row for one reason, both ends included; `name` is the holiday, or 周末."""

    first: date
    last: date
    name: str

    @property
    def days(self) -> int:
        """How many calendar days it has."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Derivation:
    """A due day with its reasons.

    `counted_to` is where the count itself ended; for calendar days and months `due` may lie behind it (民法典 203).
    `skipped` are the rest days that moved `due`, `make_up_days` the Saturdays and Sundays that counted, and
    `unpublished` the years counted Monday to Friday, so `provisional` is whether there are any.
    """

    start: date
    n: int
    unit: TimeUnit
    counted_to: date
    due: date
    skipped: tuple[RestRun, ...]
    make_up_days: tuple[date, ...]
    unpublished: tuple[int, ...]

    @property
    def provisional(self) -> bool:
        """Whether the day is projected again once a notice is loaded."""
        return bool(self.unpublished)

    @property
    def text(self) -> str:
        """One line, such as `2026-09-24 → +10 工作日，跳过 11 天（…），计入 10-10 补班 → 2026-10-15`."""
        steps = [f"+{self.n} {self.unit.label}", *self._moved(), *self._counted()]
        return f"{self.start} → {'，'.join(steps)} → {self.due}{self._caveat()}"

    def _moved(self) -> Iterator[str]:
        if not self.skipped:
            return
        days = sum(run.days for run in self.skipped)
        reasons = f"{days} 天（{'、'.join(self._reasons())}）"
        rolled = f"期满日 {self._short(self.counted_to)} 休息，顺延 {reasons}"
        yield f"跳过 {reasons}" if self.unit is TimeUnit.working_day else rolled

    def _reasons(self) -> Iterator[str]:
        for run in self.skipped:
            if run.name != WEEKEND:
                until = "" if run.first == run.last else f" 至 {self._short(run.last)}"
                yield f"{run.name} {self._short(run.first)}{until}"
        weekends = sum(run.days for run in self.skipped if run.name == WEEKEND)
        if weekends:
            yield f"{WEEKEND} {weekends} 天"

    def _counted(self) -> Iterator[str]:
        if self.make_up_days:
            yield f"计入 {'、'.join(map(self._short, self.make_up_days))} 补班"

    def _caveat(self) -> str:
        years = "、".join(map(str, self.unpublished))
        return f"（暂定：{years} 年放假安排尚未载入，按周一至周五推算）" if years else ""

    def _short(self, day: date) -> str:
        return f"{day:%m-%d}" if day.year == self.start.year else day.isoformat()


def rest_runs(rest: Iterable[tuple[date, str]]) -> tuple[RestRun, ...]:
    """Join rest days, given in order with their names, into runs."""
    runs: list[RestRun] = []
    for day, name in rest:
        if runs and runs[-1].name == name and runs[-1].last == day - timedelta(days=1):
            runs[-1] = RestRun(runs[-1].first, day, name)
        else:
            runs.append(RestRun(day, day, name))
    return tuple(runs)
