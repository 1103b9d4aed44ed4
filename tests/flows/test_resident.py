"""The resident runner: lanes that do not wait for each other, a timetable, an end that lets work finish."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, text

from models.clock import Clock
from models.review import ReviewTask
from runtime.office import Office
from states.clock import Light
from tests.database import ON_POSTGRES
from tests.flows.test_relay import submitted
from tests.runtime.test_wake import hang_up
from tests.world import World

PATIENCE = 60
"""Seconds to wait for what has to come; never what is measured."""


def until(true: Callable[[], Any]) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


@contextmanager
def silent_server() -> Iterator[int]:
    """A server that takes every connection and never says a word; gives its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield server.getsockname()[1]


@contextmanager
def resident(office: Office) -> Iterator[None]:
    """The runner at work in a thread, as `jiugai up` has it in a process."""
    from flows.resident import Resident

    runner = Resident()
    thread = threading.Thread(target=copy_context().run, args=(runner.run,))
    thread.start()
    try:
        yield
    finally:
        runner.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()


@pytest.fixture
def world(world: World) -> World:
    """A city whose messages also go into files and by mail."""
    return replace(world, channels=("smtp", "file"))


class TestLanes:
    def test_a_mail_server_that_never_answers_holds_up_neither_reviews_nor_other_channels(
        self, world: World, office: Office
    ) -> None:
        submitted(world)
        with silent_server() as port:
            slow = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none", "channel_timeout_seconds": 5}
            from flows import handling

            at = replace(office, settings=office.settings.model_copy(update=slow))
            handling.use(at)
            with resident(at):
                until(lambda: _letters(office, "方案联审"))
                with world.read() as session:
                    assert len(session.scalars(select(ReviewTask)).all()) == 2


@pytest.mark.skipif(not ON_POSTGRES, reason="only PostgreSQL calls; on SQLite the relay looks by itself")
class TestWaking:
    def test_a_commit_is_reacted_to_though_the_relay_would_not_look_for_a_minute(
        self, world: World, office: Office
    ) -> None:
        from flows import handling

        at = replace(office, settings=office.settings.model_copy(update={"poll_seconds": 10 * PATIENCE}))
        handling.use(at)
        with resident(at):
            until(lambda: _listens(world))
            submitted(world)
            until(lambda: len(_tasks(world)) == 2)

    def test_after_a_lost_connection_it_is_called_again(self, world: World, office: Office) -> None:
        from flows import handling

        at = replace(office, settings=office.settings.model_copy(update={"poll_seconds": 10 * PATIENCE}))
        handling.use(at)
        with resident(at):
            until(lambda: _listens(world))
            hang_up(world.database.url)
            submitted(world)
            until(lambda: len(_tasks(world)) == 2)


class TestTimetable:
    def test_the_sweep_runs_beside_the_lanes(self, world: World, office: Office) -> None:
        world.enrol()
        with world.write() as session:
            clock = session.scalars(select(Clock)).one()
            clock.due_on = clock.next_check_on = clock.started_on  # long over on the day this test runs
        with resident(office):
            until(lambda: _light(world) is Light.red)


def _listens(world: World) -> bool:
    with world.read() as session:
        asked = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN jiugai_outbox'"
        return session.scalar(text(asked)) is not None


def _tasks(world: World) -> list[ReviewTask]:
    with world.read() as session:
        return list(session.scalars(select(ReviewTask)))


def _letters(office: Office, word: str) -> bool:
    found = list((office.settings.home / "messages").glob("*.json"))
    return any(word in letter.read_text(encoding="utf-8") for letter in found)


def _light(world: World) -> Light:
    with world.read() as session:
        return Light(session.scalars(select(Clock.light)).one())
