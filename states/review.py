"""Joint review and approval (联审联批、审批): opinions, and when a round is decided."""

from __future__ import annotations

from collections.abc import Sequence
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
    """How one member's task stands; a `waiting` task of an ordered review is not yet that member's turn."""

    waiting = "waiting"
    open = "open"
    answered = "answered"
    not_needed = "not_needed"


class ReviewMode(StrEnum):
    """How opinions add up: everybody (会签) or one after another (顺签)."""

    all = "all"
    ordered = "ordered"


class Settle(StrEnum):
    """When a round that cannot pass any more is closed.

    `when_all_answered` lets everybody speak first, so that the applicant is told everything once (行政许可法 32);
    `when_decided` closes at once.
    """

    when_decided = "when_decided"
    when_all_answered = "when_all_answered"


def decide(mode: ReviewMode, settle: Settle, opinions: Sequence[Opinion | None]) -> ReviewStatus:
    """How a round stands after `opinions`, one per member in order, None where a member has not answered.

    A demand for a supplement counts as a rejection of this round: what is missing comes back with the next.
    Raises ValueError for a review without members, which is never a pass.
    """
    if not opinions:
        raise ValueError("a review needs members")
    refused = any(opinion in (Opinion.reject, Opinion.supplement) for opinion in opinions)
    pending = any(opinion is None for opinion in opinions)
    if refused and (not pending or settle is Settle.when_decided or mode is ReviewMode.ordered):
        return ReviewStatus.rejected
    if pending:
        return ReviewStatus.open
    # nobody concerned means nobody has looked: that is not a pass
    return ReviewStatus.passed if Opinion.approve in opinions else ReviewStatus.rejected
