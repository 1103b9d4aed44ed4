"""Extensions and exclusions: asked in time, by who may, approved by another, as far as the pack goes; all on record."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from models.audit import AuditEntry
from models.clock import Clock, ClockEntry, ClockRung
from policy.loader import load_pack
from policy.pack import Pack
from runtime.database import Database
from services.audit import verify
from services.clock_change import Change, exclude_days, extend_clock
from services.clock_change_error import (
    ApproverSame,
    ClockDocumentMissing,
    ClockEnded,
    ClockForbidden,
    ExclusionUnfit,
    ExtensionNotAllowed,
    ExtensionTooLong,
    LimitPassed,
    ReasonMissing,
)
from services.sweep import sweep
from states.clock import ClockStatus, Light
from tests.database import fresh_url
from tests.policy.packs import write_pack
from tests.way import CODE, clock_of, surveyed
from tests.world import World, found_city

SPAN = "span: {days: 10, unit: working_day, source: office}\n"
PROLONGED = f"{SPAN}    extension: {{days: 5, times: 2, source: licensing_42}}\n"


@pytest.fixture(scope="session")
def extending(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The small pack whose survey may be prolonged twice by five working days."""
    folder = write_pack(tmp_path_factory.mktemp("extending") / "yangguang", ("limits.yaml", SPAN, PROLONGED))
    return load_pack(folder)


@pytest.fixture
def town(tmp_path: Path, extending: Pack) -> World:
    """A city whose survey limit (2 to 16 March 2026) may be prolonged."""
    url = fresh_url(tmp_path)
    world = World(Database(url), tmp_path, extending)
    found_city(world)
    world.enrol()
    return world


def extend(world: World, days: int = 5, asked: str = "li.street", by: str = "wang.district", **more: str) -> Clock:
    change = Change(clock_of(world, "survey_limit").id, world.actor(asked), "现场勘察量大", world.now, "test", **more)
    with world.write() as session:
        return extend_clock(session, world.city, change, days=days, approver=world.actor(by))


def exclude(world: World, first: str, last: str, limit: str = "survey_limit", by: str = "li.street") -> Clock:
    change = Change(clock_of(world, limit).id, world.actor(by), "听证", world.now, "test")
    with world.write() as session:
        return exclude_days(session, world.city, change, first=date.fromisoformat(first), last=date.fromisoformat(last))


def ledger(world: World) -> list[ClockEntry]:
    with world.read() as session:
        return list(session.scalars(select(ClockEntry).order_by(ClockEntry.id)))


def swept(world: World, day: str) -> None:
    world.to(day)
    with world.write() as session:
        sweep(session, world.city, now=world.now)


class TestExtend:
    def test_moves_the_last_day_and_leaves_reason_approver_and_paper_on_record(self, town: World) -> None:
        town.document(CODE, "survey_report")
        town.to("2026-03-16")  # on the last day it is still in time
        extend(town, document="survey_report")
        clock = clock_of(town, "survey_limit")
        assert (clock.due_on, clock.length) == (date(2026, 3, 23), 10)
        assert "延期 5 工作日（wang.district 批准）：现场勘察量大" in clock.derivation
        (entry,) = ledger(town)
        assert (entry.days, entry.actor, entry.approved_by, entry.due_on) == (
            5,
            "li.street",
            "wang.district",
            date(2026, 3, 23),
        )
        assert entry.document_id is not None
        with town.read() as session:
            act = session.scalars(select(AuditEntry).where(AuditEntry.action == "clock_extended")).one()
            assert (act.before["due_on"], act.after["due_on"], act.after["approved_by"]) == (
                "2026-03-16",
                "2026-03-23",
                "wang.district",
            )
            assert list(verify(session)) == []

    def test_is_refused_once_the_limit_has_passed(self, town: World) -> None:
        """逾期后申请延期的按逾期计."""
        town.to("2026-03-17", 0)
        with pytest.raises(LimitPassed, match="2026-03-16"):
            extend(town)
        assert clock_of(town, "survey_limit").due_on == date(2026, 3, 16)
        assert ledger(town) == []

    def test_goes_no_further_than_the_pack_allows(self, town: World) -> None:
        with pytest.raises(ExtensionTooLong, match="至多延期 5"):
            extend(town, days=6)
        extend(town)
        extend(town, days=2)
        assert clock_of(town, "survey_limit").due_on == date(2026, 3, 25)
        with pytest.raises(ExtensionTooLong, match="已延 2 次"):
            extend(town, days=1)

    def test_needs_somebody_else_who_may_approve(self, town: World) -> None:
        with pytest.raises(ApproverSame):
            extend(town, by="li.street")
        with pytest.raises(ClockForbidden):
            extend(town, by="zhou.audit")  # a supervisor changes nothing but supervision orders
        with pytest.raises(ClockForbidden):
            extend(town, asked="qian.fire")
        extend(town, asked="wang.district", by="zhao.city")

    def test_a_limit_without_an_extension_in_the_pack_has_none(self, town: World) -> None:
        town.document(CODE, "survey_report")
        town.facts(CODE, households="120", structure="砖混", owners="120", owners_voted="100", owners_agreed="80")
        town.advance(CODE, "finish_survey", "li.street")
        change = Change(clock_of(town, "design_limit").id, town.actor("wang.district"), "方案复杂", town.now)
        with town.write() as session, pytest.raises(ExtensionNotAllowed):
            extend_clock(session, town.city, change, days=1, approver=town.actor("zhao.city"))
        with pytest.raises(ClockEnded):
            extend(town)

    def test_a_missing_reason_or_paper_is_refused(self, town: World) -> None:
        change = Change(clock_of(town, "survey_limit").id, town.actor("li.street"), "  ", town.now)
        with town.write() as session, pytest.raises(ReasonMissing):
            extend_clock(session, town.city, change, days=1, approver=town.actor("wang.district"))
        with pytest.raises(ClockDocumentMissing):
            extend(town, document="plan")

    def test_a_repeated_request_prolongs_once(self, town: World) -> None:
        extend(town, request_id="one")
        extend(town, request_id="one")
        assert clock_of(town, "survey_limit").due_on == date(2026, 3, 23)
        assert len(ledger(town)) == 1

    def test_light_and_reminder_follow_the_new_last_day(self, town: World) -> None:
        swept(town, "2026-03-13")
        assert town.project().light == Light.yellow
        extend(town)
        assert town.project().light == Light.green
        swept(town, "2026-03-19")
        assert town.project().light == Light.green
        swept(town, "2026-03-20")  # nine tenths of fifteen, rounded up
        assert town.project().light == Light.yellow
        with town.read() as session:
            assert [rung.rung for rung in session.scalars(select(ClockRung))] == [0]

    def test_while_suspended_the_days_left_grow(self, town: World) -> None:
        town.to("2026-03-04")
        town.advance(CODE, "suspend", "wang.district", reason="管线冲突")
        before = clock_of(town, "survey_limit").remaining or 0
        extend(town)
        clock = clock_of(town, "survey_limit")
        assert (clock.status, clock.light, clock.remaining) == (ClockStatus.suspended, Light.grey, before + 5)
        town.to("2026-03-11")
        town.advance(CODE, "resume", "wang.district")
        assert clock_of(town, "survey_limit").due_on == date(2026, 3, 30)


class TestExclude:
    def test_leaves_whole_days_out_and_says_so(self, world: World) -> None:
        world.enrol()
        exclude(world, "2026-03-05", "2026-03-09")
        clock = clock_of(world, "survey_limit")
        assert clock.due_on == date(2026, 3, 19)
        assert "2026-03-05 至 2026-03-09 不计时（3 工作日）：听证 → 2026-03-19" in clock.derivation

    @pytest.mark.parametrize(
        ("first", "last"),
        [
            ("2026-03-02", "2026-03-03"),  # the day it started is not counted anyway
            ("2026-03-09", "2026-03-06"),
            ("2026-03-17", "2026-03-18"),  # after the last day
            ("2026-03-05", "2027-03-31"),
        ],
    )
    def test_days_that_do_not_fit_are_refused(self, world: World, first: str, last: str) -> None:
        world.enrol()
        with pytest.raises(ExclusionUnfit):
            exclude(world, first, last)

    def test_is_refused_once_the_limit_has_passed(self, world: World) -> None:
        world.enrol()
        world.to("2026-03-17")
        with pytest.raises(LimitPassed):
            exclude(world, "2026-03-05", "2026-03-06")

    def test_of_a_clock_that_was_met_is_refused(self, world: World) -> None:
        surveyed(world)
        world.advance(CODE, "finish_survey", "li.street")
        with pytest.raises(ClockEnded):
            exclude(world, "2026-03-05", "2026-03-06")
