"""The delivering process is killed 200 times at random points: no letter is lost; doubled only where none can tell.

A letter may be doubled when the process dies after the server took it and before that is written down. A mail carries
the same Message-ID then, a gateway gets the same id, a file has the same name: there it is not doubled at all.
"""

from __future__ import annotations

import multiprocessing
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from models.delivery import Delivery
from models.outbox import OutboxEvent
from models.person import Person
from notifications.message import ProjectMoved
from services.delivery import SENDING
from services.message import post
from services.organisation import Entering, ensure_person, find_organisation
from services.outbox import EventStatus
from tests.faults.sender import deliver
from tests.notifications.channels.test_smtp import HOST, Mailbox, mail_server
from tests.notifications.local_provider import LocalProvider, local_provider
from tests.world import World

KILLS = 200
PEOPLE = 40
CHANNELS = ("smtp", "gateway", "file")
ROUND = SENDING + timedelta(minutes=1)
"""Time that passes between two processes: the dead one's claims and marks have run out."""


@pytest.fixture
def letters(world: World) -> World:
    """Forty people who may be written to through three channels."""
    world.channels = CHANNELS
    with world.write() as session:
        place, entering = find_organisation(session, "sunny-nan-hua"), Entering("system:setup", "test", world.now)
        for number in range(PEOPLE):
            login = f"p{number}"
            ensure_person(session, login, login, place, entering=entering, email=f"{login}@sunny.example")
    return world


def alert(world: World, number: int) -> int:
    """One more message to everybody; how many letters that makes."""
    message = ProjectMoved(
        project_code=f"SN-{number}", project_name="幸福里小区", link=f"/projects/SN-{number}", actor="李街道",
        from_step="摸底调查", to_step="方案设计", moved_on=date(2026, 3, 2),
    )  # fmt: skip
    with world.write() as session:
        people = session.scalars(select(Person).where(Person.login.startswith("p"))).all()
        return post(session, world.city, message, people, once=f"event:{number}", now=world.now) * len(CHANNELS)


def waiting(world: World) -> int:
    with world.read() as session:
        query = select(func.count()).select_from(OutboxEvent).where(OutboxEvent.status != EventStatus.done)
        return session.scalar(query) or 0


@pytest.fixture
def servers() -> Iterator[tuple[Mailbox, int, LocalProvider]]:
    mailbox = Mailbox()
    with ExitStack() as stack:
        port = stack.enter_context(mail_server(mailbox))
        provider = stack.enter_context(local_provider())
        provider.answers({"code": 0})
        yield mailbox, port, provider


def test_200_kills_lose_no_letter(letters: World, servers: tuple[Mailbox, int, LocalProvider]) -> None:
    mailbox, port, provider = servers
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.sender"])
    given: dict[str, Any] = {
        "home": letters.folder, "channels": ",".join(CHANNELS), "smtp_host": HOST, "smtp_port": port,
        "smtp_security": "none", "gateway_url": provider.url,
    }  # fmt: skip
    rng, written, kills, causes = random.Random(20260302), 0, 0, 0
    while kills < KILLS:
        while waiting(letters) < PEOPLE:
            causes += 1
            written += alert(letters, causes)
        ready = context.Event()
        process = context.Process(target=deliver, args=(letters.database.url, given, letters.now, ready))
        process.start()
        assert ready.wait(30)
        time.sleep(rng.uniform(0, 0.25))
        process.kill()
        process.join()
        kills += process.exitcode == -9
        letters.now += ROUND
    deliver(letters.database.url, given, letters.now)
    letters.now += ROUND
    deliver(letters.database.url, given, letters.now)

    assert waiting(letters) == 0
    with letters.read() as session:
        counted = session.execute(select(Delivery.status, func.count()).group_by(Delivery.status)).all()
    assert [tuple(row) for row in counted] == [("sent", written)]
    mails = Counter(str(mail["Message-ID"]) for mail in mailbox.letters)
    posts = Counter(heard.json["id"] for heard in provider.heard)
    files = list((letters.folder / "messages").glob("*.json"))
    sys.stdout.write(
        f"\n{kills} kills, {written} letters; doubled: {sum(mails.values()) - len(mails)} mails, {sum(posts.values()) - len(posts)} posts, 0 files\n"
    )
    assert len(mails) == len(posts) == len(files) == written // len(CHANNELS)
    doubled = sum(mails.values()) + sum(posts.values()) - len(mails) - len(posts)
    assert doubled <= kills, "at most the one letter that was under way when the process died"
