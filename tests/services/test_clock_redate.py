"""Clocks that hang on a day: started with it, moved with it, by the plan year, and what the light's rule says of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from models.clock import ClockEntry
from policy.loader import load_pack
from policy.pack import Pack
from runtime.database import Database
from services.clock_anchor import anchor_day
from services.clock_explanation import explain
from services.clock_ledger import ledgers_of
from services.clock_projection import budget_of, project_clock
from services.fact import record_facts
from services.light_rule import light_rule
from services.project import find_project
from services.reading import Reading
from states.clock import ClockKind, Light
from tests.database import fresh_url
from tests.policy.packs import write_pack
from tests.way import CODE, clock_of, clocks, surveyed
from tests.world import World, found_city

SPAN = "span: {days: 30, unit: calendar_day, source: office}}"


def town(folder: Path, span: str) -> World:
    """A city whose design limit is written another way; 幸福里小区 stands in its design."""
    written = f"span: {{{span}, source: office}}, yellow_days: 5, yellow_source: yulin, ladder: standard}}"
    pack: Pack = load_pack(write_pack(folder / "yangguang", ("limits.yaml", SPAN, written)))
    url = fresh_url(folder)
    world = World(Database(url), folder, pack)
    found_city(world)
    surveyed(world)
    return world


def dated(world: World, day: str) -> None:
    with world.write() as session:
        record_facts(
            session, find_project(session, CODE), {"takeover_on": day}, world.keeping("wang.district"), city=world.city
        )


class TestFixed:
    def test_a_day_of_the_plan_year_is_rolled_off_its_rest_day(self, tmp_path: Path) -> None:
        world = town(tmp_path, "on: 10-03")
        world.advance(CODE, "finish_survey", "li.street")
        clock = clock_of(world, "design_limit")
        assert (clock.kind, clock.anchor_on, clock.due_on) == (ClockKind.fixed, date(2026, 10, 3), date(2026, 10, 8))
        assert clock.derivation == "规定 2026-10-03 止，当日休息，顺延至 2026-10-08"
        assert clock.warn_on == date(2026, 10, 3)

    @pytest.mark.parametrize(
        ("plan_year", "on", "anchor"),
        [
            (2026, "2026-12-05", "2026-11-30"),  # over from its first day on: late is late
            (2027, "2026-12-05", "2027-11-30"),
            (None, "2026-11-30", "2026-11-30"),
            (None, "2026-12-05", "2027-11-30"),
        ],
    )
    def test_the_year_is_the_plan_s_or_the_next_to_come(
        self, tmp_path: Path, plan_year: int | None, on: str, anchor: str
    ) -> None:
        world = town(tmp_path, "on: 11-30")
        with world.read() as session:
            project = find_project(session, CODE)
            project.plan_year = plan_year
            limit = world.pack.limit("design_limit")
            found = anchor_day(session, project, world.pack, limit, on=date.fromisoformat(on))
        assert found == date.fromisoformat(anchor)


class TestRedate:
    def test_waits_for_its_fact_starts_with_it_and_moves_with_it(self, tmp_path: Path) -> None:
        world = town(tmp_path, "days: 5, unit: working_day, before_fact: takeover_on")
        world.to("2026-03-04")
        world.advance(CODE, "finish_survey", "li.street")
        assert [clock.limit for clock in clocks(world)] == ["survey_limit"]
        world.to("2026-03-06")
        dated(world, "2026-04-30")
        clock = clock_of(world, "design_limit")
        assert (clock.started_on, clock.due_on) == (date(2026, 3, 4), date(2026, 4, 23))
        dated(world, "2026-03-12")
        clock = clock_of(world, "design_limit")
        assert (clock.due_on, clock.light) == (date(2026, 3, 5), Light.red)
        assert world.project().light == Light.red
        with world.read() as session:
            (entry,) = session.scalars(select(ClockEntry))
            ledger = ledgers_of(session, [clock.id])[clock.id]
        assert entry.reason == "依据日期由 2026-04-30 改为 2026-03-12：期满日 2026-04-23 → 2026-03-05"
        assert entry.actor == "wang.district"
        limit = world.pack.limit("design_limit")
        assert project_clock(world.city.calendar, budget_of(clock, limit), ledger).due == clock.due_on

    def test_another_fact_moves_nothing(self, tmp_path: Path) -> None:
        world = town(tmp_path, "fact: takeover_on")
        dated(world, "2026-04-30")
        world.advance(CODE, "finish_survey", "li.street")
        with world.write() as session:
            keeping = world.keeping("wang.district")
            record_facts(session, find_project(session, CODE), {"investment": "1"}, keeping, city=world.city)
        assert clock_of(world, "design_limit").due_on == date(2026, 4, 30)
        with world.read() as session:
            assert session.scalars(select(ClockEntry)).all() == []


class TestLightRule:
    @pytest.mark.parametrize(
        ("span", "text"),
        [
            ("share: 1/2, of: review_limit", "设计期限 10 个工作日；剩 5 个工作日起转黄灯；期满次日起转红灯"),
            ("on: 11-30", "设计期限 11-30 止；剩 5 天起转黄灯；期满次日起转红灯"),
        ],
    )
    def test_says_span_yellow_and_red_with_their_sources(self, tmp_path: Path, span: str, text: str) -> None:
        world = town(tmp_path, span)
        reading = Reading(world.city, world.now)
        rule = light_rule(reading, world.pack, world.pack.limit("design_limit"))
        assert (rule.text, rule.source, rule.yellow_source, rule.assumed) == (
            text,
            "阳光区改造办规定",
            "榆林市红黄绿灯办法",
            True,
        )
        assert rule.extension == "不得延期"

    def test_stands_beside_the_derivation_of_every_clock(self, world: World) -> None:
        world.enrol()
        with world.read() as session:
            found = explain(session, Reading(world.city, world.now), clock_of(world, "survey_limit").id)
        assert (found.light_rule.yellow_share, found.light_rule.yellow_days) == ("9/10", None)
        assert (found.is_current, [part.kind for part in found.parts]) == (True, ["budget"])
        assert found.sheet.rule == found.light_rule.text
