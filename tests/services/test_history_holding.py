"""Whose the days of any span were: spans that follow each other add up to the whole."""

from __future__ import annotations

from datetime import date, timedelta

from services.attribution import Attribution, days_by_holder
from services.history_holding import holding
from services.project import find_project
from tests.services.test_history_as_of import rejected_once
from tests.way import CODE
from tests.world import World

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 13)


def held(world: World, since: date, until: date) -> Attribution:
    with world.read() as session:
        return holding(session, world.city, find_project(session, CODE), since, until)


class TestHolding:
    def test_of_a_week_names_who_had_it(self, world: World) -> None:
        rejected_once(world)
        found = held(world, date(2026, 3, 3), date(2026, 3, 6))
        assert (found.total, found.applicant, found.department, found.excluded) == (3, 1, 2, 0)
        assert {one.holder: one.days for one in found.holders} == {
            "南山区自然资源局": 1, "南山区消防救援大队": 2, "南山区": 1,
        }  # fmt: skip

    def test_two_spans_add_up_to_the_whole_wherever_they_meet(self, world: World) -> None:
        rejected_once(world)
        with world.read() as session:
            whole = days_by_holder(session, world.city, find_project(session, CODE), until=LAST)
        for days in range((LAST - FIRST).days + 1):
            middle = FIRST + timedelta(days=days)
            one, other = held(world, FIRST, middle), held(world, middle, LAST)
            assert one.total + other.total == whole.total
            assert one.applicant + other.applicant == whole.applicant
            assert one.department + other.department == whole.department
            assert other.applicant + other.department + other.excluded == other.total

    def test_before_the_enrolment_nobody_had_it(self, world: World) -> None:
        rejected_once(world)
        found = held(world, date(2026, 1, 1), FIRST)
        assert (found.total, found.holders) == (0, ())
