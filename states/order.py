"""Supervision orders (督办单): how one stands, its colour, and the one machine every order is moved by."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Any, NamedTuple

from transitions import Machine

from states.exceptions import JiugaiError, Kind
from states.label import Label
from states.machine import Carrier


class OrderMisplaced(JiugaiError):
    """The act does not leave the state the order is in."""

    code = "order_misplaced"
    kind = Kind.refused
    zh = "督办单 {order} 现为“{status}”，不能{act}。此时可办：{possible}。"
    en = "Order {order} is {status_en}; it cannot be {act_en}. Possible now: {possible_en}."


class OrderColour(IntEnum):
    """The three colours of an order, from the mildest on (三明 2017)."""

    blue = 1
    orange = 2
    red = 3

    @property
    def label(self) -> Label:
        """Colour and meaning, so that colour is never the only sign."""
        return _COLOURS[self]


_COLOURS = {
    OrderColour.blue: Label("蓝色 提醒", "blue, reminded"),
    OrderColour.orange: Label("橙色 警示，限期办结", "orange, warned and ordered to finish"),
    OrderColour.red: Label("红色 严重，限期办结并说明", "red, ordered to finish and to account for it"),
}


class OrderStatus(StrEnum):
    """How an order stands. `accepted`: the answer is good, the matter is still open; `superseded`: by a sterner one."""

    issued = "issued"
    received = "received"
    rectifying = "rectifying"
    replied = "replied"
    sent_back = "sent_back"
    accepted = "accepted"
    closed = "closed"
    withdrawn = "withdrawn"
    superseded = "superseded"
    overturned = "overturned"

    @property
    def label(self) -> Label:
        """The status in words."""
        return _STATUSES[self]


_STATUSES = {
    OrderStatus.issued: Label("待签收", "issued, not received yet"),
    OrderStatus.received: Label("已签收", "received"),
    OrderStatus.rectifying: Label("整改中", "being rectified"),
    OrderStatus.replied: Label("已反馈，待审核", "replied, to be looked at"),
    OrderStatus.sent_back: Label("已退回，重新整改", "sent back"),
    OrderStatus.accepted: Label("反馈已认可，待事项办结", "reply accepted, matter still open"),
    OrderStatus.closed: Label("已销号", "closed"),
    OrderStatus.withdrawn: Label("已撤回", "withdrawn"),
    OrderStatus.superseded: Label("已由上一级督办单接替", "superseded by a sterner order"),
    OrderStatus.overturned: Label("复核后撤销", "overturned on review"),
}

OWED = (OrderStatus.issued, OrderStatus.received, OrderStatus.rectifying, OrderStatus.sent_back)
"""The unit owes an answer."""
LIVE_ORDER = (*OWED, OrderStatus.replied, OrderStatus.accepted)
"""The order still stands between the unit and its supervisor."""


class OrderMove(NamedTuple):
    """One act: from which states into which, and what it is called."""

    trigger: str
    sources: tuple[OrderStatus, ...]
    target: OrderStatus
    label: Label


ORDER_MOVES = (
    OrderMove("receive", (OrderStatus.issued,), OrderStatus.received, Label("签收", "received")),
    OrderMove("rectify", (OrderStatus.received,), OrderStatus.rectifying, Label("开始整改", "taken in hand")),
    OrderMove(
        "reply",
        (OrderStatus.received, OrderStatus.rectifying, OrderStatus.sent_back),
        OrderStatus.replied,
        Label("反馈", "replied to"),
    ),
    OrderMove("send_back", (OrderStatus.replied,), OrderStatus.sent_back, Label("退回", "sent back")),
    OrderMove("accept", (OrderStatus.replied,), OrderStatus.accepted, Label("认可反馈", "accepted")),
    OrderMove("close", (OrderStatus.accepted,), OrderStatus.closed, Label("销号", "closed")),
    OrderMove("withdraw", (*OWED, OrderStatus.replied), OrderStatus.withdrawn, Label("撤回", "withdrawn")),
    OrderMove("supersede", (*OWED, OrderStatus.replied), OrderStatus.superseded, Label("接替", "superseded")),
    OrderMove(
        "overturn",
        (*LIVE_ORDER, OrderStatus.closed),
        OrderStatus.overturned,
        Label("复核撤销", "overturned"),
    ),
)
"""Every act on an order; what is not here cannot happen."""
MOVE = {move.trigger: move for move in ORDER_MOVES}

# built once, without a model: threads share it and rows are never attached to it
_MACHINE: Any = Machine(
    model=None,
    states=[status.value for status in OrderStatus],
    transitions=[
        {"trigger": move.trigger, "source": [source.value for source in move.sources], "dest": move.target.value}
        for move in ORDER_MOVES
    ],
    initial=OrderStatus.issued.value,
    auto_transitions=False,
)


def next_status(order: str, status: OrderStatus, trigger: str) -> OrderStatus:
    """The status of `order` (its number) after `trigger`. Raises OrderMisplaced; a trigger of no move is a KeyError."""
    act, carrier = MOVE[trigger].label, Carrier(status.value)
    possible = [move for move in ORDER_MOVES if status in move.sources]
    if status not in MOVE[trigger].sources:
        raise OrderMisplaced(
            order=order,
            status=status.label.zh,
            status_en=status.label.text("en"),
            act=act.zh,
            act_en=act.text("en"),
            possible="、".join(move.label.zh for move in possible) or "无（已结束）",
            possible_en=", ".join(move.trigger for move in possible) or "nothing, it has ended",
        )
    _MACHINE.events[trigger].trigger(carrier)
    return OrderStatus(carrier.state)
