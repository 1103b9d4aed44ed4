"""Postings and objections: what goes up and when it ends, what a changed paper or an objection does to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.posting import Objection, Posting
from services.finding import AnswerMissing
from services.identity import MoveForbidden
from services.posting import Putting, open_posting
from services.posting_error import (
    ObjectionAnswered,
    ObjectionMissing,
    PostingDayWrong,
    PostingMisplaced,
    PostingMissing,
    PostingPapersMissing,
    PostingPlaceMissing,
    PostingUpAlready,
)
from services.posting_list import PostingLine, list_postings, posting_status
from services.posting_objection import Decision, Objecting, answer_objection, object_to
from services.project import find_project, lock_project
from services.reading import Reading
from states.finding import FindingStatus
from states.posting import PostingStatus
from tests.services.voting import CODE, file, general_city, stand
from tests.world import World


@pytest.fixture
def town(tmp_path: Path) -> Iterator[World]:
    world = general_city(tmp_path)
    stand(world, "posting")
    yield world
    world.database.close()


def posted(
    world: World,
    day: str = "2026-03-02",
    code: str = "plan_posting",
    place: str = "小区东门",
    request: str | None = None,
) -> Posting:
    keeping = replace(world.keeping(), request_id=request)
    with world.write() as session:
        putting = Putting(code, place, date.fromisoformat(day))
        return open_posting(session, world.city, lock_project(session, CODE), putting, keeping)


def objected(world: World, title: str = "遮挡采光", by: str | None = None, request: str | None = None) -> int:
    keeping = replace(world.keeping(), request_id=request)
    with world.write() as session:
        wish = Objecting("plan_posting", title, by, "13900139000" if by else None)
        return object_to(session, lock_project(session, CODE), wish, keeping).finding_id


def answered(
    world: World,
    finding: int,
    login: str = "wang.district",
    answer: str = "已核实",
    request: str | None = None,
    *,
    upheld: bool,
) -> Decision:
    keeping = replace(world.keeping(login), request_id=request)
    with world.write() as session:
        return answer_objection(session, world.city, finding, answer, keeping, upheld=upheld)


def lines(world: World) -> tuple[PostingLine, ...]:
    with world.read() as session:
        project = find_project(session, CODE)
        return list_postings(session, Reading(world.city, world.now), project, world.pack)


class TestOpening:
    @pytest.mark.parametrize(
        ("today", "until"),
        [
            ("2026-03-02", "2026-03-09"),  # Monday and seven days
            ("2026-02-28", "2026-03-09"),  # Saturday, a make-up working day; the 7th is a Saturday, the period rolls on
            ("2026-04-27", "2026-05-06"),  # Monday 4 May lies in the holiday of 1 to 5 May
        ],
    )
    def test_the_first_day_is_not_counted_and_no_period_ends_on_a_rest_day(self, tmp_path: Path, today, until) -> None:
        world = general_city(tmp_path)
        world.to(today)
        file(world, "renovation_plan", "as of that day")
        stand(world, "posting")
        assert posted(world, today).clock.due_on == date.fromisoformat(until)
        world.database.close()

    def test_keeps_version_and_hash_of_what_is_on_file_and_says_where(self, town: World) -> None:
        posting = posted(town)
        papers = posting.papers["documents"]
        assert (papers["renovation_plan"]["version"], len(papers["renovation_plan"]["sha256"])) == (1, 64)
        assert (papers["budget"], posting.place, posting.round) == ({}, "小区东门", 1)

    @pytest.mark.parametrize("day", ["2026-03-01", "2026-03-03"])
    def test_neither_before_its_papers_were_on_file_nor_ahead(self, town: World, day: str) -> None:
        with pytest.raises(PostingDayWrong, match=day):
            posted(town, day)

    def test_needs_a_place_a_paper_and_the_right_step(self, town: World) -> None:
        with pytest.raises(PostingPlaceMissing):
            posted(town, place="  ")
        with pytest.raises(PostingMisplaced, match="中标公示"):
            posted(town, code="award_posting")
        stand(town, "award_posting")
        with pytest.raises(PostingPapersMissing, match="评标报告"):
            posted(town, code="award_posting")

    def test_the_same_papers_are_not_posted_twice_other_ones_are(self, town: World) -> None:
        posted(town)
        with pytest.raises(PostingUpAlready):
            posted(town)
        file(town, "renovation_plan", "second plan")
        assert posted(town).round == 2
        assert [(one.status, one.changed) for one in lines(town)] == [
            (PostingStatus.up, ()),
            (PostingStatus.taken_down, ("改造方案（含改造内容清单）",)),
        ]

    def test_a_paper_that_was_not_there_before_changes_what_is_posted(self, town: World) -> None:
        posted(town)
        town.document(CODE, "budget")
        (line,) = lines(town)
        assert line.changed == ("投资概算",)
        assert posting_status(line).zh == "材料已变更，失效"

    def test_under_its_request_id_it_goes_up_once(self, town: World) -> None:
        assert posted(town, request="press-1").id == posted(town, request="press-1").id

    def test_the_way_back_takes_it_down(self, town: World) -> None:
        posted(town)
        town.advance(CODE, "return_plan", "li.street", reason="图纸有误")
        (line,) = lines(town)
        assert (line.status, line.reason) == (PostingStatus.taken_down, "图纸有误")

    def test_while_the_project_stands_still_it_has_no_end(self, town: World) -> None:
        posted(town)
        town.to("2026-03-05")
        town.advance(CODE, "suspend", "wang.district", reason="汛期")
        assert lines(town)[0].until is None
        town.to("2026-03-15")
        town.advance(CODE, "resume", "wang.district", reason="汛期结束")
        assert lines(town)[0].until == date(2026, 3, 19)  # four days were left


class TestObjection:
    def test_by_name_or_anonymous_and_never_named_in_full(self, town: World) -> None:
        posted(town)
        objected(town, by="周桂兰")
        objected(town, "车位太少")
        found = lines(town)[0].objections
        assert [(one.by, one.phone) for one in found] == [("周**", "139****9000"), ("", "")]
        with town.read() as session:
            assert "周桂兰" not in str([entry.after for entry in session.scalars(select(AuditEntry))])

    def test_to_nothing_that_is_up_there_is_none(self, town: World) -> None:
        with pytest.raises(PostingMissing, match="方案公示"):
            objected(town)
        with pytest.raises(ObjectionMissing):
            answered(town, 4711, upheld=False)

    def test_dismissed_with_reasons_it_is_answered_and_the_posting_stands(self, town: World) -> None:
        posted(town)
        finding = objected(town)
        with pytest.raises(AnswerMissing):
            answered(town, finding, answer=" ", upheld=False)
        decision = answered(town, finding, answer="间距符合规范，附日照分析", upheld=False)
        assert (decision.moved, decision.objection.upheld) == (None, False)
        (line,) = lines(town)
        assert (line.status, line.objections[0].status, line.objections[0].answer) == (
            PostingStatus.up, FindingStatus.closed, "间距符合规范，附日照分析",
        )  # fmt: skip

    def test_upheld_it_ends_the_posting_and_sends_the_plan_back_under_the_same_hand(self, town: World) -> None:
        posted(town)
        decision = answered(town, objected(town), answer="井道外移", upheld=True)
        assert decision.moved is not None
        assert (decision.moved.trigger, town.project().step) == ("return_plan", "design")
        assert lines(town)[0].status is PostingStatus.upheld
        with town.read() as session:
            entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "return_plan")).one()
        assert (entry.actor, entry.reason) == ("wang.district", "公示异议成立：遮挡采光。井道外移")

    def test_where_the_way_back_belongs_to_somebody_else_it_is_left_to_them(self, town: World) -> None:
        posted(town)
        finding = objected(town)
        stand(town, "filing")
        decision = answered(town, finding, upheld=True)
        assert (decision.moved, town.project().step) == (None, "filing")
        assert lines(town)[0].status is PostingStatus.upheld

    def test_only_who_closes_objections_answers_one(self, town: World) -> None:
        posted(town)
        finding = objected(town)
        for login in ("li.street", "zhou.audit", "sun.planning"):
            with pytest.raises(MoveForbidden, match="答复异议"):
                answered(town, finding, login, upheld=False)
        assert lines(town)[0].objections[0].status is FindingStatus.open

    def test_answered_once_it_cannot_be_answered_again(self, town: World) -> None:
        posted(town)
        finding = objected(town)
        answered(town, finding, upheld=False)
        with pytest.raises(ObjectionAnswered, match="答复办结"):
            answered(town, finding, upheld=True)

    def test_under_its_request_id_each_act_happens_once(self, town: World) -> None:
        posted(town)
        finding = objected(town, request="press-1")
        assert objected(town, request="press-1") == finding
        answered(town, finding, request="press-2", upheld=True)
        assert answered(town, finding, request="press-2", upheld=True).moved is None
        with town.read() as session:
            assert len(session.scalars(select(Objection)).all()) == 1
            moves = session.scalars(select(AuditEntry).where(AuditEntry.action == "return_plan")).all()
        assert len(moves) == 1
