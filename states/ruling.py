"""Rulings of the lead (牵头裁定): what it may do about a dissent when everybody has spoken."""

from __future__ import annotations

from enum import StrEnum

from states.label import Label


class RulingKind(StrEnum):
    """What the lead did: overruled in writing, called a meeting, suspended for completion, returned."""

    overruled = "overruled"
    meeting = "meeting"
    suspended = "suspended"
    returned = "returned"

    @property
    def label(self) -> Label:
        """The act in words."""
        return _KINDS[self]


class MeetingOutcome(StrEnum):
    """How a coordination meeting (协调会) ended: the dissents do not stand, they stand, or no agreement."""

    overruled = "overruled"
    upheld = "upheld"
    open = "open"

    @property
    def label(self) -> Label:
        """The outcome in words."""
        return _OUTCOMES[self]


class Awaits(StrEnum):
    """For whom an open round waits whose members have all spoken: the lead's ruling, or the applicant's papers."""

    ruling = "ruling"
    supplement = "supplement"

    @property
    def label(self) -> Label:
        """The wait in words."""
        return _AWAITS[self]


_KINDS = {
    RulingKind.overruled: Label("书面裁定不采纳", "overruled in writing"),
    RulingKind.meeting: Label("召开协调会", "coordination meeting"),
    RulingKind.suspended: Label("暂缓，待补正", "suspended until completed"),
    RulingKind.returned: Label("退回", "returned"),
}
_OUTCOMES = {
    MeetingOutcome.overruled: Label("不采纳不同意见", "the dissents are overruled"),
    MeetingOutcome.upheld: Label("维持不同意见", "the dissents stand"),
    MeetingOutcome.open: Label("未达成一致", "no agreement"),
}
_AWAITS = {
    Awaits.ruling: Label("待牵头部门处理", "waits for the lead"),
    Awaits.supplement: Label("待申报人补正", "waits for the applicant"),
}
