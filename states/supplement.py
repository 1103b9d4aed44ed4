"""Supplements and promises (补正、容缺受理、告知承诺): how they stand, and what follows when they are missed."""

from __future__ import annotations

from enum import StrEnum

from states.label import Label


class SupplementStatus(StrEnum):
    """How the list of a round stands; `dropped` when its round ended otherwise."""

    open = "open"
    handed_in = "handed_in"
    missed = "missed"
    dropped = "dropped"

    @property
    def label(self) -> Label:
        """The status in words."""
        return _SUPPLEMENTS[self]


class Missed(StrEnum):
    """What a missed supplement is taken for: the application withdrawn (视为撤回), or the round failed."""

    withdrawn = "withdrawn"
    failed = "failed"

    @property
    def label(self) -> Label:
        """The consequence in words."""
        return _MISSED[self]


class PromiseKind(StrEnum):
    """`gap`: the papers follow (容缺受理). `commitment`: the word stands for them and is checked later (告知承诺)."""

    gap = "gap"
    commitment = "commitment"

    @property
    def label(self) -> Label:
        """The kind in words."""
        return _KINDS[self]


class PromiseStatus(StrEnum):
    """How a promise stands."""

    open = "open"
    kept = "kept"
    missed = "missed"

    @property
    def label(self) -> Label:
        """The status in words."""
        return _PROMISES[self]


_SUPPLEMENTS = {
    SupplementStatus.open: Label("待补正", "to be handed in"),
    SupplementStatus.handed_in: Label("已补齐", "handed in"),
    SupplementStatus.missed: Label("逾期未补", "missed"),
    SupplementStatus.dropped: Label("不再需要", "fell away"),
}
_MISSED = {
    Missed.withdrawn: Label("视为撤回申请", "taken as withdrawn"),
    Missed.failed: Label("按未通过办结", "taken as failed"),
}
_KINDS = {
    PromiseKind.gap: Label("容缺受理", "accepted with gaps"),
    PromiseKind.commitment: Label("告知承诺", "commitment"),
}
_PROMISES = {
    PromiseStatus.open: Label("履行中", "open"),
    PromiseStatus.kept: Label("已履行", "kept"),
    PromiseStatus.missed: Label("未履行", "missed"),
}
