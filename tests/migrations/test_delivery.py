"""Deliveries on PostgreSQL: several workers at once keep a bot's rate, a channel's limit, and tell nobody twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from models.delivery import Delivery, InboxMessage, SuppressedNotice
from models.person import Person
from notifications.channel import DeliveryPostponed
from notifications.message import DeadlineBreached
from notifications.rate import Window
from runtime.channel_rate import SharedRate
from services.channel_rate import bot_of
from services.delivery import begin
from services.digest import open_run, plan, scope_of, send
from services.message import post
from tests.world import World

OVER = DeadlineBreached(
    project_code="SN-2026-001", project_name="幸福里小区", link="/projects/SN-2026-001#clock-1", what="摸底期限",
    due_on=date(2026, 3, 16), working_days_over=1, holder="花园街道", rule="摸底期限", duty="公开原因",
)  # fmt: skip
_Result = TypeVar("_Result")


def together(number: int, work: Callable[[int], _Result]) -> list[_Result]:
    """The same at the same moment in several threads, each on a connection of its own."""
    start = Barrier(number)

    def run(which: int) -> _Result:
        start.wait()
        return work(which)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


class TestTogether:
    def test_workers_get_no_more_than_one_bot_takes(self, city: World) -> None:
        rate = SharedRate(city.database, bot_of("wecom_bot", "key"), (Window(18, 60),))
        passed = together(4, lambda _: sum(rate.allow(city.now) == 0 for _ in range(15)))
        assert sum(passed) == 18

    def test_no_more_letters_are_under_way_than_the_channel_takes(self, city: World) -> None:
        city.channels = ("smtp",)
        with city.write() as session:
            post(session, city.city, OVER, session.scalars(select(Person)).all(), once="event:1", now=city.now)
            numbers = session.scalars(select(Delivery.id).order_by(Delivery.id)).all()

        def sender(which: int) -> bool:
            try:
                with city.database.write() as session:
                    return begin(session, city.city, numbers[which], now=city.now, at_most=2) is not None
            except DeliveryPostponed:
                return False

        assert sum(together(6, sender)) == 2

    def test_two_reactions_of_one_day_tell_a_person_once(self, city: World) -> None:
        def react(which: int) -> bool:
            try:
                with city.database.write() as session:
                    people = session.scalars(select(Person).where(Person.login == "li.street")).all()
                    post(session, city.city, OVER, people, once=f"event:{which}", now=city.now)
            except IntegrityError:  # the outbox drives it again
                return False
            return True

        done = together(4, react)
        for which, was_done in enumerate(done):
            assert was_done or react(which)
        with city.read() as session:
            counts = [session.scalar(select(func.count()).select_from(t)) for t in (InboxMessage, SuppressedNotice)]
        assert counts == [1, 3]

    def test_a_digest_is_sent_and_the_queue_read_back(self, city: World) -> None:
        city.enrol()
        city.to("2026-03-17", 9)
        with city.write() as session:
            open_run(session, city.city, city.now)
            scope = scope_of(session, city.city, city.now, days=5, lang="zh")
            assert send(session, scope, plan(session, scope)) == 1
            assert send(session, scope, plan(session, scope)) == 0
