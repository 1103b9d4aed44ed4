"""The ranking: the worst unit first, equal ones share a rank, what ended before the period is left out."""

from __future__ import annotations

from datetime import date

from services.overdue_ranking import UnitStanding, rank_units
from tests.way import CODE, approve, opened, surveyed
from tests.world import World


def ranked(world: World, since: str = "2026-03-01") -> list[UnitStanding]:
    with world.read() as session:
        today = world.city.day(world.now)
        return rank_units(session, world.city, since=date.fromisoformat(since), today=today)


class TestRankUnits:
    def test_departments_asked_together_and_equally_late_share_a_rank(self, world: World) -> None:
        opened(world)  # ten working days for each department from 2 March
        world.to("2026-03-18")
        found = ranked(world)
        assert [(one.rank, one.name, one.overdue, one.days_over) for one in found] == [
            (1, "南山区自然资源局", 1, 2),
            (1, "南山区消防救援大队", 1, 2),
        ]

    def test_what_ended_late_counts_for_the_period_it_ended_in(self, world: World) -> None:
        opened(world)
        world.to("2026-03-18")
        approve(world)
        assert [(one.overdue, one.late, one.days_over) for one in ranked(world)] == [(0, 1, 2), (0, 1, 2)]
        assert ranked(world, "2026-04-01") == []

    def test_nothing_over_is_no_ranking(self, world: World) -> None:
        surveyed(world)
        assert ranked(world) == []
        world.advance(CODE, "finish_survey", "li.street")
        assert ranked(world) == []
