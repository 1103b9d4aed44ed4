"""Quiet hours (免打扰时段): when no channel is used, and the moment at which they end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from policy.calendar import Calendar

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` up to `until` (times of day in the city's zone, over midnight where `until` is earlier).

    Equal times are no hours at all. With `rest_days` the whole of every rest day is quiet too, make-up days are not.
    """

    start: time = time(0)
    until: time = time(0)
    rest_days: bool = False

    def end(self, moment: datetime, zone: ZoneInfo, calendar: Calendar) -> datetime | None:
        """When the quiet that holds at `moment` ends; None when it is not quiet.

        With `rest_days` never on a rest day. A day of an unpublished year counts as its weekday says.
        """
        local = moment.astimezone(zone)
        day, now = local.date(), local.time()
        if self._holds(now):
            day += _DAY if now >= self.until else timedelta()
        elif not (self.rest_days and not is_worked(calendar, day)):
            return None
        if self.rest_days:
            day = calendar.roll_forward(day).day
        return datetime.combine(day, self.until, tzinfo=zone)

    def _holds(self, now: time) -> bool:
        if self.start <= self.until:
            return self.start <= now < self.until
        return now >= self.start or now < self.until


NEVER = QuietHours()
"""No quiet hours."""


def is_worked(calendar: Calendar, day: date) -> bool:
    """Whether `day` is worked, as the calendar has it or, in a year not published yet, as the weekday says."""
    return calendar.roll_forward(day).day == day
