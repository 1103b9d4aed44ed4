"""The process is killed at every single statement of a move, an opinion, a reaction and a sweep.

Afterwards the system goes on as it would: what a person had pressed is pressed again under the same request id, claims
of the dead run out, events are handled again. The record has to end as if nothing had happened: the same steps, rounds,
opinions, clocks, rungs, messages and acts, every invariant holding.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from models.audit import AuditEntry
from models.clock import Clock, ClockRung
from models.delivery import InboxMessage
from models.outbox import OutboxEvent
from models.project import Project
from models.review import Review, ReviewTask
from runtime.database import Database
from services.identity import find_actor
from services.invariant import examine_record
from services.outbox import acknowledge, claim, is_acknowledged
from services.project import Command, advance
from services.reaction import REACTIONS
from services.review import Answer, answer
from services.sweep import sweep
from states.review import Opinion
from tests.way import CODE, approve, designed, opened, reviewer, submitted, tasks
from tests.world import World

LEASE_OVER = timedelta(minutes=3)


def press(world: World) -> None:
    """A person submits the plan."""
    with world.write() as session:
        actor = find_actor(session, "wang.district")
        advance(session, world.city, Command(CODE, "submit_plan", actor, "pressed-once", world.now, source="test"))


def speak(world: World) -> None:
    """The last member gives its opinion."""
    task = tasks(world)[-1]
    with world.write() as session:
        actor = find_actor(session, reviewer(task))
        given = Answer(task.id, actor, Opinion.approve, "", "spoken-once", world.now, "test")
        answer(session, world.city, given)


def react(world: World) -> None:
    """A relay claims what is due; each event is handled in one transaction with its acknowledgement."""
    while True:
        with world.write() as session:
            events = [one for one in claim(session, "test", now=world.now) if one.kind in REACTIONS]
        if not events:
            return
        for one in events:
            with world.write() as session:
                if not is_acknowledged(session, one.id):
                    result = REACTIONS[one.kind].handle(session, world.city, one, world.now)
                    acknowledge(session, one.id, now=world.now, flow_run=None, result=result)


def look(world: World) -> None:
    """The sweep finds the step's limit long over."""
    with world.write() as session:
        sweep(session, world.city, now=world.now)


def before_last(world: World) -> None:
    """One member has spoken."""
    first, _ = opened(world)
    world.answer(first.id, reviewer(first), Opinion.approve)


def spoken(world: World) -> None:
    """Everybody has spoken; the settlement is on its way."""
    opened(world)
    approve(world)


def overdue(world: World) -> None:
    """Nobody has done anything for two months."""
    world.enrol()
    world.enrol("SN-2026-002", "惠德花园")
    world.to("2026-05-06")


def told(world: World) -> None:
    """The sweep has fired its rungs; nobody has been told yet."""
    overdue(world)
    look(world)


@dataclass(frozen=True)
class Case:
    """What comes first, and the act that is killed."""

    before: Callable[[World], None]
    act: Callable[[World], None]


CASES = {
    "a move": Case(designed, press),
    "opening a round": Case(submitted, react),
    "the last opinion": Case(before_last, speak),
    "settling a round and moving on": Case(spoken, react),
    "the sweep": Case(overdue, look),
    "telling of rungs": Case(told, react),
}


def picture(world: World) -> dict[str, Any]:
    """All that people would see of the record, without numbers of rows and moments of machines."""
    with world.read() as session:
        return {
            "projects": [(p.code, p.step, p.stage, p.light) for p in session.scalars(select(Project))],
            "rounds": [(r.code, r.round, r.status) for r in session.scalars(select(Review))],
            "tasks": [(t.member, t.status, t.opinion) for t in session.scalars(select(ReviewTask))],
            "clocks": [(c.limit, c.status, c.due_on, c.light) for c in session.scalars(select(Clock))],
            "rungs": sorted((r.clock_id, r.rung, r.skipped) for r in session.scalars(select(ClockRung))),
            "messages": sorted((m.kind, m.person_id) for m in session.scalars(select(InboxMessage))),
            "acts": sorted((a.subject, a.subject_id, a.action) for a in session.scalars(select(AuditEntry))),
            "events": sorted((e.kind, e.status) for e in session.scalars(select(OutboxEvent))),
        }


def go_on(world: World, case: Case) -> None:
    """What happens after a restart: the act is tried again, and everything that is due is handled."""
    world.now += LEASE_OVER
    case.act(world)
    react(world)


def killed_at(world: World, case: Case, point: int) -> bool:
    """Run the act in a process of its own that dies at its `point`-th statement or commit; False when it got through."""
    world.database.close()
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
        _die_at(world, point)
        try:
            case.act(world)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _die_at(world: World, point: int) -> None:
    world.database = Database(world.database.url)
    seen = 0

    def count(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == point:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(world.database.engine, "before_cursor_execute", count)
    event.listen(world.database.engine, "commit", count)


@pytest.mark.parametrize("name", CASES)
def test_killed_at_any_statement_the_record_ends_as_if_nothing_had_happened(
    name: str, tmp_path_factory: pytest.TempPathFactory, founded: Path, pack: Any
) -> None:
    case = CASES[name]

    def fresh() -> World:
        folder = tmp_path_factory.mktemp("killed")
        (folder / "jiugai.db").write_bytes(founded.read_bytes())
        world = World(Database(f"sqlite:///{folder / 'jiugai.db'}"), folder, pack)
        case.before(world)
        return world

    undisturbed = fresh()
    case.act(undisturbed)
    go_on(undisturbed, case)
    wanted, point = picture(undisturbed), 0
    while True:
        point += 1
        world = fresh()
        if not killed_at(world, case, point):
            break
        world.database = Database(world.database.url)
        go_on(world, case)
        assert picture(world) == wanted, f"killed at statement {point}"
        with world.read() as session:
            assert [v for v in examine_record(session, world.city) if v.broken] == [], f"killed at statement {point}"
        world.database.close()
    sys.stdout.write(f"\n{name}: killed at each of {point - 1} statements\n")
    assert point > 5
