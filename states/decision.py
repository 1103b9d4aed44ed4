"""Decision (表决): how a round stands after the opinions given so far, decided as soon as nothing can change it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from states.decision_rule import Rule
from states.label import Label
from states.review import Opinion, ReviewMode, ReviewStatus, Settle

AGAINST = (Opinion.reject, Opinion.supplement)
"""A demand for a supplement counts as a rejection of this round: what is missing comes back with the next."""


class Outcome(StrEnum):
    """How the opinions add up."""

    passed = "passed"
    rejected = "rejected"
    open = "open"

    @property
    def label(self) -> Label:
        """The outcome in words."""
        return _OUTCOMES[self]


_OUTCOMES = {
    Outcome.passed: Label("通过", "passed"),
    Outcome.rejected: Label("不通过", "rejected"),
    Outcome.open: Label("未定", "open"),
}


class Ballot(NamedTuple):
    """One answer: the index of the member in the review's list, and its opinion.

    An `overruled` dissent stays what it was but counts as not concerned: it neither blocks nor approves.
    """

    member: int
    opinion: Opinion
    overruled: bool = False

    @property
    def counted(self) -> Opinion:
        """The opinion as it adds up."""
        return Opinion.not_concerned if self.overruled else self.opinion


class Decision(NamedTuple):
    """The outcome, and after how many answers it was certain; None while it is open."""

    outcome: Outcome
    decided_after: int | None


def decide(rule: Rule, ballots: Sequence[Ballot]) -> Decision:
    """How a round stands after `ballots`, in the order they came in. O(members); answers after the decision are idle.

    Whoever is not concerned (不涉及) leaves the voters: it neither approves nor rejects, and a share is of the others
    only. When nobody is concerned the round is rejected in every mode: nobody has looked, which is no pass. By mode:

    - `all` 会签: passed when everybody has answered and nobody rejected; one rejection decides. Without veto, passed
      with more than half of those concerned; a tie is rejected.
    - `ordered` 顺签: as `all` with veto, in turn; who is not concerned passes the turn on.
    - `any` 或签: the first approval or rejection decides; who is not concerned leaves it to the others.
    - `count`, `share`, `weight` 票签: passed when the threshold is reached, rejected when it cannot be any more. A
      number stays what it was when some are not concerned, so that too few concerned is a rejection.
    - grouped: a group rejects with its first rejection, approves when all its members have answered and one approved,
      is not concerned when none of them is.
    - `lead`: open until everybody has answered, whatever the order; then the lead's approval passes, anything else of
      the lead's rejects. Hearing all is a duty, so the lead's own answer alone decides nothing.

    Raises ValueError for a member the rule does not have or who answers twice.
    """
    voted = {ballot.member for ballot in ballots}
    if len(voted) != len(ballots) or not all(0 <= member < rule.members for member in voted):
        raise ValueError("each member of the rule answers once")
    if rule.mode is ReviewMode.any:
        return _first(rule, ballots)
    return _led(rule, ballots) if rule.mode is ReviewMode.lead else _counted(rule, ballots)


def standing(rule: Rule, settle: Settle, ballots: Sequence[Ballot]) -> ReviewStatus:
    """How a round stands for who settles it: as decided, but a rejection may wait until everybody has spoken.

    `Settle.when_all_answered` keeps a rejected round open for the others' reasons, except in `any` and `ordered`, where
    the first word counts or nobody after a refusal is asked.
    """
    outcome = decide(rule, ballots).outcome
    waits = settle is Settle.when_all_answered and rule.mode not in (ReviewMode.any, ReviewMode.ordered)
    if outcome is Outcome.rejected and waits and len(ballots) < rule.members:
        return ReviewStatus.open
    return ReviewStatus(outcome.value)


def _first(rule: Rule, ballots: Sequence[Ballot]) -> Decision:
    for number, ballot in enumerate(ballots, start=1):
        if ballot.counted is not Opinion.not_concerned:
            passed = ballot.counted is Opinion.approve
            return Decision(Outcome.passed if passed else Outcome.rejected, number)
    if len(ballots) == rule.members:
        return Decision(Outcome.rejected, rule.members)
    return Decision(Outcome.open, None)


def _led(rule: Rule, ballots: Sequence[Ballot]) -> Decision:
    if len(ballots) < rule.members:
        return Decision(Outcome.open, None)
    opinion = next(ballot.counted for ballot in ballots if ballot.member == rule.lead)
    return Decision(Outcome.passed if opinion is Opinion.approve else Outcome.rejected, rule.members)


def _counted(rule: Rule, ballots: Sequence[Ballot]) -> Decision:
    tally = _Tally(rule)
    for number, ballot in enumerate(ballots, start=1):
        tally.take(ballot)
        outcome = tally.outcome()
        if outcome is not Outcome.open:
            return Decision(outcome, number)
    return Decision(Outcome.open, None)


class _Tally:
    """Weights for, against and still to come; a voice is a group or a member on its own."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        groups = rule.groups or (None,) * rule.members
        self._voice = [group or member for member, group in enumerate(groups)]
        self._missing = Counter(self._voice)
        self._heard: set[int | str] = set()
        self._rejecting: set[int | str] = set()
        self._agreed = self._against = 0
        self._pending = len(self._missing) if rule.groups else sum(rule.weights)

    def take(self, ballot: Ballot) -> None:
        voice, weight = self._voice[ballot.member], self._rule.weights[ballot.member]
        if voice in self._rejecting:
            return
        self._missing[voice] -= 1
        if ballot.counted in AGAINST:
            self._rejecting.add(voice)
            self._pending -= weight
            self._against += weight
            return
        if ballot.counted is Opinion.approve:
            self._heard.add(voice)
        if not self._missing[voice]:
            self._pending -= weight
            self._agreed += weight if voice in self._heard else 0

    def outcome(self) -> Outcome:
        # who is still to come can do no better than approve and no worse than reject
        reached = self._rule.threshold.is_reached
        if reached(self._agreed, self._against + self._pending):
            return Outcome.passed
        best = reached(self._agreed + self._pending, self._against)
        return Outcome.open if best else Outcome.rejected
