"""Quiet hours: when they end, over midnight, over rest days, and never on a make-up day."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.calendar import Calendar
from services.quiet import NEVER, QuietHours

ZONE = ZoneInfo("Asia/Shanghai")
NIGHT, OFFICE = QuietHours(time(22), time(7)), QuietHours(time(22), time(7), rest_days=True)
NATIONAL = Calendar.national()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


class TestEnd:
    @pytest.mark.parametrize(
        ("moment", "end"),
        [
            ("2026-03-02T21:59", None),
            ("2026-03-02T22:00", "2026-03-03T07:00"),
            ("2026-03-03T00:00", "2026-03-03T07:00"),
            ("2026-03-03T06:59", "2026-03-03T07:00"),
            ("2026-03-03T07:00", None),
            ("2026-03-07T12:00", None),  # a Saturday, which these hours do not know
        ],
    )
    def test_over_midnight_it_ends_in_the_morning(self, moment: str, end: str | None) -> None:
        assert NIGHT.end(at(moment), ZONE, NATIONAL) == (at(end) if end else None)

    @pytest.mark.parametrize(
        ("moment", "end"),
        [
            ("2026-03-06T23:00", "2026-03-09T07:00"),  # Friday night to Monday morning
            ("2026-03-07T12:00", "2026-03-09T07:00"),
            ("2026-09-30T23:00", "2026-10-08T07:00"),  # over the National Day holiday
            ("2026-10-10T12:00", None),  # a Saturday that is worked (补班)
            ("2024-02-09T12:00", None),  # 除夕 2024, a working day
            ("2027-03-06T12:00", "2027-03-08T07:00"),  # a year not published yet: as the weekday says
        ],
    )
    def test_with_rest_days_it_ends_on_the_next_working_morning(self, moment: str, end: str | None) -> None:
        assert OFFICE.end(at(moment), ZONE, NATIONAL) == (at(end) if end else None)

    def test_equal_times_are_no_hours(self) -> None:
        assert NEVER.end(at("2026-03-03T00:00"), ZONE, NATIONAL) is None

    def test_hours_in_one_day_end_on_that_day(self) -> None:
        noon = QuietHours(time(12), time(14))
        assert noon.end(at("2026-03-03T13:30"), ZONE, NATIONAL) == at("2026-03-03T14:00")
        assert noon.end(at("2026-03-03T14:00"), ZONE, NATIONAL) is None

    @given(st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31)), st.times(), st.times(), st.booleans())  # noqa: DTZ001
    def test_the_end_is_later_and_not_quiet_itself(
        self, moment: datetime, start: time, until: time, rest_days: bool
    ) -> None:
        hours, moment = QuietHours(start, until, rest_days), moment.replace(tzinfo=ZONE)
        end = hours.end(moment, ZONE, NATIONAL)
        if end is not None:
            assert moment < end <= moment + timedelta(days=12)
            assert hours.end(end, ZONE, NATIONAL) is None
