"""Copies: who reads along gets the round's messages and may still not answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from models.delivery import InboxMessage
from models.person import Person
from models.review_copy import ReviewCopy
from services.identity import OpinionForbidden
from services.task_copy import CopyForbidden, copy_round
from services.task_hold import ReviewMissing
from tests.scenarios.tasks import all_approve, found_tasks, keeping, night, opened, say, tasks, told
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Planning first, then fire from day 2 and landscape, housing last."""
    found = found_tasks(tmp_path, phases=True)
    yield found
    found.database.close()


def copy(world: World, login: str, to: str, review_id: int | None = None, request: str | None = None) -> None:
    number = tasks(world)["planning"].review_id if review_id is None else review_id
    with world.write() as session:
        copy_round(session, world.city, number, to, keeping(world, login, request=request))


def inbox(world: World, login: str) -> list[tuple[str, str]]:
    """The kinds of message a person got, each with why."""
    with world.read() as session:
        query = select(InboxMessage).join(Person).where(Person.login == login).order_by(InboxMessage.id)
        return [(message.kind, message.payload["why"]) for message in session.scalars(query)]


class TestCopyRound:
    def test_reads_along_with_later_turns_and_the_outcome(self, world: World) -> None:
        opened(world)
        copy(world, "wang.district", "zhou.audit")
        say(world, "planning", "sun.planning")
        world.react()
        assert inbox(world, "zhou.audit") == [
            ("review_task_changed", ""),
            ("review_task_opened", "抄送给您，仅供知悉，不需要您答复。"),
        ]
        world.to("2026-03-10")  # fire is over its window, housing's has begun
        night(world)
        all_approve(world)
        world.react()
        all_approve(world)
        world.react()
        assert inbox(world, "zhou.audit")[-1] == ("review_settled", "抄送给您，仅供知悉，不需要您答复。")

    def test_gives_no_say(self, world: World) -> None:
        opened(world)
        copy(world, "chen.housing", "jiao.traffic")
        with pytest.raises(OpinionForbidden):
            say(world, "planning", "jiao.traffic")

    def test_twice_is_once(self, world: World) -> None:
        opened(world)
        copy(world, "chen.housing", "zhou.audit", request="press-1")
        copy(world, "chen.housing", "zhou.audit", request="press-1")
        copy(world, "qian.fire", "zhou.audit")
        with world.read() as session:
            assert len(session.scalars(select(ReviewCopy)).all()) == 1
        assert told(world, "抄送") == ["zhou.audit"]

    def test_by_whoever_has_to_do_with_the_round(self, world: World) -> None:
        opened(world)
        with pytest.raises(CopyForbidden):
            copy(world, "jiao.traffic", "zhou.audit")
        with pytest.raises(ReviewMissing):
            copy(world, "chen.housing", "zhou.audit", review_id=4711)
