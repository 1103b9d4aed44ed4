"""A project at a moment in the past: what the record said then, and that it says today what the rows of today say."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from models.clock import Clock
from models.document import Document
from models.fact import Fact, Milestone
from models.finding import Finding
from models.review import Review, ReviewTask
from services.audit import Act, record
from services.clock import LIVE
from services.finding import raise_finding, rectify, reinspect
from services.history_as_of import NothingKnownThen, as_of
from services.history_entry import Basis
from services.history_standing import ProjectThen
from services.project import find_project
from services.reading import Reading
from states.clock import ClockStatus
from states.finding import FindingStatus
from states.review import Opinion, ReviewStatus
from tests.way import CODE, clocks, designed, hand_over, opened, posted, submitted, surveyed, tasks
from tests.world import World


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+08:00")


def then(world: World, moment: datetime, basis: Basis = Basis.recorded) -> ProjectThen:
    with world.read() as session:
        return as_of(session, Reading(world.city, world.now), CODE, moment, basis=basis)


def rejected_once(world: World) -> None:
    """Enrolled on 2 March; round 1 rejected on the 5th, a second one open since the 10th with one opinion."""
    first, second = opened(world)
    world.to("2026-03-04", 11)
    world.answer(first.id, "sun.planning", Opinion.approve)
    world.to("2026-03-05", 15)
    world.answer(second.id, "qian.fire", Opinion.reject, "消防车道不足4米")
    world.react()
    world.to("2026-03-10", 9)
    world.facts(CODE, "wang.district", investment="3000000")
    world.document(CODE, "plan", "wang.district", b"%PDF-1.7\n% the second plan\n")
    world.to("2026-03-10", 10)
    world.advance(CODE, "submit_plan", "wang.district")
    world.react()
    world.to("2026-03-11", 10)
    world.answer(tasks(world)[0].id, "sun.planning", Opinion.approve)


class TestAsOf:
    def test_says_where_the_case_stood_and_what_was_on_file(self, world: World) -> None:
        rejected_once(world)
        found = then(world, at("2026-03-05T12:00"))
        assert (found.step, found.step_label, found.stage_label) == ("joint_review", "联审联批", "前期准备")
        assert [(one.kind, one.version) for one in found.documents] == [("plan", 1), ("survey_report", 1)]
        assert {one.code: one.text for one in found.facts}["investment"] == "200 万元"
        (round_,) = found.rounds
        assert (round_.status, [one.opinion for one in round_.opinions]) == (ReviewStatus.open, [Opinion.approve, None])
        later = then(world, at("2026-03-11T12:00"))
        assert [(one.kind, one.version) for one in later.documents] == [("plan", 1), ("plan", 2), ("survey_report", 1)]
        assert {one.code: one.text for one in later.facts}["investment"] == "300 万元"
        assert [one.status for one in later.rounds] == [ReviewStatus.rejected, ReviewStatus.open]
        assert later.rounds[0].opinions[1].reasons == "消防车道不足4米"

    def test_clocks_have_the_last_day_that_was_known_then(self, world: World) -> None:
        opened(world)
        fire = clocks(world, "task")[1]
        before = fire.due_on
        world.to("2026-03-06")
        world.advance(CODE, "suspend", "wang.district", reason="管线冲突")
        world.to("2026-03-10")
        world.advance(CODE, "resume", "wang.district")
        assert clocks(world, "task")[1].due_on > before
        live = {clock.clock: clock for clock in then(world, at("2026-03-05T09:00")).clocks if clock.is_live}
        assert (live[fire.id].due_on, live[fire.id].status) == (before, ClockStatus.running)
        halted = {clock.clock: clock for clock in then(world, at("2026-03-09T09:00")).clocks}
        assert halted[fire.id].status is ClockStatus.suspended
        assert then(world, at("2026-03-09T09:00")).resume_step == "joint_review"

    def test_a_finding_is_open_until_the_entry_that_closes_it(self, world: World) -> None:
        posted(world)
        world.to("2026-03-12")
        with world.write() as session:
            raised = raise_finding(session, find_project(session, CODE), "objection", "树池太窄", world.keeping())
            number = raised.id
        world.to("2026-03-13")
        with world.write() as session:
            rectify(session, number, "加宽到1.5米", world.keeping())
        world.to("2026-03-16")
        with world.write() as session:
            reinspect(session, number, world.keeping("wang.district"), passed=True)
        days = ("2026-03-12T12:00", "2026-03-13T12:00", "2026-03-16T12:00")
        found = [then(world, at(day)).findings[0].status for day in days]
        assert found == [FindingStatus.open, FindingStatus.rectified, FindingStatus.closed]

    def test_what_was_filled_in_later_is_there_only_by_occurrence(self, world: World) -> None:
        world.enrol()
        world.to("2026-03-09")
        act = Act(
            "project", CODE, "facts_recorded", "li.street", "test", world.now, reason="当时停电，事后补录",
            after={"households": 120}, occurred_at=at("2026-03-03T09:00"),
        )  # fmt: skip
        with world.write() as session:
            record(session, act)
        moment = at("2026-03-04T09:00")
        assert then(world, moment).facts == ()
        late = then(world, moment, Basis.occurred)
        assert [one.text for one in late.facts] == ["120 户"]
        assert any("补录" in words for words in late.unknown)

    def test_before_the_first_entry_there_is_nothing_to_say(self, world: World) -> None:
        world.enrol()
        with pytest.raises(NothingKnownThen, match="2026-03-02 09:00"):
            then(world, at("2026-03-01T17:00"))

    def test_an_action_nobody_has_named_is_told_as_it_is(self, world: World) -> None:
        world.enrol()
        with world.write() as session:
            record(session, Act("project", CODE, "drone_flown", "li.street", "test", world.now, after={"x": 1}))
        assert any("drone_flown 1" in words for words in then(world, world.now).unknown)


def facts_of(world: World) -> dict[str, object]:
    with world.read() as session:
        return {row.code: row.value for row in session.scalars(select(Fact))}


class TestToday:
    """As of now the reconstruction is what the rows of today say, wherever the case stands."""

    @pytest.mark.parametrize(
        "way",
        [surveyed, designed, submitted, opened, rejected_once, posted],
        ids=lambda way: way.__name__,
    )
    def test_equals_the_rows(self, world: World, way: object) -> None:
        assert callable(way)
        way(world)
        if way is posted:
            hand_over(world, "2026-03-02")
        found, project = then(world, world.now), world.project()
        assert (found.step, found.resume_step) == (project.step, project.resume_step)
        assert found.entered_at == project.step_entered_at
        assert {one.code: one.value for one in found.facts} == facts_of(world)
        with world.read() as session:
            papers = session.scalars(select(Document).where(Document.withdrawn_at.is_(None))).all()
            assert {(one.kind, one.version, one.sha256) for one in found.documents} == {
                (row.kind, row.version, row.sha256) for row in papers
            }
            reached = {row.code: row.reached_on.isoformat() for row in session.scalars(select(Milestone))}
            assert {one.code: one.value for one in found.milestones} == reached
            findings = {row.id: row.status for row in session.scalars(select(Finding))}
            assert {one.finding: one.status for one in found.findings} == findings
            said = session.execute(
                select(Review.code, Review.round, ReviewTask.member, ReviewTask.opinion).join(ReviewTask)
            )
            assert {
                (one.review, one.round, each.member, each.opinion) for one in found.rounds for each in one.opinions
            } == set(said.tuples())
            statuses = {(row.code, row.round): row.status for row in session.scalars(select(Review))}
            assert {(one.review, one.round): one.status for one in found.rounds} == statuses
            live = {
                row.id: (row.due_on, row.status, row.light)
                for row in session.scalars(select(Clock).where(Clock.status.in_(LIVE)))
            }
        assert {one.clock: (one.due_on, one.status, one.light) for one in found.clocks if one.is_live} == live
