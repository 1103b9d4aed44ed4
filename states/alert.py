"""Alerts (预警通知): one notice of one rung to one person, and what that person made of it."""

from __future__ import annotations

from enum import StrEnum

from states.label import Label


class AlertStatus(StrEnum):
    """How an alert stands. `closed` follows from its clock: a matter that is done warns nobody any more."""

    open = "open"
    acknowledged = "acknowledged"
    snoozed = "snoozed"
    closed = "closed"

    @property
    def label(self) -> Label:
        """The status in words."""
        return _STATUSES[self]


_STATUSES = {
    AlertStatus.open: Label("待知悉", "open"),
    AlertStatus.acknowledged: Label("已知悉", "acknowledged"),
    AlertStatus.snoozed: Label("稍后提醒", "snoozed"),
    AlertStatus.closed: Label("已解除", "closed"),
}


class RungAct(StrEnum):
    """What a rung of the ladder does: tells its receivers, issues a supervision order, or issues a circular."""

    notify = "notify"
    order = "order"
    circular = "circular"

    @property
    def label(self) -> Label:
        """The act in words."""
        return _ACTS[self]


_ACTS = {
    RungAct.notify: Label("通知", "notice"),
    RungAct.order: Label("督办单", "supervision order"),
    RungAct.circular: Label("通报", "circular"),
}
