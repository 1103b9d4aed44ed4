"""The whole way of a case: reviewed, returned, reviewed again, posted, struck off, with a restart between any two steps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.delivery import InboxMessage
from policy.loader import load_pack
from runtime.database import Database
from services.audit import verify
from services.finding import raise_finding, rectify, reinspect
from services.project import find_project
from services.settlement import settle
from states.clock import ClockStatus, Light
from states.refusal import MoveRefused
from states.review import Opinion, TaskStatus
from tests.database import fresh_url
from tests.policy.packs import write_pack
from tests.way import CODE, approve, clock_of, clocks, designed, hand_over, opened, posted, restart, reviewer, rounds
from tests.way import tasks as tasks_of
from tests.world import World, found_city


def actions(world: World) -> list[tuple[str, str]]:
    with world.read() as session:
        query = select(AuditEntry.action, AuditEntry.actor).where(AuditEntry.subject_id == CODE)
        return [tuple(row) for row in session.execute(query.order_by(AuditEntry.seq))]


class TestWholeWay:
    def test_from_enrolment_to_struck_off_with_a_restart_before_every_step(self, world: World) -> None:
        designed(world)
        restart(world)
        world.advance(CODE, "submit_plan", "wang.district")
        restart(world)
        world.react()
        restart(world)
        first, second = tasks_of(world)
        world.answer(first.id, "sun.planning", Opinion.approve)
        restart(world)
        assert world.project().step == "joint_review"
        world.answer(second.id, "qian.fire", Opinion.approve)
        restart(world)
        world.react()
        assert (world.project().step, world.project().stage) == ("posting", "preparation")
        world.to("2026-03-10")  # the posting ran from 2 to 9 March
        restart(world)
        assert world.advance(CODE, "close_posting", "li.street").after == "takeover"
        world.facts(CODE, takeover_on="2026-03-12")
        hand_over(world, "2026-03-10")
        with pytest.raises(MoveRefused, match="尚未到期"):
            world.advance(CODE, "strike_off", "wang.district")
        world.to("2026-03-12")
        restart(world)
        assert world.advance(CODE, "strike_off", "wang.district").after == "struck_off"
        world.react()
        assert world.project().light == Light.green
        assert {clock.status for clock in clocks(world)} == {ClockStatus.met}
        with world.read() as session:
            assert list(verify(session)) == []
        moves = [action for action, _ in actions(world) if action in world.pack.procedure.triggers]
        assert moves == ["finish_survey", "submit_plan", "accept_plan", "close_posting", "strike_off"]

    def test_what_the_system_does_is_signed_by_its_rule_never_by_a_person(self, world: World) -> None:
        posted(world)
        signed = dict(actions(world))
        assert signed["review_opened"] == f"system:plan_review@{world.pack.id}"
        assert signed["accept_plan"] == f"system:plan_review@{world.pack.id}"


class TestReturned:
    def test_a_second_round_passes_and_the_first_one_s_opinions_are_kept(self, world: World) -> None:
        first, second = opened(world)
        world.answer(first.id, "sun.planning", Opinion.approve, "同意方案")
        world.answer(second.id, "qian.fire", Opinion.reject, "消防车道宽度不足4米")
        restart(world)
        world.react()
        assert world.project().step == "design"
        assert rounds(world) == [(1, "rejected")]
        assert clock_of(world, "design_limit").status == ClockStatus.running
        world.advance(CODE, "submit_plan", "wang.district")
        restart(world)
        world.react()
        assert rounds(world) == [(1, "rejected"), (2, "open")]
        approve(world)
        world.react()
        assert world.project().step == "posting"
        assert rounds(world) == [(1, "rejected"), (2, "passed")]
        kept = [(task.opinion, task.reasons, task.answered_by) for task in tasks_of(world, 1)]
        assert kept == [
            ("approve", "同意方案", "sun.planning"),
            ("reject", "消防车道宽度不足4米", "qian.fire"),
        ]

    def test_the_return_says_every_reason_in_the_history_and_to_the_district(self, world: World) -> None:
        first, second = opened(world)
        world.answer(first.id, "sun.planning", Opinion.supplement, "缺日照分析")
        world.answer(second.id, "qian.fire", Opinion.reject, "消防车道被占")
        world.react()
        with world.read() as session:
            entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "return_plan")).one()
            told = session.scalars(select(InboxMessage).where(InboxMessage.kind == "review_settled")).one()
        for words in ("南山区自然资源局：缺日照分析", "南山区消防救援大队：消防车道被占"):
            assert words in (entry.reason or "")
        assert [d["reason"] for d in told.payload["dissents"]] == ["缺日照分析", "消防车道被占"]

    def test_everybody_speaks_before_the_round_is_returned(self, world: World) -> None:
        """行政许可法 32: the applicant is told everything at once."""
        first, second = opened(world)
        world.answer(first.id, "sun.planning", Opinion.reject, "缺日照分析")
        world.react()
        assert world.project().step == "joint_review"
        world.answer(second.id, "qian.fire", Opinion.approve)
        world.react()
        assert world.project().step == "design"

    def test_settling_twice_moves_once(self, world: World) -> None:
        opened(world)
        approve(world)
        with world.write() as session:
            moved = settle(session, world.city, tasks_of(world)[0].review_id, now=world.now)
        assert moved is not None
        with world.write() as session:
            assert settle(session, world.city, tasks_of(world)[0].review_id, now=world.now) is None
        world.react()
        assert [action for action, _ in actions(world)].count("accept_plan") == 1

    def test_an_undecided_or_unknown_round_is_not_settled(self, world: World) -> None:
        first, _ = opened(world)
        with world.write() as session:
            assert settle(session, world.city, first.review_id, now=world.now) is None
            assert settle(session, world.city, 4711, now=world.now) is None
        assert world.project().step == "joint_review"


class TestPosting:
    def test_is_not_closed_before_it_is_over_nor_with_an_open_objection(self, world: World) -> None:
        posted(world)
        with pytest.raises(MoveRefused) as refused:
            world.advance(CODE, "close_posting", "li.street")
        assert [r.code for r in refused.value.refusals] == ["period_not_over"]
        world.to("2026-03-09", 23)  # still its last day
        with pytest.raises(MoveRefused, match="2026-03-09"):
            world.advance(CODE, "close_posting", "li.street")
        world.to("2026-03-10", 0)
        keeping = world.keeping()
        with world.write() as session:
            number = raise_finding(session, find_project(session, CODE), "objection", "停车位不足", keeping).id
        with pytest.raises(MoveRefused, match="停车位不足"):
            world.advance(CODE, "close_posting", "li.street")
        with world.write() as session:
            rectify(session, number, "增设12个车位", keeping)
        with pytest.raises(MoveRefused, match="停车位不足"):  # put right is not closed: 复验 comes first
            world.advance(CODE, "close_posting", "li.street")
        with world.write() as session:
            reinspect(session, number, world.keeping("wang.district", "数目不对"), passed=False)
        with pytest.raises(MoveRefused, match="停车位不足"):
            world.advance(CODE, "close_posting", "li.street")
        with world.write() as session:
            rectify(session, number, "增设20个车位", keeping)
            reinspect(session, number, world.keeping("wang.district"), passed=True)
        assert world.advance(CODE, "close_posting", "li.street").after == "takeover"

    def test_four_eyes_hold_also_for_one_person_in_two_seats(self, world: World) -> None:
        from states.role import Role
        from tests.way import hire

        hire(world, "wang.district", "sunny-nan-hua", Role.coordinator)
        posted(world)
        world.to("2026-03-10")
        with pytest.raises(MoveRefused) as refused:
            world.advance(CODE, "close_posting", "wang.district")
        assert [r.code for r in refused.value.refusals] == ["same_person"]
        assert world.advance(CODE, "close_posting", "li.street").after == "takeover"


@pytest.fixture
def ordered(tmp_path: Path) -> Iterator[World]:
    """A city whose plans are approved one after the other (顺签), closed at the first refusal."""
    pack = load_pack(
        write_pack(
            tmp_path / "pack",
            ("limits.yaml", "    kind: joint_review\n", "    kind: approval\n    mode: ordered\n    settle: when_decided\n"),
            ("limits.yaml", "    members:\n", "    members:\n      - {seat: coordinator@district, matter: 初审, limit: opinion_limit}\n"),
        )
    )  # fmt: skip
    url = fresh_url(tmp_path)
    world = World(Database(url), tmp_path, pack)
    found_city(world)
    yield world
    world.database.close()


class TestOrderedApproval:
    def standing(self, world: World) -> list[str]:
        return [task.status for task in tasks_of(world)]

    def told(self, world: World) -> list[str]:
        with world.read() as session:
            query = select(InboxMessage).where(InboxMessage.kind == "approval_step_opened").order_by(InboxMessage.id)
            return [message.person.login for message in session.scalars(query)]

    def test_calls_the_next_approver_only_after_the_one_before(self, ordered: World) -> None:
        first, second, third = opened(ordered)
        assert self.standing(ordered) == [TaskStatus.open, TaskStatus.waiting, TaskStatus.waiting]
        assert self.told(ordered) == ["wang.district"]
        assert len(clocks(ordered, "task")) == 1
        ordered.answer(first.id, "wang.district", Opinion.approve)
        restart(ordered)
        ordered.tick(days=1)
        ordered.react()
        assert self.standing(ordered) == [TaskStatus.answered, TaskStatus.open, TaskStatus.waiting]
        assert self.told(ordered) == ["wang.district", "sun.planning"]
        assert str(clocks(ordered, "task")[-1].started_on) == "2026-03-02"
        ordered.answer(second.id, reviewer(second), Opinion.not_concerned)
        ordered.react()
        ordered.answer(third.id, reviewer(third), Opinion.approve)
        ordered.react()
        assert ordered.project().step == "posting"

    def test_a_refusal_ends_the_chain_and_the_rest_is_not_asked(self, ordered: World) -> None:
        first, *_ = opened(ordered)
        ordered.answer(first.id, "wang.district", Opinion.reject, "资金来源未落实")
        ordered.react()
        assert ordered.project().step == "design"
        assert self.standing(ordered) == [TaskStatus.answered, TaskStatus.not_needed, TaskStatus.not_needed]
        assert self.told(ordered) == ["wang.district"]
