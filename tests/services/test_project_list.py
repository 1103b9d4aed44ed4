"""The project list: the same for the page and the command line, by code, by name, by whatever stands above."""

from __future__ import annotations

import pytest

from services.organisation import OrganisationMissing
from services.project_filter import Filter, Sort, StageUnknown, State
from services.project_list import ProjectList, list_projects
from services.reading import Reading
from services.rendition import as_data
from states.clock import Light
from tests.world import World


@pytest.fixture
def city(world: World) -> World:
    """Four projects in two districts: under way in a street, suspended, in the other district, terminated."""
    world.enrol("SN-2026-001", "幸福里小区")
    world.enrol("SN-2026-002", "惠德花园")
    world.enrol("SN-2026-003", "河边村", "sunny-bei")
    world.enrol("SN-2026-004", "新华村", "sunny-nan")
    world.advance("SN-2026-002", "suspend", "wang.district", reason="汛期停工")
    world.advance("SN-2026-004", "terminate", "zhao.city")
    return world


def listed(world: World, wanted: Filter, *, strict: bool = False) -> ProjectList:
    with world.read() as session:
        return list_projects(session, Reading(world.city, world.now), wanted, size=None, strict=strict)


def codes(world: World, **wanted: object) -> list[str]:
    return [line.code[-3:] for line in listed(world, Filter(**wanted, sort=Sort.code), strict=True).lines]


class TestListProjects:
    @pytest.mark.parametrize(
        ("wanted", "expected"),
        [
            ({}, ["001", "002", "003", "004"]),
            ({"place": "阳光市"}, ["001", "002", "003", "004"]),
            ({"place": "sunny-nan"}, ["001", "002", "004"]),
            ({"place": "花园街道"}, ["001", "002"]),
            ({"stage": "mobilization"}, ["001", "002", "003"]),
            ({"stage": "宣传动员"}, ["001", "002", "003"]),
            ({"light": Light.grey}, ["002"]),
            ({"light": Light.green, "place": "南山区"}, ["001"]),
            ({"state": State.ended}, ["004"]),
        ],
    )
    def test_narrows_by_code_or_name(self, city: World, wanted: dict[str, object], expected: list[str]) -> None:
        assert codes(city, **wanted) == expected

    @pytest.mark.parametrize(
        ("wanted", "error"),
        [(Filter(stage="飞行"), StageUnknown), (Filter(place="西山区"), OrganisationMissing)],
    )
    def test_what_nobody_knows_is_an_empty_list_or_where_strict_an_error(
        self, city: World, wanted: Filter, error: type[Exception]
    ) -> None:
        assert listed(city, wanted).lines == ()
        with pytest.raises(error, match=wanted.stage or wanted.place):
            listed(city, wanted, strict=True)

    def test_a_line_says_who_holds_it_and_what_is_left(self, city: World) -> None:
        first, suspended, _, ended = listed(city, Filter(sort=Sort.code)).lines
        assert (first.holder, first.left, first.district_name) == ("花园街道", "剩 10 个工作日", "南山区")
        assert (suspended.light, suspended.left) == (Light.grey, "暂停，剩 10 个工作日")
        assert (ended.holder, ended.left, ended.due_on, ended.is_ended) == ("", "", None, True)

    def test_more_projects_than_one_statement_takes_all_have_their_clock(
        self, city: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("services.chunk.CHUNK", 2)
        assert [bool(line.left) for line in listed(city, Filter(sort=Sort.code)).lines] == [True, True, True, False]


class TestAsData:
    def test_a_line_is_plain_data_in_the_language_asked_for(self, city: World) -> None:
        with city.read() as session:
            look = Reading(city.city, city.now, "en")
            (line,) = list_projects(session, look, Filter(q="幸福")).lines
        data = as_data(line, "en")
        assert (data["light"], data["light_label"]) == ("green", "● green, in time")
        assert (data["left"], data["due_on"]) == ("10 working day(s) left", "2026-03-16")
