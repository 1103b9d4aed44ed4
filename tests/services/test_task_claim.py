"""Claiming and passing on: one person has a task, the others of the unit are refused by name; nothing loses days."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.clock import Clock
from models.review import ReviewTask
from services.attribution import days_by_holder
from services.audit import RequestReused, verify
from services.identity import OpinionForbidden, PersonUnknown
from services.project import find_project
from services.review import ReviewSuspended
from services.task_act import TaskUnfit
from services.task_claim import (
    ReceiverUnfit,
    TransferReasonMissing,
    claim_task,
    give_back_task,
    transfer_task,
    transfer_to_unit,
)
from services.task_holder import LeadRequired, TaskClaimed
from states.clock import ClockStatus
from states.review import Opinion
from states.role import Role
from tests.scenarios.tasks import CODE, clock_of, found_tasks, keeping, opened, say, tasks, told
from tests.way import hire
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A city with two reviewers at planning and a branch below it."""
    found = found_tasks(tmp_path)
    yield found
    with found.read() as session:
        assert list(verify(session)) == []
    found.database.close()


def claim(world: World, member: str, login: str, request: str | None = None) -> ReviewTask:
    with world.write() as session:
        return claim_task(session, world.city, tasks(world)[member].id, keeping(world, login, request=request))


def entries(world: World, *actions: str) -> list[AuditEntry]:
    with world.read() as session:
        query = select(AuditEntry).where(AuditEntry.action.in_(actions)).order_by(AuditEntry.seq)
        return list(session.scalars(query))


class TestClaimTask:
    def test_from_then_on_only_the_claimant_answers_and_the_others_are_refused_by_name(self, world: World) -> None:
        opened(world)
        claim(world, "planning", "tang.planning")
        with pytest.raises(TaskClaimed, match="已由 唐规划 签收，孙规划 不能代办"):
            say(world, "planning", "sun.planning")
        with pytest.raises(TaskClaimed, match="唐规划"):
            claim(world, "planning", "sun.planning")
        say(world, "planning", "tang.planning")
        assert tasks(world)["planning"].answered_by == "tang.planning"

    def test_is_written_down_once_however_often_it_is_asked_for(self, world: World) -> None:
        opened(world)
        claim(world, "planning", "tang.planning", request="press-1")
        claim(world, "planning", "tang.planning", request="press-1")
        claim(world, "planning", "tang.planning")
        (entry,) = entries(world, "task_claimed")
        assert (entry.actor, entry.after["holder"], entry.after["task"]) == (
            "tang.planning", "tang.planning", tasks(world)["planning"].id,
        )  # fmt: skip
        with pytest.raises(RequestReused):
            claim(world, "fire", "qian.fire", request="press-1")

    def test_tells_the_colleagues_that_they_need_not(self, world: World) -> None:
        opened(world)
        claim(world, "planning", "tang.planning")
        assert told(world, "签收") == ["sun.planning"]

    def test_nobody_of_another_unit_and_nothing_that_is_answered(self, world: World) -> None:
        opened(world)
        with pytest.raises(OpinionForbidden):
            claim(world, "planning", "qian.fire")
        say(world, "planning", "sun.planning")
        with pytest.raises(TaskUnfit, match="已填写"):
            claim(world, "planning", "tang.planning")

    def test_not_while_the_project_stands_still(self, world: World) -> None:
        opened(world)
        world.advance(CODE, "suspend", "wang.district", reason="管线冲突")
        with pytest.raises(ReviewSuspended):
            claim(world, "planning", "tang.planning")


class TestGiveBackTask:
    def test_puts_it_back_into_the_pool(self, world: World) -> None:
        opened(world)
        claim(world, "planning", "tang.planning")
        with world.write() as session:
            give_back_task(session, world.city, tasks(world)["planning"].id, keeping(world, "tang.planning"))
        assert told(world, "退回待签收") == ["sun.planning"]
        say(world, "planning", "sun.planning")
        assert tasks(world)["planning"].opinion == Opinion.approve

    def test_by_its_claimant_or_the_lead_alone(self, world: World) -> None:
        opened(world)
        claim(world, "planning", "tang.planning")
        number = tasks(world)["planning"].id
        with pytest.raises(TaskClaimed), world.write() as session:
            give_back_task(session, world.city, number, keeping(world, "sun.planning"))
        with pytest.raises(OpinionForbidden), world.write() as session:
            give_back_task(session, world.city, number, keeping(world, "qian.fire"))
        with world.write() as session:
            give_back_task(session, world.city, number, keeping(world, "chen.housing"))
        assert tasks(world)["planning"].claimed_by is None


class TestTransferTask:
    def transfer(self, world: World, member: str, login: str, to: str) -> None:
        with world.write() as session:
            transfer_task(session, world.city, tasks(world)[member].id, to, keeping(world, login, "熟悉该片区"))

    def test_to_a_colleague_who_then_has_it(self, world: World) -> None:
        opened(world)
        claim(world, "planning", "sun.planning")
        due = clock_of(world, "planning").due_on
        self.transfer(world, "planning", "sun.planning", "tang.planning")
        assert tasks(world)["planning"].claimed_by == "tang.planning"
        assert clock_of(world, "planning").due_on == due
        with pytest.raises(TaskClaimed, match="唐规划"):
            say(world, "planning", "sun.planning")
        assert told(world, "转办") == ["tang.planning"]
        (entry,) = entries(world, "task_transferred")
        assert (entry.before, entry.after["holder"], entry.reason) == (
            {"holder": "sun.planning"}, "tang.planning", "熟悉该片区",
        )  # fmt: skip

    def test_never_to_somebody_who_could_not_answer(self, world: World) -> None:
        opened(world)
        with pytest.raises(ReceiverUnfit, match="钱消防：不是“南山区自然资源局”的审查人"):
            self.transfer(world, "planning", "sun.planning", "qian.fire")
        with pytest.raises(PersonUnknown):
            self.transfer(world, "planning", "sun.planning", "nobody")
        assert tasks(world)["planning"].claimed_by is None

    def test_the_lead_may_when_the_claimant_is_away(self, world: World) -> None:
        opened(world)
        claim(world, "planning", "sun.planning")
        with pytest.raises(TaskClaimed):
            self.transfer(world, "planning", "tang.planning", "tang.planning")
        self.transfer(world, "planning", "chen.housing", "tang.planning")
        say(world, "planning", "tang.planning")


class TestTransferToUnit:
    def transfer(self, world: World, member: str, login: str, unit: str, reason: str = "属其辖区") -> None:
        with world.write() as session:
            transfer_to_unit(session, world.city, tasks(world)[member].id, unit, keeping(world, login, reason))

    def test_by_the_lead_and_the_last_day_stays(self, world: World) -> None:
        opened(world)
        claim(world, "planning", "sun.planning")
        world.to("2026-03-09")
        self.transfer(world, "planning", "chen.housing", "sunny-nan-planning-east")
        clock = clock_of(world, "planning")
        assert (clock.due_on.isoformat(), clock.started_on.isoformat()) == ("2026-03-16", "2026-03-09")
        assert clock.label.startswith("规划东部分局")
        with pytest.raises(OpinionForbidden, match="规划东部分局"):
            say(world, "planning", "sun.planning")
        say(world, "planning", "xu.east")
        assert set(told(world, "转办")) == {"xu.east", "sun.planning"}

    def test_the_days_before_stay_with_whoever_had_them(self, world: World) -> None:
        opened(world)
        world.to("2026-03-09")
        self.transfer(world, "planning", "chen.housing", "sunny-nan-planning-east")
        world.to("2026-03-11")
        with world.read() as session:
            found = days_by_holder(session, world.city, find_project(session, CODE), until=world.city.day(world.now))
        days = {one.holder: one.days for one in found.holders}
        assert (days["南山区自然资源局"], days["规划东部分局"]) == (5, 2)

    def test_what_is_overdue_stays_late_for_the_unit_that_was(self, world: World) -> None:
        opened(world)
        world.to("2026-03-18")
        self.transfer(world, "planning", "chen.housing", "sunny-nan-planning-east")
        with world.read() as session:
            mine = select(Clock).where(Clock.subject == "task", Clock.subject_id == tasks(world)["planning"].id)
            first, second = session.scalars(mine.order_by(Clock.id)).all()
        assert first.status == ClockStatus.late
        assert second.due_on.isoformat() == "2026-03-18"

    def test_only_the_lead_and_only_with_a_reason(self, world: World) -> None:
        opened(world)
        with pytest.raises(LeadRequired, match="南山区住房城乡建设局办理"):
            self.transfer(world, "planning", "sun.planning", "sunny-nan-planning-east")
        with pytest.raises(TransferReasonMissing):
            self.transfer(world, "planning", "chen.housing", "sunny-nan-planning-east", reason=" ")

    def test_never_to_another_department_than_the_pack_asks(self, world: World) -> None:
        opened(world)
        hire(world, "ma.stranger", "sunny-bei", Role.reviewer)
        with pytest.raises(ReceiverUnfit, match="政策包指定由该部门审查"):
            self.transfer(world, "planning", "chen.housing", "sunny-bei")

    def test_never_where_nobody_could_answer_or_where_it_is_asked_already(self, world: World) -> None:
        opened(world)
        with pytest.raises(ReceiverUnfit, match="该单位没有审查人"):
            self.transfer(world, "planning", "chen.housing", "sunny-nan-archive")
        with pytest.raises(ReceiverUnfit, match="该单位已在本轮审查中"):
            self.transfer(world, "planning", "chen.housing", "sunny-nan-fire")
