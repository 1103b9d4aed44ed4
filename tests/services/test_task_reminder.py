"""Reminders: whoever has the task hears of it, once a working day, and it is on record who was told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from models.organisation import Organisation
from models.person import Person, RoleGrant
from models.review_reminder import ReviewReminder
from services.task_act import TaskUnfit
from services.task_claim import claim_task
from services.task_holder import LeadRequired
from services.task_reminder import NobodyToRemind, RemindedAlready, remind_task
from tests.scenarios.tasks import CODE, found_tasks, keeping, opened, say, tasks, told
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Everybody is asked at once, from Monday 2 March 2026 on."""
    found = found_tasks(tmp_path)
    yield found
    found.database.close()


def remind(world: World, member: str, login: str, request: str | None = None) -> ReviewReminder:
    with world.write() as session:
        kept = keeping(world, login, "群众已多次询问", request)
        return remind_task(session, world.city, tasks(world)[member].id, kept)


def reminders(world: World) -> list[tuple[str, str, list[str]]]:
    with world.read() as session:
        rows = session.scalars(select(ReviewReminder).order_by(ReviewReminder.id))
        return [(row.counted_on.isoformat(), row.reminded_by, row.told) for row in rows]


class TestRemindTask:
    def test_reaches_the_whole_unit_until_somebody_has_claimed_it(self, world: World) -> None:
        opened(world)
        remind(world, "planning", "chen.housing")
        with world.write() as session:
            claim_task(session, world.city, tasks(world)["planning"].id, keeping(world, "tang.planning"))
        world.to("2026-03-03")
        remind(world, "planning", "wang.district")
        assert reminders(world) == [
            ("2026-03-02", "chen.housing", ["sun.planning", "tang.planning"]),
            ("2026-03-03", "wang.district", ["tang.planning"]),
        ]
        assert told(world, "催办") == ["sun.planning", "tang.planning", "tang.planning"]

    def test_once_a_working_day_whoever_asks(self, world: World) -> None:
        opened(world)
        remind(world, "planning", "chen.housing")
        with pytest.raises(RemindedAlready, match="今天已由陈住建催办过（09:00）"):
            remind(world, "planning", "wang.district")
        remind(world, "fire", "wang.district")  # another task
        assert len(reminders(world)) == 2

    def test_a_rest_day_belongs_to_the_working_day_before(self, world: World) -> None:
        opened(world)
        world.to("2026-03-06")  # Friday
        remind(world, "planning", "chen.housing")
        world.to("2026-03-07")
        with pytest.raises(RemindedAlready):
            remind(world, "planning", "chen.housing")
        world.to("2026-03-09")
        remind(world, "planning", "chen.housing")

    def test_repeated_under_its_request_id_it_reminds_once(self, world: World) -> None:
        opened(world)
        assert remind(world, "planning", "chen.housing", "press-1").id == remind(
            world, "planning", "chen.housing", "press-1"
        ).id  # fmt: skip
        assert told(world, "催办") == ["sun.planning", "tang.planning"]

    def test_only_the_lead_or_a_coordinator_above_the_project(self, world: World) -> None:
        opened(world)
        for login in ("qian.fire", "sun.planning", "zhou.audit"):
            with pytest.raises(LeadRequired, match="催办"):
                remind(world, "planning", login)
        assert reminders(world) == []

    def test_not_of_what_is_answered(self, world: World) -> None:
        opened(world)
        say(world, "planning", "sun.planning")
        with pytest.raises(TaskUnfit, match="已填写"):
            remind(world, "planning", "chen.housing")

    def test_says_so_when_there_is_nobody_to_remind(self, world: World) -> None:
        opened(world)
        with world.write() as session:
            place = session.scalars(select(Organisation.id).where(Organisation.code == "sunny-nan-fire")).one()
            gone = session.scalars(select(Person).join(RoleGrant).where(RoleGrant.organisation_id == place)).one()
            gone.active = False
        with pytest.raises(NobodyToRemind, match="消防救援大队"):
            remind(world, "fire", "chen.housing")
        assert reminders(world) == []
        assert world.project(CODE).step == "joint_review"
