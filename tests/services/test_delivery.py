"""Deliveries: nobody sends what another may be sending, in quiet hours, or beyond a channel's limit; tries over a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from models.delivery import Delivery
from models.person import Person
from notifications.channel import DeliveryFailed, DeliveryPostponed, Receipt
from notifications.message import ProjectMoved
from services.delivery import SENDING, Letter, begin, break_off, finish, hold_back, waits
from services.message import post
from services.quiet import QuietHours
from tests.world import World

MOVED = ProjectMoved(
    project_code="SN-2026-001", project_name="幸福里小区", link="/projects/SN-2026-001", actor="李街道",
    from_step="摸底调查", to_step="方案设计", moved_on=date(2026, 3, 2),
)  # fmt: skip


@pytest.fixture
def posting(world: World) -> World:
    """Three letters to mail, three into files."""
    world.channels = ("smtp", "file")
    with world.write() as session:
        people = session.scalars(select(Person).order_by(Person.id).limit(3)).all()
        post(session, world.city, MOVED, people, once="event:1", now=world.now)
    return world


def deliveries(world: World, channel: str) -> list[Delivery]:
    with world.read() as session:
        return list(session.scalars(select(Delivery).where(Delivery.channel == channel).order_by(Delivery.id)))


def take(world: World, number: int, *, at_most: int | None = None) -> Letter | None:
    with world.write() as session:
        return begin(session, world.city, number, now=world.now, at_most=at_most)


def postponed(world: World, number: int, *, at_most: int | None = None) -> DeliveryPostponed:
    with pytest.raises(DeliveryPostponed) as caught:
        take(world, number, at_most=at_most)
    return caught.value


class TestBegin:
    def test_what_another_process_may_be_sending_is_left_alone_until_it_must_be_dead(self, posting: World) -> None:
        number = deliveries(posting, "smtp")[0].id
        first = take(posting, number)
        posting.tick(seconds=60)
        assert postponed(posting, number).after_seconds == SENDING.total_seconds() - 60
        posting.now += SENDING
        assert take(posting, number) == first

    def test_no_more_letters_are_under_way_through_a_channel_than_allowed(self, posting: World) -> None:
        one, two, three = (delivery.id for delivery in deliveries(posting, "smtp"))
        assert take(posting, one, at_most=2)
        assert take(posting, two, at_most=2)
        held = postponed(posting, three, at_most=2)
        assert 2 <= (held.after_seconds or 0) <= 6
        assert take(posting, deliveries(posting, "file")[0].id, at_most=2)
        with posting.write() as session:
            finish(session, one, Receipt("250", ""), now=posting.now)
        assert take(posting, three, at_most=2)

    def test_a_dead_sender_gives_its_place_back(self, posting: World) -> None:
        one, two, _ = (delivery.id for delivery in deliveries(posting, "smtp"))
        take(posting, one, at_most=1)
        assert postponed(posting, two, at_most=1)
        posting.now += SENDING
        assert take(posting, two, at_most=1)

    def test_a_retry_that_falls_into_quiet_hours_waits_for_their_end(self, posting: World) -> None:
        number = deliveries(posting, "smtp")[0].id
        posting.to("2026-03-02", 23)
        city = replace(posting.city, quiet=QuietHours(time(22), time(7)))
        with pytest.raises(DeliveryPostponed) as caught, posting.write() as session:
            begin(session, city, number, now=posting.now)
        assert caught.value.after_seconds == 8 * 3600
        assert deliveries(posting, "smtp")[0].attempts == 0


class TestHoldBack:
    def test_a_letter_the_channel_held_back_was_not_tried(self, posting: World) -> None:
        number = deliveries(posting, "smtp")[0].id
        take(posting, number)
        with posting.write() as session:
            hold_back(session, number, now=posting.now)
        held = deliveries(posting, "smtp")[0]
        assert (held.status, held.attempts) == ("waiting", 0)
        assert take(posting, number)


class TestBreakOff:
    def test_a_letter_given_up_after_the_last_try_says_why(self, posting: World) -> None:
        number = deliveries(posting, "smtp")[0].id
        take(posting, number)
        away = DeliveryFailed(channel="smtp", provider_code="421", provider_text="busy", retryable=True)
        with posting.write() as session:
            break_off(session, number, away, now=posting.now, over=True)
        dead = deliveries(posting, "smtp")[0]
        assert (dead.status, dead.code) == ("dead", "421")
        assert take(posting, number) is None


class TestWaits:
    @pytest.mark.parametrize("hours", [1, 24, 72])
    def test_they_grow_and_together_last_as_long_as_set(self, hours: int) -> None:
        found = waits(hours, "17")
        total = timedelta(hours=hours).total_seconds()
        assert total <= sum(found) <= total * 1.2
        assert found[0] == 2
        assert max(found) <= 14_400 * 1.2
        assert list(found[:4]) == sorted(found[:4])

    def test_a_night_without_mail_server_takes_few_tries(self) -> None:
        assert len(waits(24, "17")) <= 14

    def test_letters_that_failed_together_come_back_apart(self) -> None:
        fifth = {waits(24, str(number))[5] for number in range(200)}
        assert len(fifth) > 100
        assert waits(24, "17") == waits(24, "17")
