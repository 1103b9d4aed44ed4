"""Sending with real servers: what passes is tried again for a day, what does not is given up at once; none is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from models.delivery import Delivery
from models.outbox import Incident, OutboxEvent
from models.person import Person
from models.review import Review
from notifications.message import DeadlineBreached
from runtime.office import Office
from runtime.settings import Settings
from services.message import post
from services.organisation import Entering, ensure_person, find_organisation
from services.outbox import BACK_OFF, EventStatus, claim, enqueue
from tests.notifications.channels.test_smtp import HOST, Mailbox, mail_server
from tests.notifications.local_provider import LocalProvider, Reply, local_provider
from tests.world import World

Opened = Callable[..., Office]


@pytest.fixture
def opened(world: World, tmp_path: Path) -> Opened:
    """The installation with channels of the test's choosing."""

    def open_(**settings: Any) -> Office:
        given = Settings(_env_file=None, home=tmp_path, quiet_from="00:00", quiet_until="00:00", **settings)
        world.channels = given.channel_names
        return Office(given, world.database, world.city)

    return open_


def alert(world: World, *logins: str, number: int = 1) -> None:
    """A breached deadline is told."""
    message = DeadlineBreached(
        project_code="SN-2026-001", project_name="幸福里小区", link=f"/projects/SN-2026-001#clock-{number}",
        what="摸底期限", due_on=date(2026, 3, 16), working_days_over=1, holder="花园街道", rule="摸底期限",
        duty="公开原因",
    )  # fmt: skip
    with world.write() as session:
        people = session.scalars(select(Person).where(Person.login.in_(logins))).all()
        post(session, world.city, message, people, once=f"event:{number}", now=world.now)


def drive(world: World, at: Office) -> list[str]:
    """Handle what is due once, without a server of Prefect: what the delivery flow's task does."""
    from flows.handling import handle

    with world.write() as session:
        events = claim(session, "test", now=world.now, limit=1000)
    return [handle(at, event, world.now, None).result for event in events]


def statuses(world: World) -> Counter[str]:
    with world.read() as session:
        return Counter(session.scalars(select(Delivery.status)))


def count(world: World, table: type) -> int:
    with world.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


class TestMailServerAway:
    def test_is_tried_for_a_day_and_then_given_up_visibly_without_an_incident(
        self, world: World, opened: Opened
    ) -> None:
        at = opened(channels="smtp", smtp_host=HOST, smtp_port=9, smtp_security="none")
        alert(world, "li.street")
        begun, tries = world.now, 0
        while statuses(world) != {"dead": 1}:
            assert drive(world, at)
            tries += 1
            with world.read() as session:
                due = session.scalars(
                    select(OutboxEvent.available_at).where(OutboxEvent.status == EventStatus.waiting)
                ).first()
            world.now = due or world.now
        assert timedelta(hours=24) <= world.now - begun <= timedelta(hours=29)
        assert 10 <= tries <= 15
        assert count(world, Incident) == 0

    def test_comes_back_in_the_night_and_has_every_letter_once(self, world: World, opened: Opened) -> None:
        mailbox = Mailbox()
        with mail_server(mailbox) as port:
            pass  # gone again: nobody listens on this port
        at = opened(channels="smtp", smtp_host=HOST, smtp_port=port, smtp_security="none")
        alert(world, "li.street", "wang.district")
        for _ in range(6):
            drive(world, at)
            world.tick(hours=1)
        assert statuses(world) == {"failed": 2}
        with serving(mailbox, port):
            drive(world, at)
        assert statuses(world) == {"sent": 2}
        assert len(mailbox.letters) == 2


@contextmanager
def serving(mailbox: Mailbox, port: int) -> Iterator[None]:
    from aiosmtpd.controller import Controller

    controller = Controller(mailbox, hostname=HOST, port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


class TestRefusals:
    def test_an_address_that_does_not_exist_is_given_up_at_once(self, world: World, opened: Opened) -> None:
        with mail_server(Mailbox(RCPT="550 no such user")) as port:
            at = opened(channels="smtp", smtp_host=HOST, smtp_port=port, smtp_security="none")
            alert(world, "li.street")
            drive(world, at)
        with world.read() as session:
            dead = session.scalars(select(Delivery)).one()
            assert (dead.status, dead.code) == ("dead", "550")
            assert "核对收件人地址" in (dead.detail or "")
            assert session.scalars(select(OutboxEvent.status)).all() == [EventStatus.done]

    def test_a_channel_that_is_not_set_up_any_more_gives_its_letters_up_with_the_reason(
        self, world: World, opened: Opened
    ) -> None:
        at = opened(channels="file")
        world.channels = ("smtp",)
        alert(world, "li.street")
        drive(world, replace(at, opened=world.city))
        with world.read() as session:
            dead = session.scalars(select(Delivery)).one()
        assert (dead.status, dead.code) == ("dead", "channel_unknown")
        assert "JIUGAI_SMTP_HOST" in (dead.detail or "")

    def test_a_reaction_that_is_refused_is_an_incident_at_once(self, world: World, opened: Opened) -> None:
        at = opened(channels="")
        world.enrol()
        from states.exceptions import JiugaiError, Kind

        class DepartmentMissing(JiugaiError):
            code = "department_missing"
            kind = Kind.missing
            zh = "没有承办“消防”的机构。请系统管理员添加。"

        from flows import handling

        with world.write() as session:
            enqueue(session, "joint_review_requested", "方案联审", {"review": "x", "round": 1}, now=world.now)
            session.flush()
        with world.write() as session:
            (event,) = [one for one in claim(session, "test", now=world.now) if one.title == "方案联审"]
        words = handling.write_down(at, event, DepartmentMissing(), world.now)
        assert "已搁置" in words
        with world.read() as session:
            assert session.scalars(select(Incident.error)).one() == DepartmentMissing.zh
            told = session.scalars(select(OutboxEvent.kind).where(OutboxEvent.kind == "incident_opened")).all()
        assert told == ["incident_opened"]
        assert count(world, Review) == 0

    def test_a_reaction_that_may_pass_is_tried_again_first(self, world: World, opened: Opened) -> None:
        from flows import handling

        with world.write() as session:
            enqueue(session, "joint_review_requested", "方案联审", {}, now=world.now)
            session.flush()
            (event,) = claim(session, "test", now=world.now)
        for number, wait in enumerate(BACK_OFF, start=1):
            handling.write_down(opened(channels=""), event, OSError("disk"), world.now)
            with world.read() as session:
                row = session.get_one(OutboxEvent, event.id)
                assert (row.failures, row.available_at) == (number, world.now + timedelta(seconds=wait))
        assert count(world, Incident) == 0


class TestManyAtOnce:
    """300 alerts through real servers of this machine; `make flood` does the same with 10,000."""

    def people(self, world: World, number: int) -> list[str]:
        with world.write() as session:
            place = find_organisation(session, "sunny-nan-hua")
            entering = Entering("system:setup", "test", world.now)
            return [
                ensure_person(
                    session, f"p{n}", f"第{n}人", place, entering=entering, email=f"p{n}@sunny.example", mobile="13812345678"
                ).login
                for n in range(number)
            ]  # fmt: skip

    def test_none_is_lost_and_none_doubled_by_mail(self, world: World, opened: Opened) -> None:
        mailbox, now = Mailbox(), datetime(2026, 3, 17, 1, tzinfo=UTC)
        logins, world.now = self.people(world, 300), now
        with mail_server(mailbox) as port:
            at = opened(channels="smtp", smtp_host=HOST, smtp_port=port, smtp_security="none")
            alert(world, *logins)
            while drive(world, at):
                pass
        assert statuses(world) == {"sent": 300}
        receivers = Counter(str(letter["To"].addresses[0].addr_spec) for letter in mailbox.letters)
        assert receivers == {f"{login}@sunny.example": 1 for login in logins}

    def test_a_gateway_that_is_busy_again_and_again_gets_each_once(self, world: World, opened: Opened) -> None:
        logins = self.people(world, 300)
        with local_provider() as provider:
            busy = Reply({"code": 1}, status=429, headers=(("Retry-After", "7"),))
            html = Reply(b"<html>login</html>", media_type="text/html")
            provider.answers(*[busy, html, Reply({}, status=500), *[{"code": 0}] * 5] * 100, {"code": 0})
            at = opened(channels="gateway", gateway_url=provider.url)
            alert(world, *logins)
            for _ in range(60):
                drive(world, at)
                world.tick(minutes=5)
                if statuses(world) == {"sent": 300}:
                    break
            taken = self.taken(provider)
        assert statuses(world) == {"sent": 300}
        assert len(taken) == 300
        assert set(taken.values()) == {1}

    def taken(self, provider: LocalProvider) -> Counter[str]:
        """How often the gateway took each message: the eight answers come in turns, the last five take it."""
        took = [heard for turn, heard in enumerate(provider.heard) if turn % 8 > 2 or turn >= 800]
        return Counter(heard.json["id"] for heard in took)


class TestBot:
    def test_two_workers_together_keep_to_the_rate_and_lose_nothing(self, world: World, opened: Opened) -> None:
        with local_provider() as provider:
            provider.answers({"errcode": 0, "errmsg": "ok"})
            at = opened(channels="dingtalk", dingtalk_url=provider.url, dingtalk_token="t0ken", channel_concurrency=9)
            other = Office(at.settings, world.database, world.city)  # opens its own channel, as another process does
            for number in range(50):
                alert(world, "li.street", number=number)
            sent_at: list[int] = []
            for minute in range(12):
                before = len(provider.heard)
                for worker in (at, other):
                    drive(world, worker)
                sent_at.append(len(provider.heard) - before)
                world.tick(seconds=60)
                if minute and statuses(world) == {"sent": 50}:
                    break
        assert max(sent_at) <= 18
        assert statuses(world) == {"sent": 50}
        assert len(provider.heard) == 50
        with world.read() as session:
            assert set(session.scalars(select(Delivery.attempts))) == {1}
