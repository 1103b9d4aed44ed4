"""代理：督办、复核、公示异议、清单导入都认代理人，并记明代谁；两人皆缺时各自的四眼分别看；离岗退回任务。"""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.delivery import InboxMessage
from models.person import Person
from services.contest import Filing, file_contest
from services.contest_decision import Decision, decide
from services.duty import DutyConflict
from services.import_place import Places
from services.order import accept, receive, reply
from services.order_issue import ByHand, issue_by_hand
from services.organisation import Entering, find_organisation
from services.person import find_anyone, revoke_role, set_active
from services.posting_objection import answer_objection
from services.project import find_project
from services.project_row import ProjectRow
from services.stand_in import Appointing, Appointment, name_stand_in
from services.succession import Succession, succeed
from services.supervision import FirstStaffRecused, SupervisorNeeded
from services.task_claim import ReceiverUnfit, claim_task, transfer_task
from services.task_delegation import DelegateUnfit, delegate_task
from states.order import OrderColour, OrderStatus
from states.review import Opinion
from states.role import Role
from tests.scenarios.test_people import city  # noqa: F401 - a fixture
from tests.services.test_posting import objected, posted, town  # noqa: F401 - a fixture
from tests.supervised import by, survey, swept
from tests.way import CODE, hire, opened, surveyed, tasks
from tests.world import World


def away(world: World, absent: str, substitute: str) -> None:
    """Somebody is away today and tomorrow."""
    today = world.city.day(world.now)
    wish = Appointment(absent, substitute, today, date.fromordinal(today.toordinal() + 1), "参加培训")
    with world.write() as session:
        name_stand_in(session, world.city, wish, Appointing(world.actor(absent), world.now, "test"))


def signed(world: World, action: str) -> list[tuple[str, str | None]]:
    """Who did it for whom, of every entry of that action, oldest first."""
    with world.read() as session:
        query = select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)
        return [(entry.actor, entry.on_behalf_of) for entry in session.scalars(query)]


def told(world: World, login: str, kind: str) -> list[dict[str, object]]:
    with world.read() as session:
        query = select(InboxMessage.payload).join(Person).where(Person.login == login, InboxMessage.kind == kind)
        return list(session.scalars(query))


class TestSupervision:
    """周督查 of the city is away; 何督查 of the north district stands in."""

    @pytest.fixture
    def overdue(self, supervised: World) -> World:
        hire(supervised, "he.north", "sunny-bei", Role.supervisor)
        surveyed(supervised)
        swept(supervised, "2026-03-20")
        return supervised

    def issue(self, world: World, login: str) -> str:
        with world.write() as session:
            wish = ByHand(find_project(session, CODE).id, OrderColour.blue, clock=survey(world).id)
            return issue_by_hand(session, world.city, wish, by(world, login, "群众反映")).code

    def test_an_order_is_issued_and_accepted_on_behalf_of_the_absent_supervisor(self, overdue: World) -> None:
        with pytest.raises(SupervisorNeeded):
            self.issue(overdue, "he.north")  # the project is not in the north
        away(overdue, "zhou.audit", "he.north")
        code = self.issue(overdue, "he.north")
        hire(overdue, "xu.street", "sunny-nan-hua", Role.coordinator)
        away(overdue, "li.street", "xu.street")
        with overdue.write() as session:
            receive(session, overdue.city, code, by(overdue, "wang.district"))
            reply(session, overdue.city, code, "已办", by(overdue, "wang.district"))
        with overdue.write() as session:
            assert accept(session, overdue.city, code, by(overdue, "he.north")).status == OrderStatus.accepted
        for action in ("order_issued", "order_accepted"):  # each in the project's history and in the order's own
            assert signed(overdue, action) == [("he.north", "zhou.audit")] * 2
        assert signed(overdue, "order_replied") == [("wang.district", None)] * 2

    def test_who_replied_does_not_judge_it_through_a_stand_in(self, overdue: World) -> None:
        code = self.issue(overdue, "chen.audit")
        hire(overdue, "zhou.audit", "sunny", Role.coordinator)  # a supervisor with a second hat
        with overdue.write() as session:
            receive(session, overdue.city, code, by(overdue, "zhou.audit"))
            reply(session, overdue.city, code, "已办", by(overdue, "zhou.audit"))
        away(overdue, "zhou.audit", "he.north")
        with overdue.write() as session, pytest.raises(FirstStaffRecused, match="反馈了此督办单"):
            accept(session, overdue.city, code, by(overdue, "he.north"))
        away(overdue, "chen.audit", "he.north")  # of two absent ones, the one who may
        with overdue.write() as session:
            accept(session, overdue.city, code, by(overdue, "he.north"))
        assert signed(overdue, "order_accepted") == [("he.north", "chen.audit")] * 2

    def test_a_contest_is_not_decided_by_who_stands_in_for_the_one_who_issued(self, overdue: World) -> None:
        code = self.issue(overdue, "zhou.audit")
        hire(overdue, "xu.street", "sunny-nan-hua", Role.reviewer)
        away(overdue, "li.street", "xu.street")
        with overdue.write() as session:
            filing = Filing("等待产权资料", order=code)
            number = file_contest(session, overdue.city, filing, by(overdue, "xu.street")).id
        away(overdue, "zhou.audit", "he.north")
        verdict = Decision(upheld=False, reasons="理由不成立")
        with overdue.write() as session, pytest.raises(FirstStaffRecused, match="签发或审核"):
            decide(session, overdue.city, number, verdict, by(overdue, "he.north"))
        away(overdue, "chen.audit", "he.north")
        with overdue.write() as session:
            decide(session, overdue.city, number, verdict, by(overdue, "he.north"))
        assert signed(overdue, "contest_decided") == [("he.north", "chen.audit")] * 2
        assert signed(overdue, "contest_filed") == [("xu.street", None)] * 2  # a reviewer of the street itself


def test_an_objection_is_answered_for_the_seat_that_closes_it(town: World) -> None:  # noqa: F811 - the fixture
    posted(town)
    finding = objected(town)
    hire(town, "xu.north", "sunny-bei", Role.coordinator)
    away(town, "wang.district", "xu.north")
    with town.write() as session:
        decided = answer_objection(session, town.city, finding, "与规范相符", town.keeping("xu.north"), upheld=False)
        assert decided.objection.upheld is False
    (entry,) = [one for one in ("plan_objection_dismissed", "objection_dismissed") if signed(town, one)]
    assert signed(town, entry) == [("xu.north", "wang.district")]


def test_a_list_is_imported_for_the_absent_coordinator(world: World) -> None:
    hire(world, "xu.north", "sunny-bei", Role.coordinator)
    away(world, "wang.district", "xu.north")
    row = ProjectRow(name="永安里", district="南山区", street="新开街道")
    with world.write() as session:
        root, entering = find_organisation(session, "sunny"), Entering("xu.north", "import", world.now)
        places = Places(session, root, world.actor("xu.north"), entering, create=True)
        assert places.find(row).name == "新开街道"
    assert signed(world, "entered")[-1] == ("xu.north", "wang.district")


class TestTwoAbsentReviewers:
    """孙规划 brought the plan; 赵规划 did not. 钱消防 stands in for both."""

    @pytest.fixture
    def both(self, city: World) -> World:  # noqa: F811 - the fixture
        hire(city, "sun.planning", "sunny-nan", Role.coordinator)
        hire(city, "zhao.planning", "sunny-nan-planning", Role.reviewer)
        opened(city)
        return city

    def submitter(self, world: World) -> str:
        return signed(world, "submit_plan")[-1][0]

    def planning(self, world: World) -> int:
        return next(task.id for task in tasks(world) if task.member == "planning")

    def test_they_act_for_the_one_whom_no_duty_bars(self, both: World) -> None:
        hire(both, self.submitter(both), "sunny-nan-planning", Role.reviewer)  # who submitted reviews here, too
        away(both, self.submitter(both), "qian.fire")
        with pytest.raises(DutyConflict):
            both.answer(self.planning(both), "qian.fire", Opinion.approve)
        away(both, "zhao.planning", "qian.fire")
        both.answer(self.planning(both), "qian.fire", Opinion.approve)
        assert signed(both, "opinion_given")[-1] == ("qian.fire", "zhao.planning")

    def test_nobody_is_handed_what_a_duty_bars_them_from(self, both: World) -> None:
        barred, task = self.submitter(both), self.planning(both)
        hire(both, barred, "sunny-nan-planning", Role.reviewer)
        with both.write() as session, pytest.raises(DutyConflict):
            claim_task(session, both.city, task, both.keeping(barred))
        with both.write() as session, pytest.raises(ReceiverUnfit, match="须由他人办理"):
            transfer_task(session, both.city, task, barred, both.keeping("zhao.planning"))
        hire(both, "wei.planning", "sunny-nan-planning", Role.reviewer)
        with both.write() as session:
            session.scalars(select(Person).where(Person.login == barred)).one().organisation_id = find_organisation(
                session, "sunny-nan-planning"
            ).id
        with both.write() as session, pytest.raises(DelegateUnfit, match="须由他人办理"):
            delegate_task(session, both.city, task, barred, both.keeping("wei.planning"))


class TestLeaving:
    """What somebody had claimed does not stay with them."""

    def entering(self, world: World) -> Entering:
        return Entering("system:setup", "test", world.now)

    def claimed(self, world: World) -> int:
        task = next(one for one in opened(world) if one.member == "fire")
        hire(world, "feng.fire", "sunny-nan-fire", Role.reviewer)
        with world.write() as session:
            claim_task(session, world.city, task.id, world.keeping("qian.fire"))
        return task.id

    @pytest.mark.parametrize("how", ["revoked", "deactivated"])
    def test_it_goes_back_to_the_pool_and_the_unit_is_told(self, world: World, how: str) -> None:
        task, at = self.claimed(world), self.entering(world)
        with world.write() as session:
            person = find_anyone(session, "qian.fire")
            if how == "revoked":
                place = find_organisation(session, "sunny-nan-fire")
                revoke_role(session, world.city, person, Role.reviewer, place, entering=at, reason="调岗")
            else:
                set_active(session, world.city, person, active=False, entering=at, reason="离职")
        assert [one.claimed_by for one in tasks(world) if one.id == task] == [None]
        assert signed(world, "task_given_back") == [("system:setup", None)]
        assert "不再经办" in str(told(world, "feng.fire", "review_task_changed")[-1]["detail"])
        world.answer(task, "feng.fire", Opinion.approve)

    def test_the_successor_is_told_what_is_theirs(self, world: World) -> None:
        self.claimed(world)
        with world.write() as session:
            succeed(session, world.city, Succession("qian.fire", "feng.fire", self.entering(world), "退休", "r-1"))
        (message,) = told(world, "feng.fire", "work_handed_over")
        assert message["leaver"] == "钱消防"
        assert "幸福里小区" in str(message["tasks"])


def test_a_round_opens_though_a_department_has_nobody_and_the_district_is_told(world: World) -> None:
    with world.write() as session:
        person, at = find_anyone(session, "qian.fire"), Entering("system:setup", "test", world.now)
        set_active(session, world.city, person, active=False, entering=at)
    assert {task.member for task in opened(world)} == {"planning", "fire"}
    (message,) = told(world, "wang.district", "review_task_changed")
    assert (message["change"], message["department"]) == ("无人可办", "南山区消防救援大队")
