"""Waking: a commit into the outbox calls whoever listens, over a lost connection too; what was rung is never missed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from runtime.database import Database
from runtime.wake import Bell, can_listen, listen
from services.outbox import enqueue
from tests.database import copy_of
from tests.world import START

PATIENCE = 60
"""Seconds to wait for what has to come; never what is measured."""


@contextmanager
def listening(url: str) -> Iterator[Bell]:
    """Somebody listens, and is known to."""
    bell, stopped = Bell(), threading.Event()
    thread = threading.Thread(target=listen, args=(url, bell, stopped))
    thread.start()
    try:
        assert bell.wait(PATIENCE, since=0)
        yield bell
    finally:
        stopped.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


@pytest.fixture
def database(founded_postgres: str) -> Iterator[Database]:
    """The city on PostgreSQL."""
    made = Database(copy_of(founded_postgres))
    yield made
    made.close()


def put(database: Database, count: int = 1) -> None:
    with database.write() as session:
        for number in range(count):
            enqueue(session, "project_moved", f"第{number}件", {}, now=START)


class TestBell:
    def test_what_was_rung_before_the_wait_is_not_slept_over(self) -> None:
        bell = Bell()
        before = bell.rung
        bell.ring()
        assert bell.wait(0, since=before)
        assert not bell.wait(0, since=bell.rung)

    def test_wakes_everybody(self) -> None:
        bell, awake = Bell(), []
        waiting = [threading.Thread(target=lambda: awake.append(bell.wait(PATIENCE, since=0))) for _ in range(3)]
        for one in waiting:
            one.start()
        bell.ring()
        for one in waiting:
            one.join(PATIENCE)
        assert awake == [True, True, True]


class TestListen:
    def test_a_commit_rings_once_and_a_rollback_never(self, database: Database) -> None:
        with listening(database.url) as bell:
            before = bell.rung
            with pytest.raises(ZeroDivisionError), database.write() as session:
                enqueue(session, "project_moved", "撤回", {}, now=START)
                session.flush()
                raise ZeroDivisionError
            put(database, 5)
            assert bell.wait(PATIENCE, since=before)
            put(database)
            assert bell.wait(PATIENCE, since=before + 1)
            assert bell.rung == before + 2

    def test_a_lost_connection_is_made_again_and_what_was_missed_is_looked_for(self, database: Database) -> None:
        with listening(database.url) as bell:
            before = bell.rung
            hang_up(database.url)
            assert bell.wait(PATIENCE, since=before)  # connected anew: rung for whatever came meanwhile
            again = bell.rung
            put(database)
            assert bell.wait(PATIENCE, since=again)

    def test_no_database_at_all_is_waited_for(self, database: Database) -> None:
        bell, stopped = Bell(), threading.Event()
        nowhere = "postgresql+psycopg://nobody@127.0.0.1:9/nothing"
        thread = threading.Thread(target=listen, args=(nowhere, bell, stopped))
        thread.start()
        stopped.set()
        thread.join(PATIENCE)
        assert (thread.is_alive(), bell.rung) == (False, 0)

    def test_only_postgresql_calls(self, database: Database) -> None:
        assert can_listen(database.url)
        assert not can_listen("sqlite:////var/jiugai.db")


def hang_up(url: str) -> None:
    """End every connection that listens, as a restarted server or a firewall does."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND query = 'LISTEN jiugai_outbox'"
        )
