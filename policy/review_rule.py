"""Whether the rule of each review can be decided by (审查规则检查): parameters of its mode, thresholds within reach."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policy.fault import Fault, Path
from policy.inspection import Inspection
from policy.schema_review import ReviewEntry
from states.decision_rule import COUNTING, GROUPING, RuleInvalid, ThresholdUnfit, ThresholdUnreachable
from states.review import ReviewMode


def rule_faults(inspection: Inspection) -> Iterator[Fault]:
    """Every fault in how the reviews of a pack are decided, and a warning where conditional members may undo a rule."""
    for i, review in enumerate(inspection.document.reviews):
        yield from _twice(inspection, i, review)
        yield from _against_order(inspection, review)
        found = [*_unknown_keys(inspection, i, review), *_missing_keys(inspection, i, review)]
        yield from found or _proof(inspection, i, review)


def _twice(inspection: Inspection, index: int, review: ReviewEntry) -> Iterator[Fault]:
    """Each member is asked once: two tasks of one unit in a round would be two opinions of one mouth."""
    known: set[str] = set()
    for j, member in enumerate(review.members):
        if member.key in known:
            yield inspection.fault("member_twice", ("reviews", index, "members", j), member.key, review=review.code)
        known.add(member.key)


def _against_order(inspection: Inspection, review: ReviewEntry) -> Iterator[Fault]:
    """What tables say of who comes after whom must not turn the order of the mode around: nobody could begin."""
    if review.mode not in (ReviewMode.ordered, ReviewMode.lead):
        return
    keys = [member.key for member in review.members]
    for i, table in enumerate(inspection.document.tables):
        for j, rule in enumerate(table.rules if table.code in review.members_from else ()):
            for k, ask in enumerate(rule.asks):
                for earlier in ask.after:
                    if ask.member in keys and earlier in keys and _comes_first(review, keys, ask.member, earlier):
                        data = {"review": review.code, "earlier": earlier, "mode": review.mode.value}
                        path: Path = ("tables", i, "rules", j, "asks", k, "after")
                        yield inspection.fault("after_against_mode", path, ask.member, **data)


def _comes_first(review: ReviewEntry, keys: Sequence[str], member: str, earlier: str) -> bool:
    if review.mode is ReviewMode.ordered:
        return keys.index(member) <= keys.index(earlier)
    return earlier == review.lead


def _unknown_keys(inspection: Inspection, index: int, review: ReviewEntry) -> Iterator[Fault]:
    for path, modes in _keys(review):
        if review.mode not in modes:
            data = {"mode": review.mode.value, "field": path[-1], "modes": "、".join(mode.value for mode in modes)}
            yield inspection.fault("rule_key_unfit", ("reviews", index, *path), review.code, **data)


def _keys(review: ReviewEntry) -> Iterator[tuple[Path, Sequence[ReviewMode]]]:
    """What the review says beside its mode, with the modes that know it."""
    if review.passing is not None:
        yield ("pass",), COUNTING
    if not review.veto:
        yield ("veto",), (ReviewMode.all,)
    for j, member in enumerate(review.members):
        if member.weight is not None:
            yield ("members", j, "weight"), (ReviewMode.weight,)
        if member.group is not None:
            yield ("members", j, "group"), GROUPING


def _missing_keys(inspection: Inspection, index: int, review: ReviewEntry) -> Iterator[Fault]:
    if review.mode in COUNTING and review.passing is None:
        yield inspection.fault("pass_missing", ("reviews", index, "mode"), review.code, mode=review.mode.value)
    if review.mode is ReviewMode.lead and review.lead_index(review.members) is None:
        yield inspection.fault("lead_not_member", ("reviews", index, "lead"), review.code)
    for j, member in enumerate(review.members if review.mode is ReviewMode.weight else ()):
        if member.weight is None:
            yield inspection.fault("weight_missing", ("reviews", index, "members", j), member.key)


def _proof(inspection: Inspection, index: int, review: ReviewEntry) -> Iterator[Fault]:
    try:
        review.rule(review.members)
    except RuleInvalid as error:
        yield _unfit(inspection, index, review, error)
        return
    always = [member for member in review.members if member.when is None]
    try:
        if always:  # that nobody at all may be asked is told by itself
            review.rule(always)
    except RuleInvalid:
        yield inspection.fault("rule_may_fail", ("reviews", index, "mode"), review.code, mode=review.mode.value)


def _unfit(inspection: Inspection, index: int, review: ReviewEntry, error: RuleInvalid) -> Fault:
    path: Path = ("reviews", index, "pass")
    if isinstance(error, ThresholdUnreachable):
        return inspection.fault("pass_unreachable", path, review.code, **error.data)
    if isinstance(error, ThresholdUnfit):
        words = {"problem": error.data["expected"], "problem_en": error.data["expected_en"]}
        return inspection.fault("pass_unfit", path, review.code, **words)
    return inspection.fault("weight_nothing", ("reviews", index, "members"), review.code)
