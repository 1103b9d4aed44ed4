"""Messages: one cause reaches a person once, however often it is handled, through every channel of the city."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from models.delivery import Delivery, InboxMessage, SuppressedNotice
from models.outbox import OutboxEvent
from models.person import Person
from notifications.channel import DeliveryFailed, Receipt
from notifications.message import DeadlineBreached, Message, ProjectMoved, from_payload
from services.delivery import SENDING, DeliveryStatus, begin, break_off, finish
from services.message import Suppressed, post, suppress
from services.outbox import claim
from services.outbox_state import outbox_state
from services.reaction import REACTIONS
from services.sweep import sweep
from states.role import Role
from tests.way import CODE, approve, hire, opened, surveyed
from tests.world import World


def received(world: World) -> Counter[tuple[str, str]]:
    with world.read() as session:
        return Counter((m.person.login, m.kind) for m in session.scalars(select(InboxMessage)))


def deliveries(world: World) -> list[Delivery]:
    with world.read() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


class TestOnce:
    def test_every_kind_of_event_handled_twice_tells_each_person_once(self, world: World) -> None:
        opened(world)
        approve(world)
        world.enrol("SN-2026-002", "惠德花园")
        world.to("2026-03-17")
        with world.write() as session:
            sweep(session, world.city, now=world.now)
        while True:
            with world.write() as session:
                events = claim(session, "test", now=world.now)
            if not events:
                break
            for event in events:
                world.handle(event)
                before = received(world)
                with world.write() as session:  # another relay had it too
                    REACTIONS[event.kind].handle(session, world.city, event, world.now)
                assert received(world) == before, event.kind
        assert received(world)["wang.district", "review_settled"] == 1
        assert received(world)["li.street", "deadline_breached"] == 1

    def test_who_is_named_twice_in_one_cause_gets_one_message(self, world: World) -> None:
        hire(world, "wang.district", "sunny-nan-hua", Role.coordinator)
        surveyed(world)
        world.advance(CODE, "finish_survey", "li.street")
        world.react()
        assert received(world) == {("wang.district", "project_moved"): 1}

    def test_another_cause_is_another_message(self, world: World) -> None:
        message = ProjectMoved(
            project_code=CODE, project_name="幸福里小区", link="/projects/x", actor="李街道", from_step="摸底调查",
            to_step="方案设计", reason="", moved_on=world.now.date(), next_action="提交方案",
        )  # fmt: skip
        with world.write() as session:
            people = session.scalars(select(Person).where(Person.login == "li.street")).all()
            told = [post(session, world.city, message, people, once=f"event:{n}", now=world.now) for n in (1, 1, 2)]
        assert told == [1, 0, 1]

    def test_who_has_left_is_not_told(self, world: World) -> None:
        opened(world)
        with world.write() as session:
            session.scalars(select(Person).where(Person.login == "wang.district")).one().active = False
        approve(world)
        world.react()
        assert ("wang.district", "review_settled") not in received(world)


class TestOnceADay:
    """The same deadline message reaches a person once a day, whatever event tells it; the others are kept."""

    def breached(self, clock: int = 1) -> DeadlineBreached:
        return DeadlineBreached(
            project_code=CODE, project_name="幸福里小区", link=f"/projects/{CODE}#clock-{clock}", what="摸底期限",
            due_on=date(2026, 3, 16), working_days_over=1, holder="花园街道", rule="摸底期限", duty="公开原因",
        )  # fmt: skip

    def tell(self, world: World, message: Message, once: str, *logins: str) -> int:
        with world.write() as session:
            people = session.scalars(select(Person).where(Person.login.in_(logins))).all()
            return post(session, world.city, message, people, once=once, now=world.now)

    def test_a_second_event_of_the_day_tells_only_who_has_not_heard_it(self, world: World) -> None:
        world.channels = ("file",)
        assert self.tell(world, self.breached(), "event:1", "li.street") == 1
        assert self.tell(world, self.breached(), "event:2", "li.street", "wang.district") == 1
        assert received(world) == {("li.street", "deadline_breached"): 1, ("wang.district", "deadline_breached"): 1}
        assert len(deliveries(world)) == 2

    def test_what_repeats_is_kept_whole_and_names_the_message_that_said_it(self, world: World) -> None:
        self.tell(world, self.breached(), "event:1", "li.street")
        self.tell(world, self.breached(), "event:2", "li.street")
        with world.read() as session:
            kept = session.scalars(select(SuppressedNotice)).one()
            assert (kept.person.login, kept.reason, kept.message_id) == ("li.street", "repeated", 1)
            assert from_payload(kept.kind, kept.payload) == self.breached()
            assert outbox_state(session)["suppressed_count"] == 1

    def test_a_repetition_handled_twice_is_kept_once(self, world: World) -> None:
        self.tell(world, self.breached(), "event:1", "li.street")
        for _ in range(2):
            assert self.tell(world, self.breached(), "event:2", "li.street") == 0
        with world.read() as session:
            assert len(session.scalars(select(SuppressedNotice)).all()) == 1

    def test_another_clock_and_another_day_are_told(self, world: World) -> None:
        self.tell(world, self.breached(1), "event:1", "li.street")
        assert self.tell(world, self.breached(2), "event:2", "li.street") == 1
        world.tick(hours=13)  # ten in the evening, the same day
        assert self.tell(world, self.breached(1), "event:3", "li.street") == 0
        world.tick(hours=3)  # one in the morning, the next day in the city, still the same in UTC
        assert self.tell(world, self.breached(1), "event:4", "li.street") == 1

    def test_the_database_itself_refuses_the_second_of_two_at_once(self, world: World) -> None:
        self.tell(world, self.breached(), "event:1", "li.street")
        with pytest.raises(IntegrityError, match="topic"), world.write() as session:
            first = session.scalars(select(InboxMessage)).one()
            columns = ("person_id", "kind", "payload", "created_at", "topic", "topic_on")
            session.add(InboxMessage(once="event:2:2", **{name: getattr(first, name) for name in columns}))

    def test_what_is_not_a_reminder_is_never_held_back(self, world: World) -> None:
        message = ProjectMoved(
            project_code=CODE, project_name="幸福里小区", link=f"/projects/{CODE}", actor="李街道",
            from_step="摸底调查", to_step="方案设计", moved_on=date(2026, 3, 2),
        )  # fmt: skip
        assert [self.tell(world, message, f"event:{n}", "li.street") for n in range(3)] == [1, 1, 1]

    def test_a_notice_over_the_budget_is_kept_and_handled_once(self, world: World) -> None:
        with world.write() as session:
            people = session.scalars(select(Person).where(Person.login == "li.street")).all()
            kept = [
                suppress(session, self.breached(), people, once="event:7", reason=Suppressed.budget, now=world.now)
                for _ in range(2)
            ]
            assert kept == [1, 0]
            assert session.scalars(select(SuppressedNotice.reason)).all() == ["budget"]
            assert post(session, world.city, self.breached(), people, once="event:7", now=world.now) == 0


@pytest.fixture
def posting(world: World) -> World:
    """A city with two channels, in which one message waits to be sent through both."""
    world.channels = ("file", "smtp")
    surveyed(world)
    world.advance(CODE, "finish_survey", "li.street")
    world.react()
    return world


class TestDelivery:
    def test_one_for_each_channel_each_with_its_event(self, posting: World) -> None:
        assert [(d.channel, d.status, d.attempts) for d in deliveries(posting)] == [
            ("file", "waiting", 0),
            ("smtp", "waiting", 0),
        ]
        with posting.read() as session:
            events = session.scalars(select(OutboxEvent).where(OutboxEvent.kind == "delivery_requested")).all()
        assert [e.payload["delivery"] for e in events] == [d.id for d in deliveries(posting)]

    def test_sent_again_after_a_crash_it_keeps_its_message_id(self, posting: World) -> None:
        number = deliveries(posting)[0].id
        letters = []
        for _ in range(2):  # the first sender died after the mark and before the receipt
            with posting.write() as session:
                letters.append(begin(session, posting.city, number, now=posting.now))
            posting.now += SENDING
        assert letters[0] == letters[1]
        assert letters[0] is not None
        assert letters[0].receiver.email == "wang.district@sunny.example"
        assert deliveries(posting)[0].attempts == 2

    def test_what_was_sent_is_not_handed_out_again(self, posting: World) -> None:
        number = deliveries(posting)[0].id
        with posting.write() as session:
            begin(session, posting.city, number, now=posting.now)
            finish(session, number, Receipt("250", "x" * 5000), now=posting.now)
        with posting.write() as session:
            assert begin(session, posting.city, number, now=posting.now) is None
        assert (deliveries(posting)[0].status, len(deliveries(posting)[0].detail or "")) == ("sent", 1000)

    @pytest.mark.parametrize(("retryable", "status"), [(True, DeliveryStatus.failed), (False, DeliveryStatus.dead)])
    def test_a_failure_is_written_down_and_only_a_lasting_one_ends_it(
        self, posting: World, retryable: bool, status: DeliveryStatus
    ) -> None:
        number = deliveries(posting)[1].id
        with posting.write() as session:
            begin(session, posting.city, number, now=posting.now)
            break_off(session, number, failure(retryable), now=posting.now, over=not retryable)
        assert deliveries(posting)[1].status == status
        assert len(deliveries(posting)[1].code or "") == 60  # as the column takes it
        with posting.write() as session:
            assert (begin(session, posting.city, number, now=posting.now) is None) is not retryable


def failure(retryable: bool) -> DeliveryFailed:
    return DeliveryFailed(
        channel="smtp", provider_code="550 " + "x" * 200, provider_text="mailbox unknown", retryable=retryable
    )
