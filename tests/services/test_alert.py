"""Alerts within the noise budget: what is kept back comes with the next letter, and what may not be put off."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from models.delivery import InboxMessage
from models.person import Person
from models.supervision import Alert
from services.rung_answer import AlertMissing, SnoozeUnfit, acknowledge, snooze
from services.supervision import SupervisionOff
from tests.supervised import by, supervise, supervised_pack, swept
from tests.supervision_case import second_clock
from tests.way import CODE, surveyed
from tests.world import World

WARNED, OVER, HEADED = "2026-03-11", "2026-03-17", "2026-03-18"
HEAD = "      - {code: head, label: 约谈负责人, at: breach, plus: 2, to: [holder], source: yulin}\n"
OVERDUE = (
    "      - {code: overdue, label: 逾期通知, at: breach, plus: 0, to: [holder, coordinator@district], source: yulin}\n"
)


def also(world: World, login: str) -> list[tuple[str, ...]]:
    """What each breach letter of a person lists beside its own matter, oldest first."""
    with world.read() as session:
        mine = select(InboxMessage).join(InboxMessage.person).order_by(InboxMessage.id)
        return [
            tuple(one.payload["also"])
            for one in session.scalars(mine)
            if one.person.login == login and one.kind == "deadline_breached"
        ]


def two_matters(world: World) -> None:
    surveyed(world)
    with world.write() as session:
        second_clock(session, world, CODE)


class TestTell:
    def test_what_no_letter_has_listed_comes_with_the_next(self, world: World, tmp_path: Path) -> None:
        supervise(world, supervised_pack(tmp_path / "pack", ("limits.yaml", OVERDUE, OVERDUE + HEAD)))
        two_matters(world)
        swept(world, OVER)
        with world.write() as session:  # as if the letter of the day had gone out before the other rung fired
            for alert in session.scalars(select(Alert).where(Alert.merged)):
                alert.message_id = None
        swept(world, HEADED)
        first, second = also(world, "li.street")
        assert first == ("补充 调查期限：逾期通知，期满日 2026-03-16",)
        assert second[0] == "补充 调查期限：逾期通知，期满日 2026-03-16"
        with world.read() as session:
            mine = select(Alert).join(Person, Person.id == Alert.person_id).where(Person.login == "li.street")
            assert all(alert.message_id for alert in session.scalars(mine))

    def test_what_was_acknowledged_is_not_listed_again(self, world: World, tmp_path: Path) -> None:
        supervise(world, supervised_pack(tmp_path / "pack", ("limits.yaml", OVERDUE, OVERDUE + HEAD)))
        two_matters(world)
        swept(world, OVER)
        with world.write() as session:
            for alert in session.scalars(select(Alert).where(Alert.merged)):
                alert.message_id = None
        street = by(world, "li.street")
        with world.write() as session:
            mine = select(Alert.id).join(Person, Person.id == Alert.person_id).where(Alert.merged)
            acknowledge(session, session.scalars(mine.where(Person.login == "li.street")).one(), street)
        swept(world, HEADED)
        assert "补充 调查期限：逾期通知，期满日 2026-03-16" not in also(world, "li.street")[1]

    def test_a_new_day_has_a_new_budget(self, supervised: World) -> None:
        two_matters(supervised)
        swept(supervised, WARNED)
        swept(supervised, OVER)
        with supervised.read() as session:
            told = session.scalars(select(Alert).where(Alert.merged.is_(False)).order_by(Alert.id)).all()
        assert [alert.told_on.isoformat() for alert in told if alert.person_id == told[0].person_id] == [WARNED, OVER]

    def test_handled_twice_the_notice_is_there_once(self, supervised: World) -> None:
        surveyed(supervised)
        swept(supervised, OVER)
        swept(supervised, OVER, 16)
        assert len(also(supervised, "li.street")) == 1


class TestSnooze:
    def test_what_is_told_to_supervision_is_not_put_off(self, world: World, tmp_path: Path) -> None:
        told = ("limits.yaml", "at: warning, to: [holder]", "at: warning, to: [holder, supervisor@city]")
        supervise(world, supervised_pack(tmp_path / "pack", told))
        surveyed(world)
        swept(world, WARNED)
        with world.write() as session, pytest.raises(SnoozeUnfit, match="报督查部门"):
            snooze(session, world.city, 1, date(2026, 3, 12), by(world, "li.street", "忙"))

    def test_a_pack_that_says_nothing_of_it_allows_none(self, world: World) -> None:
        surveyed(world)
        swept(world, "2026-03-13")
        with world.write() as session, pytest.raises(SupervisionOff, match="推迟提醒"):
            snooze(session, world.city, 1, date(2026, 3, 16), by(world, "li.street", "忙"))

    def test_another_s_alert_is_not_one_s_own(self, supervised: World) -> None:
        surveyed(supervised)
        swept(supervised, WARNED)
        with supervised.write() as session, pytest.raises(AlertMissing):
            acknowledge(session, 1, by(supervised, "wang.district"))

    def test_put_off_again_only_the_last_day_counts(self, supervised: World) -> None:
        surveyed(supervised)
        swept(supervised, WARNED)
        with supervised.write() as session:
            snooze(session, supervised.city, 1, date(2026, 3, 12), by(supervised, "li.street", "外出"))
        with supervised.write() as session:
            snooze(session, supervised.city, 1, date(2026, 3, 13), by(supervised, "li.street", "外出"))
        supervised.to("2026-03-12", 9)
        assert supervised.react() == ["已另定提醒日期"]
        supervised.to("2026-03-13", 9)
        assert supervised.react() == ["通知 1 人"]
