"""Case files of joint review (联审案卷): returned, completed, silent, dissenting, changed; nothing said is ever lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.delivery import InboxMessage
from models.review import Review
from models.ruling import Ruling
from models.supplement import Supplement
from policy.loader import load_pack
from services.audit import verify
from services.finding import findings_of
from services.project import find_project
from services.promise import Promising, make_promise
from services.review_return import Choice, choose_again, reopen_task, return_round
from services.round_act import RoundClosed
from services.ruling_act import Meeting, overrule, record_meeting
from services.ruling_error import DissentFinal, OverrulerSame
from services.supplement import issue
from services.supplement_error import SupplementIncomplete, SupplementTwice
from services.supplement_return import hand_in, tick
from states.clock import ClockStatus, Light
from states.refusal import MoveRefused
from states.review import Opinion, TaskStatus
from states.round import Again, Reopening
from states.ruling import MeetingOutcome
from states.supplement import SupplementStatus
from tests.scenarios.rounds import (
    CODE,
    all_say,
    clock,
    doing,
    found_rounds,
    night,
    opened,
    round_of,
    rounds_pack,
    say,
    submitted,
    tasks,
)
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A city whose reviews go in rounds."""
    found = found_rounds(tmp_path)
    yield found
    with found.read() as session:
        assert list(verify(session)) == []
    found.database.close()


def actions(world: World) -> list[str]:
    with world.read() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def resubmit(world: World) -> None:
    """The plan goes into joint review again."""
    world.advance(CODE, "submit_plan", "wang.district")
    world.react()


class TestRejectedAndReviewedAgain:
    """Fire rejects, the plan is redrawn, and only those it concerns look at it again."""

    def rejected(self, world: World) -> None:
        opened(world)
        all_say(world, but=["fire"])
        say(world, "fire", Opinion.reject, "消防车道净宽不足4米")
        world.react()
        assert world.project().step == "design"
        world.tick(hours=1)

    def test_the_old_plan_does_not_serve_a_second_round(self, world: World) -> None:
        self.rejected(world)
        with pytest.raises(MoveRefused) as refused:
            world.advance(CODE, "submit_plan", "wang.district")
        assert [one.code for one in refused.value.refusals] == ["document_stale"]
        assert "材料“改造方案”仍是“联审退回”之前的第1版" in refused.value.text("zh")

    def test_others_opinions_stand_with_who_gave_them_and_when(self, world: World) -> None:
        self.rejected(world)
        before = tasks(world, 1)
        world.tick(days=3)
        world.facts(CODE, "wang.district", fire_lane="是")
        world.document(CODE, "plan", "wang.district")
        resubmit(world)
        second = tasks(world, 2)
        housing, planning, fire = second["housing"], second["planning"], second["fire"]
        assert (housing.status, housing.opinion) == (TaskStatus.answered, Opinion.approve)
        assert housing.carried_from_id == before["housing"].id
        assert (housing.answered_by, housing.answered_at) == ("chen.housing", before["housing"].answered_at)
        assert planning.again_because == "情况有变：改造方案：新的第2版"
        assert fire.again_because == "上一轮意见为“不同意”"
        assert [task.status for task in (planning, fire)] == [TaskStatus.open] * 2
        world.answer(planning.id, "sun.planning", Opinion.approve)
        world.answer(fire.id, "qian.fire", Opinion.approve)
        world.react()
        assert world.project().step == "posting"
        # no signature was added for who was not asked again
        assert actions(world).count("opinion_given") == 5

    def test_a_fact_that_is_back_at_what_it_was_has_not_changed(self, world: World) -> None:
        self.rejected(world)
        world.facts(CODE, "wang.district", investment="9000000")
        world.facts(CODE, "wang.district", investment="2000000")
        world.document(CODE, "plan", "wang.district")
        resubmit(world)
        assert tasks(world, 2)["housing"].carried_from_id is not None
        assert tasks(world, 2)["housing"].again_because is None

    def test_a_changed_fact_has_the_member_asked_again_and_says_which(self, world: World) -> None:
        self.rejected(world)
        world.facts(CODE, "wang.district", investment="9000000")
        world.document(CODE, "plan", "wang.district")
        resubmit(world)
        assert "总投资" in (tasks(world, 2)["housing"].again_because or "")
        assert tasks(world, 2)["housing"].status == TaskStatus.open

    def test_the_lead_may_have_everybody_look_again_for_a_reason(self, world: World) -> None:
        self.rejected(world)
        choice = Choice("plan_review", Again.all)
        with world.write() as session:
            project = find_project(session, CODE)
            choose_again(session, project, choice, doing(world, "chen.housing", "方案推倒重来"))
        world.document(CODE, "plan", "wang.district")
        resubmit(world)
        assert {task.status for task in tasks(world, 2).values()} == {TaskStatus.open}
        assert round_of(world, 1).next_reason == "方案推倒重来"

    def test_a_third_round_still_names_the_task_the_opinion_was_given_to(self, world: World) -> None:
        self.rejected(world)
        origin = tasks(world, 1)["housing"].id
        for number in (2, 3):
            world.tick(days=1)
            world.document(CODE, "plan", "wang.district")
            resubmit(world)
            assert tasks(world, number)["housing"].carried_from_id == origin
            say(world, "planning", Opinion.approve)
            say(world, "fire", Opinion.reject, "仍不足4米")
            world.react()


class TestRecalled:
    def test_opinions_given_before_the_applicant_recalls_are_carried_and_a_full_set_settles_at_once(
        self, world: World
    ) -> None:
        opened(world)
        say(world, "housing", Opinion.approve)
        world.advance(CODE, "recall_plan", "wang.district", reason="居民要求调整")
        world.react()
        assert (world.project().step, round_of(world, 1).status) == ("design", "withdrawn")
        resubmit(world)  # a recall asks for no newer plan: nobody has found it wanting
        second = tasks(world, 2)
        assert second["housing"].carried_from_id == tasks(world, 1)["housing"].id
        assert second["fire"].again_because == "上一轮未答复"

    def test_when_every_opinion_is_carried_the_round_settles_without_asking_anybody(self, world: World) -> None:
        opened(world)
        all_say(world)
        world.advance(CODE, "recall_plan", "wang.district", reason="误提交")
        resubmit(world)
        assert (world.project().step, round_of(world, 2).status) == ("posting", "passed")


class TestReturnedToOneDepartment:
    def reopened(self, world: World, budget: Reopening | None = None) -> None:
        opened(world)
        world.tick(days=2)
        say(world, "planning", Opinion.approve, "同意")
        say(world, "housing", Opinion.approve)
        world.tick(days=1)
        with world.write() as session:
            task = tasks(world)["planning"].id
            reopen_task(session, world.city, task, doing(world, "chen.housing", "未说明退让距离"), budget=budget)

    def test_it_answers_anew_and_the_others_opinions_stand(self, world: World) -> None:
        self.reopened(world)
        assert tasks(world)["planning"].status == TaskStatus.open
        assert tasks(world)["housing"].opinion == Opinion.approve
        with world.read() as session:
            entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "task_returned")).one()
        assert (entry.before["opinion"], entry.before["reasons"]) == ("approve", "同意")
        assert entry.before["answered_by"] == "sun.planning"
        say(world, "planning", Opinion.approve, "退让6米，符合要求")
        say(world, "fire", Opinion.approve)
        world.react()
        assert world.project().step == "posting"

    def test_its_clock_goes_on_with_the_days_it_had_left(self, world: World) -> None:
        """10 working days from Monday 2 March; answered on the 4th, returned on the 5th: one day later."""
        self.reopened(world)
        found = clock(world, "task", tasks(world)["planning"].id)
        assert (found.status, found.due_on) == (ClockStatus.running, date(2026, 3, 17))
        assert "余" in found.derivation or "剩余" in found.derivation

    def test_or_with_its_whole_limit_where_that_is_said(self, world: World) -> None:
        self.reopened(world, Reopening.fresh)
        found = clock(world, "task", tasks(world)["planning"].id)
        assert found.started_on == date(2026, 3, 5)
        assert found.due_on == date(2026, 3, 19)

    def test_a_settled_round_is_not_reopened(self, world: World) -> None:
        opened(world)
        all_say(world)
        world.react()
        with pytest.raises(RoundClosed), world.write() as session:
            reopen_task(session, world.city, tasks(world)["planning"].id, doing(world, "chen.housing", "还要再看"))
        assert world.project().step == "posting"

    def test_the_lead_may_return_the_whole_round_to_any_earlier_step_the_pack_allows(self, world: World) -> None:
        opened(world)
        say(world, "fire", Opinion.reject, "图纸与现状不符")
        with world.write() as session:
            review = round_of(world).id
            wish = doing(world, "chen.housing", "底图有误，须重新测绘")
            moved = return_round(session, world.city, review, wish, trigger="return_to_survey", again=Again.all)
        assert moved.after == "survey"
        assert round_of(world, 1).status == "rejected"
        with world.read() as session:
            assert session.scalars(select(Ruling.kind)).all() == ["returned"]


class TestSupplementOverAHoliday:
    """Accepted 2026-09-24, 10 working days → 2026-10-15; completed after 3 working days → 2026-10-20."""

    def issued(self, world: World) -> int:
        world.to("2026-09-24")
        opened(world)
        assert clock(world, "task", tasks(world)["fire"].id).due_on == date(2026, 10, 15)
        world.to("2026-09-28")
        say(world, "planning", Opinion.supplement, "缺日照分析")
        world.to("2026-09-29")
        with world.write() as session:
            return issue(session, world.city, round_of(world).id, [], doing(world, "chen.housing")).id

    def completed(self, world: World, number: int) -> None:
        world.to("2026-10-09")
        world.document(CODE, "plan", "wang.district")
        with world.write() as session:
            made = session.get_one(Supplement, number)
            tick(session, made.items[0].id, doing(world, "wang.district"), document="plan", note="补日照分析")
            hand_in(session, world.city, number, doing(world, "wang.district"))
        world.react()

    def test_every_clock_of_the_round_stands_still_and_the_applicant_s_runs(self, world: World) -> None:
        self.issued(world)
        world.react()
        fire = clock(world, "task", tasks(world)["fire"].id)
        assert (fire.status, fire.light) == (ClockStatus.suspended, Light.grey)
        assert clock(world, "review").status == ClockStatus.suspended
        mine = clock(world, "supplement")
        assert (mine.status, mine.due_on) == (ClockStatus.running, date(2026, 10, 19))
        with world.read() as session:
            query = select(InboxMessage).where(InboxMessage.kind == "supplement_requested")
            told = session.scalars(query).all()
            assert [message.person.login for message in told] == ["wang.district"]
        assert told[0].payload["items"] == ["缺日照分析"]

    def test_completed_after_three_working_days_the_limit_moves_by_three(self, world: World) -> None:
        self.completed(world, self.issued(world))
        fire = clock(world, "task", tasks(world)["fire"].id)
        assert (fire.status, fire.due_on) == (ClockStatus.running, date(2026, 10, 20))
        # planning answered a day before the list went out: that day is given back to it as well
        planning = clock(world, "task", tasks(world)["planning"].id)
        assert (planning.status, planning.due_on) == (ClockStatus.running, date(2026, 10, 21))
        assert tasks(world)["planning"].status == TaskStatus.open
        say(world, "planning", Opinion.approve, "日照分析已补")
        say(world, "fire", Opinion.approve)
        say(world, "housing", Opinion.approve)
        world.react()
        assert world.project().step == "posting"

    def test_nothing_is_asked_for_twice_in_one_round(self, world: World) -> None:
        self.completed(world, self.issued(world))
        with pytest.raises(SupplementTwice, match="2026-09-29"), world.write() as session:
            issue(session, world.city, round_of(world).id, [], doing(world, "chen.housing"))

    def test_it_is_handed_in_whole_or_not_at_all(self, world: World) -> None:
        number = self.issued(world)
        with pytest.raises(SupplementIncomplete, match="缺日照分析"), world.write() as session:
            hand_in(session, world.city, number, doing(world, "wang.district"))
        assert clock(world, "review").status == ClockStatus.suspended

    def test_missed_it_is_taken_for_withdrawn_by_the_rule_never_by_a_person(self, world: World) -> None:
        number = self.issued(world)
        world.to("2026-10-19")
        night(world)
        world.react()
        assert world.project().step == "joint_review"
        world.to("2026-10-20")
        night(world)
        night(world)
        world.react()
        assert (world.project().step, round_of(world).status) == ("design", "withdrawn")
        with world.read() as session:
            made = session.get_one(Supplement, number)
            assert (made.status, made.ended_by) == (
                SupplementStatus.missed,
                f"system:plan_review.supplement@{world.pack.id}",
            )
            recalled = session.scalars(select(AuditEntry).where(AuditEntry.action == "recall_plan")).one()
        assert recalled.actor == f"system:plan_review.supplement@{world.pack.id}"
        assert "缺日照分析" in (recalled.reason or "")
        assert clock(world, "supplement").status == ClockStatus.late

    def test_missed_it_fails_where_the_pack_says_so(self, tmp_path: Path) -> None:
        failing = found_rounds(tmp_path / "failing", load_pack(rounds_pack(tmp_path / "p", missed="failed")))
        self.issued(failing)
        failing.to("2026-10-21")
        night(failing)
        failing.react()
        assert (failing.project().step, round_of(failing).status) == ("design", "rejected")
        failing.database.close()

    def test_a_missed_supplement_of_a_suspended_project_waits_for_the_resume(self, world: World) -> None:
        self.issued(world)
        world.to("2026-10-21")
        night(world)
        world.advance(CODE, "suspend", "wang.district", reason="汛期")
        assert any("恢复后再办" in result for result in world.react())
        assert world.project().step == "suspended"
        world.advance(CODE, "resume", "wang.district")
        world.react()
        assert world.project().step == "design"


class TestSilence:
    def test_an_overdue_opinion_turns_the_light_red_and_is_waited_for(self, world: World) -> None:
        opened(world)
        all_say(world, but=["fire"])
        world.to("2026-04-20")
        night(world)
        world.react()
        assert world.project().light == Light.red
        assert tasks(world)["fire"].status == TaskStatus.open
        assert world.project().step == "joint_review"

    def test_only_the_advisory_member_the_pack_lists_is_taken_to_approve_and_once(self, world: World) -> None:
        opened(world, green="是")
        all_say(world, but=["landscape"])
        world.to("2026-03-09")
        night(world)
        world.react()
        assert tasks(world)["landscape"].status == TaskStatus.open
        world.to("2026-03-10")
        night(world)
        night(world)
        world.react()
        found = tasks(world)["landscape"]
        assert (found.opinion, found.tacit) == (Opinion.approve, True)
        assert found.answered_by == f"system:plan_review.tacit@{world.pack.id}"
        assert clock(world, "task", found.id).status == ClockStatus.late
        assert world.project().step == "posting"
        assert actions(world).count("silence_taken") == 1

    def test_a_silence_is_not_carried_into_the_next_round(self, world: World) -> None:
        opened(world, green="是")
        all_say(world, but=["landscape", "fire"])
        world.to("2026-03-10")
        night(world)
        world.react()
        say(world, "fire", Opinion.reject, "车道不足")
        world.react()
        world.tick(hours=1)
        world.document(CODE, "plan", "wang.district")
        resubmit(world)
        assert tasks(world, 2)["landscape"].again_because == "上一轮为超时默认，未实际审查"


class TestDissent:
    def contested(self, world: World, member: str = "planning") -> int:
        opened(world)
        all_say(world, but=[member])
        say(world, member, Opinion.reject, "退让距离不足")
        world.react()
        return round_of(world).id

    def test_when_all_have_spoken_the_round_waits_for_its_lead_who_is_told(self, world: World) -> None:
        review = self.contested(world)
        assert (round_of(world).status, round_of(world).awaits) == ("open", "ruling")
        assert clock(world, "ruling", review).due_on == date(2026, 3, 16)
        with world.read() as session:
            query = select(InboxMessage).order_by(InboxMessage.id.desc()).limit(1)
            told = session.scalars(query).one()
            assert told.person.login == "chen.housing"
        assert "退让距离不足" in told.payload["matter"]

    def test_overruled_in_writing_the_opinion_stays_and_the_round_passes(self, world: World) -> None:
        review = self.contested(world)
        world.tick(days=1)
        with world.write() as session:
            dissent = tasks(world)["planning"].id
            wish = doing(world, "chen.housing", "原有建筑未新增，退让按现状执行")
            overrule(session, world.city, review, [dissent], wish)
        world.react()
        assert world.project().step == "posting"
        found = tasks(world)["planning"]
        assert (found.opinion, found.reasons, found.overruled) == (Opinion.reject, "退让距离不足", True)
        assert clock(world, "ruling").status == ClockStatus.met
        with world.read() as session:
            entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "accept_plan")).one()
            ruling = session.scalars(select(Ruling)).one()
        assert "（裁定不采纳）：退让距离不足" in (entry.reason or "")
        assert (ruling.ruled_by, ruling.opinion) == ("chen.housing", "reject")

    def test_a_coordination_meeting_is_recorded_and_the_ruling_rests_on_it(self, world: World) -> None:
        review = self.contested(world)
        world.tick(days=2)
        world.document(CODE, "minutes", "wang.district")
        meeting = Meeting(date(2026, 3, 4), ["住建局陈某", "自然资源局孙某"], "minutes", MeetingOutcome.overruled)
        with world.write() as session:
            held = record_meeting(session, review, meeting, doing(world, "chen.housing", "议定按现状退让"))
            wish = doing(world, "chen.housing", "按3月4日协调会纪要")
            (made,) = overrule(session, world.city, review, [tasks(world)["planning"].id], wish, meeting=held.id)
            assert made.meeting_id == held.id
        world.react()
        assert world.project().step == "posting"

    def test_fire_is_final(self, world: World) -> None:
        """消防、结构、特种设备、公共安全的不同意见不得否决."""
        opened(world)
        say(world, "housing", Opinion.approve)
        say(world, "planning", Opinion.reject, "退让距离不足")
        say(world, "fire", Opinion.reject, "登高场地被占")
        world.react()
        with pytest.raises(DissentFinal, match="消防"), world.write() as session:
            wish = doing(world, "chen.housing", "影响不大")
            overrule(session, world.city, round_of(world).id, [tasks(world)["fire"].id], wish)
        assert tasks(world)["fire"].overruled is False

    def test_where_only_final_dissents_are_left_the_round_returns_at_once(self, world: World) -> None:
        self.contested(world, "fire")
        assert (world.project().step, round_of(world).status) == ("design", "rejected")

    def test_who_dissented_does_not_overrule(self, world: World) -> None:
        review = self.contested(world, "housing")
        with pytest.raises(OverrulerSame), world.write() as session:
            wish = doing(world, "chen.housing", "改主意了")
            overrule(session, world.city, review, [tasks(world)["housing"].id], wish)

    def test_unless_the_lead_rules_in_time_the_dissent_stands(self, world: World) -> None:
        self.contested(world)
        world.to("2026-03-17")
        night(world)
        night(world)
        world.react()
        assert (world.project().step, round_of(world).status) == ("design", "rejected")
        with world.read() as session:
            entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "return_plan")).one()
        assert entry.actor == f"system:plan_review.dissent@{world.pack.id}"
        assert clock(world, "ruling").status == ClockStatus.late


class TestDesignChange:
    def changed(self, world: World) -> None:
        opened(world, adds_area="否", fire_lane="是")
        all_say(world)
        world.react()
        assert world.project().step == "posting"

    def test_touches_only_whose_matter_has_changed(self, world: World) -> None:
        """Area is added now: planning and fire look at it; without a change of theirs nobody but housing does."""
        self.changed(world)
        world.advance(CODE, "request_change", "wang.district", reason="调整充电棚位置")
        world.react()
        asked = tasks(world, code="change_review")
        assert asked["planning"].carried_from_id == tasks(world, 1)["planning"].id
        assert asked["fire"].carried_from_id == tasks(world, 1)["fire"].id
        assert asked["housing"].again_because == "每轮都审"
        say(world, "housing", Opinion.approve, code="change_review")
        world.react()
        assert world.project().step == "posting"

    def test_a_change_of_the_fire_lane_asks_fire_and_not_planning(self, world: World) -> None:
        opened(world)
        all_say(world)
        world.react()
        world.facts(CODE, "wang.district", fire_lane="是")
        world.advance(CODE, "request_change", "wang.district", reason="北门车道移位")
        world.react()
        asked = tasks(world, code="change_review")
        assert asked["planning"].status == TaskStatus.answered
        assert asked["fire"].status == TaskStatus.open
        assert asked["fire"].again_because == "情况有变：涉及消防车道：否 → 是"


class TestPromises:
    def short_of(self, world: World, kind: str) -> None:
        """Everything is ready but one paper."""
        world.enrol()
        world.document(CODE, "survey_report")
        world.facts(CODE, households="120", structure="砖混", owners="120", owners_voted="100", owners_agreed="80")
        world.advance(CODE, "finish_survey", "li.street")
        for paper in {"plan", "budget", "ownership", "promise_letter"} - {kind}:
            world.document(CODE, paper, "wang.district")
        world.facts(CODE, "wang.district", adds_area="是", fire_lane="否", green="否", investment="2000000")

    def promised(self, world: World, code: str = "budget_follows") -> int:
        with world.write() as session:
            project = find_project(session, CODE)
            given = Promising(code, "阳光城建公司")
            return make_promise(session, world.city, project, given, doing(world, "wang.district")).id

    def test_accepted_with_gaps_the_case_moves_on_and_the_paper_closes_the_promise(self, world: World) -> None:
        self.short_of(world, "budget")
        with pytest.raises(MoveRefused, match="投资概算"):
            world.advance(CODE, "submit_plan", "wang.district")
        number = self.promised(world)
        assert clock(world, "promise", number).due_on == date(2026, 3, 23)
        resubmit(world)
        assert world.project().step == "joint_review"
        world.document(CODE, "budget", "wang.district")
        assert clock(world, "promise", number).status == ClockStatus.met
        assert "promise_kept" in actions(world)

    def test_missed_it_is_deemed_withdrawn_signed_by_its_rule(self, world: World) -> None:
        self.short_of(world, "budget")
        self.promised(world)
        resubmit(world)
        world.to("2026-03-24")
        night(world)
        night(world)
        world.react()
        assert (world.project().step, round_of(world).status) == ("design", "withdrawn")
        with world.read() as session:
            entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "recall_plan")).one()
        assert entry.actor == f"system:budget_follows@{world.pack.id}"

    def test_missed_elsewhere_on_the_way_it_is_a_finding(self, world: World) -> None:
        self.short_of(world, "ownership")
        self.promised(world, "ownership_pledged")
        resubmit(world)
        world.to("2026-03-24")
        night(world)
        world.react()
        assert world.project().step == "joint_review"
        with world.read() as session:
            (found,) = findings_of(session, world.project().id)
        assert "权属证明告知承诺" in found.title


class TestRounds:
    def test_nothing_is_carried_into_a_first_round(self, world: World) -> None:
        submitted(world)
        world.react()
        with world.read() as session:
            assert session.scalars(select(Review.round)).all() == [1]
        assert {task.carried_from_id for task in tasks(world).values()} == {None}
