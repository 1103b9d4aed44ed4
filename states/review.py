"""Joint review and approval (联审联批、审批): what may be answered, and how rounds and tasks stand."""

from __future__ import annotations

from enum import StrEnum

from states.label import Label


class Opinion(StrEnum):
    """What a member may answer. A rejection without reasons is not valid; a supplement names what is missing."""

    approve = "approve"
    reject = "reject"
    not_concerned = "not_concerned"
    supplement = "supplement"

    @property
    def label(self) -> Label:
        """The opinion in words."""
        return _OPINIONS[self]


_OPINIONS = {
    Opinion.approve: Label("同意", "approve"),
    Opinion.reject: Label("不同意", "reject"),
    Opinion.not_concerned: Label("不涉及", "not concerned"),
    Opinion.supplement: Label("需补正", "supplement needed"),
}


class ReviewStatus(StrEnum):
    """How a round stands."""

    open = "open"
    passed = "passed"
    rejected = "rejected"
    withdrawn = "withdrawn"


class TaskStatus(StrEnum):
    """How one member's task stands; a `waiting` one is not yet that member's turn, a `removed` one was taken off."""

    waiting = "waiting"
    open = "open"
    answered = "answered"
    not_needed = "not_needed"
    removed = "removed"


class ReviewMode(StrEnum):
    """How opinions add up; states.decision says exactly what each means."""

    all = "all"
    any = "any"
    ordered = "ordered"
    count = "count"  # type: ignore[assignment]  # as a mode it is no method of str
    share = "share"
    weight = "weight"
    lead = "lead"

    @property
    def label(self) -> Label:
        """The mode in words."""
        return _MODES[self]


_MODES = {
    ReviewMode.all: Label("会签", "all"),
    ReviewMode.any: Label("或签", "any"),
    ReviewMode.ordered: Label("顺签", "in order"),
    ReviewMode.count: Label("票签（票数）", "number of votes"),
    ReviewMode.share: Label("票签（比例）", "share of votes"),
    ReviewMode.weight: Label("票签（权重）", "weighted votes"),
    ReviewMode.lead: Label("牵头部门定夺", "the lead decides"),
}


class Settle(StrEnum):
    """When a round that cannot pass any more is closed.

    `when_all_answered` lets everybody speak first, so that the applicant is told everything once (行政许可法 32);
    `when_decided` closes at once.
    """

    when_decided = "when_decided"
    when_all_answered = "when_all_answered"
