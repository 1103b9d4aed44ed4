"""Keeping the record: facts, milestones and findings, by whom they may be written, harmless when repeated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import func, select

from models.audit import AuditEntry
from models.fact import Fact
from policy.fact import FactInvalid
from policy.pack import PackEntryUnknown
from services.audit import RequestReused
from services.fact import MilestoneAhead, reach_milestone, record_facts
from services.finding import (
    AnswerMissing,
    FindingMisplaced,
    FindingMissing,
    findings_of,
    raise_finding,
    rectify,
    reinspect,
)
from services.identity import MoveForbidden
from services.keeping import Keeping, KeepingForbidden
from services.project import find_project
from states.case import FactValue
from states.finding import FindingStatus
from states.role import Role
from tests.way import CODE, hand_over, hire
from tests.world import World


@pytest.fixture
def enrolled(world: World) -> World:
    world.enrol()
    return world


def entries(world: World) -> int:
    with world.read() as session:
        return session.scalar(select(func.count(AuditEntry.id))) or 0


def record(world: World, keeping: Keeping | None = None, **values: FactValue | str) -> None:
    keeping = keeping or world.keeping()
    with world.write() as session:
        record_facts(session, find_project(session, CODE), values, keeping)


def raised(world: World, title: str = "停车位不足", keeping: Keeping | None = None) -> int:
    keeping = keeping or world.keeping()
    with world.write() as session:
        return raise_finding(session, find_project(session, CODE), "objection", title, keeping).id


class TestFacts:
    def test_keep_the_earlier_value_in_the_history(self, enrolled: World) -> None:
        record(enrolled, households="120")
        record(enrolled, households="118", structure="砖混")
        with enrolled.read() as session:
            last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
            assert session.get_one(Fact, (1, "households")).value == 118
        assert (last.before, last.after) == ({"households": 120}, {"households": 118, "structure": "brick"})

    def test_unchanged_leave_no_trace(self, enrolled: World) -> None:
        record(enrolled, households="120", willing="4/5")
        before = entries(enrolled)
        record(enrolled, households="120户", willing="80%")
        assert entries(enrolled) == before

    def test_one_wrong_value_and_none_is_written(self, enrolled: World) -> None:
        with pytest.raises(FactInvalid, match="很多"):
            record(enrolled, structure="砖混", households="很多")
        with enrolled.read() as session:
            assert session.scalar(select(func.count()).select_from(Fact)) == 0

    @pytest.mark.parametrize("values", [{"lifts": "3"}, {"lifts": 3}])
    def test_one_the_pack_does_not_know_is_refused_typed_or_not(
        self, enrolled: World, values: dict[str, FactValue | str]
    ) -> None:
        with pytest.raises(PackEntryUnknown, match="lifts"):
            record(enrolled, **values)

    def test_typed_values_are_kept_exactly_and_a_wrong_type_is_refused(self, enrolled: World) -> None:
        record(enrolled, investment=Decimal("1234567.89"), willing=Fraction(2, 3), takeover_on=date(2026, 11, 1))
        with enrolled.read() as session:
            values = {row.code: row.value for row in session.scalars(select(Fact))}
        assert values == {"investment": "1234567.89", "willing": "2/3", "takeover_on": "2026-11-01"}
        with pytest.raises(FactInvalid):
            record(enrolled, households=Fraction(1, 2))

    def test_a_repeated_request_is_harmless_and_its_id_stands_for_nothing_else(self, enrolled: World) -> None:
        keeping = replace(enrolled.keeping(), request_id="press-3")
        record(enrolled, keeping, households="120")
        record(enrolled, households="118")
        record(enrolled, keeping, households="120")
        with enrolled.read() as session:
            assert session.get_one(Fact, (1, "households")).value == 118
        with pytest.raises(RequestReused):
            raised(enrolled, keeping=keeping)


class TestWhoMay:
    @pytest.mark.parametrize("login", ["li.street", "wang.district", "zhao.city"])
    def test_coordinators_above_the_project_write_into_its_record(self, enrolled: World, login: str) -> None:
        record(enrolled, enrolled.keeping(login), households="120")

    @pytest.mark.parametrize("login", ["sun.planning", "zhou.audit", "wu.system", "chen.bei"])
    def test_nobody_else_does(self, enrolled: World, login: str) -> None:
        hire(enrolled, "chen.bei", "sunny-bei", Role.coordinator)
        before = entries(enrolled)
        with pytest.raises(KeepingForbidden, match="幸福里小区"):
            record(enrolled, enrolled.keeping(login), households="120")
        with pytest.raises(KeepingForbidden):
            raised(enrolled, keeping=enrolled.keeping(login))
        assert entries(enrolled) == before


class TestMilestones:
    def test_cannot_be_reached_tomorrow(self, enrolled: World) -> None:
        keeping = enrolled.keeping()
        with enrolled.write() as session, pytest.raises(MilestoneAhead, match="2026-03-03"):
            project = find_project(session, CODE)
            reach_milestone(session, enrolled.city, project, "papers_handed_over", date(2026, 3, 3), keeping)

    def test_the_same_day_again_leaves_no_trace_another_day_does(self, enrolled: World) -> None:
        hand_over(enrolled, "2026-03-01")
        before = entries(enrolled)
        hand_over(enrolled, "2026-03-01")
        assert entries(enrolled) == before
        hand_over(enrolled, "2026-03-02")
        with enrolled.read() as session:
            last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
        assert last.before == {"papers_handed_over": "2026-03-01"}


class TestFindings:
    def test_go_from_open_over_rectified_to_closed_and_back_when_not_in_order(self, enrolled: World) -> None:
        number = raised(enrolled)
        street, district = enrolled.keeping(), enrolled.keeping("wang.district", "数目不对")
        with enrolled.write() as session:
            assert rectify(session, number, "增设12个车位", street).status == FindingStatus.rectified
            assert reinspect(session, number, district, passed=False).status == FindingStatus.open
            rectify(session, number, "增设20个车位", street)
            closed = reinspect(session, number, district, passed=True)
            assert (closed.status, closed.closed_by, closed.answer) == ("closed", "wang.district", "增设20个车位")
        with enrolled.read() as session:
            actions = session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("objection_"))).all()
        assert actions == [
            "objection_raised",
            "objection_rectified",
            "objection_sent_back",
            "objection_rectified",
            "objection_closed",
        ]

    def test_only_the_seat_the_pack_names_re_inspects(self, enrolled: World) -> None:
        number = raised(enrolled)
        with enrolled.write() as session:
            rectify(session, number, "增设12个车位", enrolled.keeping())
        for login in ("li.street", "zhao.city", "sun.planning"):
            with enrolled.write() as session, pytest.raises(MoveForbidden, match="区县项目专员"):
                reinspect(session, number, enrolled.keeping(login), passed=True)

    def test_each_act_needs_its_place_and_its_words(self, enrolled: World) -> None:
        street, district = enrolled.keeping(), enrolled.keeping("wang.district")
        with pytest.raises(AnswerMissing):
            raised(enrolled, "  ")
        number = raised(enrolled)
        with enrolled.write() as session:
            with pytest.raises(FindingMisplaced, match="待整改"):
                reinspect(session, number, district, passed=True)
            with pytest.raises(AnswerMissing):
                rectify(session, number, " ", street)
            rectify(session, number, "增设12个车位", street)
            with pytest.raises(FindingMisplaced, match="待复验"):
                rectify(session, number, "再次", street)
            with pytest.raises(AnswerMissing):
                reinspect(session, number, district, passed=False)
            with pytest.raises(FindingMissing):
                rectify(session, 4711, "无", street)

    def test_a_repeated_request_does_each_act_once(self, enrolled: World) -> None:
        street = enrolled.keeping()
        number = raised(enrolled, keeping=replace(street, request_id="press-1"))
        assert raised(enrolled, keeping=replace(street, request_id="press-1")) == number
        for _ in range(2):
            with enrolled.write() as session:
                rectify(session, number, "增设12个车位", replace(street, request_id="press-2"))
        for _ in range(2):
            with enrolled.write() as session:
                reinspect(
                    session, number, replace(enrolled.keeping("wang.district"), request_id="press-3"), passed=True
                )
        with enrolled.read() as session:
            assert [f.status for f in findings_of(session, 1)] == ["closed"]
