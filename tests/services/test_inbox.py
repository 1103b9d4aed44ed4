"""The inbox: what is unread, in the reader's language; what is read is read once, and only their own."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.delivery import InboxMessage
from models.person import Person
from notifications.message import ProjectMoved
from services.identity import find_actor
from services.inbox import MessageMissing, inbox, mark_read
from services.keeping import Keeping
from services.message import post
from services.preference_change import Manner, set_manner
from services.reading import Reading
from tests.world import World


@pytest.fixture
def told(world: World) -> World:
    """Three messages to 李街道, one to 王专员."""
    with world.write() as session:
        people = {person.login: person for person in session.scalars(select(Person))}
        for number, login in enumerate(("li.street", "wang.district", "li.street", "li.street"), start=1):
            message = ProjectMoved(
                project_code=f"SN-{number}", project_name=f"幸福{number}里", link=f"/projects/SN-{number}",
                actor="李街道", from_step="摸底调查", to_step="方案设计", moved_on=date(2026, 3, 2),
            )  # fmt: skip
            post(session, world.city, message, [people[login]], once=f"event:{number}", now=world.now)
    return world


def titles(world: World, **more: bool) -> list[str]:
    with world.read() as session:
        return [line.title for line in inbox(session, Reading(world.city, world.now), "li.street", **more)]


class TestInbox:
    def test_newest_first_and_nobody_elses(self, told: World) -> None:
        assert [title[4:8] for title in titles(told)] == ["幸福4里", "幸福3里", "幸福1里"]

    def test_reading_takes_it_off_the_unread(self, told: World) -> None:
        with told.write() as session:
            assert mark_read(session, "li.street", [3], now=told.now) == 1
        assert [title[4:8] for title in titles(told, unread=True)] == ["幸福4里", "幸福1里"]
        assert len(titles(told)) == 3

    def test_the_first_reading_counts(self, told: World) -> None:
        for later in (0, 1):
            with told.write() as session:
                mark_read(session, "li.street", [3], now=told.now + timedelta(hours=later))
        with told.read() as session:
            assert session.get_one(InboxMessage, 3).read_at == told.now

    def test_all_at_once_are_ones_own(self, told: World) -> None:
        with told.write() as session:
            assert mark_read(session, "li.street", None, now=told.now) == 3
        with told.read() as session:
            assert session.get_one(InboxMessage, 2).read_at is None

    def test_somebody_elses_message_is_not_marked_and_neither_are_the_others(self, told: World) -> None:
        with pytest.raises(MessageMissing, match="2"), told.write() as session:
            mark_read(session, "li.street", [1, 2], now=told.now)
        assert len(titles(told, unread=True)) == 3

    def test_is_in_the_language_its_reader_chose(self, told: World) -> None:
        with told.write() as session:
            keeping = Keeping(find_actor(session, "li.street"), told.now, "test")
            set_manner(session, "li.street", Manner(lang="en"), keeping)
        assert titles(told)[0].startswith("[")

    def test_a_kind_this_version_cannot_read_is_listed_under_its_name(self, told: World) -> None:
        with told.write() as session:
            session.get_one(InboxMessage, 4).kind = "lift_accepted"
        assert titles(told)[0] == "lift_accepted"
