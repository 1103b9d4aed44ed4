"""The machine of a supervision order: every act from every state, what each leads to, and that every order can end."""

from __future__ import annotations

from itertools import product

import pytest

from states.order import LIVE_ORDER, MOVE, ORDER_MOVES, OWED, OrderColour, OrderMisplaced, OrderStatus, next_status

CODE = "阳光督〔2026〕12号"
TABLE = {
    ("issued", "receive"): "received",
    ("received", "rectify"): "rectifying",
    ("received", "reply"): "replied",
    ("rectifying", "reply"): "replied",
    ("sent_back", "reply"): "replied",
    ("replied", "send_back"): "sent_back",
    ("replied", "accept"): "accepted",
    ("accepted", "close"): "closed",
    **{(status, "withdraw"): "withdrawn" for status in ("issued", "received", "rectifying", "sent_back", "replied")},
    **{(status, "supersede"): "superseded" for status in ("issued", "received", "rectifying", "sent_back", "replied")},
    **{
        (status, "overturn"): "overturned"
        for status in ("issued", "received", "rectifying", "sent_back", "replied", "accepted", "closed")
    },
}


class TestNextStatus:
    @pytest.mark.parametrize(("status", "trigger"), list(product(OrderStatus, MOVE)))
    def test_is_what_the_table_says_and_nothing_else(self, status: OrderStatus, trigger: str) -> None:
        target = TABLE.get((status.value, trigger))
        if target is None:
            with pytest.raises(OrderMisplaced, match=CODE):
                next_status(CODE, status, trigger)
        else:
            assert next_status(CODE, status, trigger) == target

    def test_a_refusal_says_what_can_be_done_instead(self) -> None:
        with pytest.raises(OrderMisplaced) as caught:
            next_status(CODE, OrderStatus.replied, "receive")
        assert "现为“已反馈，待审核”，不能签收。此时可办：退回、认可反馈、撤回、接替、复核撤销" in caught.value.text(
            "zh"
        )
        with pytest.raises(OrderMisplaced, match="无（已结束）"):
            next_status(CODE, OrderStatus.withdrawn, "reply")

    def test_every_state_is_reached_and_every_live_order_can_end(self) -> None:
        arrows = {(source, move.target) for move in ORDER_MOVES for source in move.sources}
        reached = {OrderStatus.issued}
        while new := {target for source, target in arrows if source in reached} - reached:
            reached |= new
        assert reached == set(OrderStatus)
        ending = {OrderStatus.closed}
        while new := {source for source, target in arrows if target in ending} - ending:
            ending |= new
        assert set(LIVE_ORDER) <= ending

    def test_who_owes_an_answer_has_a_live_order(self) -> None:
        assert set(OWED) < set(LIVE_ORDER)
        assert OrderStatus.replied not in OWED

    def test_colours_grow_sterner(self) -> None:
        assert OrderColour.blue < OrderColour.orange < OrderColour.red
