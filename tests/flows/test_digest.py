"""The digest as a flow: on working days only, once, and caught up later the same day."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from models.delivery import Delivery, InboxMessage
from runtime.office import Office
from tests.world import World


@pytest.fixture
def world(world: World) -> World:
    """A city whose messages also go into files."""
    return replace(world, channels=("file",))


def digest(office: Office, world: World) -> dict[str, Any]:
    from flows import handling
    from flows.digest import digest as flow

    handling.use(office)
    return flow(now=world.now)


def told(world: World) -> list[str]:
    with world.read() as session:
        mine = select(InboxMessage).where(InboxMessage.kind == "daily_digest")
        return [message.person.login for message in session.scalars(mine)]


class TestDigest:
    def test_is_sent_once_and_reaches_the_channel(self, world: World, office: Office) -> None:
        world.enrol()
        world.to("2026-03-17", 8)
        assert digest(office, world) == {"told": 0}  # eight o'clock is too early
        world.tick(hours=3)  # the process was down at half past eight
        assert digest(office, world) == {"told": 1}
        assert digest(office, world) == {"told": 0}
        assert told(world) == ["li.street"]
        from flows.relay import relay_once

        while relay_once(office, "test", now=world.now).events:
            pass
        with world.read() as session:
            mine = select(Delivery).join(InboxMessage).where(InboxMessage.kind == "daily_digest")
            assert [delivery.status for delivery in session.scalars(mine)] == ["sent"]
        letters = [path.read_text(encoding="utf-8") for path in (office.settings.home / "messages").glob("*.json")]
        assert any("每日提要" in letter and "幸福里小区" in letter for letter in letters)
        assert relay_once(office, "test", now=world.now).events == 0

    def test_not_on_a_rest_day_but_on_a_make_up_saturday(self, world: World, office: Office) -> None:
        world.enrol()
        for day, expected in (("2026-10-01", 0), ("2026-10-04", 0), ("2026-10-10", 1)):
            world.to(day, 9)
            assert digest(office, world) == {"told": expected}

    def test_who_had_theirs_when_it_broke_off_gets_no_second_one(
        self, world: World, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.enrol("SN-1", "幸福里小区")
        world.enrol("SN-2", "惠德花园", organisation="sunny-nan")
        world.to("2026-03-17", 9)
        monkeypatch.setattr("flows.digest.BATCH", 1)
        from flows import digest as module

        real, calls = module.send, []

        def dies_after_the_first(*args: Any) -> int:
            calls.append(1)
            if len(calls) == 2:
                raise OSError("power cut")
            return real(*args)

        monkeypatch.setattr("flows.digest.send", dies_after_the_first)
        with pytest.raises(OSError, match="power"):
            digest(office, world)
        assert len(told(world)) == 1
        monkeypatch.setattr("flows.digest.send", real)
        assert digest(office, world) == {"told": 1}
        assert sorted(told(world)) == ["li.street", "wang.district"]
