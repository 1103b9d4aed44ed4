"""Clocks: counted in working days with the day's derivation, suspended and resumed to the day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from models.clock import Clock, ClockEntry
from policy.calendar import TimeUnit
from policy.pack import Pack
from policy.schema import LimitEntry, Span
from services.clock import Matter, days_left, start_clock
from services.clock_count import Budget, Count
from services.clock_ledger import Note, resume_clocks, suspend_clocks
from services.project import find_project
from services.sweep import sweep
from states.clock import ClockKind, ClockStatus, ClockSubject, Light
from tests.way import CODE, clock_of, clocks, posted, restart
from tests.world import World


def limit(days: int, unit: str, share: str | None = None, before: int | None = None) -> LimitEntry:
    return LimitEntry(
        code="opinion_limit",
        label="部门意见期限",
        span=Span(days=days, unit=unit, source="licensing_42"),  # type: ignore[arg-type]
        yellow_share=Fraction(share) if share else None,
        yellow_days=before,
        ladder="standard",
    )


def with_limit(pack: Pack, entry: LimitEntry) -> Pack:
    """The pack with only this limit in it."""
    return Pack.from_document(pack.document.model_copy(update={"limits": (entry,)}))


@pytest.fixture
def enrolled(world: World) -> World:
    """A city with one project."""
    world.enrol()
    return world


def swept(world: World) -> None:
    with world.write() as session:
        sweep(session, world.city, now=world.now)


class TestCounting:
    def test_ten_working_days_over_the_national_holiday(self, world: World) -> None:
        """Accepted on 24 September 2026: 中秋 and 国庆 are skipped, the make-up Saturday 10 October counts."""
        world.to("2026-09-24")
        world.enrol()
        (clock,) = clocks(world)
        assert clock.due_on == date(2026, 10, 15)
        assert not clock.provisional
        for words in ("2026-09-24", "10-10", "10-15"):
            assert words in clock.derivation

    def test_a_supplement_of_three_working_days_moves_it_by_three(self, world: World) -> None:
        world.to("2026-09-24")
        world.enrol()
        world.to("2026-09-28")
        world.advance(CODE, "suspend", "wang.district", reason="补正材料")
        restart(world)
        world.to("2026-10-08")  # 29 and 30 September and 8 October were worked
        world.advance(CODE, "resume", "wang.district")
        (clock,) = clocks(world)
        assert clock.due_on == date(2026, 10, 20)
        with world.read() as session:
            ledger = session.scalars(select(ClockEntry).order_by(ClockEntry.id)).all()
        assert [(e.kind, e.on.isoformat(), e.days, e.actor) for e in ledger] == [
            ("suspend", "2026-09-28", 9, "wang.district"),
            ("resume", "2026-10-08", 9, "wang.district"),
        ]
        assert ledger[0].reason == "补正材料"

    def test_a_day_in_a_year_not_yet_published_is_provisional(self, world: World) -> None:
        world.to("2026-12-25")
        world.enrol()
        (clock,) = clocks(world)
        assert clock.due_on.year == 2027
        assert clock.provisional
        assert "2027" in clock.derivation

    def test_resumed_into_such_a_year_it_becomes_provisional(self, world: World) -> None:
        world.to("2026-12-10")
        world.enrol()
        assert not clocks(world)[0].provisional
        world.advance(CODE, "suspend", "wang.district", reason="补正材料")
        world.to("2026-12-29")
        world.advance(CODE, "resume", "wang.district")
        assert clocks(world)[0].provisional

    def test_the_day_is_the_city_s_not_utc_s(self, world: World) -> None:
        world.now = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)  # one in the morning of the 2nd in the city
        world.enrol()
        assert clocks(world)[0].started_on == date(2026, 3, 2)


class TestSuspension:
    def test_a_clock_over_its_limit_is_not_suspended(self, world: World) -> None:
        """逾期后申请按逾期计: whoever is late cannot become in time by standing still."""
        world.enrol()
        world.to("2026-03-17")  # the day after the last one
        swept(world)
        world.advance(CODE, "suspend", "wang.district", reason="补正材料")
        assert clock_of(world, "survey_limit").status == ClockStatus.running
        assert world.project().light == Light.red
        world.to("2026-04-20")
        world.advance(CODE, "resume", "wang.district")
        assert clock_of(world, "survey_limit").due_on == date(2026, 3, 16)
        assert world.project().light == Light.red

    def test_suspended_on_its_last_day_it_ends_on_the_day_of_resuming_or_the_next_worked_one(
        self, world: World
    ) -> None:
        world.enrol()
        world.to("2026-03-16")
        world.advance(CODE, "suspend", "wang.district", reason="补正材料")
        world.to("2026-03-21")  # a Saturday
        world.advance(CODE, "resume", "wang.district")
        assert clock_of(world, "survey_limit").due_on == date(2026, 3, 23)

    def test_time_that_stood_still_brings_no_yellow_light_nearer(self, world: World) -> None:
        world.enrol()
        assert clock_of(world, "survey_limit").warn_on == date(2026, 3, 13)
        world.to("2026-03-03")
        world.advance(CODE, "suspend", "wang.district", reason="管线冲突")
        world.to("2026-04-01")
        world.advance(CODE, "resume", "wang.district")
        clock = clock_of(world, "survey_limit")
        assert world.project().light == Light.green
        assert world.city.calendar.working_days_between(clock.warn_on or clock.due_on, clock.due_on) == 1
        assert days_left(world.city, clock, date(2026, 4, 1)) == 9

    @settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        start=st.dates(date(2026, 1, 1), date(2027, 6, 30)),
        days=st.integers(1, 60),
        unit=st.sampled_from(["working_day", "calendar_day", "month"]),
        after=st.integers(0, 100),
        share=st.sampled_from([None, "9/10", "1/2"]),
        before=st.sampled_from([None, 0, 1, 5]),
    )
    def test_suspended_and_resumed_on_the_same_day_nothing_has_changed(
        self, enrolled: World, start: date, days: int, unit: str, after: int, share: str | None, before: int | None
    ) -> None:
        world = enrolled
        pack = with_limit(world.pack, limit(min(days, 12) if unit == "month" else days, unit, share, before))
        on = start + timedelta(days=after)
        now = datetime(on.year, on.month, on.day, 4, tzinfo=UTC)
        with world.read() as session:  # nothing is kept
            session.autoflush = True
            project = find_project(session, CODE)
            clock = start_clock(
                session, world.city, project, pack, "opinion_limit", Matter(ClockSubject.task, 1), on=start
            )
            as_it_was = self._state(clock)
            session.execute(delete(Clock).where(Clock.id != clock.id))
            suspend_clocks(session, world.city, project.id, Note("补正", "li.street", now))
            assert clock.status == (ClockStatus.running if clock.due_on < on else ClockStatus.suspended)
            session.flush()
            resume_clocks(session, world.city, pack, project.id, Note("", "li.street", now))
            assert self._state(clock) == as_it_was

    @staticmethod
    def _state(clock: Clock) -> tuple[object, ...]:
        return clock.due_on, clock.warn_on, clock.status, clock.provisional, clock.next_check_on, clock.remaining


class TestWarningDay:
    @pytest.mark.parametrize(
        ("start", "entry", "warn"),
        [
            ("2026-09-24", limit(10, "working_day", share="9/10"), "2026-10-14"),
            ("2026-09-24", limit(10, "working_day", before=1), "2026-10-14"),
            ("2026-09-24", limit(10, "working_day", share="1/2", before=1), "2026-10-09"),  # the earlier of both
            ("2026-03-02", limit(5, "working_day", before=1), "2026-03-06"),  # due on a Monday: told on Friday
            ("2026-03-02", limit(15, "working_day", share="9/10"), "2026-03-20"),  # 13.5 days used is 14
            ("2026-03-06", limit(1, "working_day", before=1), "2026-03-09"),  # never the first day itself
            ("2026-03-02", limit(5, "working_day", before=40), "2026-03-03"),
            ("2026-03-02", limit(30, "calendar_day", share="9/10"), "2026-03-29"),
            ("2026-03-02", limit(30, "calendar_day", before=5), "2026-03-27"),
            ("2026-03-02", limit(6, "month", share="1/2"), "2026-06-02"),
            ("2026-03-02", limit(10, "working_day", share="1"), "2026-03-16"),  # never after the last day
            ("2026-03-02", limit(10, "working_day"), None),
        ],
    )
    def test_is_where_the_pack_says(self, world: World, start: str, entry: LimitEntry, warn: str | None) -> None:
        on = date.fromisoformat(start)
        budget = Budget(
            ClockKind.counted, on, entry.span.days, TimeUnit(entry.span.unit),
            yellow_share=entry.yellow_share, yellow_days=entry.yellow_days,
        )  # fmt: skip
        found = Count(world.city.calendar, budget).warn
        assert (found.isoformat() if found else None) == warn


class TestPeriod:
    def test_a_posting_never_turns_yellow_or_red_and_is_never_swept(self, world: World) -> None:
        posted(world)
        period = clock_of(world, "posting_period")
        assert (period.subject, period.warn_on, period.next_check_on) == (ClockSubject.period, None, None)
        world.to("2026-08-03")
        swept(world)
        assert clock_of(world, "posting_period").light == Light.green
        assert world.project().light == Light.green

    def test_a_posting_stands_still_with_the_project_and_runs_its_full_length(self, world: World) -> None:
        posted(world)
        assert clock_of(world, "posting_period").due_on == date(2026, 3, 9)
        world.to("2026-03-04")
        world.advance(CODE, "suspend", "wang.district", reason="公示栏损坏")
        world.to("2026-03-11")
        world.advance(CODE, "resume", "wang.district")
        assert clock_of(world, "posting_period").due_on == date(2026, 3, 16)
