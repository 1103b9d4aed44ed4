"""Contests (复核申请): the supervised ask for a second look at a red light or an order (政府督查工作条例 17)."""

from __future__ import annotations

from enum import StrEnum

from states.label import Label


class ContestAbout(StrEnum):
    """What is contested."""

    light = "light"
    order = "order"

    @property
    def label(self) -> Label:
        """The conclusion in words."""
        return _ABOUT[self]


class ContestStatus(StrEnum):
    """Filed and open, or decided one way or the other."""

    open = "open"
    upheld = "upheld"
    dismissed = "dismissed"

    @property
    def label(self) -> Label:
        """The status in words."""
        return _STATUSES[self]


_ABOUT = {
    ContestAbout.light: Label("红灯", "red light"),
    ContestAbout.order: Label("督办单", "supervision order"),
}
_STATUSES = {
    ContestStatus.open: Label("复核中", "under review"),
    ContestStatus.upheld: Label("申请成立，已更正", "upheld, corrected"),
    ContestStatus.dismissed: Label("申请不成立，维持原结论", "dismissed, stands as it was"),
}
