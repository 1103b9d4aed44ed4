"""Shared rates: several processes together send no more than one bot takes; no key stands in the database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from sqlalchemy import select

from models.delivery import ChannelRate
from notifications.rate import RateLimit, Window
from runtime.channel import open_channel
from runtime.channel_rate import SharedRate
from runtime.database import Database
from runtime.settings import Settings
from services.channel_rate import bot_of
from tests.world import World

BOT, RATE = bot_of("dingtalk", "566cc69da782ec"), (Window(18, 60),)


class TestSharedRate:
    def test_answers_as_the_rate_of_one_process_does(self, world: World) -> None:
        shared, own = SharedRate(world.database, BOT, RATE), RateLimit(RATE)
        for second in (0, 0, 1, 30, 59, 60, 61, 120, 600):
            now = world.now + timedelta(seconds=second)
            assert [shared.allow(now) for _ in range(7)] == [own.allow(now) for _ in range(7)]

    def test_a_restart_forgets_nothing(self, world: World) -> None:
        assert [SharedRate(world.database, BOT, RATE).allow(world.now) for _ in range(19)] == [0] * 18 + [60]

    def test_two_workers_at_once_get_no_more_than_one_bot_takes(self, world: World) -> None:
        databases = [Database(world.database.url) for _ in range(2)]
        start = Barrier(2)

        def worker(database: Database) -> int:
            rate = SharedRate(database, BOT, RATE)
            start.wait()
            return sum(rate.allow(world.now) == 0 for _ in range(20))

        with ThreadPoolExecutor(2) as pool:
            passed = list(pool.map(worker, databases))
        for database in databases:
            database.close()
        assert sum(passed) == 18

    def test_a_bot_closed_by_its_provider_is_closed_for_every_worker(self, world: World) -> None:
        SharedRate(world.database, BOT, RATE).hold(world.now, 600)
        assert SharedRate(world.database, BOT, RATE).allow(world.now + timedelta(seconds=1)) == 599

    def test_bots_do_not_share(self, world: World) -> None:
        SharedRate(world.database, BOT, RATE).hold(world.now, 600)
        assert SharedRate(world.database, bot_of("dingtalk", "another"), RATE).allow(world.now) == 0

    def test_the_key_of_a_bot_is_nowhere_in_the_database(self, world: World) -> None:
        settings = Settings(_env_file=None, home=world.folder, dingtalk_token="566cc69da782ec")
        channel = open_channel(settings, "dingtalk", world.database)
        channel.limit.allow(world.now)  # type: ignore[attr-defined]
        with world.read() as session:
            row = session.scalars(select(ChannelRate)).one()
        assert row.bot == BOT
        assert "566cc69da782ec" not in f"{row.bot}{row.state}{channel!r}"
