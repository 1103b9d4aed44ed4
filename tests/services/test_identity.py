"""Who may do what: over every step, trigger and person, exactly the seats the pack names get through."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from models.organisation import Organisation
from models.person import Person
from services.identity import (
    Actor,
    MoveForbidden,
    PersonUnknown,
    find_actor,
    people_in_seat,
    seat_in_charge,
    system_actor,
)
from services.organisation import Entering, ensure_organisation, find_organisation
from services.organisation_tree import load_tree
from services.project import Command, advance, find_project
from states.machine import MoveNotFromHere
from states.refusal import MoveRefused
from states.role import Level, Role, Seat
from tests.way import CODE, hire
from tests.world import PEOPLE, World

# read off the small pack and the people of the world by hand, not computed from them
SURVEY, DESIGN, REVIEW, POSTING, TAKEOVER = ORDINARY = ("survey", "design", "joint_review", "posting", "takeover")
MAY = {
    ("finish_survey", SURVEY): {"li.street"},
    ("submit_plan", DESIGN): {"wang.district"},
    ("accept_plan", REVIEW): {"system"},
    ("return_plan", REVIEW): {"system"},
    ("close_posting", POSTING): {"li.street"},
    ("strike_off", TAKEOVER): {"wang.district"},
    ("resume", "suspended"): {"wang.district"},
    **{("suspend", step): {"wang.district"} for step in ORDINARY},
    **{("terminate", step): {"zhao.city"} for step in ORDINARY},
}
STEPS = (*ORDINARY, "suspended", "struck_off", "terminated")


class Undone(Exception):
    """Takes a move back again."""


def stand(world: World, step: str) -> None:
    """Put the project there directly."""
    with world.write() as session:
        project = find_project(session, CODE)
        project.step, project.resume_step = step, "design" if step == "suspended" else None


def gets_through(world: World, trigger: str, actor: Actor) -> bool:
    """Whether the person is let through to the requirements; nothing stays moved."""
    command = Command(CODE, trigger, actor, world.request(), world.now, reason="核对权限", source="test")
    try:
        with world.write() as session:
            advance(session, world.city, command)
            raise Undone
    except (MoveRefused, Undone):
        return True
    except MoveForbidden:
        return False


class TestMoves:
    @pytest.fixture
    def everybody(self, world: World) -> dict[str, Actor]:
        """All people of the city, a coordinator of the other district, and the system."""
        world.enrol()
        hire(world, "chen.bei", "sunny-bei", Role.coordinator)
        actors = {login: world.actor(login) for login in (*(p[0] for p in PEOPLE), "chen.bei")}
        return {**actors, "system": system_actor("plan_review", world.pack.id)}

    @pytest.mark.parametrize("step", STEPS)
    def test_exactly_the_seats_the_pack_names_get_past_the_door(
        self, world: World, everybody: dict[str, Actor], step: str
    ) -> None:
        stand(world, step)
        for trigger in sorted(world.pack.procedure.triggers):
            if (trigger, step) not in MAY:
                with pytest.raises(MoveNotFromHere):
                    gets_through(world, trigger, everybody["zhao.city"])
                continue
            through = {login for login, actor in everybody.items() if gets_through(world, trigger, actor)}
            assert through == MAY[trigger, step], (trigger, step)

    def test_the_computed_space_covers_every_move_of_the_pack(self, world: World) -> None:
        assert set(MAY) == {(m.trigger, source) for m in world.pack.procedure.moves for source in m.sources}

    def test_a_person_who_has_left_is_nobody_any_more(self, world: World) -> None:
        with world.write() as session:
            session.query(Person).where(Person.login == "li.street").update({"active": False})
        with pytest.raises(PersonUnknown, match=r"li\.street"):
            world.actor("li.street")


class TestSeatInCharge:
    def seat(self, world: World, organisation: str, level: Level) -> str:
        with world.read() as session:
            return seat_in_charge(session, find_organisation(session, organisation), level).code

    def test_is_the_one_of_that_level_else_the_next_above(self, world: World) -> None:
        assert self.seat(world, "sunny-nan-hua", Level.street) == "sunny-nan-hua"
        assert self.seat(world, "sunny-nan-hua", Level.district) == "sunny-nan"
        assert self.seat(world, "sunny-nan-hua", Level.community) == "sunny-nan-hua"
        assert self.seat(world, "sunny-nan", Level.street) == "sunny-nan"

    def test_the_tree_read_at_once_names_the_same_for_every_place_and_level(self, world: World) -> None:
        with world.read() as session:
            tree = load_tree(session)
            for place in session.scalars(select(Organisation)):
                for level in Level:
                    assert tree.in_charge(place.id, level).id == seat_in_charge(session, place, level).id

    def test_what_is_the_city_s_never_falls_to_somebody_below_the_topmost(self, world: World) -> None:
        """A district that runs by itself has no city: its own office stands in, not the street."""
        entering = Entering("system:setup", "test", world.now)
        with world.write() as session:
            top = ensure_organisation(session, "moon", "月亮区", Level.district, entering=entering)
            ensure_organisation(session, "moon-hua", "花园街道", Level.street, entering=entering, parent=top)
        hire(world, "boss.district", "moon", Role.coordinator)
        hire(world, "clerk.street", "moon-hua", Role.coordinator)
        world.enrol(organisation="moon-hua", login="boss.district")
        assert self.seat(world, "moon-hua", Level.city) == "moon"
        assert not gets_through(world, "terminate", world.actor("clerk.street"))
        assert gets_through(world, "terminate", world.actor("boss.district"))

    def test_people_in_a_seat_are_those_who_are_there_now(self, world: World) -> None:
        with world.read() as session:
            street = find_organisation(session, "sunny-nan-hua")
            found = people_in_seat(session, Seat.parse("coordinator@district"), street)
            assert [person.login for person in found] == ["wang.district"]
            assert people_in_seat(session, Seat.parse("system"), street) == ()

    def test_grants_are_read_with_the_person(self, world: World) -> None:
        with world.read() as session:
            actor = find_actor(session, "wang.district")
        assert [(grant.role, grant.level) for grant in actor.grants] == [(Role.coordinator, "district")]
