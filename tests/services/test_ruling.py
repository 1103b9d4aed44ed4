"""Rulings: when, by whom, about what; and what a page shows of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from models.ruling import Ruling
from policy.loader import load_pack
from services.review_return import reopen_task
from services.round_act import LeadForbidden, ReasonMissing
from services.ruling_act import Meeting, overrule, record_meeting
from services.ruling_error import (
    DissentUnknown,
    MeetingMissing,
    MeetingUnfit,
    NothingToRule,
    RulingNotAllowed,
    RulingTooLate,
)
from states.clock import ClockStatus
from states.review import Opinion, TaskStatus
from states.ruling import MeetingOutcome, RulingKind
from tests.scenarios.rounds import (
    all_say,
    clock,
    doing,
    found_rounds,
    opened,
    round_of,
    rounds_pack,
    say,
    tasks,
)
from tests.services.test_supplement import shown
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A city whose reviews go in rounds."""
    found = found_rounds(tmp_path)
    yield found
    found.database.close()


def contested(world: World) -> None:
    opened(world)
    all_say(world, but=["planning"])
    say(world, "planning", Opinion.reject, "退让不足")
    world.react()


def ruled(
    world: World, login: str = "chen.housing", reason: str = "按现状执行", meeting: int | None = None
) -> list[Ruling]:
    with world.write() as session:
        wish = doing(world, login, reason)
        return overrule(session, world.city, round_of(world).id, [tasks(world)["planning"].id], wish, meeting=meeting)


class TestOverrule:
    def test_waits_until_everybody_has_spoken(self, world: World) -> None:
        opened(world)
        say(world, "planning", Opinion.reject, "退让不足")
        with pytest.raises(NothingToRule):
            ruled(world)

    def test_takes_the_lead_and_reasons(self, world: World) -> None:
        contested(world)
        with pytest.raises(LeadForbidden):
            ruled(world, "wang.district")
        with pytest.raises(ReasonMissing):
            ruled(world, reason=" ")

    def test_only_a_dissent_of_this_round_that_still_stands(self, world: World) -> None:
        contested(world)
        with pytest.raises(DissentUnknown), world.write() as session:
            wish = doing(world, "chen.housing", "按现状")
            overrule(session, world.city, round_of(world).id, [tasks(world)["housing"].id], wish)

    def test_after_the_lead_s_days_it_is_too_late_even_before_the_sweep(self, world: World) -> None:
        contested(world)
        world.to("2026-03-17")
        with pytest.raises(RulingTooLate, match="2026-03-16"):
            ruled(world)

    def test_is_refused_where_the_pack_gives_the_lead_no_such_power(self, tmp_path: Path) -> None:
        changed = ("limits.yaml", "    dissent: {limit: ruling_limit, source: office}\n", "")
        without = found_rounds(tmp_path / "w", load_pack(rounds_pack(tmp_path / "p", changed)))
        opened(without)
        all_say(without, but=["planning"])
        say(without, "planning", Opinion.reject, "退让不足")
        with pytest.raises(RulingNotAllowed):
            ruled(without)
        without.react()
        assert without.project().step == "design"
        without.database.close()

    def test_returned_to_its_unit_the_ruling_about_the_old_opinion_is_revoked(self, world: World) -> None:
        contested(world)
        ruled(world)
        with world.write() as session:
            wish = doing(world, "chen.housing", "请按新图再核")
            reopen_task(session, world.city, tasks(world)["planning"].id, wish)
        found = tasks(world)["planning"]
        assert (found.overruled, found.status) == (False, TaskStatus.open)
        assert shown(world).rulings[0].revoked_at is not None
        say(world, "planning", Opinion.reject, "仍不足")
        world.react()
        assert round_of(world).awaits == "ruling"
        ruled(world)
        world.react()
        assert world.project().step == "posting"

    def test_reopening_a_dissent_ends_the_lead_s_wait_without_lateness(self, world: World) -> None:
        contested(world)
        with world.write() as session:
            wish = doing(world, "chen.housing", "请补充依据")
            reopen_task(session, world.city, tasks(world)["planning"].id, wish)
        assert clock(world, "ruling").status == ClockStatus.cancelled
        assert round_of(world).awaits is None


class TestRecordMeeting:
    def meeting(self, world: World, names: list[str], minutes: str = "minutes") -> Ruling:
        held = Meeting(date(2026, 3, 2), names, minutes, MeetingOutcome.upheld)
        with world.write() as session:
            return record_meeting(session, round_of(world).id, held, doing(world, "chen.housing", "维持意见"))

    def test_has_who_came_and_minutes_of_this_round(self, world: World) -> None:
        contested(world)
        with pytest.raises(MeetingUnfit, match="协调会纪要"):
            self.meeting(world, ["孙规划"])
        world.document("SN-2026-001", "minutes", "wang.district")
        with pytest.raises(MeetingUnfit, match="参加人员"):
            self.meeting(world, [" "])
        self.meeting(world, ["孙规划", "陈住建"])
        line = shown(world).rulings[0]
        assert (line.kind, line.outcome) == (RulingKind.meeting, MeetingOutcome.upheld)
        assert (line.attendees, line.minutes, line.held_on) == ("孙规划、陈住建", "协调会纪要 v1", date(2026, 3, 2))

    def test_a_ruling_rests_on_a_meeting_of_its_own_round_only(self, world: World) -> None:
        contested(world)
        with pytest.raises(MeetingMissing):
            ruled(world, meeting=4711)
