"""1,000 reviews of 15 opinions (联审) beside the same rows written with the raw driver: CPU per opinion, one run."""

from __future__ import annotations

import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from models.person import Person, RoleGrant
from models.review import ReviewTask
from runtime.database import upgrade
from runtime.office import Office, open_office
from runtime.settings import Settings
from runtime.shelf import take_pack
from services.fact import record_facts
from services.identity import Actor, find_actor, system_actor
from services.keeping import Keeping
from services.organisation import find_organisation
from services.outbox import claim
from services.pack import activate, current_version
from services.project import find_project
from services.reaction import REACTIONS
from services.register import Enrolment, enrol
from services.review import Answer, answer, answer_many
from services.review_round import open_round
from simulation.founding import found
from states.review import Opinion

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
OPINIONS = 15
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
REVIEW, WHO = "joint_review", "demo-01-coordinator1"


def prepare(office: Office) -> None:
    """COUNT projects of the default pack that stand before a joint review of 15 units, each with a reviewer."""
    pack = take_pack(office.settings, "default")
    with office.database.write() as session:
        activate(session, pack, actor="system:benchmark", source="benchmark", now=NOW)
        found(session, pack, ["南山区"], now=NOW)
    with office.database.write() as session:
        place, version = find_organisation(session, "demo-01"), current_version(session, "default")
        actor = system_actor("benchmark", pack.id)
        keeping = Keeping(find_actor(session, WHO), NOW, "benchmark")
        for number in range(COUNT):
            enrolment = Enrolment(f"B-{number}", f"幸福{number}里", place, community=f"幸福{number}里")
            project = enrol(session, office.city, version, enrolment, actor=actor, source="benchmark", now=NOW)
            record_facts(session, project, {"gas_works": "否"}, keeping)  # of sixteen units one is not asked
            project.step, project.stage = REVIEW, pack.procedure.step[REVIEW].stage


def opened(office: Office) -> list[float]:
    """CPU seconds of each opening: members routed, tasks, clocks with their derivation, the entry."""
    spent = []
    for number in range(COUNT):
        began = time.process_time()
        with office.database.write() as session:
            open_round(session, office.city, find_project(session, f"B-{number}"), REVIEW, 1, now=NOW)
        spent.append(time.process_time() - began)
    return spent


def rounds(office: Office) -> Iterator[list[tuple[int, Actor]]]:
    """The tasks of each round, each with somebody who answers it."""
    with office.database.read() as session:
        rows = session.execute(
            select(ReviewTask.review_id, ReviewTask.id, ReviewTask.organisation_id).order_by(ReviewTask.id)
        ).all()
        actors = _actors(office, {row.organisation_id for row in rows})
    by_round: dict[int, list[tuple[int, Actor]]] = {}
    for row in rows:
        by_round.setdefault(row.review_id, []).append((row.id, actors[row.organisation_id]))
    yield from by_round.values()


def _actors(office: Office, places: set[int]) -> dict[int, Actor]:
    with office.database.read() as session:
        query = select(RoleGrant.organisation_id, Person.login).join(Person, Person.id == RoleGrant.person_id)
        query = query.where(RoleGrant.role == "reviewer", RoleGrant.organisation_id.in_(places))
        logins = dict(session.execute(query).tuples().all())
        return {place: find_actor(session, login) for place, login in logins.items()}


def wishes_of(tasks: Sequence[tuple[int, Actor]]) -> list[Answer]:
    """An approval of each."""
    return [Answer(task, actor, Opinion.approve, "", f"benchmark-{task}", NOW, "benchmark") for task, actor in tasks]


def collected(office: Office) -> tuple[list[float], list[float]]:
    """CPU seconds per opinion: of half of the rounds one in a transaction, of the others all opinions in one."""
    single, many = [], []
    for number, tasks in enumerate(rounds(office)):
        wishes = wishes_of(tasks)
        began = time.process_time()
        if number % 2:
            with office.database.write() as session:
                answer_many(session, office.city, wishes)
        else:
            for wish in wishes:
                with office.database.write() as session:
                    answer(session, office.city, wish)
        (many if number % 2 else single).append((time.process_time() - began) / len(wishes))
    return single, many


def settled(office: Office) -> list[float]:
    """CPU seconds of each settlement with its move and its notices, the claim of its event left out."""
    spent = []
    with office.database.write() as session:
        every = claim(session, "benchmark", now=NOW, limit=10 * COUNT)
    events = [event for event in every if event.kind == f"{REVIEW}_decided"]
    for event in events:
        began = time.process_time()
        with office.database.write() as session:
            REACTIONS[event.kind].handle(session, office.city, event, NOW)
        spent.append(time.process_time() - began)
    return spent


def raw(folder: Path) -> float:
    """CPU seconds per opinion for the same rows with sqlite3 alone, one transaction each, with the same durability."""
    connection = sqlite3.connect(folder / "raw.db", isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE project (id INTEGER PRIMARY KEY, light INTEGER, version INTEGER);"
        "CREATE TABLE review_task (id INTEGER PRIMARY KEY, review_id INTEGER, status TEXT, opinion TEXT, who TEXT);"
        "CREATE INDEX ix_task ON review_task (review_id);"
        "CREATE TABLE audit_entry (id INTEGER PRIMARY KEY, subject TEXT, body TEXT, hash TEXT);"
        "CREATE TABLE clock (id INTEGER PRIMARY KEY, task_id INTEGER, status TEXT, due_on TEXT);"
        "CREATE INDEX ix_clock ON clock (task_id);"
    )
    amount = COUNT * OPINIONS
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO project VALUES (?, 1, 1)", [(number,) for number in range(COUNT)])
    rows = [(number, number // OPINIONS) for number in range(amount)]
    connection.executemany("INSERT INTO review_task VALUES (?, ?, 'open', NULL, NULL)", rows)
    connection.executemany("INSERT INTO clock VALUES (NULL, ?, 'running', '2026-03-16')", [(n,) for n in range(amount)])
    connection.execute("COMMIT")
    began = time.process_time()
    for number in range(amount):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("SELECT light, version FROM project WHERE id = ?", (number // OPINIONS,)).fetchone()
        connection.execute("SELECT * FROM review_task WHERE review_id = ?", (number // OPINIONS,)).fetchall()
        connection.execute(
            "UPDATE review_task SET status = 'answered', opinion = 'approve', who = 'a' WHERE id = ?", (number,)
        )
        connection.execute("UPDATE clock SET status = 'met' WHERE task_id = ?", (number,))
        connection.execute("INSERT INTO audit_entry VALUES (NULL, ?, ?, ?)", (str(number), "{}" * 100, "0" * 64))
        connection.execute("COMMIT")
    return (time.process_time() - began) / amount


def main() -> None:
    """Print the figures as one JSON document."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(home=folder, database_url=f"sqlite:///{folder / 'jiugai.db'}", channels="")
        upgrade(settings.url)
        office = open_office(settings)
        prepare(office)
        opening = opened(office)
        single, many = collected(office)
        settling = settled(office)
        limit = raw(folder)
    ms = [statistics.median(some) * 1000 for some in (opening, single, many, settling)]
    figures = {
        "reviews": COUNT,
        "opinions": COUNT * OPINIONS,
        "open_cpu_ms": round(ms[0], 2),
        "opinion_cpu_ms": round(ms[1], 2),
        "opinion_in_one_go_cpu_ms": round(ms[2], 2),
        "settle_cpu_ms": round(ms[3], 2),
        "limit_opinion_cpu_ms": round(limit * 1000, 3),
        "opinion_ratio": round(ms[1] / (limit * 1000), 1),
        "opinion_in_one_go_ratio": round(ms[2] / (limit * 1000), 1),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
