"""Supervision orders by hand: who may issue what, repeated requests, sterner ones, withdrawal, filters."""

from __future__ import annotations

import pytest

from models.supervision import SupervisionOrder
from services.order import receive, reply, withdraw
from services.order_hold import OrderMissing, find_order
from services.order_issue import ByHand, OrderStanding, issue_by_hand
from services.order_list import OrderFilter, list_orders
from services.project import find_project
from services.reading import Reading
from services.supervision import PaperMissing, SupervisionOff, SupervisorNeeded, WordsMissing
from states.order import OrderColour, OrderStatus
from tests.supervised import by, survey, swept
from tests.way import CODE, clocks, surveyed
from tests.world import World


def issued(world: World, colour: OrderColour = OrderColour.blue, login: str = "zhou.audit", **more: object) -> str:
    """The number of an order issued by hand about the survey."""
    request = more.pop("request", None)
    with world.write() as session:
        project = find_project(session, CODE).id
        wish = ByHand(project, colour, **({"clock": survey(world).id} | more))  # type: ignore[arg-type]
        keeping = by(world, login, "群众反映强烈", request if isinstance(request, str) else None)
        return issue_by_hand(session, world.city, wish, keeping).code


def order(world: World, code: str | int) -> SupervisionOrder:
    with world.read() as session:
        return find_order(session, code)


class TestIssueByHand:
    def test_only_a_supervisor_with_a_reason(self, supervised: World) -> None:
        surveyed(supervised)
        with pytest.raises(SupervisorNeeded):
            issued(supervised, login="zhao.city")
        with supervised.write() as session, pytest.raises(WordsMissing, match="督办的理由"):
            wish = ByHand(find_project(session, CODE).id, OrderColour.blue, clock=survey(supervised).id)
            issue_by_hand(session, supervised.city, wish, by(supervised, "zhou.audit"))

    def test_a_repeated_request_is_the_same_order(self, supervised: World) -> None:
        surveyed(supervised)
        assert issued(supervised, request="r-1") == issued(supervised, request="r-1") == "阳光督〔2026〕1号"
        assert len(clocks(supervised, "order")) == 1

    def test_the_same_matter_is_not_supervised_twice_but_more_sternly(self, supervised: World) -> None:
        surveyed(supervised)
        blue = issued(supervised)
        with pytest.raises(OrderStanding, match="阳光督〔2026〕1号"):
            issued(supervised)
        orange = issued(supervised, OrderColour.orange)
        assert order(supervised, blue).status == OrderStatus.superseded
        assert order(supervised, orange).status == OrderStatus.issued
        assert [clock.status for clock in clocks(supervised, "order")] == ["cancelled", "running"]

    def test_a_rung_leaves_a_standing_order_alone(self, supervised: World) -> None:
        surveyed(supervised)
        issued(supervised, OrderColour.orange)
        swept(supervised, "2026-03-23")
        with supervised.read() as session:
            assert [line.code for line in list_orders(session, Reading(supervised.city, supervised.now))] == [
                "阳光督〔2026〕1号"
            ]

    def test_the_pack_has_to_know_the_colour(self, supervised: World) -> None:
        surveyed(supervised)
        with pytest.raises(SupervisionOff, match="红色"):
            issued(supervised, OrderColour.red)

    def test_a_pack_without_supervision_knows_no_orders(self, world: World) -> None:
        surveyed(world)
        with pytest.raises(SupervisionOff):
            issued(world)


class TestActs:
    def test_a_reply_needs_words_and_papers_that_are_on_file(self, supervised: World) -> None:
        surveyed(supervised)
        code = issued(supervised)
        with supervised.write() as session:
            receive(session, supervised.city, code, by(supervised, "li.street"))
        with supervised.write() as session, pytest.raises(WordsMissing):
            reply(session, supervised.city, code, "  ", by(supervised, "li.street"))
        with supervised.write() as session, pytest.raises(PaperMissing, match="plan"):
            reply(session, supervised.city, code, "已办", by(supervised, "li.street"), documents=["plan"])
        assert order(supervised, code).status == OrderStatus.received

    def test_a_repeated_act_is_harmless(self, supervised: World) -> None:
        surveyed(supervised)
        code = issued(supervised)
        for _ in range(2):
            with supervised.write() as session:
                receive(session, supervised.city, code, by(supervised, "li.street", request="r-2"))
        assert order(supervised, code).status == OrderStatus.received

    def test_withdrawn_it_is_not_counted_any_more(self, supervised: World) -> None:
        surveyed(supervised)
        code = issued(supervised)
        with supervised.write() as session, pytest.raises(WordsMissing):
            withdraw(session, supervised.city, code, by(supervised, "zhou.audit"))
        with supervised.write() as session:
            withdraw(session, supervised.city, code, by(supervised, "zhou.audit", "签发有误"))
        assert order(supervised, code).status == OrderStatus.withdrawn
        assert [clock.status for clock in clocks(supervised, "order")] == ["cancelled"]

    def test_a_number_nobody_gave_is_missing(self, supervised: World) -> None:
        with supervised.read() as session, pytest.raises(OrderMissing, match="阳光督〔2026〕9号"):
            find_order(session, "阳光督〔2026〕9号")


class TestListOrders:
    def test_is_narrowed_by_what_is_asked(self, supervised: World) -> None:
        surveyed(supervised)
        issued(supervised)
        issued(supervised, OrderColour.orange, clock=None, matter="热线投诉", unit="sunny-nan-fire")

        def found(**wanted: object) -> list[str]:
            with supervised.read() as session:
                look = Reading(supervised.city, supervised.now)
                return [one.matter for one in list_orders(session, look, OrderFilter(**wanted))]  # type: ignore[arg-type]

        assert found() == ["热线投诉", "调查期限"]
        assert found(colour=OrderColour.orange) == ["热线投诉"]
        assert found(unit="花园街道") == ["调查期限"]
        assert found(status=OrderStatus.closed) == found(year=2025) == found(project="SN-2026-999") == []
