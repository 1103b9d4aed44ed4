"""How many statements a review of twenty departments takes, opened, collected and settled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, select

from models.audit import AuditEntry
from models.review import ReviewTask
from policy.loader import load_pack
from runtime.database import Database
from services.audit import verify
from services.identity import Actor, OpinionForbidden
from services.organisation import Entering, ensure_organisation, ensure_person, find_organisation, grant_role
from services.outbox import Event, claim
from services.reaction import REACTIONS
from services.review import Answer, answer, answer_many
from states.review import Opinion
from states.role import Level, Role
from tests.database import ON_POSTGRES, fresh_url
from tests.policy.category import EVERY, write_category_pack
from tests.world import World, found_city

CODE = "SN-2026-001"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A district with all twenty departments, each with a reviewer."""
    url = fresh_url(tmp_path)
    world = World(Database(url), tmp_path, load_pack(write_category_pack(tmp_path / "pack")))
    found_city(world)
    entering = Entering("system:setup", "test", world.now)
    with world.write() as session:
        district = find_organisation(session, "sunny-nan")
        for function in EVERY:
            unit = ensure_organisation(
                session, f"sunny-nan-{function}", f"南山区{function}", Level.department, entering=entering,
                parent=district, function=function,
            )  # fmt: skip
            person = ensure_person(session, f"reviewer.{function}", function, unit, entering=entering)
            grant_role(session, person, Role.reviewer, unit, entering=entering)
    yield world
    world.database.close()


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    """Every statement the database is sent meanwhile; what is sent once for many rows counts once."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(world.database.engine, "before_cursor_execute", note)
    yield sent
    event.remove(world.database.engine, "before_cursor_execute", note)


def submitted(world: World) -> None:
    """The plan of a whole area is submitted: everybody will be asked."""
    world.enrol()
    world.document(CODE, "survey_report")
    world.facts(CODE, households="120", structure="砖混", owners="120", owners_voted="100", owners_agreed="80")
    world.advance(CODE, "finish_survey", "li.street")
    world.document(CODE, "plan", "wang.district")
    world.facts(CODE, "wang.district", category="area", funding="government", adds_area="是", investment="2000000")
    world.advance(CODE, "submit_plan", "wang.district")


def asked(world: World) -> list[tuple[ReviewTask, Actor]]:
    """Every task of the round with somebody who answers it."""
    with world.read() as session:
        tasks = session.scalars(select(ReviewTask).order_by(ReviewTask.position)).all()
    return [(task, world.actor(f"reviewer.{task.member}")) for task in tasks]


def approval(world: World, task: ReviewTask, actor: Actor) -> Answer:
    return Answer(task.id, actor, Opinion.approve, "", f"press-{task.id}", world.now, "test")


def reaction_to(world: World, kind: str) -> Event:
    """The review's own event of that kind, after every other event that is due has been handled."""
    with world.write() as session:
        events = claim(session, "test", now=world.now)
    (mine,) = [event for event in events if event.kind == kind]
    for other in events:
        if other is not mine and other.kind in REACTIONS:
            world.handle(other)
    return mine


class TestStatements:
    """Transactions' BEGINs count; the claim of an event and whatever else a move sets in motion does not."""

    def test_a_review_of_twenty_departments_takes_at_most_60_statements(self, world: World) -> None:
        submitted(world)
        requested = reaction_to(world, "joint_review_requested")
        with counted(world) as opening:
            world.handle(requested)
        tasks = asked(world)
        assert len(tasks) == 20
        with counted(world) as collecting, world.write() as session:
            answer_many(session, world.city, [approval(world, task, actor) for task, actor in tasks])
        decided = reaction_to(world, "joint_review_decided")
        with counted(world) as settling:
            world.handle(decided)
        assert world.project(CODE).step == "posting"
        spent = {"open": len(opening), "collect": len(collecting), "settle": len(settling)}
        assert sum(spent.values()) <= 60, spent

    def test_each_answer_in_a_transaction_of_its_own_takes_nine(self, world: World) -> None:
        """What one transaction has to do: lock project and round, look for the request, write four things, the light."""
        submitted(world)
        world.react()
        spent = []
        for task, actor in asked(world):
            with counted(world) as sent, world.write() as session:
                answer(session, world.city, approval(world, task, actor))
            spent.append(len(sent))
        assert max(spent[:-1]) <= 9
        assert spent[-1] <= 10  # the last one asks for the settlement

    def test_an_answer_reads_no_table_from_end_to_end(self, world: World) -> None:
        """Of a thousand reviews only its own: the database says of each statement how it finds its rows."""
        submitted(world)
        world.react()
        sent: list[tuple[str, tuple[object, ...]]] = []

        def note(
            _connection: object, _cursor: object, statement: str, given: tuple[object, ...], *_rest: object
        ) -> None:
            sent.append((statement, given))

        (task, actor), *_ = asked(world)
        event.listen(world.database.engine, "before_cursor_execute", note)
        with world.write() as session:
            answer(session, world.city, approval(world, task, actor))
        event.remove(world.database.engine, "before_cursor_execute", note)
        explain, scan = ("EXPLAIN", "Seq Scan") if ON_POSTGRES else ("EXPLAIN QUERY PLAN", "SCAN")
        with world.database.engine.connect() as connection:
            if ON_POSTGRES:  # its tables are too small here to be read in any other way of its own will
                connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            for statement, given in sent:
                if statement.startswith(("SELECT", "UPDATE")):
                    plan = connection.exec_driver_sql(f"{explain} {statement}", given).all()
                    assert [row[-1] for row in plan if scan in row[-1]] == [], statement

    def test_the_number_does_not_grow_with_the_number_of_opinions(self, world: World) -> None:
        submitted(world)
        world.react()
        given = [approval(world, task, actor) for task, actor in asked(world)]
        with counted(world) as few, world.write() as session:
            answer_many(session, world.city, given[:2])
        with counted(world) as many, world.write() as session:
            answer_many(session, world.city, given[2:18])
        assert len(many) == len(few)


class TestAnswerMany:
    def test_all_or_none(self, world: World) -> None:
        submitted(world)
        world.react()
        (first, actor), (second, _), *_ = asked(world)
        with pytest.raises(OpinionForbidden), world.write() as session:
            answer_many(session, world.city, [approval(world, first, actor), approval(world, second, actor)])
        assert [task.opinion for task, _ in asked(world)] == [None] * 20
        with world.read() as session:
            assert session.scalars(select(AuditEntry).where(AuditEntry.action == "opinion_given")).all() == []

    def test_each_opinion_is_an_entry_of_its_own_and_the_chain_holds(self, world: World) -> None:
        submitted(world)
        world.react()
        given = [approval(world, task, actor) for task, actor in asked(world)]
        for _ in range(2):  # the same paper handed in twice
            with world.write() as session:
                answer_many(session, world.city, given)
        with world.read() as session:
            entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "opinion_given")).all()
            assert [entry.request_id for entry in entries] == [one.request_id for one in given]
            assert list(verify(session)) == []
