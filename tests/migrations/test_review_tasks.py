"""Tasks of a review on PostgreSQL, the migration of rounds that are open, and people at it at the same moment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from alembic import command
from sqlalchemy import Connection, select, text

from models.audit import AuditEntry
from models.engine import open_engine
from runtime.database import upgrade
from services.audit import verify
from services.review import Answer, answer
from services.task_adding import Addition, add_reviewer
from services.task_opening import call_due
from services.task_withdrawal import withdraw_opinion
from states.review import Opinion
from states.review_task import Place
from tests.migrations.test_migration import config
from tests.scenarios.tasks import (
    all_approve,
    clock_of,
    found_tasks,
    keeping,
    night,
    opened,
    say,
    standing,
    tasks,
)
from tests.way import rounds
from tests.world import World


@pytest.fixture
def town(postgres: str, tmp_path: Path) -> Iterator[World]:
    """Planning first, then fire from day 2 and landscape, housing last."""
    upgrade(postgres)
    world = found_tasks(tmp_path, phases=True, url=postgres)
    yield world
    with world.read() as session:
        assert list(verify(session)) == []
    world.database.close()


class TestOnPostgres:
    def test_phases_windows_and_what_is_done_with_tasks(self, town: World) -> None:
        opened(town)
        number = tasks(town)["planning"].id
        with town.write() as session:
            wish = Addition(Place.before, "sunny-nan-traffic")
            added = add_reviewer(session, town.city, number, wish, keeping(town, "sun.planning")).member
        say(town, added, "jiao.traffic")
        say(town, "planning", "sun.planning")
        with town.write() as session:
            withdraw_opinion(session, town.city, number, keeping(town, "sun.planning", "看错图纸"))
        say(town, "planning", "sun.planning")
        town.react()
        town.to("2026-03-10")
        assert night(town) == 1
        assert clock_of(town, "fire").due_on.isoformat() == "2026-03-16"
        all_approve(town)
        town.react()
        all_approve(town)
        town.react()
        assert rounds(town) == [(1, "passed")]

    def test_two_sweepers_at_once_call_a_task_once(self, town: World) -> None:
        opened(town)
        say(town, "planning", "sun.planning")
        town.react()
        town.to("2026-03-04")
        start = Barrier(2)

        def sweep(_: int) -> int:
            start.wait()
            with town.write() as session:
                return call_due(session, town.city, now=town.now)

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(sweep, range(2))) == [0, 1]
        town.react()
        assert standing(town)["fire"] == "open"

    def test_two_opinions_of_one_phase_at_once_open_the_next_once(self, town: World) -> None:
        opened(town)
        say(town, "planning", "sun.planning")
        town.react()
        town.to("2026-03-10")
        night(town)
        by = {"fire": "qian.fire", "landscape": "lin.landscape"}
        given = [
            Answer(tasks(town)[member].id, town.actor(login), Opinion.approve, "", town.request(), town.now, "test")
            for member, login in by.items()
        ]
        start = Barrier(2)

        def run(one: Answer) -> None:
            start.wait()
            with town.write() as session:
                answer(session, town.city, one)

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(run, given))
        assert standing(town)["housing"] == "open"
        with town.read() as session:
            assert len(session.scalars(select(AuditEntry).where(AuditEntry.action == "opinion_given")).all()) == 3


class TestMigration:
    def test_tells_open_rounds_whom_their_waiting_tasks_wait_for(self, url: str) -> None:
        """Before 0002 the mode alone said it: in order each waits for the one before, a deciding lead for all others."""
        settings = config(url)
        upgrade(url)
        command.downgrade(settings, "0001")
        engine = open_engine(url)
        with engine.begin() as connection:
            _write_rounds(connection)
        engine.dispose()
        command.upgrade(settings, "head")
        engine = open_engine(url)
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT review_id, member, after_members FROM review_task ORDER BY id"))
            found = {(row.review_id, row.member): row.after_members for row in rows}
        engine.dispose()
        waits = {key: json.loads(value) if isinstance(value, str) else value for key, value in found.items()}
        assert waits == {
            (1, "first"): [], (1, "second"): ["first"], (1, "third"): ["second"],
            (2, "lead"): ["one", "two"], (2, "one"): [], (2, "two"): [],
            (3, "first"): [], (3, "second"): [],
        }  # fmt: skip


def _write_rounds(connection: Connection) -> None:
    """Open rounds in order and led by a lead, and one that has ended, as 0001 kept them."""
    now = "2026-03-02 01:00:00"
    run = connection.execute
    run(text("INSERT INTO organisation (id, code, name, level, path) VALUES (1, 'sunny', '阳光市', 'city', '/1/')"))
    run(
        text("INSERT INTO community (id, name, organisation_id, extra, enrolled_at) VALUES (1, 'c', 1, '{}', :now)"),
        {"now": now},
    )
    run(
        text(
            "INSERT INTO pack_version (id, name, version, digest, document, activated_at, activated_by, current) "
            "VALUES (1, 'p', '1', 'd', '{}', :now, 't', true)"
        ),
        {"now": now},
    )
    run(
        text(
            "INSERT INTO project (id, code, name, organisation_id, community_id, pack_version_id, step, stage, "
            "step_entered_at, light, enrolled_at, version) VALUES (1, 'A', 'A', 1, 1, 1, 's', 's', :now, 1, :now, 1)"
        ),
        {"now": now},
    )
    for number, mode, status in ((1, "ordered", "open"), (2, "lead", "open"), (3, "ordered", "passed")):
        run(
            text(
                "INSERT INTO review (id, project_id, code, kind, round, status, mode, rule, settle, opened_at, version) "
                "VALUES (:id, 1, :code, 'approval', 1, :status, :mode, '{}', 'when_decided', :now, 1)"
            ),
            {"id": number, "code": f"r{number}", "status": status, "mode": mode, "now": now},
        )
    members = {1: ["first", "second", "third"], 2: ["lead", "one", "two"], 3: ["first", "second"]}
    waiting = {(1, "second"), (1, "third"), (2, "lead")}
    for review, names in members.items():
        for position, member in enumerate(names):
            status = "waiting" if (review, member) in waiting else "open"
            run(
                text(
                    "INSERT INTO review_task (review_id, position, member, organisation_id, matter, limit_code, status) "
                    "VALUES (:review, :position, :member, 1, 'm', 'l', :status)"
                ),
                {"review": review, "position": position, "member": member, "status": status},
            )
