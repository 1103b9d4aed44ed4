"""The forecast: what turns yellow or red in the next working days, for each unit and each person."""

from __future__ import annotations

from datetime import date

from services.clock_forecast import ForecastLine, by_person, by_unit, forecast
from services.reading import Reading
from services.sweep import sweep
from tests.way import opened, posted
from tests.world import World


def ahead(world: World, days: int) -> list[ForecastLine]:
    with world.read() as session:
        return forecast(session, Reading(world.city, world.now), days=days)


class TestForecast:
    def test_names_what_turns_and_when(self, world: World) -> None:
        world.enrol()  # warning on 13 March, last day the 16th
        assert ahead(world, 8) == []
        (line,) = ahead(world, 9)
        assert (line.turns_yellow_on, line.turns_red_on) == (date(2026, 3, 13), None)
        (line,) = ahead(world, 10)
        assert (line.turns_yellow_on, line.turns_red_on) == (date(2026, 3, 13), date(2026, 3, 17))
        assert [one.login for one in line.handlers] == ["li.street"]

    def test_what_is_over_stays_in_it_and_turns_no_more(self, world: World) -> None:
        world.enrol()
        world.to("2026-03-20")
        with world.write() as session:
            sweep(session, world.city, now=world.now)
        (line,) = ahead(world, 0)
        assert line.is_overdue
        (group,) = by_unit([line])
        assert (group.name, group.overdue, group.turning_red, group.turning_yellow) == ("花园街道", 1, 0, 0)

    def test_goes_by_unit_and_by_person(self, world: World) -> None:
        opened(world)
        lines = ahead(world, 10)
        assert [group.name for group in by_unit(lines)] == ["南山区消防救援大队", "南山区自然资源局"]
        assert {group.key: len(group.clocks) for group in by_person(lines)} == {"qian.fire": 1, "sun.planning": 1}

    def test_a_posting_is_no_deadline(self, world: World) -> None:
        posted(world)
        assert ahead(world, 30) == []
