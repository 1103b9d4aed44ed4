"""A notice loaded later: every open clock it reaches moves in one operation, says why, and its project's light follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.clock import ClockEntry
from policy.calendar import Adjustment, CalendarOverride, DayKind
from services.audit import verify
from services.city import City
from services.recalendar import Recalendared, apply_calendar, preview_calendar
from services.sweep import sweep
from states.clock import ClockStatus, Light
from tests.way import CODE, clock_of, clocks
from tests.world import World


def rest(first: str, last: str) -> dict[date, Adjustment]:
    days = (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
    return {date.fromisoformat(first) + timedelta(days=n): Adjustment(DayKind.rest, "放假") for n in range(days)}


NOTICE = CalendarOverride(
    2027,
    "国办发明电〔2026〕测试号",
    rest("2027-01-01", "2027-01-03") | rest("2027-05-01", "2027-05-05") | rest("2027-10-01", "2027-10-07"),
    replaces=True,
)
LATE = CalendarOverride(
    2027, "国办发明电〔2026〕更正", {**NOTICE.days, **rest("2026-12-31", "2026-12-31")}, replaces=True
)


def city_with(world: World, *notices: CalendarOverride) -> City:
    return replace(world.city, calendar=world.city.calendar.with_files(*notices))


def loaded(world: World, *notices: CalendarOverride) -> Recalendared:
    with world.write() as session:
        city = city_with(world, *notices)
        return apply_calendar(session, city, notices[-1], actor="wu.system", source="test", now=world.now)


@pytest.fixture
def winter(world: World) -> World:
    """One project whose survey, begun on 25 December 2026, ends in a year without a notice; another done long before."""
    world.enrol("SN-2026-002", "惠德花园")
    world.to("2026-12-25")
    world.enrol()
    return world


class TestApply:
    def test_moves_what_it_reaches_makes_it_exact_and_says_why(self, winter: World) -> None:
        before = clock_of(winter, "survey_limit")
        assert (before.due_on, before.provisional) == (date(2027, 1, 8), True)  # 1 January counted as a Friday
        done = loaded(winter, NOTICE)
        after = clock_of(winter, "survey_limit")
        assert (after.due_on, after.provisional) == (date(2027, 1, 11), False)
        assert "暂定" not in after.derivation.split("；")[0]
        assert done.counts() == {"reached": 1, "moved": 1, "turned_red": 0, "made_exact": 1}
        with winter.read() as session:
            (entry,) = session.scalars(select(ClockEntry))
            (act,) = session.scalars(select(AuditEntry).where(AuditEntry.subject == "calendar"))
            assert list(verify(session)) == []
        assert entry.reason == (
            "载入 2027 年放假安排（国办发明电〔2026〕测试号）：期满日 2027-01-08 → 2027-01-11，由暂定转为确定"
        )
        assert (entry.actor, entry.due_on, entry.kind) == ("wu.system", date(2027, 1, 11), "recount")
        assert (act.subject_id, act.after["moved"]) == ("2027", 1)

    def test_twice_moves_nothing_twice(self, winter: World) -> None:
        loaded(winter, NOTICE)
        assert loaded(winter, NOTICE).counts() == {"reached": 1, "moved": 0, "turned_red": 0, "made_exact": 0}
        with winter.read() as session:
            assert len(session.scalars(select(ClockEntry)).all()) == 1

    def test_a_change_in_the_december_before_moves_clocks_of_the_year_that_was_published(self, world: World) -> None:
        world.to("2026-12-17")
        world.enrol()
        assert clocks(world)[0].due_on == date(2026, 12, 31)
        loaded(world, LATE)
        assert clocks(world)[0].due_on == date(2027, 1, 4)

    def test_the_lights_of_clock_and_project_follow_both_ways(self, winter: World) -> None:
        loaded(winter, NOTICE)
        winter.to("2027-01-12")
        with winter.write() as session:
            sweep(session, city_with(winter, NOTICE), now=winter.now)
        assert winter.project().light == Light.red
        longer = replace(NOTICE, days={**NOTICE.days, **rest("2027-01-04", "2027-01-05")}, source="调整通知")
        assert loaded(winter, longer).moved[0].new == date(2027, 1, 13)
        assert winter.project().light == Light.yellow
        back = loaded(winter, NOTICE)
        assert (back.turned_red, winter.project().light) == (1, Light.red)

    def test_a_suspended_clock_is_projected_too_and_resumes_by_the_new_calendar(self, winter: World) -> None:
        winter.to("2026-12-28")
        winter.advance(CODE, "suspend", "wang.district", reason="管线冲突")
        loaded(winter, NOTICE)
        clock = clock_of(winter, "survey_limit")
        assert (clock.status, clock.light, clock.remaining) == (ClockStatus.suspended, Light.grey, 9)
        assert clock.next_check_on is None

    def test_a_clock_that_was_met_stays_as_it_is(self, winter: World) -> None:
        with winter.write() as session:
            for clock in clocks(winter):
                session.merge(clock).status = ClockStatus.met
        assert loaded(winter, NOTICE).reached == 0


class TestPreview:
    def test_says_what_would_move_and_changes_nothing(self, winter: World) -> None:
        winter.to("2027-01-11")
        with winter.read() as session:
            found = preview_calendar(session, city_with(winter, NOTICE), NOTICE, now=winter.now)
        (shift,) = found.moved
        assert (shift.project, shift.old, shift.new) == (CODE, date(2027, 1, 8), date(2027, 1, 11))
        assert clock_of(winter, "survey_limit").due_on == date(2027, 1, 8)
        assert found.shifts == loaded(winter, NOTICE).shifts
