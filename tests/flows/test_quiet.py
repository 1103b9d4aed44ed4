"""Quiet hours on a clock that is told: letters of the evening go out the next morning, and nothing turns in circles."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest
from sqlalchemy import select

from models.delivery import Delivery
from models.person import Person
from runtime.office import Office
from services.message import post
from services.quiet import QuietHours
from tests.services.test_preference import MOVED
from tests.world import World


@pytest.fixture
def world(world: World) -> World:
    """A city whose messages also go into files."""
    return replace(world, channels=("file",))


def relayed(at: Office, world: World) -> int:
    """Relay until nothing is due; how many events that took."""
    from flows.relay import relay_once

    total = 0
    while events := relay_once(at, "test", now=world.now).events:
        total += events
        assert total < 50, "an event that is held back must not be claimed again at once"
    return total


def test_a_letter_of_the_evening_goes_out_in_the_morning(world: World, office: Office) -> None:
    from flows import handling

    city = replace(world.city, quiet=QuietHours(time(22), time(7)))
    at = replace(office, opened=city)
    handling.use(at)
    world.to("2026-03-02", 21)
    with world.write() as session:
        people = session.scalars(select(Person).where(Person.login == "li.street")).all()
        post(session, city, MOVED, people, once="event:1", now=world.now)  # due at once, but the relay was down
    world.to("2026-03-02", 23)
    assert relayed(at, world) == 1  # as of when it was due: nine in the evening, not quiet yet
    with world.write() as session:
        post(session, city, MOVED, people, once="event:2", now=world.now)
    assert relayed(at, world) == 0
    world.to("2026-03-03", 9)
    assert relayed(at, world) == 1
    with world.read() as session:
        sent = session.scalars(select(Delivery).order_by(Delivery.id)).all()
    assert [delivery.status for delivery in sent] == ["sent", "sent"]
    assert [f"{delivery.changed_at.astimezone(city.zone):%d %H:%M}" for delivery in sent] == ["02 21:00", "03 07:00"]
