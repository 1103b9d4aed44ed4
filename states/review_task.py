"""What happens to a task on its way (任务流转): added reviewers, delegations, conditions, and how each stands."""

from __future__ import annotations

from enum import StrEnum

from states.label import Label


class Place(StrEnum):
    """Where a reviewer is added (加签) as seen from a task: answers before it, after it, or beside it."""

    before = "before"
    after = "after"
    beside = "beside"

    @property
    def label(self) -> Label:
        """The place in words."""
        return _PLACES[self]


class DelegationStatus(StrEnum):
    """How a delegation (委派) stands; `changed`: the delegator wrote something else; `recalled`: nobody waits."""

    asked = "asked"
    answered = "answered"
    confirmed = "confirmed"
    changed = "changed"
    recalled = "recalled"

    @property
    def label(self) -> Label:
        """The status in words."""
        return _DELEGATIONS[self]


class ConditionStatus(StrEnum):
    """How a condition (附加条件) stands.

    `reported` met by the applicant, not yet confirmed; `withdrawn` with the opinion it belonged to; `replaced` by a
    later opinion of the same member.
    """

    open = "open"
    reported = "reported"
    met = "met"
    waived = "waived"
    withdrawn = "withdrawn"
    replaced = "replaced"

    @property
    def label(self) -> Label:
        """The status in words."""
        return _CONDITIONS[self]


OWED = (ConditionStatus.open, ConditionStatus.reported)
"""A condition that still keeps later moves from being made."""

_PLACES = {
    Place.before: Label("前加签", "before it"),
    Place.after: Label("后加签", "after it"),
    Place.beside: Label("并加签", "beside it"),
}
_DELEGATIONS = {
    DelegationStatus.asked: Label("待受托人办理", "waits for the delegate"),
    DelegationStatus.answered: Label("待委派人确认", "waits for the delegator"),
    DelegationStatus.confirmed: Label("已确认采用", "confirmed"),
    DelegationStatus.changed: Label("未采用，另行答复", "answered otherwise"),
    DelegationStatus.recalled: Label("已收回", "recalled"),
}
_CONDITIONS = {
    ConditionStatus.open: Label("未落实", "open"),
    ConditionStatus.reported: Label("已报落实，待确认", "reported met"),
    ConditionStatus.met: Label("已落实", "met"),
    ConditionStatus.waived: Label("已免除", "waived"),
    ConditionStatus.withdrawn: Label("随意见撤回", "withdrawn with the opinion"),
    ConditionStatus.replaced: Label("重新答复后失效", "replaced by a later opinion"),
}
