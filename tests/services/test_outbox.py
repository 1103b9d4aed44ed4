"""The outbox: claimed in order, given back, tried again with growing waits, parked in sight, done exactly once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from models.delivery import InboxMessage
from models.outbox import Acknowledgement, OutboxEvent
from models.project import Project
from models.review import Review
from policy.loader import load_pack
from runtime.database import Database
from services.outbox import (
    BACK_OFF,
    LEASE,
    Event,
    IncidentUnknown,
    acknowledge,
    claim,
    enqueue,
    fail,
    has_due,
    is_acknowledged,
    load_events,
    next_due,
    open_incidents,
    release,
    retry_incident,
)
from states.refusal import MoveRefused
from tests.database import fresh_url
from tests.policy.packs import write_pack
from tests.way import approve, opened, rounds, submitted
from tests.world import World, found_city


def put(world: World, *titles: str, kind: str = "project_moved") -> None:
    with world.write() as session:
        for title in titles:
            enqueue(session, kind, title, {}, now=world.now)


def claimed(world: World, relay: str = "甲", limit: int = 100) -> list[Event]:
    with world.write() as session:
        return claim(session, relay, now=world.now, limit=limit)


def failed(world: World, event: Event, *, retryable: bool = True) -> bool:
    with world.write() as session:
        if not retryable:  # as if every try had been used up
            session.get_one(OutboxEvent, event.id).failures = len(BACK_OFF)
        return fail(session, event.id, "机构树里没有对应单位", now=world.now)


class TestClaim:
    def test_takes_the_oldest_first_and_each_once(self, world: World) -> None:
        put(world, "一", "二", "三")
        assert [e.title for e in claimed(world, limit=2)] == ["一", "二"]
        assert [e.title for e in claimed(world, "乙")] == ["三"]
        assert claimed(world) == []

    def test_takes_nothing_whose_time_has_not_come(self, world: World) -> None:
        put(world, "一")
        world.tick(seconds=-1)
        with world.read() as session:
            assert not has_due(session, now=world.now)
        assert claimed(world) == []

    def test_a_lease_that_ran_out_is_claimed_again_and_counted(self, world: World) -> None:
        put(world, "一")
        assert [e.attempt for e in claimed(world)] == [1]
        world.now += LEASE - timedelta(seconds=1)
        assert claimed(world, "乙") == []
        world.tick(seconds=1)
        assert [e.attempt for e in claimed(world, "乙")] == [2]

    def test_what_is_given_back_untried_comes_at_its_time(self, world: World) -> None:
        put(world, "一")
        (event,) = claimed(world)
        later = world.now + timedelta(seconds=5)
        with world.write() as session:
            release(session, [event.id], until=later)
            assert next_due(session) == later
        assert claimed(world) == []
        world.now = later
        assert [e.id for e in claimed(world)] == [event.id]

    def test_what_is_done_is_not_given_back(self, world: World) -> None:
        put(world, "一")
        (event,) = claimed(world)
        with world.write() as session:
            acknowledge(session, event.id, now=world.now, flow_run=None, result="好")
            release(session, [event.id], until=world.now)
        assert claimed(world) == []

    def test_two_relays_at_once_take_disjoint_sets(self, world: World) -> None:
        put(world, *(f"第{n}件" for n in range(40)))
        start, url, now = Barrier(2), world.database.url, world.now

        def run(relay: str) -> list[int]:
            database, mine = Database(url), []
            start.wait()
            for _ in range(10):
                with database.write() as session:
                    mine += [e.id for e in claim(session, relay, now=now, limit=5)]
            database.close()
            return mine

        with ThreadPoolExecutor(2) as pool:
            first, second = pool.map(run, ["甲", "乙"])
        assert set(first) & set(second) == set()
        assert len(first) + len(second) == 40


class TestFail:
    def test_waits_longer_each_time_then_is_parked_as_an_incident(self, world: World) -> None:
        put(world, "联审 · 幸福里小区")
        waits = []
        for _ in BACK_OFF:
            (event,) = claimed(world)
            assert not failed(world, event)
            with world.read() as session:
                due = next_due(session)
            assert due is not None
            waits.append(int((due - world.now).total_seconds()))
            world.now = due
        assert waits == list(BACK_OFF) == sorted(BACK_OFF)
        (event,) = claimed(world)
        assert failed(world, event)
        with world.read() as session:
            (incident,) = open_incidents(session)
            assert (incident.title, incident.error) == ("联审 · 幸福里小区", "机构树里没有对应单位")

    def test_what_will_not_pass_is_parked_at_once_and_the_administrators_are_told(self, world: World) -> None:
        submitted(world)
        event = next(e for e in claimed(world) if e.kind == "joint_review_requested")
        assert failed(world, event, retryable=False)
        world.react()
        with world.read() as session:
            message = session.scalars(select(InboxMessage).where(InboxMessage.kind == "incident_raised")).one()
            assert message.person.login == "wu.system"
            assert message.payload["error"] == "机构树里没有对应单位"

    @pytest.mark.parametrize("kind", ["incident_opened", "delivery_requested"])
    def test_telling_of_an_incident_never_breeds_another(self, world: World, kind: str) -> None:
        put(world, "通知", kind=kind)
        (event,) = claimed(world)
        assert failed(world, event, retryable=False)
        assert claimed(world) == []

    def test_a_parked_event_is_tried_again_from_the_start_when_asked(self, world: World) -> None:
        put(world, "一", kind="delivery_requested")
        (event,) = claimed(world)
        failed(world, event, retryable=False)
        assert claimed(world) == []
        with world.write() as session:
            (incident,) = open_incidents(session)
            retry_incident(session, incident.id, actor="wu.system", now=world.now)
            with pytest.raises(IncidentUnknown):
                retry_incident(session, incident.id, actor="wu.system", now=world.now)
        (again,) = claimed(world)
        assert again.id == event.id
        assert not failed(world, again)
        with world.read() as session:
            assert open_incidents(session) == []

    def test_failing_once_more_after_it_was_parked_opens_no_second_incident(self, world: World) -> None:
        put(world, "一")
        (event,) = claimed(world)
        failed(world, event, retryable=False)
        assert failed(world, event)
        with world.read() as session:
            assert len(open_incidents(session)) == 1

    def test_a_failure_that_comes_after_success_changes_nothing(self, world: World) -> None:
        put(world, "一")
        (event,) = claimed(world)
        with world.write() as session:
            acknowledge(session, event.id, now=world.now, flow_run=None, result="好")
        assert not failed(world, event, retryable=False)
        with world.read() as session:
            assert open_incidents(session) == []
            assert load_events(session, [event.id]) == []

    def test_an_incident_whose_event_was_done_after_all_drives_nothing_again(self, world: World) -> None:
        put(world, "一", kind="delivery_requested")
        (event,) = claimed(world)
        failed(world, event, retryable=False)
        with world.write() as session:
            acknowledge(session, event.id, now=world.now, flow_run=None, result="好")
            retry_incident(session, open_incidents(session)[0].id, actor="wu.system", now=world.now)
        assert claimed(world) == []

    def test_an_unknown_incident_is_missing(self, world: World) -> None:
        with world.write() as session, pytest.raises(IncidentUnknown, match="4711"):
            retry_incident(session, 4711, actor="wu.system", now=world.now)


class TestAcknowledge:
    def test_is_there_once_and_takes_the_second_effect_with_it(self, world: World) -> None:
        """Two relays had the event: the one that comes second leaves nothing behind."""
        submitted(world)
        events = claimed(world)
        event = next(e for e in events if e.kind == "joint_review_requested")
        with world.write() as session:
            acknowledge(session, event.id, now=world.now, flow_run="另一进程", result="好")
            assert is_acknowledged(session, event.id)
        with pytest.raises(IntegrityError):
            world.handle(event)
        with world.read() as session:
            assert session.scalar(select(func.count(Review.id))) == 0
            assert session.scalar(select(func.count(Acknowledgement.event_id))) == 1


@pytest.fixture
def stubborn(tmp_path: Path) -> Iterator[World]:
    """A city whose pack forgot that nobody can meet what the passed review's own move requires."""
    asked = "    who: [system]\n    requires:\n      - milestones: [papers_handed_over]\n    starts:\n      - clock"
    pack = load_pack(
        write_pack(tmp_path / "pack", ("moves.yaml", "    who: [system]\n    starts:\n      - clock", asked))
    )
    url = fresh_url(tmp_path)
    world = World(Database(url), tmp_path, pack)
    found_city(world)
    yield world
    world.database.close()


class TestHandlerThatRaises:
    def test_leaves_no_effect_and_no_acknowledgement(self, stubborn: World) -> None:
        opened(stubborn)
        approve(stubborn)
        (event,) = claimed(stubborn)
        assert event.kind == "joint_review_decided"
        with pytest.raises(MoveRefused, match="资料移交"):
            stubborn.handle(event)  # the round was closed already when the move was refused
        assert rounds(stubborn) == [(1, "open")]
        with stubborn.read() as session:
            assert not is_acknowledged(session, event.id)
            assert session.scalars(select(Project.step)).one() == "joint_review"


class TestTitle:
    def test_a_very_long_name_keeps_no_project_from_moving(self, world: World) -> None:
        put(world, "长" * 1000)
        with world.read() as session:
            assert len(session.scalars(select(OutboxEvent.title)).one()) == 400
