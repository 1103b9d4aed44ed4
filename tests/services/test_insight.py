"""What the record tells: figures of a small city worked out by hand, and percentiles against a naive count."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from models.clock import Clock
from models.insight import InsightPath, InsightTally
from models.organisation import Organisation
from models.project import Project
from services.insight import departments, holders, late, steps
from services.insight_figure import Compare, CountsMissing, Scope
from services.insight_fill import FRESH_FOR, is_stale, refresh
from services.insight_return import returns, rework, variants
from services.organisation import OrganisationMissing
from services.reading import Reading
from tests.services.test_history_as_of import rejected_once
from tests.way import CODE, approve
from tests.world import World

CALENDAR_START = date(2026, 3, 2)


def read(world: World, figure: Any, **scope: Any) -> list[Any]:
    with world.read() as session:
        found = figure(session, Reading(world.city, world.now), Scope(**scope))
    assert isinstance(found, list)
    return found


def fill(world: World) -> None:
    with world.write() as session:
        refresh(session, world.city, now=world.now)


def two_cases(world: World) -> None:
    """幸福里 in 南山 returned once; 和平里 in 北山 broken off while it was surveyed."""
    rejected_once(world)
    world.to("2026-03-12")
    approve(world)
    world.react()
    world.enrol("SB-2026-001", "和平里小区", "sunny-bei")
    world.to("2026-04-01")
    world.advance("SB-2026-001", "terminate", "zhao.city", reason="撤销")
    world.advance(CODE, "terminate", "zhao.city", reason="撤销")


class TestFigures:
    @pytest.fixture(autouse=True)
    def cases(self, world: World) -> Iterator[None]:
        two_cases(world)
        fill(world)
        yield

    def test_time_for_each_step_and_review(self, world: World) -> None:
        found = {one.code: one for one in read(world, steps)}
        # 幸福里: survey left on the day it began; designed on 2 March, again from 5 to 10 March
        assert (found["survey_limit"].ended, found["survey_limit"].median) == (1, 0)
        design = found["design_limit"]
        assert (design.label, design.ended, design.median, design.p90, design.days) == ("方案设计", 2, 0, 3, 3)
        review = found["review_limit"]
        assert (review.label, review.ended, review.median, review.p90) == ("方案联审", 2, 2, 3)
        assert sum(one.share for one in found.values()) == 1

    def test_departments_by_their_share_of_days(self, world: World) -> None:
        fire, planning = read(world, departments)
        assert (fire.label, fire.ended, fire.days, fire.late) == ("南山区消防救援大队", 2, 5, 0)
        assert (planning.label, planning.days, planning.share) == ("南山区自然资源局", 3, Fraction(3, 8))

    def test_holders_of_steps(self, world: World) -> None:
        assert [(one.label, one.ended, one.days) for one in read(world, holders)] == [
            ("南山区", 2, 3),
            ("花园街道", 1, 0),
        ]

    def test_returns_and_rework(self, world: World) -> None:
        (review,) = read(world, returns)
        assert (review.label, review.rounds, review.passed, review.rejected) == ("方案联审", 2, 1, 1)
        assert (review.rejected_share, review.passed_at_once) == (Fraction(1, 2), 0)
        found = {one.code: one for one in read(world, rework)}
        assert set(found) == {"design_limit", "review_limit"}
        assert (found["design_limit"].projects, found["design_limit"].again, found["design_limit"].most) == (1, 1, 2)

    def test_variants_are_the_ways_of_ended_projects(self, world: World) -> None:
        long, short = sorted(read(world, variants), key=lambda one: -len(one.steps))
        assert long.labels == ("摸底调查", "方案设计", "方案联审", "方案设计", "方案联审")
        assert (short.labels, short.share) == (("摸底调查",), Fraction(1, 2))

    def test_compared_between_districts_and_years(self, world: World) -> None:
        by_district = read(world, variants, compare=Compare.district)
        assert {(one.group, one.share) for one in by_district} == {("北山区", 1), ("南山区", 1)}
        assert {one.group for one in read(world, steps, compare=Compare.year)} == {"2026"}
        assert {one.code for one in read(world, rework, district="北山区")} == set()
        assert read(world, steps, year=2025) == []
        with pytest.raises(OrganisationMissing):
            read(world, steps, district="月球区")

    def test_who_was_late(self, world: World) -> None:
        assert read(world, late) == []
        with world.write() as session:
            clock = session.scalars(select(Clock).where(Clock.subject == "task").order_by(Clock.id)).first()
            assert clock is not None
            clock.status = "late"
        fill(world)
        (one,) = read(world, late)
        assert (one.label, one.late, one.late_share) == ("南山区自然资源局", 1, Fraction(1, 2))


class TestRefresh:
    def test_without_counts_nothing_is_guessed(self, world: World) -> None:
        with pytest.raises(CountsMissing):
            read(world, steps)

    def test_twice_counts_once(self, world: World) -> None:
        two_cases(world)
        fill(world)
        once = [read(world, figure) for figure in (steps, departments, returns, rework, variants)]
        fill(world)
        assert [read(world, figure) for figure in (steps, departments, returns, rework, variants)] == once

    def test_counts_age(self, world: World) -> None:
        world.enrol()
        fill(world)
        with world.read() as session:
            assert not is_stale(session, world.now)
            assert is_stale(session, world.now + FRESH_FOR)

    def test_of_an_empty_city_is_empty(self, world: World) -> None:
        fill(world)
        assert [read(world, figure) for figure in (steps, departments, returns, rework, variants, late)] == [[]] * 6
        with world.read() as session:
            assert session.scalars(select(InsightTally)).all() == []
            assert session.scalars(select(InsightPath)).all() == []


def nearest_rank(days: list[int], hundredths: int) -> int:
    """The definition, word for word: the least value that at least that share of the values do not exceed."""
    return next(day for day in sorted(days) if sum(one <= day for one in days) * 100 >= hundredths * len(days))


class TestPercentiles:
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(spans=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 90)), min_size=1, max_size=30))
    def test_are_those_of_a_naive_count(self, world: World, spans: list[tuple[int, int]]) -> None:
        if not known(world):  # the city is made once, only the clocks differ
            world.enrol()
        rows = clocks_of(world, spans)
        with world.write() as session:
            session.execute(delete(Clock))
            session.execute(insert(Clock), rows)
        fill(world)
        between = world.city.calendar.working_days_between
        days = [between(row["started_on"], row["ended_on"]) for row in rows]
        (found,) = read(world, steps)
        assert (found.ended, found.days) == (len(days), sum(days))
        assert (found.median, found.p90) == (nearest_rank(days, 50), nearest_rank(days, 90))


def known(world: World) -> bool:
    with world.read() as session:
        return session.scalar(select(Project.id).where(Project.code == CODE)) is not None


def clocks_of(world: World, spans: list[tuple[int, int]]) -> list[dict[str, Any]]:
    """Survey clocks that began so many days after 2 March and took so many days."""
    with world.read() as session:
        project = session.scalars(select(Project.id)).one()
        holder = session.scalars(select(Organisation.id).where(Organisation.code == "sunny-nan-hua")).one()
    fixed = {
        "project_id": project, "subject": "step", "limit": "survey_limit", "label": "调查期限", "kind": "counted",
        "unit": "working_day", "length": 10, "holder_id": holder, "derivation": "", "status": "met", "light": 1,
        "provisional": False,
    }  # fmt: skip
    found = []
    for first, length in spans:
        begun = CALENDAR_START + timedelta(days=first)
        ended = begun + timedelta(days=length)
        found.append({**fixed, "started_on": begun, "ended_on": ended, "due_on": ended})
    return found
