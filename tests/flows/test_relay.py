"""Reactions through a real Prefect server: named after their case, handled once, one failure stops nobody else."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select

from models.outbox import Acknowledgement, Incident, OutboxEvent
from models.review import ReviewTask
from notifications.channel import DeliveryPostponed, Receipt
from runtime.child import Child
from runtime.office import Office
from runtime.prefect_process import wait_until_ready
from runtime.settings import Settings
from services.outbox import BACK_OFF, EventStatus, enqueue, open_incidents
from states.review import Opinion
from tests.services.test_project import CODE, surveyed
from tests.world import World

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun

    from flows.relay import Relayed


def runs() -> list[FlowRun]:
    """Every flow run the server knows."""
    from prefect.client.orchestration import get_client

    async def ask() -> list[FlowRun]:
        async with get_client() as client:
            return await client.read_flow_runs(limit=200)

    return asyncio.run(ask())


def names() -> list[str]:
    """The names of all flow runs."""
    return [run.name for run in runs()]


def relay_once(office: Office, name: str, *, now: datetime) -> Relayed:
    """One round of the relay; Prefect is imported only now."""
    from flows import relay

    return relay.relay_once(office, name, now=now)


def relay(office: Office, world: World) -> int:
    """Relay until nothing is due, at the world's moment; returns how many flow runs there were."""
    count = 0
    while (relayed := relay_once(office, "test", now=world.now)).events:
        count += relayed.runs
    return count


def submitted(world: World, code: str = CODE) -> None:
    """A project in joint review."""
    surveyed(world)
    world.advance(code, "finish_survey", "li.street")
    world.document(code, "plan", "wang.district")
    world.facts(code, "wang.district", adds_area="是", willing="4/5", investment="2000000")
    world.advance(code, "submit_plan", "wang.district")


class TestRelayOnce:
    def test_a_review_opens_and_settles_in_flow_runs_named_after_the_case(self, world: World, office: Office) -> None:
        submitted(world)
        relay(office, world)
        with world.read() as session:
            tasks = session.scalars(select(ReviewTask).order_by(ReviewTask.position)).all()
        assert [task.status for task in tasks] == ["open", "open"]
        world.answer(tasks[0].id, "sun.planning", Opinion.approve)
        world.answer(tasks[1].id, "qian.fire", Opinion.approve)
        relay(office, world)
        assert world.project().step == "posting"
        assert names().count("方案联审 · 幸福里小区 · 第1轮") == 2

    def test_a_run_says_which_project_it_belongs_to(self, world: World, office: Office) -> None:
        submitted(world)
        relay(office, world)
        mine = [run for run in runs() if run.name == "方案联审 · 幸福里小区 · 第1轮"]
        assert all(f"project:{world.project().id}" in run.tags for run in mine)

    def test_an_event_that_keeps_failing_becomes_an_incident_and_the_others_go_on(
        self, world: World, office: Office
    ) -> None:
        submitted(world)
        with world.write() as session:
            broken = {"review": "plan_review", "round": "第一轮"}  # a round that is no number cannot be opened
            enqueue(
                session,
                "joint_review_requested",
                "坏事件",
                {**broken, "review": "nothing"},
                now=world.now,
                project_id=1,
            )
        for wait in (0, *BACK_OFF):
            world.tick(seconds=wait)
            relay(office, world)
        with world.read() as session:
            incident = session.scalars(select(Incident)).one()
            assert incident.title == "坏事件"
            assert "nothing" in incident.error
            assert session.scalar(select(func.count()).select_from(ReviewTask)) == 2
            left = session.scalars(select(OutboxEvent.kind).where(OutboxEvent.status == EventStatus.waiting)).all()
        assert left == []

    def test_many_events_of_one_flow_share_a_run(self, world: World, office: Office) -> None:
        for number in range(8):
            world.enrol(f"SN-{number}", f"幸福{number}里")
            world.advance(f"SN-{number}", "suspend", "wang.district", reason="管线冲突")
        assert relay(office, world) == 1
        assert "通知 · 8 件" in names()
        with world.read() as session:
            assert session.scalar(select(func.count()).select_from(Acknowledgement)) == 8

    def test_an_event_handled_before_is_not_handled_again(self, world: World, office: Office) -> None:
        submitted(world)
        relay(office, world)
        from flows.handling import handle
        from services.outbox import load_events

        with world.write() as session:
            row = session.scalars(select(OutboxEvent).where(OutboxEvent.kind == "joint_review_requested")).one()
            row.status = EventStatus.waiting  # as after a crash between commit and acknowledgement by the relay
            event_id = row.id
        with world.read() as session:
            event = load_events(session, [event_id])[0]
        assert handle(office, event, world.now, None).result == "已处理过"
        with world.read() as session:
            assert session.scalar(select(func.count()).select_from(ReviewTask)) == 2


class TestPrefectAway:
    def test_events_wait_untried_while_prefect_is_away_and_go_on_afterwards(
        self, world: World, office: Office, server: Child, prefect_settings: Settings
    ) -> None:
        submitted(world)
        server.stop()
        assert relay_once(office, "test", now=world.now).runs == 0
        with world.read() as session:
            waiting = session.scalars(select(OutboxEvent).where(OutboxEvent.status == EventStatus.waiting)).all()
            assert len(waiting) == 3
            assert {event.failures for event in waiting} == {0}
            assert open_incidents(session) == []
        server.start()
        wait_until_ready(prefect_settings, server)
        world.tick(seconds=10)
        relay(office, world)
        with world.read() as session:
            assert session.scalar(select(func.count()).select_from(ReviewTask)) == 2


class TestSweepFlow:
    def test_turns_lights_and_escalates_once(self, world: World, office: Office) -> None:
        from flows.deadline_sweep import deadline_sweep

        world.enrol()
        world.to("2026-03-18")
        assert deadline_sweep(now=world.now)["fired"] == 1
        assert deadline_sweep(now=world.now)["checked"] == 0
        relay(office, world)
        assert any(name.startswith("逾期告警 · 幸福里小区") for name in names())
        assert "期限巡检" in names()


class TestDelivery:
    @pytest.fixture
    def world(self, world: World) -> World:
        """A city whose messages also go into files."""
        return replace(world, channels=("file",))

    def test_messages_reach_their_channel(self, world: World, office: Office) -> None:
        submitted(world)
        relay(office, world)
        letters: list[Any] = list((office.settings.home / "messages").glob("*.json"))
        assert len(letters) >= 4
        assert any("方案联审" in letter.read_text(encoding="utf-8") for letter in letters)

    def test_a_channel_that_is_away_is_tried_again_later(self, world: World, office: Office) -> None:
        from models.delivery import Delivery

        submitted(world)
        blocked = office.settings.home / "messages"
        blocked.write_text("a file where the folder should be", encoding="utf-8")
        relay(office, world)
        with world.read() as session:
            assert set(session.scalars(select(Delivery.status))) == {"failed"}
        blocked.unlink()
        world.now += timedelta(seconds=BACK_OFF[0] + 1)
        relay(office, world)
        with world.read() as session:
            assert set(session.scalars(select(Delivery.status))) == {"sent"}

    def test_a_letter_held_back_by_a_rate_is_no_failure(self, world: World, office: Office) -> None:
        class Crowded:
            name = "file"

            def send(self, *_: object) -> Receipt:
                raise DeliveryPostponed(channel="file", after_seconds=40, reason="每分钟最多 18 条")

        submitted(world)
        office.channels["file"] = Crowded()
        relay(office, world)
        with world.read() as session:
            events = session.scalars(select(OutboxEvent).where(OutboxEvent.kind == "delivery_requested")).all()
            assert {event.status for event in events} == {EventStatus.waiting}
            assert {event.failures for event in events} == {0}
            assert min(event.available_at for event in events) >= world.now + timedelta(seconds=40)
