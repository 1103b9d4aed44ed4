"""Owners' votes (业主表决): by number and by area with exact shares, and how many approvals are still missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from states.label import Label


class Choice(StrEnum):
    """What somebody said. Abstaining is taking part; who has no ballot has not taken part."""

    agree = "agree"
    against = "against"
    abstain = "abstain"

    @property
    def label(self) -> Label:
        """The choice in words."""
        return _CHOICES[self]


class Collecting(StrEnum):
    """How a ballot was collected (表决方式)."""

    paper = "paper"
    door_to_door = "door_to_door"
    e_vote = "e_vote"

    @property
    def label(self) -> Label:
        """The way in words."""
        return _WAYS[self]


class PollStatus(StrEnum):
    """How a round stands; `withdrawn` when it was given up before its end."""

    open = "open"
    closed = "closed"
    withdrawn = "withdrawn"

    @property
    def label(self) -> Label:
        """The status in words."""
        return _STATUSES[self]


class Measure(StrEnum):
    """What is counted (计票口径): owners by head, or the area of their exclusive parts in 0.01 m²."""

    owners = "owners"
    area = "area"

    @property
    def label(self) -> Label:
        """The denominator in words."""
        return _MEASURES[self]


class Base(StrEnum):
    """What the pass share is a share of: those taking part, or everybody."""

    voters = "voters"
    all = "all"


_CHOICES = {
    Choice.agree: Label("同意", "agree"),
    Choice.against: Label("反对", "against"),
    Choice.abstain: Label("弃权", "abstain"),
}
_WAYS = {
    Collecting.paper: Label("纸质表决票", "paper"),
    Collecting.door_to_door: Label("入户征询", "door to door"),
    Collecting.e_vote: Label("电子投票", "electronic vote"),
}
_STATUSES = {
    PollStatus.open: Label("正在表决", "open"),
    PollStatus.closed: Label("已结束", "closed"),
    PollStatus.withdrawn: Label("已作废", "withdrawn"),
}
_MEASURES = {Measure.owners: Label("人数", "owners"), Measure.area: Label("面积", "area")}


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a decision takes by each of `measures`: `quorum` of everybody takes part, `share` of the base agrees.

    Not `inclusive` means more than `share` (过半数 leaves half itself out).
    """

    quorum: Fraction
    share: Fraction
    inclusive: bool
    base: Base = Base.voters
    measures: tuple[Measure, ...] = (Measure.owners, Measure.area)


@dataclass(frozen=True, slots=True)
class Voter:
    """Who has one say: so many `heads`, so much `area` (0.01 m²), and the choice where one was made."""

    heads: int
    area: int
    choice: Choice | None = None

    def weight(self, measure: Measure) -> int:
        """What the voter counts by a measure."""
        return self.heads if measure is Measure.owners else self.area


@dataclass(frozen=True, slots=True)
class Count:
    """One measure counted: all, taking part, in favour; whole heads, or area in 0.01 m²."""

    total: int
    voted: int
    agreed: int

    def participation(self) -> Fraction:
        """The share of everybody that takes part."""
        return Fraction(self.voted, self.total) if self.total else Fraction(0)

    def approval(self, base: Base) -> Fraction:
        """The share of the base that agrees; 0 where the base is empty."""
        whole = self.voted if base is Base.voters else self.total
        return Fraction(self.agreed, whole) if whole else Fraction(0)

    def is_quorate(self, threshold: Threshold) -> bool:
        """Whether enough take part; nobody at all is never enough."""
        return self.voted > 0 and self.participation() >= threshold.quorum

    def passes(self, threshold: Threshold) -> bool:
        """Whether enough take part and enough of the base agree."""
        share = self.approval(threshold.base)
        agreed = share >= threshold.share if threshold.inclusive else share > threshold.share
        return self.is_quorate(threshold) and agreed

    def missing(self, threshold: Threshold) -> int | None:
        """The least weight of further approvals that makes it pass; None when all who are left are not enough."""
        least = _approvals_missing(self, threshold)
        if least is None:
            return None
        least = max(least, _ceiling(threshold.quorum * self.total) - self.voted, 0 if self.voted else 1)
        return least if least <= self.total - self.voted else None


def _approvals_missing(count: Count, threshold: Threshold) -> int | None:
    if count.passes(threshold):
        return 0
    share = threshold.share
    if threshold.base is Base.all:
        short, gained = share * count.total - count.agreed, Fraction(1)
    else:  # whoever approves now also takes part now, and raises the bar for the rest
        short, gained = share * count.voted - count.agreed, 1 - share
    if not gained:
        return 0 if threshold.inclusive and short <= 0 else None
    needed = _ceiling(short / gained) if threshold.inclusive else short // gained + 1
    return max(needed, 0)


def _ceiling(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)


@dataclass(frozen=True, slots=True)
class Missing:
    """What is missing: at least so many further `voters` in favour, and by each measure so much.

    The number of voters is the smallest there is while every voter counts as one head, else a lower bound.
    """

    voters: int
    measures: Mapping[Measure, int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a vote stands: the counts, whether it passes, and what is missing.

    `missing` is None when it passes, and when nothing that is still out can make it pass.
    """

    counts: Mapping[Measure, Count]
    passed: bool
    missing: Missing | None


def count_votes(voters: Iterable[Voter], threshold: Threshold) -> Outcome:
    """Count a vote (计票). Every measure is counted, those of the threshold decide."""
    all_ = list(voters)
    counts = {measure: _count(all_, measure) for measure in Measure}
    passed = all(counts[measure].passes(threshold) for measure in threshold.measures)
    return Outcome(counts, passed, None if passed else _missing(all_, counts, threshold))


def _count(voters: list[Voter], measure: Measure) -> Count:
    return Count(
        total=sum(voter.weight(measure) for voter in voters),
        voted=sum(voter.weight(measure) for voter in voters if voter.choice),
        agreed=sum(voter.weight(measure) for voter in voters if voter.choice is Choice.agree),
    )


def _missing(voters: list[Voter], counts: Mapping[Measure, Count], threshold: Threshold) -> Missing | None:
    left = [voter for voter in voters if voter.choice is None]
    found: dict[Measure, int] = {}
    people = 0
    for measure in threshold.measures:
        least = counts[measure].missing(threshold)
        if least is None:
            return None
        found[measure] = least
        people = max(people, _fewest((voter.weight(measure) for voter in left), least))
    return Missing(people, found)


def _fewest(weights: Iterable[int], needed: int) -> int:
    """How many it takes to reach `needed`, the heaviest first; those left are known to be enough."""
    taken = 0
    for weight in sorted(weights, reverse=True):
        if needed <= 0:
            break
        needed -= weight
        taken += 1
    return taken
