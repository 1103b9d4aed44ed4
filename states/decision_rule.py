"""Rules of decision (审查规则): how the opinions of one round add up, checked before anybody is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from states.exceptions import JiugaiError, Kind
from states.review import ReviewMode

COUNTING = (ReviewMode.count, ReviewMode.share, ReviewMode.weight)
"""The modes with a threshold of their own (票签)."""
GROUPING = (ReviewMode.count, ReviewMode.share)
"""The modes in which members may be grouped, one vote per group."""


class RuleInvalid(JiugaiError):
    """A rule nobody could decide by; the subclasses say why."""

    code = "rule_invalid"
    kind = Kind.invalid
    zh = "审查规则不能用。请核对方式、人数和通过条件。"
    en = "The rule cannot be used: check mode, number of members and threshold."


class MembersMissing(RuleInvalid):
    """Nobody is asked: that is never a pass."""

    code = "members_missing"
    zh = "审查至少要有 1 个成员，现在是 {members} 个。没有人看过的不算通过，请补上成员。"
    en = "A review needs at least 1 member, not {members}: what nobody has looked at has not passed."


class ThresholdUnfit(RuleInvalid):
    """A threshold that is not above nothing, no whole number of votes, or given to a mode that has none."""

    code = "threshold_unfit"
    zh = "“{mode}”方式的通过条件不能是 {given}：{expected}。"
    en = 'In mode "{mode}" the threshold cannot be {given}: {expected_en}.'


class ThresholdUnreachable(RuleInvalid):
    """Not even everybody's approval would be enough."""

    code = "threshold_unreachable"
    zh = "通过条件 {given} 达不到：全部同意也只有 {possible}。请调低通过条件或增加成员。"
    en = "The threshold {given} cannot be reached: all approvals make {possible}. Lower it or add members."


class WeightsUnfit(RuleInvalid):
    """Weights are missing, negative, not one per member, or given to a mode that has none."""

    code = "weights_unfit"
    zh = "权重有误：{problem}。"
    en = "Wrong weights: {problem_en}."


class GroupsUnfit(RuleInvalid):
    """Groups are not one per member, or given to a mode that has none."""

    code = "groups_unfit"
    zh = "分组有误：只有按票数（count）、按比例（share）的审查可以一组一票，且每个成员写一个组。"
    en = "Wrong groups: only `count` and `share` know one vote per group, with one group for each member."


class LeadMissing(RuleInvalid):
    """The one who decides after hearing all is not among the members."""

    code = "lead_missing"
    zh = "由牵头部门定夺的审查，牵头部门必须在成员之中。请把它列入成员。"
    en = "Where the lead decides, the lead has to be a member. Add it to the members."


class Threshold(NamedTuple):
    """What approvals have to reach.

    A number (`is_share` false) is fixed when the round opens. A share is of the weight of those concerned, so whoever
    is not concerned lowers what is needed; `is_strict` means more than `value`, not at least.
    """

    value: Fraction
    is_share: bool
    is_strict: bool = False

    def is_reached(self, agreed: int, against: int) -> bool:
        """Whether `agreed` is enough beside `against`; never without any approval."""
        # whole numbers on both sides: as exact as fractions, and much faster
        has = agreed * self.value.denominator
        needed = self.value.numerator * (agreed + against if self.is_share else 1)
        return agreed > 0 and (has > needed if self.is_strict else has >= needed)


MAJORITY = Threshold(Fraction(1, 2), is_share=True, is_strict=True)
"""More than half of those concerned (过半数); a tie is no pass."""
UNANIMITY = Threshold(Fraction(1), is_share=True)
"""All of those concerned: one rejection decides (一票否决)."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How one round is decided. Made by `make_rule`, which checks it.

    `weights` has one entry per member, 1 in every mode but `weight`, where weights that were no whole numbers are all
    raised to such, and the threshold with them. `groups` has one per member or is empty, None for a member that votes
    for itself; `lead` is the index of the member who decides in mode `lead`.
    """

    mode: ReviewMode
    weights: tuple[int, ...]
    threshold: Threshold
    groups: tuple[str | None, ...] = ()
    lead: int | None = None

    @property
    def members(self) -> int:
        """How many are asked."""
        return len(self.weights)


class Terms(NamedTuple):
    """What a pack or a person says beside the mode and the members, each None or default where nothing was said.

    `passing`: for `count` a whole number of approvals; for `share` the least share of those concerned; for `weight`
    below 1 the least share of the weight of those concerned, from 1 on a number of weight. Nothing said means more
    than half: of all who are asked for `count`, of those concerned otherwise. `veto` is for `all`: without it more than
    half of those concerned is enough, else one rejection decides.
    """

    passing: Fraction | None = None
    veto: bool = True
    weights: Sequence[Fraction] | None = None
    groups: Sequence[str | None] | None = None
    lead: int | None = None


PLAIN = Terms()
"""Nothing said."""


def make_rule(mode: ReviewMode, members: int, terms: Terms = PLAIN) -> Rule:
    """The rule by which `members` people or units decide.

    Raises MembersMissing, ThresholdUnfit, ThresholdUnreachable, WeightsUnfit, GroupsUnfit, LeadMissing.
    """
    if members < 1:
        raise MembersMissing(members=members)
    weights, scale = _weights(mode, members, terms.weights)
    groups = _groups(mode, members, terms.groups)
    if (mode is ReviewMode.lead) != (terms.lead is not None and 0 <= terms.lead < members):
        raise LeadMissing
    voices = Fraction(sum(weights), scale) if mode is ReviewMode.weight else Fraction(voices_of(members, groups))
    threshold = _threshold(mode, terms, voices)
    if not threshold.is_share:
        threshold = threshold._replace(value=threshold.value * scale)
    return Rule(mode, weights, threshold, groups, terms.lead)


def voices_of(members: int, groups: Sequence[str | None]) -> int:
    """How many votes there are: one per group, one for each member without a group."""
    return len({group for group in groups if group}) + sum(not group for group in groups) if groups else members


def _weights(mode: ReviewMode, members: int, given: Sequence[Fraction] | None) -> tuple[tuple[int, ...], int]:
    """The weights as whole numbers, and what they were multiplied by to be such."""
    if mode is not ReviewMode.weight:
        if given:
            raise WeightsUnfit(problem="只有 weight 方式用权重", problem_en="only mode `weight` has weights")
        return (1,) * members, 1
    if not given or len(given) != members:
        counted = {"members": members, "given": len(given or ())}
        raise WeightsUnfit(
            problem="{members} 个成员要写 {members} 个权重，现有 {given} 个".format(**counted),
            problem_en="{members} member(s) need as many weights, not {given}".format(**counted),
        )
    if min(given) < 0 or not any(given):
        raise WeightsUnfit(problem="权重不能为负，也不能全为 0", problem_en="none may be negative, nor all of them 0")
    scale = lcm(*(weight.denominator for weight in given))
    return tuple(int(weight * scale) for weight in given), scale


def _groups(mode: ReviewMode, members: int, given: Sequence[str | None] | None) -> tuple[str | None, ...]:
    if not given or not any(given):
        return ()
    if mode not in GROUPING or len(given) != members:
        raise GroupsUnfit
    return tuple(given)


def _threshold(mode: ReviewMode, terms: Terms, voices: Fraction) -> Threshold:
    passing = terms.passing
    if mode not in COUNTING:
        if passing is not None:
            expected = {"expected": "只有 count、share、weight 写通过条件", "expected_en": "it has none"}
            raise ThresholdUnfit(mode=mode.value, given=passing, **expected)
        return MAJORITY if mode is ReviewMode.all and not terms.veto else UNANIMITY
    if passing is None:
        return Threshold(Fraction(voices // 2 + 1), is_share=False) if mode is ReviewMode.count else MAJORITY
    return _given_threshold(mode, passing, voices)


def _given_threshold(mode: ReviewMode, passing: Fraction, voices: Fraction) -> Threshold:
    if passing <= 0:
        expected = {"expected": "应大于 0", "expected_en": "it has to be above 0"}
        raise ThresholdUnfit(mode=mode.value, given=passing, **expected)
    if mode is ReviewMode.count and passing.denominator != 1:
        expected = {"expected": "应是整数票数", "expected_en": "it has to be a whole number of votes"}
        raise ThresholdUnfit(mode=mode.value, given=passing, **expected)
    is_share = mode is ReviewMode.share or (mode is ReviewMode.weight and passing < 1)
    possible = Fraction(1) if is_share else voices
    if passing > possible:
        raise ThresholdUnreachable(given=passing, possible=possible)
    return Threshold(passing, is_share)
