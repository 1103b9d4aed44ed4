"""Findings (事项): objections, defects and requests on their way from raised to closed."""

from __future__ import annotations

from enum import StrEnum

from states.label import Label


class FindingStatus(StrEnum):
    """Raised and open; rectified and waiting for re-inspection (复验); closed."""

    open = "open"
    rectified = "rectified"
    closed = "closed"

    @property
    def label(self) -> Label:
        """The status in words."""
        return _STATUSES[self]


_STATUSES = {
    FindingStatus.open: Label("待整改", "to be rectified"),
    FindingStatus.rectified: Label("待复验", "awaiting re-inspection"),
    FindingStatus.closed: Label("已办结", "closed"),
}
