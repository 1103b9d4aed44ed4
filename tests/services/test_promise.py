"""Promises: only for papers the pack lists, in writing, with a clock; checked by whose matter it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.promise import Promise
from policy.pack import PackEntryUnknown
from services.project import find_project
from services.promise import Promising, check_commitment, make_promise
from services.promise_error import (
    CheckForbidden,
    PromiseBroken,
    PromiseEnded,
    PromiseIdle,
    PromiseNotChecked,
    PromiseOpen,
    PromisePaperMissing,
    PromisorMissing,
)
from services.promise_list import PromiseLine, list_promises
from services.reading import Reading
from services.round_act import ApplicantForbidden
from states.supplement import PromiseStatus
from tests.scenarios.rounds import CODE, doing, found_rounds, night
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A project whose written promise is on file, budget and ownership papers are not."""
    found = found_rounds(tmp_path)
    found.enrol()
    found.document(CODE, "promise_letter", "wang.district")
    yield found
    found.database.close()


def promised(
    world: World, code: str = "budget_follows", promisor: str = "城建公司", login: str = "wang.district"
) -> Promise:
    with world.write() as session:
        given = Promising(code, promisor)
        return make_promise(session, world.city, find_project(session, CODE), given, doing(world, login))


def listed(world: World) -> tuple[PromiseLine, ...]:
    with world.read() as session:
        return list_promises(session, Reading(world.city, world.now), find_project(session, CODE), world.pack)


class TestMakePromise:
    def test_only_for_what_the_pack_lists(self, world: World) -> None:
        with pytest.raises(PackEntryUnknown):
            promised(world, "plan_follows")

    def test_takes_a_promisor_the_applicant_and_a_paper_of_its_own(self, world: World) -> None:
        with pytest.raises(PromisorMissing):
            promised(world, promisor=" ")
        with pytest.raises(ApplicantForbidden):
            promised(world, login="qian.fire")
        promised(world)
        with pytest.raises(PromisePaperMissing, match="承诺书"):
            promised(world, "ownership_pledged")

    def test_not_twice_and_not_for_papers_that_are_there(self, world: World) -> None:
        promised(world)
        with pytest.raises(PromiseOpen, match="城建公司"):
            promised(world)
        world.document(CODE, "budget", "wang.district")
        assert [line.status for line in listed(world)] == [PromiseStatus.kept]
        world.document(CODE, "promise_letter", "wang.district")
        with pytest.raises(PromiseIdle, match="投资概算"):
            promised(world)

    def test_who_broke_it_once_brings_the_papers(self, world: World) -> None:
        promised(world)
        world.to("2026-03-24")
        night(world)
        world.react()
        assert listed(world)[0].status is PromiseStatus.missed
        world.document(CODE, "promise_letter", "wang.district")
        with pytest.raises(PromiseBroken, match="2026-03-24"):
            promised(world)

    def test_a_repeated_request_makes_one(self, world: World) -> None:
        wish = doing(world, "wang.district")
        for _ in range(2):
            with world.write() as session:
                given = Promising("budget_follows", "城建公司")
                make_promise(session, world.city, find_project(session, CODE), given, wish)
        (line,) = listed(world)
        assert (line.documents, line.promisor, str(line.due_on)) == (("投资概算",), "城建公司", "2026-03-23")


class TestCheckCommitment:
    def test_is_the_department_s_whose_matter_it_is(self, world: World) -> None:
        made = promised(world, "ownership_pledged")
        with pytest.raises(CheckForbidden, match="南山区自然资源局"), world.write() as session:
            check_commitment(session, world.city, made.id, doing(world, "wang.district"), kept=True)
        with world.write() as session:
            check_commitment(session, world.city, made.id, doing(world, "sun.planning"), kept=True)
        assert listed(world)[0].status is PromiseStatus.kept
        with pytest.raises(PromiseEnded), world.write() as session:
            check_commitment(session, world.city, made.id, doing(world, "sun.planning"), kept=True)

    def test_found_untrue_it_is_a_finding(self, world: World) -> None:
        from services.finding import findings_of

        made = promised(world, "ownership_pledged")
        with world.write() as session:
            wish = doing(world, "sun.planning", "产权证为复印件，查无登记")
            check_commitment(session, world.city, made.id, wish, kept=False)
        with world.read() as session:
            (found,) = findings_of(session, world.project().id)
        assert "查无登记" in found.title
        assert found.raised_by == f"system:ownership_pledged@{world.pack.id}"

    def test_a_paper_does_not_close_a_commitment_nor_a_check_a_gap(self, world: World) -> None:
        promised(world, "ownership_pledged")
        world.document(CODE, "ownership", "wang.district")
        assert listed(world)[0].status is PromiseStatus.open
        world.document(CODE, "promise_letter", "wang.district")
        gap = promised(world)
        with pytest.raises(PromiseNotChecked, match="投资概算"), world.write() as session:
            check_commitment(session, world.city, gap.id, doing(world, "wang.district"), kept=True)
