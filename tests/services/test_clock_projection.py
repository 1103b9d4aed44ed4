"""A clock's last day from its budget and its ledger alone: additive, monotone, never a rest day, undone by nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.clock import ClockEntry
from policy.calendar import Adjustment, Calendar, CalendarOverride, DayKind, TimeUnit
from services.clock_count import Budget
from services.clock_projection import Projection, counted, project_clock
from states.clock import HALT, SUPPLEMENT, ClockKind, EntryKind

NATIONAL = Calendar.national()
NOW = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)


def budget(start: str, length: int, unit: TimeUnit = TimeUnit.working_day, **more: object) -> Budget:
    return Budget(ClockKind.counted, date.fromisoformat(start), length, unit, **more)  # type: ignore[arg-type]


def entry(kind: EntryKind, on: date, cause: str = HALT, **more: object) -> ClockEntry:
    return ClockEntry(kind=kind, on=on, cause=cause, reason="管线冲突", actor="li.street", recorded_at=NOW, **more)


def suspension(first: date, last: date, cause: str = HALT) -> list[ClockEntry]:
    return [entry(EntryKind.suspend, first, cause), entry(EntryKind.resume, last, cause)]


def exclusion(first: date, last: date) -> ClockEntry:
    return entry(EntryKind.exclude, first, first_day=first, last_day=last)


def extension(days: int, on: date = date(2026, 3, 3)) -> ClockEntry:
    return entry(EntryKind.extend, on, days=days, approved_by="wang.district")


def project(clock: Budget, *entries: ClockEntry, calendar: Calendar = NATIONAL) -> Projection:
    return project_clock(calendar, clock, entries)


def works(day: date) -> bool:
    return NATIONAL.working_days_between(day - DAY, day) == 1


class TestConvention:
    def test_ten_working_days_over_the_national_holiday_and_three_more_for_a_supplement(self) -> None:
        clock = budget("2026-09-24", 10)
        assert project(clock).due == date(2026, 10, 15)
        found = project(clock, *suspension(date(2026, 9, 28), date(2026, 10, 8), SUPPLEMENT))
        assert found.due == date(2026, 10, 20)
        assert "补班" in found.derivation[0].text
        assert found.derivation[1].as_dict() == {
            "kind": "resume",
            "text": "2026-09-29 至 2026-10-08 不计时（3 工作日）：管线冲突，2026-10-08 恢复，剩余 9 日 → 2026-10-20",
            "due": date(2026, 10, 20),
            "from": date(2026, 9, 29),
            "to": date(2026, 10, 8),
            "days": 3,
            "cause": SUPPLEMENT,
            "reason": "管线冲突",
        }

    @pytest.mark.parametrize(
        ("start", "days", "due"),
        [
            ("2024-02-08", 1, "2024-02-09"),  # 除夕 2024 was worked
            ("2024-02-09", 1, "2024-02-18"),  # a make-up Sunday
            ("2020-01-23", 1, "2020-02-03"),  # the holidays of 2020 as revised: no work on 31 January, none on the 1st
            ("2020-01-23", 5, "2020-02-07"),
        ],
    )
    def test_holidays_are_as_the_notices_had_them_in_the_end(self, start: str, days: int, due: str) -> None:
        assert project(budget(start, days)).due == date.fromisoformat(due)

    def test_calendar_days_and_months_end_on_the_next_worked_day(self) -> None:
        assert project(budget("2026-09-25", 6, TimeUnit.calendar_day)).due == date(2026, 10, 8)
        assert project(budget("2026-07-01", 3, TimeUnit.month)).due == date(2026, 10, 8)

    def test_an_excluded_hearing_moves_the_end_by_its_own_working_days(self) -> None:
        found = project(budget("2026-03-02", 10), exclusion(date(2026, 3, 6), date(2026, 3, 9)))  # Friday to Monday
        assert found.due == date(2026, 3, 18)
        assert found.derivation[1].data["days"] == 2

    def test_an_end_moved_off_a_rest_day_is_not_put_onto_an_excluded_one(self) -> None:
        clock = budget("2026-03-02", 5, TimeUnit.calendar_day)  # Saturday 7 March, so Monday 9 March
        assert project(clock).due == date(2026, 3, 9)
        assert project(clock, exclusion(date(2026, 3, 9), date(2026, 3, 11))).due == date(2026, 3, 12)

    def test_suspended_on_its_last_day_that_day_is_still_whole(self) -> None:
        last = date(2026, 3, 16)
        assert project(budget("2026-03-02", 10), *suspension(last, date(2026, 3, 21))).due == date(2026, 3, 23)

    def test_two_causes_at_once_take_a_day_out_once(self) -> None:
        clock = budget("2026-03-02", 10)
        halt, supplement = (
            suspension(date(2026, 3, 3), date(2026, 3, 9)),
            suspension(date(2026, 3, 5), date(2026, 3, 11), SUPPLEMENT),
        )
        ledger = [halt[0], supplement[0], halt[1], supplement[1]]
        assert project(clock, *ledger).due == project(clock, *suspension(date(2026, 3, 3), date(2026, 3, 11))).due

    def test_a_fixed_day_and_one_before_another_stand_whatever_is_suspended(self) -> None:
        fixed = Budget(ClockKind.fixed, date(2026, 3, 2), 0, TimeUnit.calendar_day, date(2026, 10, 3))
        before = Budget(ClockKind.before, date(2026, 3, 2), 15, TimeUnit.calendar_day, date(2026, 11, 30))
        worked = Budget(ClockKind.before, date(2026, 3, 2), 5, TimeUnit.working_day, date(2026, 10, 9))
        assert [project(one).due.isoformat() for one in (fixed, before, worked)] == [
            "2026-10-08",  # within the holiday: the next worked day
            "2026-11-13",  # 15 November is a Sunday: earlier, never nearer to the day itself
            "2026-09-24",  # 9, 8 October, 30, 29, 28 September lie after it; 中秋 to the 27th is no working day
        ]
        paused = suspension(date(2026, 4, 1), date(2026, 5, 1))
        assert all(project(one, *paused).due == project(one).due for one in (fixed, before, worked))
        assert project(fixed, extension(10)).due == date(2026, 10, 13)

    def test_a_notice_makes_a_provisional_day_exact(self) -> None:
        notice = CalendarOverride(
            2027,
            "国办发明电〔2026〕测试号",
            {date(2027, 1, day): Adjustment(DayKind.rest, "元旦") for day in (1, 2, 3, 4)}
            | {date(2027, month, 1): Adjustment(DayKind.rest) for month in (5, 10)},
        )
        clock = budget("2026-12-28", 5)
        before, after = project(clock), project(clock, calendar=NATIONAL.with_files(notice))
        assert (before.due, before.provisional) == (date(2027, 1, 4), True)
        assert (after.due, after.provisional) == (date(2027, 1, 6), False)
        assert "2027" in before.text


starts = st.dates(date(2025, 1, 1), date(2026, 3, 1))
lengths = st.integers(1, 40)
units = st.sampled_from([TimeUnit.working_day, TimeUnit.calendar_day])
offsets = st.integers(1, 90)
shares = st.sampled_from([None, Fraction(9, 10), Fraction(1, 2)])


@st.composite
def clocks(draw: st.DrawFn) -> Budget:
    return Budget(
        ClockKind.counted,
        draw(starts),
        draw(lengths),
        draw(st.sampled_from(list(TimeUnit))) if draw(st.booleans()) else draw(units),
        yellow_share=draw(shares),
        yellow_days=draw(st.sampled_from([None, 0, 1, 5])),
    )


@st.composite
def ledgers(draw: st.DrawFn, clock: Budget) -> list[ClockEntry]:
    """Suspensions one after the other, exclusions and extensions anywhere."""
    found: list[ClockEntry] = []
    at = clock.start
    for _ in range(draw(st.integers(0, 3))):
        first = at + draw(st.integers(0, 20)) * DAY
        at = first + draw(st.integers(0, 20)) * DAY
        found += suspension(first, at)
    for _ in range(draw(st.integers(0, 2))):
        first = clock.start + draw(offsets) * DAY
        found.append(exclusion(first, first + draw(st.integers(0, 10)) * DAY))
    found += [extension(draw(st.integers(1, 20)))] * draw(st.integers(0, 1))
    return found


class TestProperties:
    @settings(max_examples=300, deadline=None)
    @given(data=st.data(), clock=clocks(), on=st.integers(0, 100))
    def test_suspended_and_resumed_on_one_day_nothing_has_changed(
        self, data: st.DataObject, clock: Budget, on: int
    ) -> None:
        ledger = data.draw(ledgers(clock))
        day = clock.start + on * DAY
        before, after = project(clock, *ledger), project(clock, *ledger, *suspension(day, day, SUPPLEMENT))
        assert (after.due, after.warn, after.provisional) == (before.due, before.warn, before.provisional)

    @settings(max_examples=300, deadline=None)
    @given(data=st.data(), clock=clocks(), first=st.integers(1, 20), second=st.integers(1, 20))
    def test_extensions_add_up(self, data: st.DataObject, clock: Budget, first: int, second: int) -> None:
        ledger = data.draw(ledgers(clock))
        twice = project(clock, *ledger, extension(first), extension(second))
        assert twice.due == project(clock, *ledger, extension(first + second)).due
        assert twice.due == project(clock, extension(second), *ledger, extension(first)).due
        assert twice.due >= project(clock, *ledger).due

    @settings(max_examples=300, deadline=None)
    @given(data=st.data(), clock=clocks(), first=offsets, cut=st.integers(0, 10), rest=st.integers(1, 10))
    def test_exclusions_add_up_and_the_same_day_twice_is_one(
        self, data: st.DataObject, clock: Budget, first: int, cut: int, rest: int
    ) -> None:
        ledger = data.draw(ledgers(clock))
        begin = clock.start + first * DAY
        middle, end = begin + cut * DAY, begin + (cut + rest) * DAY
        whole = project(clock, *ledger, exclusion(begin, end))
        parts = project(
            clock, exclusion(middle + DAY, end), *ledger, exclusion(begin, middle), exclusion(middle, middle)
        )
        assert parts.due == whole.due
        assert whole.due >= project(clock, *ledger).due

    @settings(max_examples=300, deadline=None)
    @given(data=st.data(), clock=clocks())
    def test_the_last_day_is_worked_and_the_lights_are_in_order(self, data: st.DataObject, clock: Budget) -> None:
        ledger = data.draw(ledgers(clock))
        found = project(clock, *ledger)
        assert works(found.due)
        assert found.due > clock.start
        excluded = [one for one in ledger if one.first_day and one.last_day]
        assert not any(one.first_day <= found.due <= one.last_day for one in excluded if one.first_day and one.last_day)
        if found.warn is not None:
            assert clock.start < found.warn <= found.due

    @settings(max_examples=300, deadline=None)
    @given(data=st.data(), clock=clocks(), longer=st.integers(1, 10), later=st.integers(1, 10))
    def test_more_days_or_a_later_start_never_end_earlier(
        self, data: st.DataObject, clock: Budget, longer: int, later: int
    ) -> None:
        ledger = data.draw(ledgers(clock))
        due = project(clock, *ledger).due
        fields = (clock.unit, None, clock.yellow_share, clock.yellow_days)
        assert project(Budget(clock.kind, clock.start, clock.length + longer, *fields), *ledger).due >= due
        # without a ledger: a pause that begins before the later start takes less from it than from the earlier one
        assert project(Budget(clock.kind, clock.start + later * DAY, clock.length, *fields)).due >= project(clock).due

    @settings(max_examples=300, deadline=None)
    @given(data=st.data(), clock=clocks(), on=st.integers(0, 60))
    def test_working_days_of_a_budget_are_the_used_the_lost_and_the_left(
        self, data: st.DataObject, clock: Budget, on: int
    ) -> None:
        if clock.unit is not TimeUnit.working_day:
            return
        ledger = [one for one in data.draw(ledgers(clock)) if one.kind == EntryKind.exclude]
        count = counted(NATIONAL, clock, ledger)
        between = NATIONAL.working_days_between(clock.start, count.due)
        lost = sum(count.lost(pause) for pause in count.pauses if pause.first <= count.due)
        assert between - lost == clock.length
        day = clock.start + on * DAY
        used = NATIONAL.working_days_between(clock.start, day)
        used -= sum(
            works(p.first + n * DAY)
            for p in count.pauses
            for n in range((p.last - p.first).days + 1)
            if p.first + n * DAY <= day
        )
        assert day > count.due or count.left(day) == clock.length - used
