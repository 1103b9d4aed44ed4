"""Supplements: one complete list, ticked with newer papers, refused in words when it cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.supplement import Supplement
from policy.loader import load_pack
from services.clock_sheet import list_sheets
from services.organisation_tree import load_tree
from services.project import find_project
from services.reading import Reading
from services.review_list import RoundLine, list_rounds
from services.round_act import ApplicantForbidden, LeadForbidden
from services.ruling_error import DissentUnknown
from services.supplement import Wanted, issue
from services.supplement_error import (
    DemandLeftOut,
    SupplementEmpty,
    SupplementEnded,
    SupplementNotAllowed,
    SupplementPaperMissing,
    SupplementTwice,
    SupplementWordsMissing,
)
from services.supplement_return import hand_in, tick
from states.clock import ClockStatus
from states.review import Opinion, TaskStatus
from states.ruling import Awaits, RulingKind
from states.supplement import SupplementStatus
from tests.scenarios.rounds import (
    CODE,
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
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A city whose reviews go in rounds."""
    found = found_rounds(tmp_path)
    yield found
    found.database.close()


def issued(world: World, *items: Wanted, login: str = "chen.housing") -> Supplement:
    with world.write() as session:
        return issue(session, world.city, round_of(world).id, items, doing(world, login))


def shown(world: World) -> RoundLine:
    """The newest round as a page shows it."""
    with world.read() as session:
        project, reading = find_project(session, CODE), Reading(world.city, world.now)
        sheets = list_sheets(session, reading, project, load_tree(session))
        return list_rounds(session, reading, project, world.pack, sheets)[0]


class TestIssue:
    def test_leaves_no_demand_out(self, world: World) -> None:
        first = opened(world)
        say(world, "planning", Opinion.supplement, "缺日照分析")
        say(world, "fire", Opinion.supplement, "缺消防总平面")
        with pytest.raises(DemandLeftOut, match="南山区消防救援大队"):
            issued(world, Wanted("日照分析报告", first["planning"].id))
        made = issued(
            world, Wanted("日照分析报告", first["planning"].id), Wanted("消防总平面", first["fire"].id, "plan")
        )
        assert [(item.position, item.says, item.document) for item in made.items] == [
            (1, "日照分析报告", None),
            (2, "消防总平面", "plan"),
        ]

    def test_is_the_lead_s_and_never_empty(self, world: World) -> None:
        opened(world)
        with pytest.raises(SupplementEmpty):
            issued(world)
        say(world, "planning", Opinion.supplement, "缺日照分析")
        with pytest.raises(LeadForbidden):
            issued(world, login="sun.planning")
        with pytest.raises(DissentUnknown):
            issued(world, Wanted("别人的事", 4711))

    def test_is_refused_where_the_pack_knows_none(self, tmp_path: Path) -> None:
        changed = ("limits.yaml", "    supplement: {tell: tell_limit, limit: supplement_limit, missed: withdrawn, source: office}\n", "")  # fmt: skip
        without = found_rounds(tmp_path / "w", load_pack(rounds_pack(tmp_path / "p", changed)))
        opened(without)
        say(without, "planning", Opinion.supplement, "缺日照分析")
        with pytest.raises(SupplementNotAllowed, match="yangguang"):
            issued(without)
        without.database.close()

    def test_a_later_demand_of_the_same_round_is_refused_and_the_member_may_still_reject(self, world: World) -> None:
        opened(world)
        say(world, "planning", Opinion.supplement, "缺日照分析")
        issued(world)
        with pytest.raises(SupplementTwice):
            say(world, "fire", Opinion.supplement, "缺消防总平面")
        say(world, "fire", Opinion.reject, "消防车道不足")
        assert tasks(world)["fire"].opinion == Opinion.reject

    def test_a_rejection_may_be_suspended_until_its_grounds_are_removed(self, world: World) -> None:
        opened(world)
        all_say(world, but=["fire"])
        say(world, "fire", Opinion.reject, "登高场地被绿化占用")
        made = issued(world, Wanted("移走登高场地内的绿化", tasks(world)["fire"].id))
        assert shown(world).rulings[0].kind is RulingKind.suspended
        with world.write() as session:
            tick(session, made.items[0].id, doing(world, "wang.district"), note="已移走")
            hand_in(session, world.city, made.id, doing(world, "wang.district"))
        assert tasks(world)["fire"].status == TaskStatus.open
        say(world, "fire", Opinion.approve)
        world.react()
        assert world.project().step == "posting"

    def test_when_all_have_spoken_the_lead_has_its_time_to_tell(self, world: World) -> None:
        opened(world)
        all_say(world, but=["planning"])
        say(world, "planning", Opinion.supplement, "缺日照分析")
        world.react()
        assert clock(world, "ruling").limit == "tell_limit"
        made = issued(world)
        assert clock(world, "ruling").status == ClockStatus.met
        assert shown(world).awaits is Awaits.supplement
        assert made.status == SupplementStatus.open


class TestTick:
    def test_the_paper_has_to_be_newer_than_the_list(self, world: World) -> None:
        first = opened(world)
        say(world, "planning", Opinion.supplement, "方案缺日照分析")
        world.tick(hours=2)
        made = issued(world, Wanted("补日照分析", first["planning"].id, "plan"))
        item = made.items[0].id
        with pytest.raises(SupplementPaperMissing, match="改造方案"), world.write() as session:
            tick(session, item, doing(world, "wang.district"))
        world.document(CODE, "plan", "wang.district")
        with world.write() as session:
            tick(session, item, doing(world, "wang.district"))
        line = shown(world).supplement
        assert line is not None
        assert (line.open, line.items[0].document, line.items[0].version) == (0, "改造方案", 2)
        assert line.items[0].organisation == "南山区自然资源局"

    def test_without_a_paper_it_takes_words_and_the_applicant(self, world: World) -> None:
        opened(world)
        say(world, "planning", Opinion.supplement, "缺日照分析")
        item = issued(world).items[0].id
        with pytest.raises(SupplementWordsMissing), world.write() as session:
            tick(session, item, doing(world, "wang.district"))
        with pytest.raises(ApplicantForbidden), world.write() as session:
            tick(session, item, doing(world, "sun.planning"), note="我来补")

    def test_nothing_is_ticked_after_the_round_has_ended(self, world: World) -> None:
        opened(world)
        say(world, "planning", Opinion.supplement, "缺日照分析")
        made = issued(world)
        world.advance(CODE, "recall_plan", "wang.district", reason="先撤回")
        with pytest.raises(SupplementEnded, match="不再需要"), world.write() as session:
            tick(session, made.items[0].id, doing(world, "wang.district"), note="补好了")
        assert clock(world, "supplement").status == ClockStatus.cancelled


class TestHandIn:
    def test_twice_under_one_request_id_reopens_once(self, world: World) -> None:
        opened(world)
        say(world, "planning", Opinion.supplement, "缺日照分析")
        made = issued(world)
        wish = doing(world, "wang.district")
        with world.write() as session:
            tick(session, made.items[0].id, doing(world, "wang.district"), note="已补")
            hand_in(session, world.city, made.id, wish)
        say(world, "planning", Opinion.approve)
        with world.write() as session:
            hand_in(session, world.city, made.id, wish)
        assert tasks(world)["planning"].opinion == Opinion.approve
