"""Conditions of approvals: set, reported with a paper, confirmed by who set them, and asked for by later moves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from models.review_condition import ReviewCondition
from services.audit import verify
from services.condition import ConditionOwnerTooLong, ConditionsUnfit, Wanted
from services.condition_list import list_conditions
from services.condition_progress import (
    ConditionDocumentMissing,
    ConditionMisplaced,
    ConditionMissing,
    ConditionReasonMissing,
    confirm_condition,
    report_condition,
    waive_condition,
)
from services.identity import OpinionForbidden
from services.keeping import KeepingForbidden
from services.project import find_project, possible_moves
from services.reading import Reading
from states.refusal import MoveRefused
from states.review import Opinion
from tests.scenarios.tasks import CODE, found_tasks, keeping, opened, say, tasks, told
from tests.world import World

TRAFFIC = Wanted("施工前报占道方案")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Everybody is asked at once; before the posting is closed the conditions of the review have to be met."""
    found = found_tasks(tmp_path)
    yield found
    with found.read() as session:
        assert list(verify(session)) == []
    found.database.close()


def passed(world: World, *wanted: Wanted) -> int:
    """The plan has passed its review, planning with conditions; the posting is over. The first condition's number."""
    opened(world)
    say(world, "planning", "sun.planning", Opinion.approve, "", *wanted)
    say(world, "fire", "qian.fire")
    say(world, "housing", "chen.housing")
    world.react()
    world.to("2026-03-10")
    return rows(world)[0].id


def rows(world: World) -> list[ReviewCondition]:
    with world.read() as session:
        return list(session.scalars(select(ReviewCondition).order_by(ReviewCondition.id)))


def report(world: World, number: int, document: str = "traffic_plan", login: str = "li.street") -> None:
    with world.write() as session:
        report_condition(session, world.city, number, document, keeping(world, login))


def confirm(world: World, number: int, login: str = "sun.planning", *, met: bool = True, reason: str = "") -> None:
    with world.write() as session:
        confirm_condition(session, world.city, number, keeping(world, login, reason), met=met)


class TestSet:
    def test_keeps_words_and_who_owes_it(self, world: World) -> None:
        passed(world, TRAFFIC, Wanted("补日照分析", "设计单位"))
        with world.read() as session:
            lines = list_conditions(session, Reading(world.city, world.now), find_project(session, CODE))
        assert [(one.unit, one.text, one.owed_by, one.status.value) for one in lines] == [
            ("南山区自然资源局", "施工前报占道方案", "区县项目专员", "open"),
            ("南山区自然资源局", "补日照分析", "设计单位", "open"),
        ]

    def test_only_with_an_approval_and_never_empty(self, world: World) -> None:
        opened(world)
        with pytest.raises(ConditionsUnfit, match="不同意"):
            say(world, "planning", "sun.planning", Opinion.reject, "日照不足", TRAFFIC)
        with pytest.raises(ConditionsUnfit):
            say(world, "planning", "sun.planning", Opinion.approve, "", Wanted("  "))
        with pytest.raises(ConditionOwnerTooLong, match="现在是 121 个"):
            say(world, "planning", "sun.planning", Opinion.approve, "", Wanted("报占道方案", "甲" * 121))
        assert rows(world) == []
        assert tasks(world)["planning"].opinion is None

    def test_the_district_hears_of_them_with_the_outcome(self, world: World) -> None:
        from models.delivery import InboxMessage

        passed(world, TRAFFIC)
        with world.read() as session:
            settled = session.scalars(select(InboxMessage).where(InboxMessage.kind == "review_settled")).one()
        assert settled.payload["conditions"] == ["南山区自然资源局：施工前报占道方案"]


class TestRequired:
    def test_a_later_move_is_refused_with_each_of_them_and_who_owes_it(self, world: World) -> None:
        passed(world, TRAFFIC, Wanted("补日照分析", "设计单位"))
        with pytest.raises(MoveRefused) as refused:
            world.advance(CODE, "close_posting", "li.street")
        assert [(r.code, r.says.zh, r.owed_by.zh) for r in refused.value.refusals] == [
            ("condition_open", "方案联审所附条件未落实：施工前报占道方案（南山区自然资源局提出）", "区县项目专员"),
            ("condition_open", "方案联审所附条件未落实：补日照分析（南山区自然资源局提出）", "设计单位"),
        ]

    def test_reported_is_not_confirmed_and_the_department_owes_that(self, world: World) -> None:
        number = passed(world, TRAFFIC)
        world.document(CODE, "traffic_plan", "wang.district")
        report(world, number)
        with world.read() as session:
            moves = possible_moves(session, world.city, find_project(session, CODE), None, now=world.now)
        (refusal,) = next(one for one in moves if one.move.trigger == "close_posting").refusals
        assert (refusal.says.zh, refusal.owed_by.zh) == (
            "方案联审所附条件已报落实、待确认：施工前报占道方案（南山区自然资源局提出）", "南山区自然资源局",
        )  # fmt: skip

    @pytest.mark.parametrize("way", ["met", "waived"])
    def test_met_or_waived_lets_the_move_through(self, world: World, way: str) -> None:
        number = passed(world, TRAFFIC)
        if way == "met":
            world.document(CODE, "traffic_plan", "wang.district")
            report(world, number)
            confirm(world, number)
        else:
            with world.write() as session:
                waive_condition(session, world.city, number, keeping(world, "tang.planning", "不再占道"))
        assert world.advance(CODE, "close_posting", "li.street").after == "takeover"
        assert rows(world)[0].status == way


class TestProgress:
    def test_from_reported_to_confirmed_with_the_paper_that_shows_it(self, world: World) -> None:
        number = passed(world, TRAFFIC)
        world.document(CODE, "traffic_plan", "wang.district")
        report(world, number)
        assert told(world, "条件待确认") == ["sun.planning", "tang.planning"]
        confirm(world, number)
        row = rows(world)[0]
        assert (row.reported_by, row.closed_by, row.document_id is not None) == ("li.street", "sun.planning", True)
        assert told(world, "条件确认") == ["wang.district"]

    def test_sent_back_with_a_reason_it_is_owed_again(self, world: World) -> None:
        number = passed(world, TRAFFIC)
        world.document(CODE, "traffic_plan", "wang.district")
        report(world, number)
        with pytest.raises(ConditionReasonMissing):
            confirm(world, number, met=False)
        confirm(world, number, met=False, reason="未写夜间施工安排")
        assert rows(world)[0].status == "open"
        report(world, number)

    def test_by_the_applicant_and_only_with_a_paper_on_file(self, world: World) -> None:
        number = passed(world, TRAFFIC)
        with pytest.raises(ConditionDocumentMissing):
            report(world, number)
        with pytest.raises(KeepingForbidden):
            report(world, number, login="sun.planning")
        with pytest.raises(ConditionMissing):
            report(world, 4711)

    def test_confirmed_and_waived_only_by_who_set_it_and_only_in_its_turn(self, world: World) -> None:
        number = passed(world, TRAFFIC)
        with pytest.raises(OpinionForbidden):
            confirm(world, number, "qian.fire")
        with pytest.raises(OpinionForbidden), world.write() as session:
            waive_condition(session, world.city, number, keeping(world, "wang.district", "不用了"))
        with pytest.raises(ConditionMisplaced, match="现为“未落实”，不能确认"):
            confirm(world, number)
        with pytest.raises(ConditionReasonMissing), world.write() as session:
            waive_condition(session, world.city, number, keeping(world, "sun.planning"))


class TestNextRound:
    def test_a_new_opinion_of_the_member_takes_the_place_of_its_old_conditions(self, world: World) -> None:
        opened(world)
        say(world, "planning", "sun.planning", Opinion.approve, "", TRAFFIC)
        say(world, "fire", "qian.fire", Opinion.reject, "车道不足4米")
        say(world, "housing", "chen.housing", Opinion.approve, "", Wanted("结构复核"))
        world.react()
        world.advance(CODE, "submit_plan", "wang.district")
        world.react()
        say(world, "planning", "sun.planning", Opinion.approve, "", Wanted("夜间不施工"))
        assert [(row.text, row.status) for row in rows(world)] == [
            ("施工前报占道方案", "replaced"), ("结构复核", "open"), ("夜间不施工", "open"),
        ]  # fmt: skip
        say(world, "housing", "chen.housing")
        assert [row.status for row in rows(world)] == ["replaced", "replaced", "open"]
