"""督办：幸福里小区的调查逾期，提醒、督办、反馈、退回、再反馈、认可、销号；一次中断；一次复核。"""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.delivery import InboxMessage, SuppressedNotice
from models.supervision import Alert, SupervisionOrder
from services.alert_list import AlertLine, list_alerts
from services.attribution import days_by_holder
from services.audit import verify
from services.contest import Filing, file_contest
from services.contest_decision import Decision, decide
from services.contest_error import ContestDecidedAlready, ContestLate, ContestRepeated, NothingToContest
from services.identity import find_person
from services.order import accept, close, receive, rectify, reply, send_back
from services.order_issue import ByHand, issue_by_hand
from services.order_list import list_circulars, order_sheet
from services.overdue_ranking import rank_units
from services.project import find_project
from services.reading import Reading
from services.rung_answer import AlertClosed, SnoozeUnfit, acknowledge, snooze
from services.supervision import FirstStaffRecused, SupervisorNeeded, UnitNeeded
from states.alert import AlertStatus
from states.clock import ClockStatus, Light
from states.contest import ContestStatus
from states.order import OrderColour, OrderStatus
from states.role import Role
from tests.supervised import by, survey, swept
from tests.supervision_case import second_clock
from tests.way import CODE, hire, surveyed
from tests.world import World

# ten working days from 2 March: yellow on the 11th, last day the 16th, red on the 17th, the fifth day over is the 23rd
WARNED, OVER, ORDERED, STERNER, NAMED = "2026-03-11", "2026-03-17", "2026-03-23", "2026-03-30", "2026-04-07"


def letters(world: World, login: str) -> list[tuple[str, dict[str, object]]]:
    """What a person has in the inbox, oldest first."""
    with world.read() as session:
        mine = select(InboxMessage).join(InboxMessage.person).order_by(InboxMessage.id)
        return [(m.kind, m.payload) for m in session.scalars(mine) if m.person.login == login]


def kinds(world: World, login: str) -> Counter[str]:
    return Counter(kind for kind, _ in letters(world, login))


def orders(world: World) -> list[SupervisionOrder]:
    with world.read() as session:
        return list(session.scalars(select(SupervisionOrder).order_by(SupervisionOrder.id)))


def alerts(world: World, login: str, *, with_closed: bool = False) -> list[AlertLine]:
    with world.read() as session:
        look = Reading(world.city, world.now)
        return list_alerts(session, look, find_person(session, login), with_closed=with_closed)


def history(world: World, subject: str, subject_id: str) -> list[tuple[str, str]]:
    with world.read() as session:
        mine = (AuditEntry.subject == subject, AuditEntry.subject_id == subject_id)
        rows = session.scalars(select(AuditEntry).where(*mine).order_by(AuditEntry.seq))
        return [(row.action, row.actor) for row in rows]


def standings(world: World) -> list[tuple[str, int, int]]:
    with world.read() as session:
        found = rank_units(session, world.city, since=date(2026, 3, 1), today=world.city.day(world.now))
    return [(one.name, one.overdue, one.late) for one in found]


class TestFromTheReminderToTheClose:
    def test_an_overdue_survey_is_ordered_answered_sent_back_answered_again_and_closed(self, supervised: World) -> None:
        world = supervised
        surveyed(world)
        swept(world, WARNED)
        assert kinds(world, "li.street") == {"deadline_warning": 1}
        swept(world, OVER)
        assert kinds(world, "wang.district") == {"deadline_breached": 1}

        swept(world, ORDERED)
        (order,) = orders(world)
        assert (order.code, order.status, order.issued_by) == (
            "阳光督〔2026〕1号",
            "issued",
            "system:blue@yangguang@2026.11",
        )
        assert kinds(world, "li.street")["order_issued"] == kinds(world, "zhou.audit")["order_issued"] == 1
        with world.write() as session, pytest.raises(UnitNeeded):
            receive(session, world.city, order.code, by(world, "qian.fire"))
        with world.write() as session:
            receive(session, world.city, order.code, by(world, "li.street"))
            rectify(session, world.city, order.code, "增派两名调查员", by(world, "li.street"))
            reply(session, world.city, order.code, "已完成80户", by(world, "li.street"), documents=["survey_report"])

        world.to("2026-03-25")
        with world.write() as session:
            send_back(session, world.city, order.code, by(world, "zhou.audit", "未说明逾期原因"))
        sent = dict(letters(world, "li.street"))["order_sent_back"]
        assert (sent["reason"], sent["due_on"]) == ("未说明逾期原因", "2026-03-30")

        world.to("2026-03-26")
        with world.write() as session:
            reply(session, world.city, order.id, "住户外出较多，已全部补录", by(world, "li.street"))
        world.advance(CODE, "finish_survey", "li.street")
        with world.write() as session:
            assert accept(session, world.city, order.code, by(world, "zhou.audit")).status == OrderStatus.closed

        did = [action for action, _ in history(world, "order", order.code)]
        assert did == [
            "order_issued", "order_received", "order_taken_in_hand", "order_replied", "order_sent_back", "order_replied",
            "order_accepted", "order_closed",
        ]  # fmt: skip
        assert [one for one in history(world, "project", CODE) if one[0] == "order_closed"] == [
            ("order_closed", "system:order_closed@yangguang@2026.11")
        ]
        with world.read() as session:
            assert list(verify(session)) == []
            sheet = order_sheet(session, Reading(world.city, world.now), order.code)
        assert (sheet.rounds, sheet.papers, sheet.due_on) == (1, (), None)
        assert [step.action_label for step in sheet.history][:2] == ["签发督办单", "签收督办单"]

    def test_who_replied_cannot_judge_the_reply_even_as_a_supervisor(self, supervised: World) -> None:
        world = supervised
        surveyed(world)
        swept(world, ORDERED)

        hire(world, "chen.audit", "sunny", Role.coordinator)
        with world.write() as session:
            receive(session, world.city, 1, by(world, "chen.audit"))
            reply(session, world.city, 1, "已办", by(world, "chen.audit"))
        with world.write() as session, pytest.raises(FirstStaffRecused):
            accept(session, world.city, 1, by(world, "chen.audit"))
        with world.write() as session, pytest.raises(SupervisorNeeded):
            accept(session, world.city, 1, by(world, "li.street"))
        with world.write() as session:
            assert accept(session, world.city, 1, by(world, "zhou.audit")).status == OrderStatus.accepted
        with world.write() as session:
            assert close(session, world.city, 1, by(world, "zhou.audit")).status == OrderStatus.closed

    def test_an_accepted_order_closes_with_its_matter(self, supervised: World) -> None:
        world = supervised
        surveyed(world)
        swept(world, ORDERED)
        with world.write() as session:
            receive(session, world.city, 1, by(world, "li.street"))
            reply(session, world.city, 1, "三日内办结", by(world, "li.street"))
            assert accept(session, world.city, 1, by(world, "zhou.audit")).status == OrderStatus.accepted
        world.advance(CODE, "finish_survey", "li.street")
        assert any("销号督办单 1 张" in result for result in world.react())
        assert [order.status for order in orders(world)] == ["closed"]

    def test_left_alone_it_becomes_orange_and_at_last_a_circular(self, supervised: World) -> None:
        world = supervised
        surveyed(world)
        for day in (WARNED, OVER, ORDERED, "2026-03-26", "2026-03-27", STERNER, NAMED):
            swept(world, day)
        blue, orange = orders(world)
        assert (blue.status, orange.status, orange.code) == ("superseded", "issued", "阳光督〔2026〕2号")
        with world.read() as session:
            (circular,) = list_circulars(session, Reading(world.city, world.now))
        assert circular.code == "阳光督通〔2026〕1号"
        assert any("阳光督〔2026〕2号" in line for line in circular.lines)
        assert any("调查期限：逾期 15 个工作日" in line for line in circular.lines)
        assert kinds(world, "li.street")["circular_issued"] == kinds(world, "zhao.city")["circular_issued"] == 1
        assert kinds(world, "li.street")["order_closed"] == 0  # the sterner order was notice enough

    def test_the_reply_itself_can_be_overdue(self, supervised: World) -> None:
        world = supervised
        surveyed(world)
        swept(world, ORDERED)
        swept(world, "2026-03-27")
        late = [payload for kind, payload in letters(world, "zhou.audit") if kind == "deadline_breached"]
        assert [payload["what"] for payload in late] == ["阳光督〔2026〕1号 督办反馈期限"]


class TestOutageOfThreeDays:
    def test_only_the_highest_rung_acts_and_says_what_was_skipped(self, supervised: World) -> None:
        world = supervised
        surveyed(world)
        swept(world, "2026-03-12")
        done = swept(world, ORDERED)  # nobody swept since: overdue and the order are both due
        assert (done.fired, done.skipped) == (1, 1)
        (issued,) = [payload for kind, payload in letters(world, "li.street") if kind == "order_issued"]
        assert issued["skipped"] == ["逾期通知"]
        assert kinds(world, "wang.district") == {}
        newest = alerts(world, "li.street")[0]
        assert (newest.rung, newest.skipped) == ("蓝色督办", ("逾期通知",))


class TestNoise:
    def test_a_person_hears_once_a_day_of_a_project_and_the_rest_is_listed(self, supervised: World) -> None:
        world = supervised
        surveyed(world)
        with world.write() as session:
            second_clock(session, world, CODE)
        swept(world, OVER)
        mine = [payload for kind, payload in letters(world, "li.street") if kind == "deadline_breached"]
        assert len(mine) == 1
        assert mine[0]["also"] == ["补充 调查期限：逾期通知，期满日 2026-03-16"]
        both = alerts(world, "li.street")
        assert sorted(line.merged for line in both) == [False, True]
        with world.read() as session:
            kept = session.scalars(select(SuppressedNotice)).all()
            merged = session.scalars(select(Alert).where(Alert.merged)).all()
        assert {notice.reason for notice in kept} == {"budget"}
        assert all(alert.message_id is not None for alert in merged)  # listed in the letter of the day

    def test_without_a_rule_nobody_is_spared(self, world: World) -> None:
        surveyed(world)
        with world.write() as session:
            second_clock(session, world, CODE)
        swept(world, OVER)
        assert kinds(world, "li.street")["deadline_breached"] == 2


class TestAnswers:
    def test_acknowledged_is_quiet_until_the_next_rung(self, supervised: World) -> None:
        world = supervised
        surveyed(world)
        swept(world, WARNED)
        (first,) = alerts(world, "li.street")
        with world.write() as session:
            acknowledge(session, first.id, by(world, "li.street"))
        assert [line.status for line in alerts(world, "li.street")] == [AlertStatus.acknowledged]
        swept(world, OVER)
        assert [(line.rung, line.status) for line in alerts(world, "li.street")] == [("逾期通知", AlertStatus.open)]
        assert ("alert_acknowledged", "li.street") in history(world, "project", CODE)

    def test_a_snoozed_warning_comes_back_in_the_morning(self, supervised: World) -> None:
        world = supervised
        surveyed(world)
        swept(world, WARNED)
        (first,) = alerts(world, "li.street")
        with world.write() as session:
            snooze(session, world.city, first.id, date(2026, 3, 13), by(world, "li.street", "周五统一录入"))
        assert alerts(world, "li.street")[0].status == AlertStatus.snoozed
        world.to("2026-03-13", 8)
        world.react()
        assert kinds(world, "li.street") == {"deadline_warning": 1}
        world.to("2026-03-13", 9)
        world.react()
        assert kinds(world, "li.street") == {"deadline_warning": 2}
        assert alerts(world, "li.street")[0].status == AlertStatus.open

    def test_what_is_done_meanwhile_does_not_come_back(self, supervised: World) -> None:
        world = supervised
        surveyed(world)
        swept(world, WARNED)
        (first,) = alerts(world, "li.street")
        with world.write() as session:
            snooze(session, world.city, first.id, date(2026, 3, 13), by(world, "li.street", "周五统一录入"))
        world.advance(CODE, "finish_survey", "li.street")
        world.to("2026-03-13", 9)
        assert any("不再提醒" in result for result in world.react())
        assert alerts(world, "li.street") == []
        assert [line.status for line in alerts(world, "li.street", with_closed=True)] == [AlertStatus.closed]
        with world.write() as session, pytest.raises(AlertClosed):
            acknowledge(session, first.id, by(world, "li.street"))

    @pytest.mark.parametrize(
        ("until", "problem"), [("2026-03-16", "最多推迟 2 个工作日"), ("2026-03-11", "应晚于今天")]
    )
    def test_a_warning_is_put_off_only_so_far(self, supervised: World, until: str, problem: str) -> None:
        world = supervised
        surveyed(world)
        swept(world, WARNED)
        with world.write() as session, pytest.raises(SnoozeUnfit, match=problem):
            snooze(session, world.city, 1, date.fromisoformat(until), by(world, "li.street", "忙"))

    def test_an_overdue_matter_is_not_put_off(self, supervised: World) -> None:
        world = supervised
        surveyed(world)
        swept(world, OVER)
        with world.write() as session, pytest.raises(SnoozeUnfit, match="已经逾期"):
            snooze(session, world.city, 1, date(2026, 3, 18), by(world, "li.street", "忙"))


class TestContest:
    def test_a_red_light_that_was_wrong_is_green_again_and_the_ranking_follows(self, supervised: World) -> None:
        world = supervised
        surveyed(world)
        swept(world, ORDERED)
        assert world.project(CODE).light == Light.red
        assert standings(world) == [("花园街道", 1, 0)]
        with world.write() as session:
            filing = Filing("3月9日至20日系统停机", clock=survey(world).id, documents=("survey_report",))
            contest = file_contest(session, world.city, filing, by(world, "li.street")).id
        assert kinds(world, "zhou.audit")["contest_filed"] == 1
        with world.write() as session:
            decision = Decision(upheld=True, reasons="停机属实", first=date(2026, 3, 9), last=date(2026, 3, 20))
            assert (
                decide(session, world.city, contest, decision, by(world, "zhou.audit")).status == ContestStatus.upheld
            )
        assert survey(world).due_on == date(2026, 3, 30)
        assert world.project(CODE).light == Light.green
        assert standings(world) == []
        assert [order.status for order in orders(world)] == ["overturned"]
        decided = dict(letters(world, "li.street"))["contest_decided"]
        assert "期满日改为 2026-03-30" in str(decided["effect"])
        swept(world, "2026-03-31")  # what had fired for the old day fires again for the new one
        assert kinds(world, "wang.district")["deadline_breached"] == 1

    def test_what_ended_late_ends_in_time_and_its_days_are_nobody_s(self, supervised: World) -> None:
        world = supervised
        surveyed(world)
        world.to("2026-03-19")
        world.advance(CODE, "finish_survey", "li.street")
        assert survey(world).status == ClockStatus.late
        assert standings(world) == [("花园街道", 0, 1)]
        with world.write() as session:
            contest = file_contest(
                session, world.city, Filing("暴雨停工", clock=survey(world).id), by(world, "li.street")
            ).id
            decide(session, world.city, contest, Decision(upheld=True, reasons="属实"), by(world, "zhou.audit"))
        assert survey(world).status == ClockStatus.met
        assert standings(world) == []
        with world.read() as session:
            found = days_by_holder(session, world.city, find_project(session, CODE), until=date(2026, 3, 19))
        assert (found.applicant, found.excluded) == (10, 3)

    def test_a_light_is_not_reviewed_by_who_ordered_the_matter(self, supervised: World) -> None:
        world = supervised
        surveyed(world)
        swept(world, OVER)
        with world.write() as session:
            wish = ByHand(find_project(session, CODE).id, OrderColour.blue, clock=survey(world).id)
            issue_by_hand(session, world.city, wish, by(world, "zhou.audit", "久拖不决"))
        with world.write() as session:
            contest = file_contest(
                session, world.city, Filing("停机", clock=survey(world).id), by(world, "li.street")
            ).id
        with world.write() as session, pytest.raises(FirstStaffRecused):
            decide(session, world.city, contest, Decision(upheld=False, reasons="无据"), by(world, "zhou.audit"))

    def test_an_order_is_reviewed_by_who_did_not_issue_it(self, supervised: World) -> None:
        world = supervised
        surveyed(world)

        with world.write() as session:
            wish = ByHand(
                find_project(session, CODE).id, OrderColour.blue, unit="sunny-nan-hua", matter="居民投诉未回复"
            )
            code = issue_by_hand(session, world.city, wish, by(world, "zhou.audit", "市长热线转办")).code
        with world.write() as session:
            contest = file_contest(session, world.city, Filing("已回复", order=code), by(world, "li.street")).id
        yes = Decision(upheld=True, reasons="查有回复记录")
        with world.write() as session, pytest.raises(FirstStaffRecused, match="签发"):
            decide(session, world.city, contest, yes, by(world, "zhou.audit"))
        with world.write() as session:
            decide(session, world.city, contest, yes, by(world, "chen.audit"))
        assert [order.status for order in orders(world)] == ["overturned"]
        assert ("contest_decided", "chen.audit") in history(world, "order", code)

    def test_dismissed_everything_stands_and_is_not_contested_again(self, supervised: World) -> None:
        world = supervised
        surveyed(world)
        swept(world, ORDERED)
        filing = Filing("人手不足", clock=survey(world).id)
        with world.write() as session:
            contest = file_contest(session, world.city, filing, by(world, "wang.district")).id
            no = Decision(upheld=False, reasons="不属于不计时情形")
            decide(session, world.city, contest, no, by(world, "chen.audit"))
        assert world.project(CODE).light == Light.red
        assert [order.status for order in orders(world)] == ["issued"]
        with world.write() as session, pytest.raises(ContestRepeated):
            file_contest(session, world.city, filing, by(world, "li.street"))
        with world.write() as session, pytest.raises(ContestDecidedAlready):
            decide(session, world.city, contest, no, by(world, "zhou.audit"))

    def test_not_without_a_red_light_nor_after_thirty_days(self, supervised: World) -> None:
        world = supervised
        surveyed(world)
        filing = Filing("没有理由", clock=survey(world).id)
        with world.write() as session, pytest.raises(NothingToContest):
            file_contest(session, world.city, filing, by(world, "li.street"))
        world.to("2026-04-16")  # red since 17 March; the thirtieth day is the 16th of April
        with world.write() as session:
            assert file_contest(session, world.city, filing, by(world, "li.street", request="once")).id
        world.to("2026-04-17")
        with world.write() as session:  # the same request again is the same contest
            assert file_contest(session, world.city, filing, by(world, "li.street", request="once")).id == 1

    def test_on_the_thirty_first_day_it_is_too_late(self, supervised: World) -> None:
        world = supervised
        surveyed(world)
        world.to("2026-04-17")
        with world.write() as session, pytest.raises(ContestLate, match="2026-04-16"):
            file_contest(session, world.city, Filing("晚了", clock=survey(world).id), by(world, "li.street"))
