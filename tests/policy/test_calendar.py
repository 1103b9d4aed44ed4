"""The working calendar is held against chinesecalendar itself, the statutes' rules, and properties over random days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from chinese_calendar import is_workday
from hypothesis import given
from hypothesis import strategies as st

from policy.calendar import Calendar, DayCountInvalid, DayKind, DueDay, TimeUnit, YearUnpublished
from states.exceptions import Kind

NATIONAL = Calendar.national()
# Far enough from the end of 2026 that nothing drawn here leaves the published years.
DAYS = st.dates(date(2004, 1, 1), date(2025, 6, 30))
COUNTS = st.integers(0, 120)
MONTHS = st.integers(0, 12)
SPRING_2027 = {date(2027, 2, day): DayKind.rest for day in range(5, 13)}
MAKE_UP_2027 = {date(2027, 2, 20): DayKind.work}


def loop(start: date, n: int) -> date:
    """The n-th working day after `start`, asked of chinesecalendar day by day."""
    day = start
    while n:
        day += timedelta(days=1)
        n -= is_workday(day)
    return day


class TestIsWorkingDay:
    def test_every_day_of_every_published_year_agrees_with_chinesecalendar(self):
        first, last = date(2004, 1, 1).toordinal(), date(2026, 12, 31).toordinal()
        days = [date.fromordinal(ordinal) for ordinal in range(first, last + 1)]
        assert [day for day in days if NATIONAL.is_working_day(day) != is_workday(day)] == []
        assert NATIONAL.published_years == frozenset(range(2004, 2027))

    @pytest.mark.parametrize(
        ("day", "worked"),
        [
            (date(2024, 2, 9), True),  # 除夕 was left out of the notice for 2024
            (date(2020, 1, 31), False),  # the revised notice prolonged Spring Festival to 2 February
            (date(2020, 2, 1), False),
            (date(2020, 2, 2), False),
            (date(2020, 2, 3), True),
            (date(2026, 10, 10), True),  # a Saturday made up for National Day
            (date(2026, 9, 20), True),  # a Sunday made up
            (date(2018, 12, 31), False),  # changed by the notice for 2019
        ],
    )
    def test_days_that_are_often_wrong_follow_their_notice(self, day, worked):
        assert NATIONAL.is_working_day(day) is worked

    @pytest.mark.parametrize("day", [date(2003, 12, 31), date(2027, 1, 4)])
    def test_a_day_without_notice_is_refused_with_what_to_do(self, day):
        with pytest.raises(YearUnpublished) as refused:
            NATIONAL.is_working_day(day)
        assert refused.value.year == day.year
        assert refused.value.kind is Kind.refused
        assert f"{day.year} 年" in refused.value.text()
        assert "jiugai calendar import FILE" in refused.value.text()


class TestAddWorkingDays:
    def test_ten_working_days_from_24_september_2026_end_on_15_october(self):
        assert NATIONAL.add_working_days(date(2026, 9, 24), 10) == DueDay(date(2026, 10, 15), provisional=False)

    def test_a_supplement_of_three_working_days_moves_that_to_20_october(self):
        assert NATIONAL.add_working_days(date(2026, 9, 24), 13).day == date(2026, 10, 20)

    def test_the_first_day_is_not_counted(self):
        assert NATIONAL.add_working_days(date(2026, 3, 2), 1).day == date(2026, 3, 3)

    def test_a_make_up_saturday_counts(self):
        assert NATIONAL.add_working_days(date(2026, 10, 9), 1).day == date(2026, 10, 10)

    def test_zero_days_return_the_start_even_on_a_rest_day(self):
        assert NATIONAL.add_working_days(date(2026, 10, 1), 0) == DueDay(date(2026, 10, 1), provisional=False)

    def test_the_last_working_day_of_the_last_published_year_is_exact_and_the_next_one_is_not(self):
        assert NATIONAL.add_working_days(date(2026, 12, 30), 1) == DueDay(date(2026, 12, 31), provisional=False)
        assert NATIONAL.add_working_days(date(2026, 12, 30), 2) == DueDay(date(2027, 1, 1), provisional=True)

    def test_a_start_before_the_first_notice_is_refused_whatever_the_count(self):
        for n in (0, 1, 30):
            with pytest.raises(YearUnpublished) as refused:
                NATIONAL.add_working_days(date(2003, 12, 31), n)
            assert refused.value.year == 2003

    def test_a_count_beyond_the_horizon_is_refused(self):
        assert NATIONAL.add_working_days(date(2026, 1, 1), 7000).provisional
        with pytest.raises(YearUnpublished):
            NATIONAL.add_working_days(date(2026, 1, 1), 10_000)
        with pytest.raises(YearUnpublished):
            NATIONAL.add_working_days(date(2090, 1, 1), 1)

    @pytest.mark.parametrize("unit", list(TimeUnit))
    def test_a_negative_count_is_invalid_in_every_unit(self, unit):
        with pytest.raises(DayCountInvalid, match="-1"):
            NATIONAL.due(date(2026, 3, 2), -1, unit)

    @given(DAYS, COUNTS)
    def test_agrees_with_a_loop_over_chinesecalendar(self, start, n):
        assert NATIONAL.add_working_days(start, n) == DueDay(loop(start, n), provisional=False)

    @given(DAYS, COUNTS, COUNTS)
    def test_two_periods_in_a_row_equal_their_sum(self, start, first, second):
        halfway = NATIONAL.add_working_days(start, first).day
        assert NATIONAL.add_working_days(halfway, second) == NATIONAL.add_working_days(start, first + second)

    @given(DAYS, COUNTS)
    def test_counting_the_days_between_gives_the_number_back(self, start, n):
        assert NATIONAL.working_days_between(start, NATIONAL.add_working_days(start, n).day) == n


class TestDue:
    @given(DAYS, st.integers(1, 120), st.sampled_from([TimeUnit.working_day, TimeUnit.calendar_day]))
    def test_never_ends_on_a_rest_day(self, start, n, unit):
        assert NATIONAL.is_working_day(NATIONAL.due(start, n, unit).day)

    @given(DAYS, st.integers(1, 12))
    def test_months_never_end_on_a_rest_day(self, start, n):
        assert NATIONAL.is_working_day(NATIONAL.due(start, n, TimeUnit.month).day)

    @given(DAYS, st.integers(0, 11), st.sampled_from(TimeUnit))
    def test_one_more_never_ends_earlier(self, start, n, unit):
        assert NATIONAL.due(start, n, unit).day <= NATIONAL.due(start, n + 1, unit).day

    @given(DAYS, st.integers(0, 12), st.sampled_from(TimeUnit))
    def test_a_later_start_never_ends_earlier(self, start, n, unit):
        assert NATIONAL.due(start, n, unit).day <= NATIONAL.due(start + timedelta(days=1), n, unit).day


class TestAddCalendarDays:
    def test_an_end_inside_national_day_moves_to_the_first_day_after_it(self):
        assert NATIONAL.add_calendar_days(date(2026, 9, 24), 7) == DueDay(date(2026, 10, 8), provisional=False)

    def test_an_end_on_a_make_up_saturday_stays(self):
        assert NATIONAL.add_calendar_days(date(2026, 10, 3), 7).day == date(2026, 10, 10)

    def test_only_the_end_decides_whether_it_is_provisional(self):
        notice_for_2028_only = NATIONAL.with_overrides({}, [2028])
        assert NATIONAL.add_calendar_days(date(2026, 12, 1), 60).provisional
        assert not notice_for_2028_only.add_calendar_days(date(2026, 12, 1), 400).provisional

    def test_a_start_before_the_first_notice_is_refused_though_it_ends_after_it(self):
        with pytest.raises(YearUnpublished):
            NATIONAL.add_calendar_days(date(2003, 12, 20), 60)

    def test_an_end_beyond_the_horizon_is_refused(self):
        with pytest.raises(YearUnpublished):
            NATIONAL.add_calendar_days(date(2026, 1, 1), 10**9)


class TestAddMonths:
    @pytest.mark.parametrize(
        ("start", "n", "due"),
        [
            (date(2026, 8, 31), 1, date(2026, 9, 30)),  # no 31st: the last day of the month
            (date(2026, 1, 31), 1, date(2026, 2, 28)),  # a Saturday, but made up
            (date(2024, 1, 31), 1, date(2024, 2, 29)),
            (date(2025, 11, 15), 3, date(2026, 2, 24)),  # 15 February lies in Spring Festival, which ends on the 23rd
            (date(2025, 12, 10), 12, date(2026, 12, 10)),
        ],
    )
    def test_ends_on_the_same_day_or_the_last_of_the_month_and_never_on_a_rest_day(self, start, n, due):
        assert NATIONAL.add_months(start, n) == DueDay(due, provisional=False)

    def test_an_end_beyond_the_horizon_is_refused(self):
        with pytest.raises(YearUnpublished):
            NATIONAL.add_months(date(2026, 1, 1), 12 * 9000)


class TestRollForward:
    def test_a_working_day_stays_and_a_rest_day_moves(self):
        assert NATIONAL.roll_forward(date(2026, 9, 30)).day == date(2026, 9, 30)
        assert NATIONAL.roll_forward(date(2026, 10, 1)).day == date(2026, 10, 8)

    def test_the_first_day_known_is_a_holiday_and_moves(self):
        assert NATIONAL.roll_forward(date(2004, 1, 1)) == DueDay(loop(date(2004, 1, 1), 1), provisional=False)

    def test_the_day_before_the_first_known_is_refused(self):
        with pytest.raises(YearUnpublished):
            NATIONAL.roll_forward(date(2003, 12, 31))


class TestWorkingDaysBetween:
    def test_counts_the_end_but_not_the_start(self):
        assert NATIONAL.working_days_between(date(2026, 9, 24), date(2026, 10, 15)) == 10

    @given(DAYS, DAYS)
    def test_backwards_is_the_negative(self, start, end):
        assert NATIONAL.working_days_between(end, start) == -NATIONAL.working_days_between(start, end)

    def test_says_when_it_is_provisional(self):
        assert NATIONAL.working_days_between(date(2026, 12, 31), date(2027, 1, 4)) == 2
        assert NATIONAL.is_provisional(date(2026, 12, 31), date(2027, 1, 4))
        assert NATIONAL.is_provisional(date(2027, 1, 4), date(2026, 12, 31))
        assert not NATIONAL.is_provisional(date(2026, 12, 1), date(2026, 12, 31))
        assert not NATIONAL.is_provisional(date(2027, 1, 4), date(2027, 1, 4))

    @pytest.mark.parametrize("outside", [date(2003, 12, 31), date(2090, 1, 1)])
    def test_a_day_outside_the_calendar_is_refused(self, outside):
        with pytest.raises(YearUnpublished):
            NATIONAL.working_days_between(date(2026, 1, 5), outside)


class TestWithOverrides:
    def test_the_calendar_it_is_made_from_stays_as_it_was(self):
        local = NATIONAL.with_overrides({date(2026, 4, 20): DayKind.rest})
        assert not local.is_working_day(date(2026, 4, 20))
        assert NATIONAL.is_working_day(date(2026, 4, 20))
        assert Calendar.national() is NATIONAL

    def test_2027_is_provisional_until_it_is_published_and_then_exact(self):
        accepted = date(2027, 2, 4)
        assert NATIONAL.add_working_days(accepted, 10) == DueDay(date(2027, 2, 18), provisional=True)
        published = NATIONAL.with_overrides(SPRING_2027 | MAKE_UP_2027, [2027])
        assert published.add_working_days(accepted, 10) == DueDay(date(2027, 2, 25), provisional=False)
        assert published.is_working_day(date(2027, 2, 20))

    def test_days_without_their_year_count_but_stay_provisional(self):
        local = NATIONAL.with_overrides(SPRING_2027)
        assert local.add_working_days(date(2027, 2, 4), 1) == DueDay(date(2027, 2, 15), provisional=True)

    def test_behind_a_year_left_out_only_what_touches_the_gap_is_provisional(self):
        gapped = NATIONAL.with_overrides({}, [2028])
        assert not gapped.add_working_days(date(2027, 12, 31), 3).provisional
        assert gapped.add_working_days(date(2027, 12, 30), 3).provisional
        assert gapped.add_working_days(date(2026, 12, 30), 300).provisional


class TestDerive:
    def test_the_text_names_what_was_skipped_and_what_was_counted(self):
        derived = NATIONAL.derive(date(2026, 9, 24), 10, TimeUnit.working_day)
        assert derived.text == (
            "2026-09-24 → +10 工作日，跳过 11 天（中秋 09-25 至 09-27、国庆节 10-01 至 10-07、周末 1 天），"
            "计入 10-10 补班 → 2026-10-15"
        )
        assert derived.make_up_days == (date(2026, 10, 10),)
        assert [(run.name, run.days) for run in derived.skipped] == [("中秋", 3), ("国庆节", 7), ("周末", 1)]

    def test_calendar_days_say_which_day_they_were_moved_from(self):
        derived = NATIONAL.derive(date(2026, 9, 24), 7, TimeUnit.calendar_day)
        assert derived.counted_to == date(2026, 10, 1)
        assert derived.text == (
            "2026-09-24 → +7 自然日，期满日 10-01 休息，顺延 7 天（国庆节 10-01 至 10-07） → 2026-10-08"
        )

    def test_a_provisional_day_says_so_and_names_the_year(self):
        derived = NATIONAL.derive(date(2026, 12, 30), 5, TimeUnit.working_day)
        assert derived.provisional
        assert derived.unpublished == (2027,)
        assert derived.text.endswith("→ 2027-01-06（暂定：2027 年放假安排尚未载入，按周一至周五推算）")

    def test_a_day_off_without_a_name_is_still_told_from_a_weekend(self):
        local = NATIONAL.with_overrides({date(2026, 4, 20): DayKind.rest})
        assert "放假 04-20、周末 2 天" in local.derive(date(2026, 4, 17), 1, TimeUnit.working_day).text

    @given(st.dates(date(2004, 1, 1), date(2030, 1, 1)), st.integers(0, 60), st.sampled_from(TimeUnit))
    def test_agrees_with_due_and_accounts_for_every_day(self, start, n, unit):
        derived = NATIONAL.derive(start, n, unit)
        assert NATIONAL.due(start, n, unit) == DueDay(derived.due, derived.provisional)
        skipped = sum(run.days for run in derived.skipped)
        if unit is TimeUnit.working_day:
            assert (derived.due - start).days == (n + skipped if n else 0)
        else:
            assert (derived.due - derived.counted_to).days == skipped
