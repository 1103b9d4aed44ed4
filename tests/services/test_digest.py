"""The digest: once a working day and person, everything they have before them, and nothing when there is nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest
from sqlalchemy import select

from models.delivery import Delivery, DigestRun, InboxMessage
from models.outbox import Incident, OutboxEvent
from models.person import Person
from models.review import ReviewTask
from notifications.digest import DailyDigest
from notifications.message import DeadlineBreached, ProjectMoved, from_payload
from services.alert_list import AlertLine, list_alerts
from services.delivery import DeliveryStatus
from services.digest import close_run, is_due, open_run, plan, scope_of, send, unit_digest
from services.identity import find_actor, find_person
from services.inbox import mark_read
from services.keeping import Keeping
from services.message import Suppressed, post, suppress
from services.order_issue import ByHand, issue_by_hand
from services.outbox import enqueue, fail
from services.preference import Way
from services.preference_change import Manner, choose, set_manner
from services.project import find_project
from services.quiet import QuietHours
from services.reading import Reading
from services.rung_answer import acknowledge, snooze
from services.sweep import sweep
from states.alert import AlertStatus
from states.order import OrderColour
from tests.supervised import by, swept
from tests.way import CODE, opened, surveyed
from tests.world import World

HALF_PAST_EIGHT = time(8, 30)


def morning(world: World, day: str, *, days: int = 5) -> dict[str, DailyDigest]:
    """Go to half past eight of a day: everybody's digest, by login."""
    world.to(day, 8)
    world.tick(minutes=30)
    with world.read() as session:
        logins = {person.id: person.login for person in session.scalars(select(Person))}
        found = plan(session, scope_of(session, world.city, world.now, days=days, lang="zh"))
    return {logins[person_id]: digest for person_id, digest in found}


def sent(world: World, *, days: int = 5) -> int:
    """Send today's digest as the flow does."""
    with world.write() as session:
        open_run(session, world.city, world.now)
        scope = scope_of(session, world.city, world.now, days=days, lang="zh")
        told = send(session, scope, plan(session, scope))
        close_run(session, world.city, world.now, told=told)
    return told


def due(world: World, day: str, at: str) -> bool:
    hour, minute = map(int, at.split(":"))
    world.to(day, hour)
    world.tick(minutes=minute)
    with world.read() as session:
        return is_due(session, world.city, world.now, at=HALF_PAST_EIGHT)


class TestIsDue:
    @pytest.mark.parametrize(
        ("day", "at", "expected"),
        [
            ("2026-03-02", "8:29", False),
            ("2026-03-02", "8:30", True),
            ("2026-03-02", "17:45", True),  # the process was down in the morning
            ("2026-03-07", "8:30", False),  # Saturday
            ("2026-10-01", "8:30", False),  # National Day
            ("2026-10-10", "8:30", True),  # a Saturday that is worked (补班)
            ("2024-02-09", "8:30", True),  # 除夕 2024, a working day
            ("2024-02-12", "8:30", False),
        ],
    )
    def test_on_working_days_of_the_city_from_half_past_eight(
        self, world: World, day: str, at: str, expected: bool
    ) -> None:
        assert due(world, day, at) is expected

    def test_once_sent_not_again_that_day_but_on_the_next(self, world: World) -> None:
        assert due(world, "2026-03-02", "8:30")
        sent(world)
        assert not due(world, "2026-03-02", "9:00")
        assert due(world, "2026-03-03", "8:30")

    def test_one_that_broke_off_goes_on(self, world: World) -> None:
        assert due(world, "2026-03-02", "8:30")
        with world.write() as session:
            open_run(session, world.city, world.now)  # and the process died
        assert due(world, "2026-03-02", "8:31")

    def test_not_in_the_evening_when_it_would_arrive_the_next_morning(self, world: World) -> None:
        world.to("2026-03-02", 23)
        city = replace(world.city, quiet=QuietHours(time(22), time(7)))
        with world.read() as session:
            assert not is_due(session, city, world.now, at=HALF_PAST_EIGHT)

    def test_yesterday_is_not_made_up_for(self, world: World) -> None:
        assert due(world, "2026-03-02", "8:30")
        assert not due(world, "2026-03-03", "0:10")


class TestPlan:
    def test_each_clock_stands_in_the_first_part_it_belongs_to(self, world: World) -> None:
        world.enrol()  # surveyed within ten working days: yellow on 13 March, last day Monday the 16th
        parts = {}
        for day in ("2026-03-09", "2026-03-13", "2026-03-16", "2026-03-17"):
            found = morning(world, day)["li.street"]
            parts[day] = [name for name in ("overdue", "today", "this_week", "turning") if getattr(found, name).total]
        assert parts == {
            "2026-03-09": ["turning"],
            "2026-03-13": ["turning"],
            "2026-03-16": ["today"],
            "2026-03-17": ["overdue"],
        }

    def test_what_turns_says_when_and_what_is_over_says_since_when(self, world: World) -> None:
        world.enrol()
        (ahead,) = morning(world, "2026-03-09")["li.street"].turning.matters
        assert (ahead.project_name, ahead.due_on) == ("幸福里小区", date(2026, 3, 16))
        assert ahead.note == "剩 5 个工作日，2026-03-13 转黄灯"
        (over,) = morning(world, "2026-03-18")["li.street"].overdue.matters
        assert over.note == "逾期 2 个工作日"

    def test_who_has_nothing_before_them_is_not_in_it(self, world: World) -> None:
        world.enrol()
        assert set(morning(world, "2026-03-02")) == set()
        assert set(morning(world, "2026-03-09")) == {"li.street"}

    def test_a_task_nobody_took_is_for_every_reviewer_of_the_unit_and_then_for_who_took_it(self, world: World) -> None:
        from states.role import Role
        from tests.way import hire

        hire(world, "zheng.fire", "sunny-nan-fire", Role.reviewer)
        tasks = opened(world)
        before = morning(world, "2026-03-10")
        assert [before[login].to_claim.total for login in ("qian.fire", "zheng.fire")] == [1, 1]
        with world.write() as session:
            fire = next(task for task in tasks if task.member == "fire")
            session.get_one(ReviewTask, fire.id).claimed_by = "zheng.fire"
        after = morning(world, "2026-03-18")
        assert after["zheng.fire"].overdue.total == 1
        assert "qian.fire" not in after or after["qian.fire"].overdue.total == 0
        assert after["zheng.fire"].to_claim.total == 0

    def test_unread_messages_alone_are_told_once_and_then_only_beside_other_matters(self, world: World) -> None:
        message = ProjectMoved(
            project_code=CODE, project_name="幸福里小区", link=f"/projects/{CODE}", actor="李街道",
            from_step="摸底调查", to_step="方案设计", moved_on=date(2026, 3, 2),
        )  # fmt: skip
        with world.write() as session:
            people = session.scalars(select(Person).where(Person.login == "zhao.city")).all()
            post(session, world.city, message, people, once="event:1", now=world.now)
        first = morning(world, "2026-03-03")["zhao.city"]
        assert (first.unread.total, first.unread.titles[0][:4]) == (1, "【进展】")
        sent(world)
        assert "zhao.city" not in morning(world, "2026-03-04")
        with world.write() as session:
            mark_read(session, "zhao.city", None, now=world.now)
        assert morning(world, "2026-03-04") == {}

    def test_what_was_kept_back_since_the_last_one_is_listed_once(self, world: World) -> None:
        notice = DeadlineBreached(
            project_code=CODE, project_name="幸福里小区", link=f"/projects/{CODE}#clock-1", what="摸底期限",
            due_on=date(2026, 3, 16), working_days_over=1, holder="花园街道", rule="摸底期限", duty="公开原因",
        )  # fmt: skip
        with world.write() as session:
            people = session.scalars(select(Person).where(Person.login == "zhao.city")).all()
            suppress(session, notice, people, once="event:1", reason=Suppressed.budget, now=world.now)
        found = morning(world, "2026-03-03")["zhao.city"].suppressed
        assert (found.total, len(found.titles)) == (1, 1)
        assert "摸底期限" in found.titles[0]
        sent(world)
        assert morning(world, "2026-03-04") == {}

    def test_administrators_see_what_was_not_delivered_and_open_incidents(self, world: World) -> None:
        world.channels = ("smtp",)
        world.enrol()
        with world.write() as session:
            people = session.scalars(select(Person).where(Person.login == "li.street")).all()
            message = ProjectMoved(
                project_code=CODE, project_name="幸福里小区", link=f"/projects/{CODE}", actor="李街道",
                from_step="摸底调查", to_step="方案设计", moved_on=date(2026, 3, 2),
            )  # fmt: skip
            post(session, world.city, message, people, once="event:1", now=world.now)
            session.scalars(select(Delivery)).one().status = DeliveryStatus.dead
            enqueue(session, "project_moved", "坏事件", {}, now=world.now)
            session.flush()
            event = session.scalars(select(OutboxEvent.id).where(OutboxEvent.title == "坏事件")).one()
            fail(session, event, "没有对应的机构", now=world.now, waits=())
            assert session.scalars(select(Incident.title)).one()
        found = morning(world, "2026-03-03")
        assert (found["wu.system"].dead, found["wu.system"].incidents) == (1, 1)
        assert (found["li.street"].dead, found["li.street"].incidents) == (0, 0)

    def test_is_in_the_language_of_its_reader(self, world: World) -> None:
        world.enrol()
        with world.write() as session:
            keeping = Keeping(find_actor(session, "li.street"), world.now, "test")
            set_manner(session, "li.street", Manner(lang="en"), keeping)
        (ahead,) = morning(world, "2026-03-09")["li.street"].turning.matters
        assert ahead.note == "5 working day(s) left, yellow on 2026-03-13"

    def test_a_long_list_is_cut_and_counted(self, world: World) -> None:
        for number in range(25):
            world.enrol(f"SN-{number:03}", f"幸福{number}里")
        overdue = morning(world, "2026-03-20")["li.street"].overdue
        assert (overdue.total, len(overdue.matters)) == (25, 20)


class TestSend:
    def test_one_message_a_person_and_day_however_often_it_runs(self, world: World) -> None:
        world.enrol()
        morning(world, "2026-03-17")
        with world.write() as session:
            sweep(session, world.city, now=world.now)
        assert sent(world) == 1
        world.tick(hours=3)
        assert sent(world) == 0
        morning(world, "2026-03-18")
        assert sent(world) == 1
        with world.read() as session:
            kinds = session.scalars(select(InboxMessage.kind).where(InboxMessage.kind == "daily_digest")).all()
            assert len(kinds) == 2
            assert session.get_one(DigestRun, date(2026, 3, 17)).told == 1

    def test_leaves_through_the_channels_unless_its_reader_does_not_want_it(self, world: World) -> None:
        world.channels = ("file",)
        world.enrol()
        morning(world, "2026-03-17")
        sent(world)
        with world.write() as session:
            assert len(session.scalars(select(Delivery)).all()) == 1
            keeping = Keeping(find_actor(session, "li.street"), world.now, "test")
            set_manner(session, "li.street", Manner(digest=False), keeping)
        morning(world, "2026-03-18")
        assert sent(world) == 1
        with world.read() as session:
            assert len(session.scalars(select(Delivery)).all()) == 1

    def test_a_kind_wanted_in_the_digest_only_is_in_it(self, world: World) -> None:
        world.channels = ("file",)
        with world.write() as session:
            keeping = Keeping(find_actor(session, "wang.district"), world.now, "test")
            choose(session, world.city, "wang.district", "project_moved", Way.digest, (), keeping)
            message = ProjectMoved(
                project_code=CODE, project_name="幸福里小区", link=f"/projects/{CODE}", actor="李街道",
                from_step="摸底调查", to_step="方案设计", moved_on=date(2026, 3, 2),
            )  # fmt: skip
            people = session.scalars(select(Person).where(Person.login == "wang.district")).all()
            post(session, world.city, message, people, once="event:1", now=world.now)
            assert session.scalars(select(Delivery)).all() == []
        assert "幸福里小区" in morning(world, "2026-03-03")["wang.district"].unread.titles[0]

    def test_what_is_posted_can_be_read_back(self, world: World) -> None:
        world.enrol()
        planned = morning(world, "2026-03-17")["li.street"]
        sent(world)
        with world.read() as session:
            stored = session.scalars(select(InboxMessage)).one()
        assert from_payload(stored.kind, stored.payload) == planned
        assert stored.created_at == world.now


class TestUnitDigest:
    def test_has_the_clocks_and_the_tasks_of_the_unit(self, world: World) -> None:
        opened(world)
        morning(world, "2026-03-18")
        with world.read() as session:
            scope = scope_of(session, world.city, world.now, days=5, lang="zh")
            fire, street = (unit_digest(session, scope, code) for code in ("sunny-nan-fire", "sunny-nan-hua"))
        assert (fire.to_whom, fire.overdue.total, fire.to_claim.total) == ("南山区消防救援大队", 1, 1)
        assert street.is_empty


class TestAlerts:
    """What the ladder of the supervised pack tells of an overdue survey: the street, from the breach on its district."""

    def alert(self, world: World, login: str) -> AlertLine:
        with world.read() as session:
            return list_alerts(session, Reading(world.city, world.now), find_person(session, login))[0]

    def test_what_somebody_acknowledged_is_not_open_but_the_next_rung_is(self, supervised: World) -> None:
        surveyed(supervised)
        swept(supervised, "2026-03-11")
        assert morning(supervised, "2026-03-12")["li.street"].turning.total == 1
        with supervised.write() as session:
            acknowledge(session, self.alert(supervised, "li.street").id, by(supervised, "li.street"))
        assert morning(supervised, "2026-03-13")["li.street"].turning.total == 0
        assert morning(supervised, "2026-03-16")["li.street"].today.total == 1  # its last day is said in any case
        swept(supervised, "2026-03-17")
        assert self.alert(supervised, "wang.district").status is AlertStatus.open

    def test_what_somebody_put_off_comes_back_on_its_day(self, supervised: World) -> None:
        surveyed(supervised)
        swept(supervised, "2026-03-11")
        number = self.alert(supervised, "li.street").id
        with supervised.write() as session:
            snooze(session, supervised.city, number, date(2026, 3, 13), by(supervised, "li.street", "资料在途"))
        assert morning(supervised, "2026-03-12")["li.street"].turning.total == 0
        assert morning(supervised, "2026-03-13")["li.street"].turning.total == 1

    def test_an_alert_about_what_others_have_to_do_stands_there_until_it_is_answered(self, supervised: World) -> None:
        surveyed(supervised)
        swept(supervised, "2026-03-17")
        page = morning(supervised, "2026-03-18")["wang.district"].overdue
        assert (page.total, page.matters[0].due_on) == (1, date(2026, 3, 16))
        with supervised.write() as session:
            acknowledge(session, self.alert(supervised, "wang.district").id, by(supervised, "wang.district"))
        after = morning(supervised, "2026-03-19").get("wang.district")
        assert after is None or after.overdue.total == 0

    def test_the_reply_a_department_owes_stands_before_its_reviewers(self, supervised: World) -> None:
        surveyed(supervised)
        with supervised.write() as session:
            project = find_project(session, CODE).id
            wish = ByHand(project, OrderColour.blue, unit="sunny-nan-fire", matter="热线投诉")
            issue_by_hand(session, supervised.city, wish, by(supervised, "zhou.audit", "群众反映"))
        assert morning(supervised, "2026-03-03")["qian.fire"].this_week.total == 1
