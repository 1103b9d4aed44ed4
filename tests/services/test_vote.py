"""Polls, rolls and ballots: what is refused and why, what is kept, and one count against another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from models.audit import AuditEntry
from models.vote import Ballot, Household, OwnerRoll, Poll
from services.audit import verify
from services.identity import find_actor
from services.keeping import Keeping, KeepingForbidden
from services.project import find_project, lock_project
from services.reading import Reading
from services.vote import Opening, open_poll, withdraw_poll
from services.vote_ballot import correct_ballot
from services.vote_error import (
    BallotDayWrong,
    BallotEvidenceUnknown,
    BallotGiven,
    BallotMissing,
    PlanIncomplete,
    PollMissing,
    PollNotOpen,
    PollOpenAlready,
    PollOutdated,
    RollAreaDiffers,
    RollEmpty,
    RollMissing,
    RollOwnersDiffer,
    RuleNotInForce,
    ScopeUnfit,
    TotalUnknown,
    UnitInvalid,
    UnitNotOnRoll,
    UnitRepeated,
    VoteReasonMissing,
)
from services.vote_list import list_polls
from services.vote_roll import RollUnit, change_unit, newest_roll, place_key, remove_unit, replace_roll
from services.vote_unit_list import list_ballots, list_roll, reveal_contact
from states.vote import Choice, PollStatus
from tests.services.voting import AREA, CODE, UNITS, ballot, cast, closed, enter, file, general_city, opened
from tests.world import World


@pytest.fixture
def town(tmp_path: Path) -> Iterator[World]:
    world = general_city(tmp_path)
    yield world
    world.database.close()


def lines(world: World):
    with world.read() as session:
        project = find_project(session, CODE)
        return list_polls(session, Reading(world.city, world.now), project, world.pack)


def only(casting):
    """The one problem of a casting that recorded nothing."""
    assert casting.recorded == 0
    (problem,) = casting.problems.values()
    return problem


class TestRoll:
    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"area": 0}, "应大于 0"),
            ({"area": -90_00}, "-90.00 m²"),
            ({"room": ""}, "室号"),
            ({"owners": 0}, "业主人数"),
        ],
    )
    def test_a_unit_that_cannot_be_is_refused_and_the_roll_stays(self, town: World, change, words) -> None:
        with pytest.raises(UnitInvalid, match=words):
            enter(town, [*UNITS[:5], replace(UNITS[5], **change)])
        with town.read() as session:
            assert session.scalar(select(func.count(OwnerRoll.id))) == 1

    def test_the_same_unit_in_another_spelling_is_the_same_unit(self, town: World) -> None:
        with pytest.raises(UnitRepeated, match="１号楼 1 102"):
            enter(town, [*UNITS, RollUnit("１号楼", "1", "102", 10_00)])

    def test_the_same_list_again_makes_no_new_version(self, town: World) -> None:
        assert enter(town, UNITS).version == 1
        assert enter(town, UNITS[:5]).version == 2

    def test_under_its_request_id_a_roll_is_entered_once(self, town: World) -> None:
        enter(town, UNITS[:5], request="press-1")
        enter(town, UNITS[:4], request="press-1")
        with town.read() as session:
            assert session.scalar(select(func.count(OwnerRoll.id))) == 2

    def test_a_roll_a_poll_has_used_is_copied_before_it_changes(self, town: World) -> None:
        keeping = town.keeping()
        with town.write() as session:
            assert change_unit(session, lock_project(session, CODE), replace(UNITS[1], owners=3), keeping).version == 1
        poll = opened(town)
        with town.write() as session:
            assert (
                change_unit(session, lock_project(session, CODE), replace(UNITS[1], area=85_51), keeping).version == 2
            )
        with town.read() as session:
            areas = dict(
                session.execute(select(Household.roll_id, func.sum(Household.area)).group_by(Household.roll_id)).all()
            )
        assert areas[poll.roll_id] == 535_75
        assert sorted(areas.values()) == [535_75, 535_76]

    def test_a_unit_is_taken_off_with_a_reason(self, town: World) -> None:
        key = place_key("2", "", "101")
        with pytest.raises(VoteReasonMissing), town.write() as session:
            remove_unit(session, lock_project(session, CODE), key, town.keeping())
        with town.write() as session:
            remove_unit(session, lock_project(session, CODE), key, town.keeping(reason="已拆除"))
        with town.read() as session:
            roll = list_roll(session, find_project(session, CODE))
        assert roll is not None
        assert (roll.units, roll.area) == (5, Decimal("475.75"))

    def test_names_and_phones_are_masked_and_shown_only_for_a_reason_that_is_kept(self, town: World) -> None:
        with town.read() as session:
            roll = list_roll(session, find_project(session, CODE))
        assert roll is not None
        assert (roll.lines[0].name, roll.lines[0].phone) == ("张**", "138****8000")
        unit = roll.lines[0].household
        with pytest.raises(VoteReasonMissing), town.write() as session:
            reveal_contact(session, lock_project(session, CODE), unit, town.keeping())
        with town.write() as session:
            contact = reveal_contact(session, lock_project(session, CODE), unit, town.keeping(reason="核对投票本人"))
        assert (contact.name, contact.phone) == ("张建国", "13800138000")
        with town.read() as session:
            entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "contact_revealed")).one()
        assert (entry.actor, entry.reason) == ("li.street", "核对投票本人")
        assert "13800138000" not in str(entry.after)

    def test_only_a_coordinator_above_the_project_enters_a_roll(self, town: World) -> None:
        with town.write() as session:
            keeping = Keeping(find_actor(session, "zhou.audit"), town.now, "test")
            with pytest.raises(KeepingForbidden):
                change_unit(session, lock_project(session, CODE), UNITS[0], keeping)

    def test_five_thousand_households_take_a_handful_of_statements(self, town: World) -> None:
        units = [RollUnit(f"{n // 60}号楼", f"{n // 12 % 5}单元", str(n % 12), 90_00) for n in range(5000)]
        statements: list[str] = []
        with town.read() as session:
            engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
        enter(town, units)
        assert len(statements) < 20
        town.facts(CODE, owners="5000", area="450000")
        poll = opened(town)
        statements.clear()
        done = cast(town, poll, *[ballot(town, f"{u.building}-{u.entrance}-{u.room}") for u in units])
        assert (done.recorded, done.problems) == (5000, {})
        assert len(statements) < 40


class TestOpening:
    def test_areas_that_do_not_add_up_are_refused_with_the_difference(self, town: World) -> None:
        town.facts(CODE, area="536")
        with pytest.raises(RollAreaDiffers, match=r"535\.75 m².*536\.00 m².*相差 0\.25 m²"):
            opened(town)
        with town.read() as session:
            assert session.scalar(select(func.count(Poll.id))) == 0
            assert newest_roll(session, find_project(session, CODE).id) is not None

    def test_heads_that_do_not_add_up_are_refused_a_holder_of_two_units_being_one(self, town: World) -> None:
        town.facts(CODE, owners="6")
        with pytest.raises(RollOwnersDiffer, match=r"5 人.*6 人"):
            opened(town)

    def test_without_a_declared_area_nothing_is_opened(self, tmp_path: Path) -> None:
        world = general_city(tmp_path)
        other = world.enrol("SN-2", "和平里")
        with world.write() as session:
            project = lock_project(session, other)
            with pytest.raises(PlanIncomplete, match=r"改造方案.*改建共用部分.*加装电梯台数"):
                open_poll(session, world.city, project, Opening("ordinary_decision"), world.keeping())
        world.document(other, "renovation_plan")
        world.facts(other, common_parts_altered="否", lifts="0")
        with world.write() as session:
            project = lock_project(session, other)
            with pytest.raises(RollMissing, match="和平里"):
                open_poll(session, world.city, project, Opening("ordinary_decision"), world.keeping())
            replace_roll(session, project, UNITS, world.keeping())
            with pytest.raises(TotalUnknown, match="专有部分总面积"):
                open_poll(session, world.city, project, Opening("ordinary_decision"), world.keeping())
        world.database.close()

    def test_a_vote_of_all_owners_names_no_entrance(self, town: World) -> None:
        with pytest.raises(ScopeUnfit, match="不写楼栋和单元"):
            opened(town, building="1号楼", entrance="1单元")

    def test_the_rule_is_the_one_of_the_day_of_opening(self, town: World) -> None:
        assert opened(town).rule["effective_from"] == "2021-01-01"
        town.to("2020-12-30")
        with pytest.raises(PollOpenAlready, match="第 1 轮"):
            opened(town)
        poll = opened(town, consent="major_decision")
        assert (poll.rule["share"], poll.rule["base"], poll.rule["effective_from"]) == ("2/3", "all", "2007-10-01")
        town.to("2006-06-01")
        with pytest.raises(RuleNotInForce, match="2006-06-01"):
            opened(town, consent="management_decision")

    def test_under_its_request_id_a_round_is_opened_once(self, town: World) -> None:
        first = opened(town, request="press-1")
        assert opened(town, request="press-1").id == first.id

    def test_a_round_on_a_plan_that_changed_gives_way_to_the_next(self, town: World) -> None:
        first = opened(town)
        cast(town, first, ballot(town, "1-1-101"))
        file(town, "renovation_plan", "other")
        second = opened(town)
        assert second.round == 2
        with town.read() as session:
            statuses = session.scalars(select(Poll.status).order_by(Poll.id)).all()
            assert statuses == [PollStatus.withdrawn, PollStatus.open]
        assert [one.counts[0].voted for one in lines(town)] == [0, 1]

    def test_the_same_paper_filed_again_changes_nothing(self, town: World) -> None:
        poll = opened(town)
        town.document(CODE, "renovation_plan")
        assert cast(town, poll, ballot(town, "1-1-101")).recorded == 1


class TestBallots:
    def test_a_ballot_of_nobody_on_the_roll_is_told_and_the_others_count(self, town: World) -> None:
        poll = opened(town)
        done = cast(town, poll, ballot(town, "1-1-101"), ballot(town, "9-1-101"))
        assert done.recorded == 1
        assert isinstance(done.problems[1], UnitNotOnRoll)
        assert lines(town)[0].counts[0].voted == 1

    def test_a_second_ballot_is_refused_and_names_the_first(self, town: World) -> None:
        poll = opened(town)
        cast(town, poll, ballot(town, "1-1-101", Choice.against))
        problem = only(cast(town, poll, ballot(town, "1号楼-1单元-101室")))
        assert isinstance(problem, BallotGiven)
        assert "反对" in problem.text()
        twice = cast(town, poll, ballot(town, "1-1-102"), ballot(town, "1-1-102"))
        assert (twice.recorded, list(twice.problems)) == (1, [1])

    def test_a_correction_keeps_the_old_ballot_and_takes_a_reason(self, town: World) -> None:
        poll = opened(town)
        with pytest.raises(BallotMissing), town.write() as session:
            correct_ballot(session, town.city, poll.id, ballot(town, "1-1-101"), town.keeping(reason="更正"))
        cast(town, poll, ballot(town, "1-1-101", Choice.against))
        with pytest.raises(VoteReasonMissing), town.write() as session:
            correct_ballot(session, town.city, poll.id, ballot(town, "1-1-101"), town.keeping())
        with town.write() as session:
            correct_ballot(session, town.city, poll.id, ballot(town, "1-1-101"), town.keeping(reason="本人到场更正"))
        with town.read() as session:
            rows = session.scalars(select(Ballot).order_by(Ballot.id)).all()
            line = list_ballots(session, poll.id)[0]
        assert [(row.choice, row.superseded_at is None) for row in rows] == [("against", False), ("agree", True)]
        assert (line.choice, line.corrections) == (Choice.agree, 1)

    def test_who_holds_two_units_votes_once_for_both(self, town: World) -> None:
        poll = opened(town)
        assert cast(town, poll, ballot(town, "1-1-201"), ballot(town, "1-2-101")).recorded == 2
        owners, area = lines(town)[0].counts
        assert (owners.voted, owners.total, area.voted) == (1, 5, Decimal("180.00"))
        assert isinstance(only(cast(town, poll, ballot(town, "1-2-101", Choice.against))), BallotGiven)

    @pytest.mark.parametrize("day", [date(2026, 3, 1), date(2026, 3, 3)])
    def test_a_day_before_the_round_or_to_come_is_refused(self, town: World, day: date) -> None:
        problem = only(cast(town, opened(town), ballot(town, "1-1-101", on=day)))
        assert isinstance(problem, BallotDayWrong)

    def test_evidence_has_to_be_a_document_of_the_project(self, town: World) -> None:
        poll = opened(town)
        assert isinstance(only(cast(town, poll, ballot(town, "1-1-101", document=4711))), BallotEvidenceUnknown)
        assert cast(town, poll, ballot(town, "1-1-101", document=1)).recorded == 1

    def test_after_the_end_nothing_counts_any_more(self, town: World) -> None:
        poll = opened(town)
        cast(town, poll, ballot(town, "1-1-101"))
        frozen = closed(town, poll)
        with pytest.raises(PollNotOpen, match="已结束"):
            cast(town, poll, ballot(town, "1-1-102"))
        with pytest.raises(PollNotOpen), town.write() as session:
            correct_ballot(session, town.city, poll.id, ballot(town, "1-1-101"), town.keeping(reason="更正"))
        with pytest.raises(PollNotOpen):
            closed(town, poll)
        with town.read() as session:
            standing = session.get_one(Poll, poll.id)
            assert (standing.result, standing.digest) == (frozen.result, frozen.digest)

    def test_on_a_plan_that_changed_no_ballot_is_taken(self, town: World) -> None:
        poll = opened(town)
        town.facts(CODE, lifts="2")
        with pytest.raises(PollOutdated, match="加装电梯台数"):
            cast(town, poll, ballot(town, "1-1-101"))

    def test_under_its_request_id_ballots_count_once(self, town: World) -> None:
        poll = opened(town)
        for _ in range(2):
            assert cast(town, poll, ballot(town, "1-1-101"), request="press-7").recorded == 1
        with town.read() as session:
            assert session.scalar(select(func.count(Ballot.id))) == 1

    def test_a_poll_nobody_knows_is_missing(self, town: World) -> None:
        with pytest.raises(PollMissing), town.write() as session:
            withdraw_poll(session, 4711, town.keeping(reason="重复"))


class TestResult:
    def test_live_while_open_and_frozen_when_closed(self, town: World) -> None:
        poll = opened(town)
        cast(town, poll, ballot(town, "1-1-101"), ballot(town, "1-1-102"), ballot(town, "1-1-201"))
        (line,) = lines(town)
        assert (line.passed, line.missing, line.carries) == (False, "1 户、1.67 m²", False)
        cast(town, poll, ballot(town, "2--101", Choice.against))
        closed(town, poll)
        (line,) = lines(town)
        assert (line.passed, line.carries, line.status) == (True, True, PollStatus.closed)
        owners, area = line.counts
        assert (owners.participation, owners.approval) == (Decimal(4) / 5, Decimal(3) / 4)
        assert (area.total, area.agreed) == (Decimal(AREA), Decimal("355.50"))

    def test_a_fact_that_changes_afterwards_leaves_it_carrying_nothing(self, town: World) -> None:
        poll = opened(town)
        cast(town, poll, *[ballot(town, place) for place in ("1-1-101", "1-1-102", "1-1-201", "1-2-102")])
        closed(town, poll)
        town.tick(days=3)
        town.facts(CODE, common_parts_altered="是")
        (line,) = lines(town)
        assert (line.passed, line.carries, line.changed) == (True, False, ("改建共用部分或改变其用途",))
        assert line.changed_on == date(2026, 3, 5)

    def test_everything_is_in_the_history_and_its_chain_holds(self, town: World) -> None:
        poll = opened(town)
        cast(town, poll, ballot(town, "1-1-101"))
        closed(town, poll)
        with town.read() as session:
            actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
            assert list(verify(session)) == []
        assert actions[-4:] == ["roll_replaced", "poll_opened", "ballots_cast", "poll_closed"]

    def test_no_household_at_the_place_is_told(self, town: World) -> None:
        enter(town, [])
        with pytest.raises(RollEmpty):
            opened(town)
