"""Preferences: each kind as its receiver wants it, but nobody switches off what has to be delivered."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.delivery import Delivery, InboxMessage
from models.outbox import OutboxEvent
from models.person import Person
from notifications.base import MessageKindUnknown
from notifications.message import DeadlineBreached, Message, ProjectMoved
from notifications.supervision import OrderIssued
from services.delivery import begin
from services.identity import find_actor
from services.keeping import Keeping
from services.message import post
from services.outbox import claim
from services.preference import EVERY_KIND, Choice, Preference, Way, preference_of
from services.preference_change import (
    ChannelNotInForce,
    Manner,
    NoticeMandatory,
    PreferenceForbidden,
    choose,
    forget_choice,
    set_manner,
)
from services.quiet import NEVER, QuietHours
from states.order import OrderColour
from tests.world import World

MOVED = ProjectMoved(
    project_code="SN-2026-001", project_name="幸福里小区", link="/projects/SN-2026-001", actor="李街道",
    from_step="摸底调查", to_step="方案设计", moved_on=date(2026, 3, 2),
)  # fmt: skip
OVER = DeadlineBreached(
    project_code="SN-2026-001", project_name="幸福里小区", link="/projects/SN-2026-001#clock-1", what="摸底期限",
    due_on=MOVED.moved_on, working_days_over=1, holder="花园街道", rule="摸底期限", duty="公开原因",
)  # fmt: skip


@pytest.fixture
def world(world: World) -> World:
    """A city with mail, a chat group and files."""
    return replace(world, channels=("smtp", "dingtalk", "file"))


def keeping(world: World, login: str, request_id: str | None = None) -> Keeping:
    with world.read() as session:
        return Keeping(find_actor(session, login), world.now, "test", request_id)


def wants(
    world: World, kind: str, way: Way, *channels: str, login: str = "li.street", by: str | None = None, **more: Any
) -> Preference:
    with world.write() as session:
        return choose(session, world.city, login, kind, way, channels, keeping(world, by or login, **more))


def tell(world: World, message: Message, *, once: str = "event:1", login: str = "li.street") -> list[str]:
    """Post to one person; the channels it is queued for."""
    with world.write() as session:
        people = session.scalars(select(Person).where(Person.login == login)).all()
        post(session, world.city, message, people, once=once, now=world.now)
    with world.read() as session:
        mine = select(Delivery).join(InboxMessage).where(InboxMessage.once.startswith(once))
        return [delivery.channel for delivery in session.scalars(mine.order_by(Delivery.id))]


class TestChannels:
    def test_who_has_chosen_nothing_is_told_through_every_channel(self, world: World) -> None:
        assert tell(world, MOVED) == ["smtp", "dingtalk", "file"]

    def test_a_kind_goes_through_the_chosen_channels_only(self, world: World) -> None:
        wants(world, "project_moved", Way.channels, "file")
        assert tell(world, MOVED) == ["file"]
        assert tell(world, OVER, once="event:2") == ["smtp", "dingtalk", "file"]

    def test_a_choice_for_every_kind_holds_where_a_kind_has_none_of_its_own(self, world: World) -> None:
        wants(world, EVERY_KIND, Way.channels, "smtp")
        wants(world, "project_moved", Way.digest)
        assert tell(world, OVER) == ["smtp"]
        assert tell(world, MOVED, once="event:2") == []

    @pytest.mark.parametrize("way", [Way.digest, Way.inbox])
    def test_what_is_not_sent_is_in_the_inbox_at_once(self, world: World, way: Way) -> None:
        wants(world, EVERY_KIND, way)
        assert tell(world, MOVED) == []
        with world.read() as session:
            assert session.scalars(select(InboxMessage.kind)).all() == ["project_moved"]

    def test_what_has_to_be_delivered_is_sent_whatever_holds_for_every_kind(self, world: World) -> None:
        wants(world, EVERY_KIND, Way.inbox)
        assert tell(world, OVER) == ["smtp", "dingtalk", "file"]

    def test_where_no_chosen_channel_is_in_force_any_more_only_the_mandatory_takes_all(self) -> None:
        gone = Preference(choices={EVERY_KIND: Choice(Way.channels, ("feishu",))})
        assert gone.channels("deadline_breached", ("smtp", "file")) == ("smtp", "file")
        assert gone.channels("project_moved", ("smtp", "file")) == ()

    def test_nobody_elses_letters_change(self, world: World) -> None:
        wants(world, EVERY_KIND, Way.inbox)
        assert tell(world, MOVED, login="wang.district") == ["smtp", "dingtalk", "file"]


class TestChoose:
    @pytest.mark.parametrize("kind", ["deadline_breached", "incident_raised", "rectification_opened"])
    def test_a_mandatory_kind_is_not_switched_off_but_its_channel_may_be_chosen(self, world: World, kind: str) -> None:
        for way in (Way.digest, Way.inbox):
            with pytest.raises(NoticeMandatory):
                wants(world, kind, way)
        assert wants(world, kind, Way.channels, "smtp").channels(kind, world.channels) == ("smtp",)

    def test_an_unknown_kind_or_channel_is_named_and_nothing_is_kept(self, world: World) -> None:
        with pytest.raises(MessageKindUnknown, match="lift_accepted"):
            wants(world, "lift_accepted", Way.digest)
        with pytest.raises(ChannelNotInForce, match=r"fax.*smtp、dingtalk、file"):
            wants(world, "project_moved", Way.channels, "fax")
        with world.read() as session:
            assert preference_of(session, 2).choices == {}

    def test_only_they_themselves_or_a_system_administrator(self, world: World) -> None:
        with pytest.raises(PreferenceForbidden, match="王专员"):
            wants(world, "project_moved", Way.digest, by="wang.district")
        assert wants(world, "project_moved", Way.digest, by="wu.system").choices == {
            "project_moved": Choice(Way.digest)
        }

    def test_each_change_is_in_the_history_with_what_was_before(self, world: World) -> None:
        wants(world, "project_moved", Way.channels, "smtp")
        wants(world, "project_moved", Way.digest, by="wu.system")
        with world.write() as session:
            assert forget_choice(session, "li.street", "project_moved", keeping(world, "li.street")).choices == {}
        with world.read() as session:
            mine = select(AuditEntry).where(
                AuditEntry.subject_id == "li.street", AuditEntry.action.startswith("notice")
            )
            entries = session.scalars(mine.order_by(AuditEntry.seq)).all()
        assert [(entry.action, entry.actor) for entry in entries] == [
            ("notice_choice_made", "li.street"),
            ("notice_choice_made", "wu.system"),
            ("notice_choice_dropped", "li.street"),
        ]
        assert entries[1].before == {"kind": "project_moved", "way": "channels", "channels": ["smtp"]}
        assert entries[1].after == {"kind": "project_moved", "way": "digest", "channels": []}

    def test_a_repeated_request_changes_nothing(self, world: World) -> None:
        wants(world, "project_moved", Way.digest, request_id="press-1")
        wants(world, "project_moved", Way.inbox)
        wants(world, "project_moved", Way.digest, request_id="press-1")
        with world.read() as session:
            person = session.scalars(select(Person.id).where(Person.login == "li.street")).one()
            assert preference_of(session, person).choice("project_moved").way is Way.inbox


class TestManner:
    def test_language_and_hours_hold_for_the_person(self, world: World) -> None:
        wanted = Manner(lang="en", quiet=QuietHours(time(20), time(9), rest_days=True), digest=False)
        with world.write() as session:
            found = set_manner(session, "li.street", wanted, keeping(world, "li.street"))
        assert (found.lang, found.quiet, found.digest) == ("en", wanted.quiet, False)
        assert found.channels("daily_digest", world.channels) == ()
        assert found.channels("project_moved", world.channels) == world.channels

    def test_a_letter_is_in_the_language_of_its_receiver(self, world: World) -> None:
        with world.write() as session:
            set_manner(session, "li.street", Manner(lang="en"), keeping(world, "li.street"))
        tell(world, MOVED)
        with world.write() as session:
            letter = begin(session, world.city, 1, now=world.now)
        assert letter is not None
        assert letter.lang == "en"

    def test_no_hours_at_all_are_an_own_choice_too(self, world: World) -> None:
        loud = replace(world.city, quiet=QuietHours(time(22), time(7)))
        with world.write() as session:
            found = set_manner(session, "li.street", Manner(quiet=NEVER), keeping(world, "li.street"))
        assert found.quiet_hours(loud) == NEVER
        assert Preference().quiet_hours(loud) == loud.quiet


class TestQuiet:
    @pytest.fixture
    def night(self, world: World) -> World:
        """Eleven in the evening."""
        world.to("2026-03-02", 23)
        return world

    def queued(self, world: World, message: Message, people: Collection[str] = ("li.street",)) -> list[Any]:
        city = replace(world.city, quiet=QuietHours(time(22), time(7)))
        with world.write() as session:
            found = session.scalars(select(Person).where(Person.login.in_(people))).all()
            post(session, city, message, found, once="event:1", now=world.now)
        with world.read() as session:
            return list(session.scalars(select(OutboxEvent.available_at).distinct()))

    def test_letters_wait_for_the_morning_and_are_not_claimed_before(self, night: World) -> None:
        (due,) = self.queued(night, MOVED)
        assert due.astimezone(night.city.zone).isoformat() == "2026-03-03T07:00:00+08:00"
        with night.write() as session:
            assert claim(session, "test", now=night.now) == []
            assert len(claim(session, "test", now=due)) == 3

    def test_the_inbox_has_them_at_once(self, night: World) -> None:
        self.queued(night, MOVED)
        with night.read() as session:
            assert session.scalars(select(InboxMessage.created_at)).one() == night.now

    def test_an_overdue_matter_waits_too_but_an_incident_does_not(self, night: World) -> None:
        from tests.notifications.sample import SAMPLES

        assert self.queued(night, OVER) > [night.now]
        incident = next(sample for sample in SAMPLES if sample.kind == "incident_raised")
        with night.write() as session:
            session.query(OutboxEvent).delete()
            session.query(Delivery).delete()
            session.query(InboxMessage).delete()
        assert self.queued(night, incident) == [night.now]

    @pytest.mark.parametrize("colour", OrderColour)
    def test_only_a_red_order_does_not_wait(self, night: World, colour: OrderColour) -> None:
        order = OrderIssued(
            project_code="SN-2026-001", project_name="幸福里小区", link="/projects/SN-2026-001", order="督〔2026〕1号",
            colour_name=colour.label.zh, issuer="阳光市", unit="花园街道", matter="摸底期限", demand="限期办结",
            reason="逾期", issued_on=MOVED.moved_on,
        )  # fmt: skip
        assert (self.queued(night, order) == [night.now]) is (colour is OrderColour.red)

    def test_own_hours_go_before_the_citys(self, night: World) -> None:
        with night.write() as session:
            set_manner(session, "li.street", Manner(quiet=NEVER), keeping(night, "li.street"))
        assert self.queued(night, MOVED) == [night.now]
