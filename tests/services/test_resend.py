"""Resending: what was given up is queued again, by who may, once, under the same message id."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.delivery import Delivery
from models.outbox import OutboxEvent
from models.person import Person
from notifications.channel import DeliveryFailed
from notifications.message import ProjectMoved
from services.delivery import begin, break_off
from services.identity import find_actor
from services.keeping import Keeping
from services.message import post
from services.outbox_state import outbox_state
from services.resend import DeliveryMissing, DeliveryNotDead, ResendForbidden, resend, resend_all
from tests.world import World

REFUSED = DeliveryFailed(channel="smtp", provider_code="550", provider_text="mailbox unknown", retryable=False)


@pytest.fixture
def dead(world: World) -> World:
    """Three people whose letters were refused by mail and by the chat."""
    world.channels = ("smtp", "dingtalk")
    message = ProjectMoved(
        project_code="SN-2026-001", project_name="幸福里小区", link="/projects/SN-2026-001", actor="李街道",
        from_step="摸底调查", to_step="方案设计", moved_on=date(2026, 3, 2),
    )  # fmt: skip
    with world.write() as session:
        people = session.scalars(select(Person).order_by(Person.id).limit(3)).all()
        post(session, world.city, message, people, once="event:1", now=world.now)
    for delivery in deliveries(world):
        with world.write() as session:
            begin(session, world.city, delivery.id, now=world.now)
            break_off(session, delivery.id, REFUSED, now=world.now, over=True)
    return world


def deliveries(world: World) -> list[Delivery]:
    with world.read() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def keeping(world: World, login: str = "wu.system", request_id: str | None = None) -> Keeping:
    with world.read() as session:
        return Keeping(find_actor(session, login), world.now, "test", request_id, "地址已更正")


def events(world: World) -> list[OutboxEvent]:
    with world.read() as session:
        return list(session.scalars(select(OutboxEvent).where(OutboxEvent.title.startswith("重发"))))


class TestResend:
    def test_goes_out_again_to_the_address_of_today_under_the_same_id(self, dead: World) -> None:
        with dead.write() as session:
            session.scalars(select(Person).where(Person.login == "wang.district")).one().email = "new@sunny.example"
            resend(session, 1, keeping(dead))
        (event,) = events(dead)
        assert (event.lane, event.payload, event.failures) == ("smtp", {"delivery": 1}, 0)
        with dead.write() as session:
            letter = begin(session, dead.city, 1, now=dead.now)
        assert letter is not None
        assert (letter.message_id, letter.receiver.email) == ("event:1:1:smtp", "new@sunny.example")

    def test_ones_own_letter_may_be_resent_by_oneself_but_nobody_elses(self, dead: World) -> None:
        with pytest.raises(ResendForbidden, match="李街道"), dead.write() as session:
            resend(session, 1, keeping(dead, "li.street"))
        with dead.write() as session:
            resend(session, 1, keeping(dead, "wang.district"))
        assert deliveries(dead)[0].status == "waiting"

    def test_what_is_on_its_way_or_unknown_is_not(self, dead: World) -> None:
        with dead.write() as session:
            resend(session, 1, keeping(dead))
        with pytest.raises(DeliveryNotDead), dead.write() as session:
            resend(session, 1, keeping(dead))
        with pytest.raises(DeliveryMissing, match="99"), dead.write() as session:
            resend(session, 99, keeping(dead))

    def test_a_repeated_request_queues_it_once_and_the_history_has_it(self, dead: World) -> None:
        for _ in range(2):
            with dead.write() as session:
                resend(session, 1, keeping(dead, request_id="press-1"))
        assert len(events(dead)) == 1
        with dead.read() as session:
            entry = session.scalars(select(AuditEntry).where(AuditEntry.subject == "delivery")).one()
        assert (entry.action, entry.actor, entry.reason) == ("resent", "wu.system", "地址已更正")


class TestResendAll:
    def test_takes_every_one_of_a_channel_once(self, dead: World) -> None:
        with dead.write() as session:
            assert resend_all(session, keeping(dead), channel="smtp") == 3
            assert resend_all(session, keeping(dead), channel="smtp") == 0
        assert [delivery.status for delivery in deliveries(dead)] == ["waiting", "dead"] * 3
        with dead.write() as session:
            assert resend_all(session, keeping(dead)) == 3
        assert len(events(dead)) == 6

    def test_is_for_administrators(self, dead: World) -> None:
        with pytest.raises(ResendForbidden), dead.write() as session:
            resend_all(session, keeping(dead, "wang.district"))


class TestOutboxState:
    def test_shows_the_queue_of_each_channel_with_its_age(self, dead: World) -> None:
        with dead.write() as session:
            resend(session, 1, keeping(dead))
        with dead.read() as session:
            state = outbox_state(session)
        chat, mail = state["queue"]
        assert (mail["channel"], mail["waiting"], mail["dead"]) == ("smtp", 1, 2)
        assert (mail["oldest"], mail["next_due"]) == (dead.now, dead.now)
        assert (chat["channel"], chat["dead"], chat["oldest"]) == ("dingtalk", 3, None)
        assert (state["dead_count"], len(state["dead"])) == (5, 5)
