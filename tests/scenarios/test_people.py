"""People (人员): somebody leaves in the middle of a review, a stand-in acts, a successor follows; duties hold throughout.

The city is 阳光市 of tests.world; its pack also separates who submits a plan from who answers in its review.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.clock import Clock
from models.delivery import InboxMessage
from models.organisation import Organisation
from models.person import Person, RoleGrant
from models.review import ReviewTask
from policy.loader import load_pack
from runtime.database import Database
from services.asked_because import because_of_clock, because_of_message, because_of_step, because_of_task
from services.audit import verify
from services.because import Because, Link
from services.candidate import move_candidates, task_candidates
from services.duty import DutyConflict
from services.identity import MoveForbidden, OpinionForbidden, PersonUnknown
from services.organisation import Entering, ensure_organisation, find_organisation
from services.person import revoke_role, set_active
from services.project import find_project
from services.reading import Reading
from services.staffing import unstaffed_offices
from services.stand_in import Appointing, Appointment, end_stand_in, name_stand_in
from services.stand_in_error import (
    StandInCircle,
    StandInDaysUnfit,
    StandInForbidden,
    StandInOver,
    StandInOverlaps,
    StandInSelf,
    StandInUnfit,
)
from services.succession import Succession, SuccessionRefused, preview_succession, succeed
from services.succession_item import Item, Outcome, Part
from services.task_claim import claim_task
from states.refusal import MoveRefused
from states.review import Opinion
from states.role import Level, Role
from tests.database import fresh_url
from tests.policy.packs import write_pack
from tests.way import CODE, clock_of, designed, hire, opened, submitted, tasks
from tests.world import World, found_city

SEPARATED = """\
    source: licensing_42
duties:
  - code: plan_and_opinion
    label: 编制与审查分离
    done: {moves: submit_plan, documents: plan}
    bars: {reviews: plan_review}
    source: office
  - code: survey_and_posting
    label: 调查与公示分离
    done: {facts: households}
    bars: {moves: terminate}
    source: office
"""
DISTRICT_FIRST = "    members:\n      - {seat: coordinator@district, matter: 初审, limit: opinion_limit}\n"


@pytest.fixture
def city(tmp_path: Path) -> Iterator[World]:
    """阳光市, whose district coordinators answer in the review as well, under separated duties."""
    changes = (
        ("limits.yaml", "    source: licensing_42\n", SEPARATED),
        ("limits.yaml", "    members:\n", DISTRICT_FIRST),
    )
    pack = load_pack(write_pack(tmp_path / "pack", *changes))
    url = fresh_url(tmp_path)
    world = World(Database(url), tmp_path, pack)
    found_city(world)
    yield world
    with world.read() as session:
        assert list(verify(session)) == []
    world.database.close()


def stand_in(
    world: World, absent: str, substitute: str, first: str, last: str, by: str | None = None, **scope: object
) -> int:
    """Somebody is away; returns the number of the appointment."""
    actor = world.actor(by or absent)
    with world.write() as session:
        wish = Appointment(absent, substitute, date.fromisoformat(first), date.fromisoformat(last), "参加培训", **scope)  # type: ignore[arg-type]
        return name_stand_in(session, world.city, wish, Appointing(actor, world.now, "test")).stand_in.id


def task_of(world: World, member: str) -> ReviewTask:
    """The task of one member in the newest round."""
    return next(task for task in tasks(world) if task.member == member)


def newest(world: World, action: str) -> AuditEntry:
    """The newest entry of that action."""
    with world.read() as session:
        query = select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id.desc())
        return session.scalars(query.limit(1)).one()


def told(world: World, kind: str) -> set[str]:
    """Who got messages of a kind."""
    with world.read() as session:
        query = select(Person.login).join(InboxMessage).where(InboxMessage.kind == kind)
        return set(session.scalars(query))


def entering(world: World) -> Entering:
    return Entering("operator:test", "test", world.now)


class TestAwayInTheMiddleOfAReview:
    """The fire brigade's only reviewer goes to a course while the plan lies on their desk."""

    def test_the_stand_in_answers_in_their_name_and_history_says_so(self, city: World) -> None:
        opened(city)
        fire = task_of(city, "fire")
        with pytest.raises(OpinionForbidden):
            city.answer(fire.id, "sun.planning", Opinion.approve)
        stand_in(city, "qian.fire", "sun.planning", "2026-03-02", "2026-03-06")
        city.answer(fire.id, "sun.planning", Opinion.approve)
        entry = newest(city, "opinion_given")
        assert (entry.actor, entry.on_behalf_of) == ("sun.planning", "qian.fire")
        assert newest(city, "stand_in_named").after["substitute"] == "sun.planning"

    def test_their_own_seat_comes_before_a_borrowed_one(self, city: World) -> None:
        opened(city)
        stand_in(city, "qian.fire", "sun.planning", "2026-03-02", "2026-03-06")
        city.answer(task_of(city, "planning").id, "sun.planning", Opinion.approve)
        assert newest(city, "opinion_given").on_behalf_of is None

    def test_it_holds_on_its_days_only_and_both_of_them_count(self, city: World) -> None:
        opened(city)
        stand_in(city, "qian.fire", "sun.planning", "2026-03-03", "2026-03-04")
        assert not city.actor("sun.planning").borrowed
        for day, holds in (("2026-03-03", True), ("2026-03-04", True), ("2026-03-05", False)):
            city.to(day)
            assert bool(city.actor("sun.planning").borrowed) is holds, day

    def test_ended_early_nothing_is_lent_any_more_and_once_is_enough(self, city: World) -> None:
        opened(city)
        number = stand_in(city, "qian.fire", "sun.planning", "2026-03-02", "2026-03-06")
        by = Appointing(city.actor("qian.fire"), city.now, "test")
        with city.write() as session:
            end_stand_in(session, city.city, number, by, reason="培训取消")
        with pytest.raises(OpinionForbidden):
            city.answer(task_of(city, "fire").id, "sun.planning", Opinion.approve)
        with city.write() as session, pytest.raises(StandInOver, match="2026-03-02"):
            end_stand_in(session, city.city, number, by)
        assert newest(city, "stand_in_ended").reason == "培训取消"

    def test_what_comes_for_the_absent_one_comes_to_both(self, city: World) -> None:
        submitted(city)
        stand_in(city, "qian.fire", "zhao.city", "2026-03-02", "2026-03-06")
        city.react()
        assert {"qian.fire", "zhao.city"} <= told(city, "review_task_opened")

    def test_a_move_made_for_somebody_is_signed_for_them_and_so_is_what_is_filed(self, city: World) -> None:
        stand_in(city, "wang.district", "sun.planning", "2026-03-02", "2026-03-06")
        designed(city)
        city.document(CODE, "plan", "sun.planning")
        assert newest(city, "document_attached").on_behalf_of == "wang.district"
        city.advance(CODE, "submit_plan", "sun.planning")
        assert newest(city, "submit_plan").on_behalf_of == "wang.district"

    def test_only_the_seats_named_are_lent(self, city: World) -> None:
        hire(city, "qian.fire", "sunny-nan-hua", Role.coordinator)
        stand_in(city, "qian.fire", "sun.planning", "2026-03-02", "2026-03-06", roles=(Role.reviewer,))
        borrowed = city.actor("sun.planning").borrowed
        assert [(grant.role, grant.on_behalf_of) for grant in borrowed] == [(Role.reviewer, "qian.fire")]


class TestNeverPastTheDutyRule:
    """提交的人不审批: neither does who stands in for them, nor they for whom it was submitted."""

    def test_a_stand_in_may_not_answer_what_the_absent_one_submitted(self, city: World) -> None:
        opened(city)  # 王专员 submitted it
        stand_in(city, "wang.district", "sun.planning", "2026-03-02", "2026-03-06")
        with pytest.raises(DutyConflict) as refused:
            city.answer(task_of(city, "coordinator@district").id, "sun.planning", Opinion.approve)
        assert "“提交方案”已由王专员于 2026-03-02 办理" in refused.value.text()
        assert "编制与审查分离，依据：阳光区改造办规定" in refused.value.text()

    def test_nor_what_the_stand_in_submitted_for_them_and_they_themselves_neither(self, city: World) -> None:
        designed(city)
        stand_in(city, "wang.district", "sun.planning", "2026-03-02", "2026-03-06")
        city.document(CODE, "plan", "zhao.city")
        city.advance(CODE, "submit_plan", "sun.planning")
        city.react()
        for login in ("sun.planning", "wang.district"):
            with pytest.raises(DutyConflict, match="代王专员"):
                city.answer(task_of(city, "coordinator@district").id, login, Opinion.approve)
        with pytest.raises(DutyConflict, match="代王专员"):  # also from the seat that is theirs
            city.answer(task_of(city, "planning").id, "sun.planning", Opinion.approve)

    def test_a_colleague_who_did_neither_may(self, city: World) -> None:
        hire(city, "chen.district", "sunny-nan", Role.coordinator)
        opened(city)
        city.answer(task_of(city, "coordinator@district").id, "chen.district", Opinion.approve)
        assert newest(city, "opinion_given").on_behalf_of is None

    def test_between_two_moves_it_holds_as_well(self, city: World) -> None:
        hire(city, "chen.district", "sunny-nan", Role.coordinator)
        submitted(city)
        city.react()
        city.answer(task_of(city, "coordinator@district").id, "chen.district", Opinion.approve)
        city.answer(task_of(city, "planning").id, "sun.planning", Opinion.approve)
        city.answer(task_of(city, "fire").id, "qian.fire", Opinion.approve)
        city.react()
        city.to("2026-03-10")
        stand_in(city, "li.street", "wang.district", "2026-03-10", "2026-03-12")
        with pytest.raises(MoveRefused) as refused:
            city.advance(CODE, "close_posting", "wang.district")
        assert [one.code for one in refused.value.refusals] == ["same_person"]
        assert city.advance(CODE, "close_posting", "li.street").after == "takeover"

    def test_a_fact_recorded_bars_a_move_of_the_pack_s_choice(self, city: World) -> None:
        city.enrol()
        city.facts(CODE, "zhao.city", households="120")
        with pytest.raises(MoveRefused, match="填报“户数”已由赵市办"):
            city.advance(CODE, "terminate", "zhao.city")

    def test_candidates_are_told_apart_in_advance(self, city: World) -> None:
        hire(city, "chen.district", "sunny-nan", Role.coordinator)
        opened(city)
        stand_in(city, "qian.fire", "sun.planning", "2026-03-02", "2026-03-06")
        reading = Reading(city.city, city.now)
        with city.read() as session:
            first = task_candidates(session, reading, task_of(city, "coordinator@district").id)
            fire = task_candidates(session, reading, task_of(city, "fire").id)
            closing = move_candidates(session, reading, find_project(session, CODE), "suspend")
        assert [(one.login, one.is_free) for one in first] == [("wang.district", False), ("chen.district", True)]
        assert "提交方案" in first[0].excluded[0]
        assert fire[0].excluded == ("外出至 2026-03-06，由孙规划代理",)
        assert (fire[1].login, fire[1].on_behalf_of, fire[1].is_free) == ("sun.planning", "qian.fire", True)
        assert {one.login for one in closing} == {"wang.district", "chen.district"}


class TestWhoMayStandIn:
    def test_the_circle_of_three_is_refused_with_its_links(self, city: World) -> None:
        stand_in(city, "wang.district", "li.street", "2026-03-02", "2026-03-10")
        stand_in(city, "li.street", "zhao.city", "2026-03-05", "2026-03-12")
        with pytest.raises(StandInCircle, match="赵市办 → 王专员 → 李街道 → 赵市办"):
            stand_in(city, "zhao.city", "wang.district", "2026-03-08", "2026-03-09")
        with pytest.raises(StandInCircle, match="李街道 → 王专员 → 李街道"):
            stand_in(city, "li.street", "wang.district", "2026-03-02", "2026-03-04")

    def test_no_day_on_which_all_three_hold_is_no_circle(self, city: World) -> None:
        stand_in(city, "wang.district", "li.street", "2026-03-02", "2026-03-04")
        stand_in(city, "li.street", "zhao.city", "2026-03-04", "2026-03-12")
        assert stand_in(city, "zhao.city", "wang.district", "2026-03-05", "2026-03-09")

    def test_a_seat_that_is_borrowed_is_not_lent_on(self, city: World) -> None:
        stand_in(city, "wang.district", "li.street", "2026-03-02", "2026-03-10")
        stand_in(city, "li.street", "zhao.city", "2026-03-02", "2026-03-10")
        assert {grant.on_behalf_of for grant in city.actor("zhao.city").borrowed} == {"li.street"}

    def test_overlapping_ones_are_refused_with_which(self, city: World) -> None:
        number = stand_in(city, "qian.fire", "sun.planning", "2026-03-02", "2026-03-06")
        with pytest.raises(StandInOverlaps, match=rf"孙规划”代理（编号 {number}）"):
            stand_in(city, "qian.fire", "zhao.city", "2026-03-06", "2026-03-09")
        assert stand_in(city, "qian.fire", "zhao.city", "2026-03-07", "2026-03-09")

    def test_other_seats_on_the_same_days_are_no_overlap(self, city: World) -> None:
        hire(city, "qian.fire", "sunny-nan-hua", Role.coordinator)
        stand_in(city, "qian.fire", "sun.planning", "2026-03-02", "2026-03-06", roles=(Role.reviewer,))
        assert stand_in(city, "qian.fire", "zhao.city", "2026-03-02", "2026-03-06", roles=(Role.coordinator,))
        with pytest.raises(StandInOverlaps):
            stand_in(city, "qian.fire", "li.street", "2026-03-02", "2026-03-06", organisations=("sunny-nan-fire",))

    def test_never_oneself_nor_somebody_who_has_left(self, city: World) -> None:
        with pytest.raises(StandInSelf):
            stand_in(city, "qian.fire", "qian.fire", "2026-03-02", "2026-03-06")
        with city.write() as session:
            person = session.scalars(select(Person).where(Person.login == "sun.planning")).one()
            set_active(session, city.city, person, active=False, entering=entering(city))
        with pytest.raises(PersonUnknown, match=r"sun\.planning"):
            stand_in(city, "qian.fire", "sun.planning", "2026-03-02", "2026-03-06")

    def test_admin_seats_are_not_lent_and_supervisors_stand_in_for_supervisors(self, city: World) -> None:
        with pytest.raises(StandInUnfit, match="阳光市系统管理员"):
            stand_in(city, "wu.system", "zhao.city", "2026-03-02", "2026-03-06")
        for absent, substitute in (("zhou.audit", "zhao.city"), ("zhao.city", "zhou.audit")):
            with pytest.raises(StandInUnfit):
                stand_in(city, absent, substitute, "2026-03-02", "2026-03-06")
        hire(city, "feng.audit", "sunny", Role.supervisor)
        assert stand_in(city, "zhou.audit", "feng.audit", "2026-03-02", "2026-03-06")

    def test_named_by_oneself_by_the_office_above_or_by_security_and_nobody_else(self, city: World) -> None:
        hire(city, "han.security", "sunny", Role.security_admin)
        with pytest.raises(StandInForbidden, match="李街道"):
            stand_in(city, "qian.fire", "sun.planning", "2026-03-02", "2026-03-03", by="li.street")
        assert stand_in(city, "qian.fire", "sun.planning", "2026-03-02", "2026-03-03", by="wang.district")
        assert stand_in(city, "qian.fire", "sun.planning", "2026-03-04", "2026-03-05", by="han.security")
        with pytest.raises(StandInSelf):
            stand_in(city, "qian.fire", "han.security", "2026-03-06", "2026-03-06", by="han.security")

    @pytest.mark.parametrize(
        ("first", "last"), [("2026-03-01", "2026-03-05"), ("2026-03-05", "2026-03-04"), ("2026-03-02", "2027-03-03")]
    )
    def test_days_that_cannot_be_are_refused(self, city: World, first: str, last: str) -> None:
        with pytest.raises(StandInDaysUnfit):
            stand_in(city, "qian.fire", "sun.planning", first, last)

    def test_the_same_request_names_one(self, city: World) -> None:
        wish = Appointment("qian.fire", "sun.planning", date(2026, 3, 2), date(2026, 3, 6), "公出")
        by = Appointing(city.actor("qian.fire"), city.now, "test", "request-away")
        with city.write() as session:
            number = name_stand_in(session, city.city, wish, by).stand_in.id
        with city.write() as session:
            again = name_stand_in(session, city.city, wish, by)
            assert (again.stand_in.id, again.repeated) == (number, True)


class TestSuccessor:
    """钱消防 retires with a claimed task on the desk; 冯消防 follows."""

    def items(self, world: World, leaver: str, successor: str) -> list[Item]:
        with world.read() as session:
            return list(preview_succession(session, world.city, leaver, successor, now=world.now))

    def hand_over(self, world: World, leaver: str, successor: str, request: str | None = None) -> tuple[Item, ...]:
        with world.write() as session:
            wish = Succession(leaver, successor, entering(world), "退休", request)
            return succeed(session, world.city, wish)

    def test_seat_task_and_stand_ins_move_and_the_account_is_closed(self, city: World) -> None:
        hire(city, "feng.fire", "sunny-nan", Role.supervisor)
        opened(city)
        fire = task_of(city, "fire")
        with city.write() as session:
            claim_task(session, city.city, fire.id, city.keeping("qian.fire"))
        stand_in(city, "qian.fire", "sun.planning", "2026-03-20", "2026-03-25")
        plan = self.items(city, "qian.fire", "feng.fire")
        assert [(one.part, one.outcome) for one in plan] == [
            (Part.seat, Outcome.moves), (Part.task, Outcome.moves), (Part.stand_in, Outcome.ends),
        ]  # fmt: skip
        assert task_of(city, "fire").claimed_by == "qian.fire"  # a preview changes nothing
        assert list(self.hand_over(city, "qian.fire", "feng.fire", "request-retire")) == plan
        assert self.hand_over(city, "qian.fire", "feng.fire", "request-retire") == ()
        assert task_of(city, "fire").claimed_by == "feng.fire"
        with pytest.raises(PersonUnknown):
            city.actor("qian.fire")
        city.answer(fire.id, "feng.fire", Opinion.approve)
        with city.read() as session:
            assert session.scalars(select(RoleGrant.id).join(Person).where(Person.login == "qian.fire")).all() == []
        revoked = newest(city, "revoked")
        assert revoked.before["granted_by"] == "system:setup"  # the history keeps who had granted it
        assert newest(city, "handed_over").after == {
            "successor": "feng.fire", "seats": 1, "tasks": 1, "steps": 0, "stand_ins": 1,
        }  # fmt: skip

    def test_what_others_of_the_unit_can_do_stays_with_them(self, city: World) -> None:
        hire(city, "he.fire", "sunny-nan-fire", Role.reviewer)
        opened(city)
        plan = self.items(city, "qian.fire", "zhao.city")
        (task,) = [one for one in plan if one.part is Part.task]
        assert (task.outcome, task.why.zh) == (Outcome.stays, "由本单位he.fire办理")

    def test_refused_where_the_successor_submitted_what_only_they_could_answer(self, city: World) -> None:
        opened(city)
        with pytest.raises(SuccessionRefused, match="“提交方案”已由王专员") as refused:
            self.hand_over(city, "qian.fire", "wang.district")
        assert [one.part for one in refused.value.items if one.outcome is Outcome.refused] == [Part.task]
        assert city.actor("qian.fire")  # nothing was changed

    def test_refused_where_a_move_waiting_for_them_could_not_be_made(self, city: World) -> None:
        hire(city, "chen.district", "sunny-nan", Role.coordinator)
        opened(city)
        city.answer(task_of(city, "coordinator@district").id, "chen.district", Opinion.approve)
        city.answer(task_of(city, "planning").id, "sun.planning", Opinion.approve)
        city.answer(task_of(city, "fire").id, "qian.fire", Opinion.approve)
        city.react()
        with pytest.raises(SuccessionRefused, match="公示结束"):
            self.hand_over(city, "li.street", "wang.district")
        assert any(one.part is Part.step for one in self.hand_over(city, "li.street", "chen.district"))

    def test_refused_where_admin_roles_exclude_each_other(self, city: World) -> None:
        hire(city, "han.security", "sunny", Role.security_admin)
        with pytest.raises(SuccessionRefused, match="三类管理员须由不同的人担任"):
            self.hand_over(city, "wu.system", "han.security")


class TestAnOfficeWithoutAnybody:
    """A street the import has just created: its matters are the district's until somebody is appointed."""

    @pytest.fixture
    def street(self, world: World) -> World:
        """花木街道 has no people."""
        with world.write() as session:
            above = find_organisation(session, "sunny-nan")
            ensure_organisation(session, "hua-mu", "花木街道", Level.street, entering=entering(world), parent=above)
        world.enrol(organisation="hua-mu", login="wang.district")
        return world

    def holder(self, world: World) -> str:
        clock = clock_of(world, "survey_limit")
        with world.read() as session:
            return session.get_one(Organisation, session.get_one(Clock, clock.id).holder_id).name

    def test_permission_clock_and_list_go_to_the_office_above(self, street: World) -> None:
        assert self.holder(street) == "南山区"
        for document in ("survey_report",):
            street.document(CODE, document, "wang.district")
        street.facts(CODE, "wang.district", households="120", structure="砖混", owners="120", owners_voted="100", owners_agreed="80")  # fmt: skip
        assert street.advance(CODE, "finish_survey", "wang.district").after == "design"
        with street.read() as session:
            (office,) = [one for one in unstaffed_offices(session) if one.code == "hua-mu"]
        assert (office.role, office.covered_by) == (Role.coordinator, "南山区")

    def test_the_clock_comes_back_with_the_first_coordinator_and_goes_with_the_last(self, street: World) -> None:
        hire(street, "bai.street", "hua-mu", Role.coordinator)
        assert self.holder(street) == "花木街道"
        with street.read() as session:
            assert unstaffed_offices(session) == []
        with pytest.raises(MoveForbidden):
            street.advance(CODE, "finish_survey", "wang.district")
        with street.write() as session:
            person = session.scalars(select(Person).where(Person.login == "bai.street")).one()
            revoke_role(
                session,
                street.city,
                person,
                Role.coordinator,
                find_organisation(session, "hua-mu"),
                entering=entering(street),
            )
        assert self.holder(street) == "南山区"

    def test_of_somebody_locked_out_too_until_they_are_back(self, street: World) -> None:
        hire(street, "bai.street", "hua-mu", Role.coordinator)
        for active, holder in ((False, "南山区"), (True, "花木街道")):
            with street.write() as session:
                person = session.scalars(select(Person).where(Person.login == "bai.street")).one()
                assert set_active(session, street.city, person, active=active, entering=entering(street))
            assert self.holder(street) == holder

    def test_the_reason_is_said(self, street: World) -> None:
        with street.read() as session:
            found = because_of_step(session, Reading(street.city, street.now), CODE)
        assert "花木街道没有在岗的项目专员，由南山区代办" in [one.text for one in found.reasons]


class TestBecause:
    """为何请我办."""

    def texts(self, found: Because, link: Link) -> list[str]:
        return [one.text for one in found.reasons if one.link is link]

    def test_a_task_names_move_rule_facts_unit_and_grant(self, world: World) -> None:
        opened(world)
        with world.read() as session:
            found = because_of_task(session, Reading(world.city, world.now), task_of(world, "fire").id)
        assert self.texts(found, Link.cause) == ["王专员于 2026-03-02 “提交方案”"]
        (rule,) = [one for one in found.reasons if one.link is Link.rule]
        assert "增加面积=是" in rule.text
        assert self.texts(found, Link.unit) == ["消防救援大队在南山区对应的单位是南山区消防救援大队"]
        (person,) = [one for one in found.reasons if one.link is Link.person]
        assert (person.text, person.data["login"]) == ("钱消防：南山区消防救援大队审查人", "qian.fire")
        assert person.source == "系统（规则 setup）于 2026-03-02 授予"

    def test_of_a_stand_in_says_for_whom_and_why(self, world: World) -> None:
        opened(world)
        stand_in(world, "qian.fire", "sun.planning", "2026-03-02", "2026-03-06")
        with world.read() as session:
            found = because_of_task(session, Reading(world.city, world.now), task_of(world, "fire").id, "sun.planning")
        assert self.texts(found, Link.person) == [
            "孙规划：2026-03-02 – 2026-03-06 代理钱消防（南山区消防救援大队审查人，参加培训）"
        ]

    def test_of_somebody_it_does_not_concern_says_that(self, world: World) -> None:
        opened(world)
        with world.read() as session:
            found = because_of_task(session, Reading(world.city, world.now), task_of(world, "fire").id, "li.street")
        assert self.texts(found, Link.person) == ["李街道现在不是南山区消防救援大队审查人，也没有代理此席位"]

    def test_a_message_leads_back_to_its_event_and_task(self, world: World) -> None:
        opened(world)
        with world.read() as session:
            message = session.scalars(
                select(InboxMessage).join(Person).where(Person.login == "qian.fire").order_by(InboxMessage.id.desc())
            ).first()
            assert message is not None
            found = because_of_message(session, Reading(world.city, world.now), message.id)
        assert "方案联审" in self.texts(found, Link.cause)[0]
        assert self.texts(found, Link.person) == ["钱消防：南山区消防救援大队审查人"]

    def test_a_warning_names_its_ladder_and_every_receiver(self, world: World) -> None:
        world.enrol()
        with world.read() as session:
            clock = clock_of(world, "survey_limit").id
            found = because_of_clock(session, Reading(world.city, world.now), clock)
        assert self.texts(found, Link.rule) == [
            "临期提醒 → 经办人",
            "逾期通知 → 经办人、区县项目专员",
            "督办 → 市督查员",
        ]
        assert {one.source for one in found.reasons if one.link is Link.rule} == {"榆林市红黄绿灯办法"}
        assert "周督查：阳光市督查员" in self.texts(found, Link.person)
