"""Postings (公示): how one stands."""

from __future__ import annotations

from enum import StrEnum

from states.label import Label


class PostingStatus(StrEnum):
    """Up (also when its days are over); taken down before its end; ended because an objection was upheld."""

    up = "up"
    taken_down = "taken_down"
    upheld = "upheld"

    @property
    def label(self) -> Label:
        """The status in words."""
        return _STATUSES[self]


_STATUSES = {
    PostingStatus.up: Label("公示中", "posted"),
    PostingStatus.taken_down: Label("已撤下", "taken down"),
    PostingStatus.upheld: Label("异议成立", "objection upheld"),
}
