"""The sweep: every rung of every clock exactly once, whoever sweeps, however often, and after an outage no storm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from threading import Barrier

from sqlalchemy import event, select

from models.clock import Clock, ClockRung
from models.delivery import InboxMessage
from models.outbox import OutboxEvent
from runtime.database import Database
from services.outbox import open_incidents, retry_incident
from services.sweep import Swept, sweep
from states.clock import Light
from tests.way import CODE, clock_of, restart, surveyed
from tests.world import World

# the survey's ten working days from 2 March: warning on the 13th, last day the 16th, supervision on the 23rd
WARNED, LAST, OVER, SUPERVISED = "2026-03-13", "2026-03-16", "2026-03-17", "2026-03-23"


def swept(world: World, day: str = "", hour: int = 10) -> Swept:
    if day:
        world.to(day, hour)
    with world.write() as session:
        return sweep(session, world.city, now=world.now)


def rungs(world: World) -> list[tuple[int, bool]]:
    with world.read() as session:
        return [(row.rung, row.skipped) for row in session.scalars(select(ClockRung).order_by(ClockRung.rung))]


def told(world: World) -> Counter[str]:
    world.react()
    with world.read() as session:
        return Counter(message.person.login for message in session.scalars(select(InboxMessage)))


class TestRungs:
    def test_each_fires_on_its_day_and_the_project_s_light_follows(self, world: World) -> None:
        world.enrol()
        lights = []
        for day in ("2026-03-12", WARNED, LAST, OVER, "2026-03-20", SUPERVISED, "2026-05-06"):
            restart(world)
            before = len(rungs(world))
            swept(world, day)
            lights.append((day, Light(world.project().light).name, len(rungs(world)) - before))
        assert lights == [
            ("2026-03-12", "green", 0),
            (WARNED, "yellow", 1),
            (LAST, "yellow", 0),
            (OVER, "red", 1),
            ("2026-03-20", "red", 0),
            (SUPERVISED, "red", 1),
            ("2026-05-06", "red", 0),
        ]
        assert clock_of(world, "survey_limit").next_check_on is None

    def test_a_day_begins_at_the_city_s_midnight(self, world: World) -> None:
        world.enrol()
        assert swept(world, "2026-03-12", 23) == Swept()
        assert swept(world, WARNED, 0).fired == 1

    def test_swept_again_on_the_same_day_nothing_happens(self, world: World) -> None:
        world.enrol()
        assert swept(world, OVER).checked == 1
        assert swept(world) == Swept()
        assert len(rungs(world)) == 2

    def test_a_sweeper_whose_time_was_set_back_does_no_harm(self, world: World) -> None:
        world.enrol()
        swept(world, OVER)
        state = rungs(world), world.project().light
        assert swept(world, WARNED) == Swept()
        assert swept(world, "2026-01-05") == Swept()
        assert (rungs(world), world.project().light) == state
        assert swept(world, SUPERVISED).fired == 1

    def test_after_an_outage_of_weeks_only_the_highest_rung_is_told(self, world: World) -> None:
        world.enrol()
        done = swept(world, "2026-05-06")
        assert (done.fired, done.skipped) == (1, 2)
        assert rungs(world) == [(0, True), (1, True), (2, False)]
        assert told(world) == {"zhou.audit": 1}
        assert world.project().light == Light.red

    def test_after_an_outage_over_one_rung_the_later_ones_still_come(self, world: World) -> None:
        world.enrol()
        swept(world, OVER)
        assert rungs(world) == [(0, True), (1, False)]
        swept(world, SUPERVISED)
        assert rungs(world) == [(0, True), (1, False), (2, False)]

    def test_a_rung_told_before_a_suspension_is_not_told_again_after_it(self, world: World) -> None:
        world.enrol()
        swept(world, WARNED)
        world.advance(CODE, "suspend", "wang.district", reason="补正材料")
        assert swept(world, "2026-04-13") == Swept()
        world.advance(CODE, "resume", "wang.district")
        swept(world, "2026-04-14")
        assert rungs(world) == [(0, False)]
        swept(world, "2026-04-15")
        assert rungs(world) == [(0, False), (1, False)]

    def test_a_clock_that_is_done_stays_quiet(self, world: World) -> None:
        surveyed(world)
        world.advance(CODE, "finish_survey", "li.street")
        world.react()
        before = told(world)
        done = swept(world, "2026-05-06")
        assert (done.fired, rungs(world)) == (0, [])  # the design limit turns red, but has no ladder
        assert world.project().light == Light.red
        assert told(world) == before


class TestReceivers:
    def test_the_holder_is_reminded_then_the_district_and_at_last_supervision(self, world: World) -> None:
        world.enrol()
        swept(world, WARNED)
        assert told(world) == {"li.street": 1}
        swept(world, OVER)
        assert told(world) == {"li.street": 2, "wang.district": 1}
        swept(world, SUPERVISED)
        assert told(world) == {"li.street": 2, "wang.district": 1, "zhou.audit": 1}
        with world.read() as session:
            messages = session.scalars(select(InboxMessage).order_by(InboxMessage.id)).all()
        assert [m.kind for m in messages] == ["deadline_warning", *["deadline_breached"] * 3]
        assert messages[0].payload["working_days_left"] == 1
        assert messages[-1].payload["working_days_over"] == 5

    def test_a_matter_done_between_sweep_and_reaction_is_not_told(self, world: World) -> None:
        surveyed(world)
        swept(world, OVER)
        world.advance(CODE, "finish_survey", "li.street")
        assert any("不再提醒" in result for result in world.react())
        with world.read() as session:
            kinds = session.scalars(select(InboxMessage.kind)).all()
        assert "deadline_breached" not in kinds


class TestTwoAtOnce:
    def test_two_sweepers_fire_every_rung_of_every_clock_once(self, world: World) -> None:
        codes = [world.enrol(f"SN-2026-{n:03}", f"幸福里{n}区") for n in range(12)]
        world.to("2026-05-06")
        start = Barrier(2)

        def run(now: datetime) -> Swept:
            database = Database(world.database.url)
            total = Swept()
            start.wait()
            for _ in range(4):
                with database.write() as session:
                    total += sweep(session, world.city, now=now, limit=5)
            database.close()
            return total

        with ThreadPoolExecutor(2) as pool:
            both = list(pool.map(run, [world.now] * 2))
        assert sum(done.fired for done in both) == len(codes)
        with world.read() as session:
            fired = Counter(tuple(row) for row in session.execute(select(ClockRung.clock_id, ClockRung.rung)))
            events = [
                e.project_id for e in session.scalars(select(OutboxEvent).where(OutboxEvent.kind == "rung_fired"))
            ]
        assert set(fired.values()) == {1}
        assert len(fired) == 3 * len(codes)
        assert len(events) == len(set(events)) == len(codes)


class TestBroken:
    """A clock nobody can count: its limit is not in the pack any more, or its row was written by hand."""

    def test_becomes_one_incident_and_stops_none_of_the_others(self, world: World) -> None:
        world.enrol()
        world.enrol("SN-2026-002", "惠德花园")
        _spoil(world, "no_such_limit")
        done = swept(world, OVER)
        assert (done.checked, done.fired, done.broken) == (2, 1, 1)
        assert world.project("SN-2026-002").light == Light.red
        with world.read() as session:
            (incident,) = open_incidents(session)
        assert incident.title.startswith("期限无法巡检 · 幸福里小区")
        assert "no_such_limit" in incident.error
        assert swept(world, SUPERVISED).broken == 0
        assert any("故障" in result or "通知" in result for result in world.react())

    def test_is_looked_at_again_once_somebody_has_mended_it(self, world: World) -> None:
        world.enrol()
        _spoil(world, "no_such_limit")
        swept(world, OVER)
        _spoil(world, "survey_limit")
        with world.write() as session:
            (incident,) = open_incidents(session)
            retry_incident(session, incident.id, actor="wu.system", now=world.now)
        world.react()
        assert swept(world).fired == 1
        assert world.project().light == Light.red


def _spoil(world: World, limit: str) -> None:
    with world.write() as session:
        session.scalars(select(Clock).order_by(Clock.id)).all()[0].limit = limit


class TestStatements:
    def test_a_sweep_takes_as_many_for_a_hundred_clocks_as_for_two(self, world: World) -> None:
        counts = []
        for size in (2, 100):
            for number in range(size):
                world.enrol(f"SN-{size}-{number:03}", f"幸福里{number}区")
            world.to("2026-05-06")
            with statements(world) as told:
                assert swept(world).fired == size
            counts.append(len(told))
            world.to("2026-03-02")
        assert counts[0] == counts[1] <= 12


@contextmanager
def statements(world: World) -> Iterator[list[str]]:
    """Every statement the database is sent meanwhile."""
    told: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        told.append(statement)

    event.listen(world.database.engine, "before_cursor_execute", note)
    yield told
    event.remove(world.database.engine, "before_cursor_execute", note)
