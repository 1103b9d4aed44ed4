"""Several people at the same moment, in threads of their own, and a pack edited meanwhile: one outcome, nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import TypeVar

import pytest
from sqlalchemy import func, select

from models.audit import AuditEntry
from models.outbox import OutboxEvent
from policy.loader import load_pack
from services.audit import verify
from services.pack import activate
from services.project import find_project
from services.review import Answer, TaskClosed, answer
from services.settlement import settle
from services.task_claim import claim_task
from services.task_holder import TaskClaimed
from services.task_reminder import RemindedAlready, remind_task
from states.review import Opinion
from tests.scenarios.tasks import (
    CODE,
    all_approve,
    found_tasks,
    keeping,
    opened,
    say,
    standing,
    task_pack,
    tasks,
)
from tests.way import rounds
from tests.world import World

_T = TypeVar("_T")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Everybody is asked at once."""
    found = found_tasks(tmp_path)
    yield found
    with found.read() as session:
        assert list(verify(session)) == []
    found.database.close()


def at_once(*jobs: Callable[[], _T]) -> list[_T | Exception]:
    """What each job returned or raised, all of them begun in the same moment."""
    start = Barrier(len(jobs))

    def run(job: Callable[[], _T]) -> _T | Exception:
        start.wait()
        try:
            return job()
        except Exception as error:  # what was raised is the answer
            return error

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def number_of(world: World, kind: str) -> int:
    with world.read() as session:
        return session.scalar(select(func.count()).where(OutboxEvent.kind == kind)) or 0


class TestTwoLastOpinions:
    def answering(self, world: World, member: str, login: str) -> Callable[[], object]:
        task, actor, request = tasks(world)[member].id, world.actor(login), world.request()

        def job() -> object:
            with world.write() as session:
                given = Answer(task, actor, Opinion.approve, "", request, world.now, "test")
                return answer(session, world.city, given).status

        return job

    @pytest.mark.parametrize("attempt", range(3))
    def test_settle_the_round_once(self, world: World, attempt: int) -> None:
        opened(world)
        say(world, "housing", "chen.housing")
        done = at_once(
            self.answering(world, "planning", "sun.planning"), self.answering(world, "fire", "qian.fire")
        )  # fmt: skip
        assert [str(one) for one in done] == ["answered", "answered"]
        assert number_of(world, "joint_review_decided") == 1
        world.react()
        assert rounds(world) == [(1, "passed")]
        with world.read() as session:
            moves = select(func.count()).where(AuditEntry.action == "accept_plan")
            assert session.scalar(moves) == 1

    def test_two_settlements_at_once_move_once(self, world: World) -> None:
        opened(world)
        all_approve(world)
        review = tasks(world)["fire"].review_id

        def job() -> bool:
            with world.write() as session:
                return settle(session, world.city, review, now=world.now) is not None

        assert sorted(map(bool, at_once(job, job))) == [False, True]

    def test_of_two_answers_to_one_task_one_stays(self, world: World) -> None:
        opened(world)
        done = at_once(
            self.answering(world, "planning", "sun.planning"), self.answering(world, "planning", "tang.planning")
        )  # fmt: skip
        refused = [one for one in done if isinstance(one, Exception)]
        assert [type(one) for one in refused] == [TaskClosed]

    def test_an_answer_and_a_withdrawal_of_the_project_leave_one_of_them(self, world: World) -> None:
        opened(world)
        say(world, "housing", "chen.housing")
        say(world, "planning", "sun.planning")

        def terminate() -> str:
            return world.advance(CODE, "terminate", "zhao.city", reason="规划调整").after

        at_once(self.answering(world, "fire", "qian.fire"), terminate)
        world.react()
        assert world.project(CODE).step == "terminated"
        assert rounds(world) == [(1, "withdrawn")]
        assert standing(world)["fire"] in ("answered", "not_needed")


class TestTwoPeople:
    def test_claim_one_task_and_one_of_them_has_it(self, world: World) -> None:
        opened(world)
        number = tasks(world)["planning"].id
        kept = [keeping(world, login) for login in ("sun.planning", "tang.planning")]

        def claiming(index: int) -> Callable[[], object]:
            def job() -> object:
                with world.write() as session:
                    return claim_task(session, world.city, number, kept[index]).claimed_by

            return job

        done = at_once(claiming(0), claiming(1))
        assert [type(one) for one in done if isinstance(one, Exception)] == [TaskClaimed]
        assert tasks(world)["planning"].claimed_by in done

    def test_remind_once_between_them(self, world: World) -> None:
        opened(world)
        number = tasks(world)["planning"].id
        kept = [keeping(world, login) for login in ("chen.housing", "wang.district")]

        def reminding(index: int) -> Callable[[], object]:
            def job() -> object:
                with world.write() as session:
                    return remind_task(session, world.city, number, kept[index]).id

            return job

        done = at_once(reminding(0), reminding(1))
        assert [type(one) for one in done if isinstance(one, Exception)] == [RemindedAlready]


class TestPackEdited:
    def test_a_running_review_keeps_the_rules_it_was_opened_under(self, world: World, tmp_path: Path) -> None:
        opened(world)
        old = world.pack.id
        folder = task_pack(
            tmp_path / "later",
            ("pack.yaml", "  version: 2026.10\n", "  version: 2026.11\n"),
            ("limits.yaml", "      - {department: fire, matter: 消防车道, limit: opinion_limit}\n", ""),
            ("limits.yaml", "    kind: joint_review\n", "    kind: joint_review\n    mode: any\n"),
        )
        with world.write() as session:
            activate(session, load_pack(folder), actor="system:setup", source="test", now=world.now)
        say(world, "planning", "sun.planning")
        world.react()
        assert rounds(world) == [(1, "open")]  # by the new pack the first answer would have been enough
        say(world, "fire", "qian.fire", Opinion.reject, "车道不足4米")
        say(world, "housing", "chen.housing")
        world.react()
        assert world.project(CODE).step == "design"
        world.advance(CODE, "submit_plan", "wang.district")
        world.react()
        assert set(standing(world)) == {"housing", "planning", "fire"}  # the next round too
        with world.read() as session:
            version = find_project(session, CODE).pack_version
            assert f"{version.name}@{version.version}" == old
