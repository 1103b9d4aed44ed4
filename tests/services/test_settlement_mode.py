"""Rounds in every mode of deciding, from the pack's words to the move they fire; what is open then is not needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models.audit import AuditEntry
from models.delivery import InboxMessage
from models.review import Review, ReviewTask
from policy.loader import load_pack
from runtime.database import Database
from services.outbox import claim
from services.review import TaskClosed
from services.review_round import RuleUnfit
from states.review import Opinion, TaskStatus
from tests.database import fresh_url
from tests.policy.packs import write_pack
from tests.way import CODE, clocks, designed, opened, restart, rounds
from tests.way import tasks as tasks_of
from tests.world import World, found_city

LOGINS = {"coordinator@district": "wang.district", "planning": "sun.planning", "fire": "qian.fire"}
Found = Callable[..., World]


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Found]:
    """A city whose plans are reviewed by the district office, planning and fire, decided as the pack says."""
    worlds = []

    def founded(said: str, *, each: tuple[str, str, str] = ("", "", "")) -> World:
        seat, planning, fire = each
        member = f"      - {{seat: coordinator@district, matter: 初审, limit: opinion_limit{seat and ', ' + seat}}}\n"
        folder = write_pack(
            tmp_path / "pack",
            ("limits.yaml", "    kind: joint_review\n", f"    kind: joint_review\n    settle: when_decided\n{said}"),
            ("limits.yaml", "    members:\n", f"    members:\n{member}"),
            ("limits.yaml", "department: planning, ", f"department: planning, {planning and planning + ', '}"),
            ("limits.yaml", "matter: 消防车道\n", f"matter: 消防车道\n        {fire or 'source: licensing_42'}\n"),
        )
        url = fresh_url(tmp_path)
        world = World(Database(url), tmp_path, load_pack(folder))
        found_city(world)
        worlds.append(world)
        return world

    yield founded
    for world in worlds:
        world.database.close()


def says(world: World, member: str, opinion: Opinion) -> None:
    """That member's opinion, after a restart."""
    restart(world)
    task = next(task for task in tasks_of(world) if task.member == member)
    reasons = "缺日照分析" if opinion is Opinion.reject else ""
    world.answer(task.id, LOGINS[member], opinion, reasons)


def standing(world: World) -> list[str]:
    return [task.status for task in tasks_of(world)]


class TestSettle:
    def test_any_the_first_rejection_returns_the_plan_and_nobody_else_is_needed(self, found: Found) -> None:
        world = found("    mode: any\n")
        opened(world)
        says(world, "planning", Opinion.not_concerned)
        says(world, "fire", Opinion.reject)
        with pytest.raises(TaskClosed, match="本轮已有结论"):
            says(world, "coordinator@district", Opinion.approve)
        world.react()
        assert (world.project().step, rounds(world)) == ("design", [(1, "rejected")])
        assert standing(world) == [TaskStatus.not_needed, TaskStatus.answered, TaskStatus.answered]

    def test_count_passes_as_soon_as_enough_agree(self, found: Found) -> None:
        world = found("    mode: count\n    pass: 2\n")
        opened(world)
        says(world, "fire", Opinion.approve)
        says(world, "coordinator@district", Opinion.approve)
        world.react()
        assert world.project().step == "posting"
        assert standing(world) == [TaskStatus.answered, TaskStatus.not_needed, TaskStatus.answered]

    def test_share_counts_those_concerned_exactly(self, found: Found) -> None:
        world = found("    mode: share\n    pass: 2/3\n")
        opened(world)
        says(world, "planning", Opinion.reject)
        says(world, "fire", Opinion.approve)
        world.react()
        assert world.project().step == "joint_review"
        says(world, "coordinator@district", Opinion.approve)
        world.react()
        assert world.project().step == "posting"

    def test_weight_is_kept_with_the_round(self, found: Found) -> None:
        world = found("    mode: weight\n    pass: 4\n", each=("weight: 1", "weight: 3", "weight: 2"))
        opened(world)
        assert [task.weight for task in tasks_of(world)] == [1, 3, 2]
        with world.read() as session:
            review = session.scalars(select(Review)).one()
            assert (review.mode, review.rule) == ("weight", {"pass": "4", "lead": "planning"})
        says(world, "planning", Opinion.reject)
        world.react()
        assert world.project().step == "design"

    def test_a_group_has_one_vote(self, found: Found) -> None:
        world = found("    mode: count\n    pass: 1\n", each=("", "group: building", "group: building"))
        opened(world)
        says(world, "planning", Opinion.approve)
        world.react()
        assert world.project().step == "joint_review"
        says(world, "fire", Opinion.approve)
        world.react()
        assert world.project().step == "posting"

    def test_all_without_veto_passes_with_more_than_half(self, found: Found) -> None:
        world = found("    veto: false\n")
        opened(world)
        says(world, "fire", Opinion.reject)
        says(world, "planning", Opinion.approve)
        says(world, "coordinator@district", Opinion.approve)
        world.react()
        assert world.project().step == "posting"

    def test_the_lead_is_called_when_the_others_have_answered_and_decides(self, found: Found) -> None:
        world = found("    mode: lead\n")
        opened(world)
        assert standing(world) == [TaskStatus.open, TaskStatus.waiting, TaskStatus.open]
        says(world, "fire", Opinion.reject)
        with pytest.raises(TaskClosed, match="未轮到"):
            says(world, "planning", Opinion.approve)
        assert len(clocks(world, "task")) == 2
        says(world, "coordinator@district", Opinion.not_concerned)
        world.react()
        assert standing(world) == [TaskStatus.answered, TaskStatus.open, TaskStatus.answered]
        assert len(clocks(world, "task")) == 3
        with world.read() as session:
            told = select(InboxMessage).where(InboxMessage.kind == "review_task_opened").order_by(InboxMessage.id)
            asked = [message.person.login for message in session.scalars(told)]
        assert asked == ["wang.district", "qian.fire", "sun.planning"]
        says(world, "planning", Opinion.approve)
        world.react()
        assert world.project().step == "posting"


class TestRuleUnfit:
    def test_a_threshold_the_applying_members_cannot_reach_opens_no_round(self, found: Found) -> None:
        world = found("    mode: count\n    pass: 3\n")
        designed(world)
        world.facts(CODE, "wang.district", adds_area="否", willing="95%", investment="2000000")  # fire is not asked
        world.advance(CODE, "submit_plan", "wang.district")
        with world.write() as session:
            events = [event for event in claim(session, "a", now=world.now) if event.kind == "joint_review_requested"]
        before = count(world)
        with pytest.raises(RuleUnfit, match="适用成员只有 2 个：通过条件 3 达不到"):
            world.handle(events[0])
        assert count(world) == before


def count(world: World) -> list[int]:
    with world.read() as session:
        tables = (Review, ReviewTask, AuditEntry, InboxMessage)
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]
