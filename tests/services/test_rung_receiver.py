"""Receivers of a rung: the handler, the head of the unit, the lead department, seats; never nobody."""

from __future__ import annotations

from models.clock import Clock
from models.person import Person
from policy.schema_entry import RungEntry
from services.pack import pack_of
from services.project import find_project
from services.rung_receiver import receivers_of
from states.role import Role
from tests.way import CODE, clock_of, clocks, hire, opened, surveyed
from tests.world import World


def told(world: World, clock: Clock, *to: str) -> list[str]:
    """Who a rung with these receivers tells of a clock."""
    with world.read() as session:
        project = find_project(session, CODE)
        rung = RungEntry(code="r", label="级", at="breach", to=to, source="office")
        return [one.login for one in receivers_of(session, project, pack_of(project.pack_version), clock, rung)]


def fire_clock(world: World) -> Clock:
    opened(world)
    return next(clock for clock in clocks(world, "task") if clock.label.startswith("南山区消防"))


def leave(world: World, login: str) -> None:
    """The person is not in office any more."""
    with world.write() as session:
        session.query(Person).filter(Person.login == login).one().active = False


class TestReceiversOf:
    def test_a_step_is_handled_by_its_office_and_headed_by_the_one_above(self, world: World) -> None:
        surveyed(world)
        survey = clock_of(world, "survey_limit")
        assert told(world, survey, "holder") == ["li.street"]
        assert told(world, survey, "unit_head") == ["wang.district"]
        assert told(world, survey, "lead") == ["wang.district"]

    def test_a_department_s_task_is_its_reviewers_and_the_lead_department_leads(self, world: World) -> None:
        clock = fire_clock(world)
        assert told(world, clock, "holder") == ["qian.fire"]
        assert told(world, clock, "lead") == ["sun.planning"]

    def test_the_head_is_the_unit_s_own_coordinator_where_it_has_one(self, world: World) -> None:
        clock = fire_clock(world)
        assert told(world, clock, "unit_head") == ["wang.district"]
        hire(world, "he.fire", "sunny-nan-fire", Role.coordinator)
        assert told(world, clock, "unit_head") == ["he.fire"]

    def test_who_is_named_twice_is_told_once(self, world: World) -> None:
        surveyed(world)
        survey = clock_of(world, "survey_limit")
        assert told(world, survey, "unit_head", "coordinator@district", "lead") == ["wang.district"]

    def test_an_empty_seat_is_stood_in_for_from_above(self, world: World) -> None:
        surveyed(world)
        survey = clock_of(world, "survey_limit")
        leave(world, "li.street")
        assert told(world, survey, "holder") == ["wang.district"]
        leave(world, "wang.district")
        assert told(world, survey, "holder", "coordinator@district") == ["zhao.city"]
        leave(world, "zhao.city")
        assert told(world, survey, "holder") == []
