"""Whether votes and postings of a pack hold together (表决、公示检查): versions without gap or overlap, ways back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from policy.fault import Fault
from policy.inspection import Inspection
from policy.schema_vote import PostingEntry, VoteRuleEntry
from states.procedure import Nature, StepKind
from states.vote import Measure

_DAY = timedelta(days=1)


def vote_faults(inspection: Inspection) -> Iterator[Fault]:
    """Every fault in vote rules, polls and postings."""
    for i, rule in enumerate(inspection.document.vote_rules):
        yield from _versions(inspection, i, rule)
    yield from _totals(inspection)
    for i, posting in enumerate(inspection.document.postings):
        yield from _posting(inspection, i, posting)


def _versions(inspection: Inspection, index: int, rule: VoteRuleEntry) -> Iterator[Fault]:
    """Between the first and the last version every day has exactly one."""
    ordered = sorted(enumerate(rule.versions), key=lambda pair: pair[1].effective_from)
    for (_, first), (place, second) in pairwise(ordered):
        path = ("vote_rules", index, "versions", place)
        end = first.effective_to
        if end is None or end >= second.effective_from:
            yield inspection.fault("rule_overlap", path, rule.code, day=second.effective_from)
        elif end + _DAY < second.effective_from:
            yield inspection.fault("rule_gap", path, rule.code, day=end + _DAY)
    last_place, last = ordered[-1]
    start = inspection.document.pack.effective_from
    if ordered[0][1].effective_from > start:
        yield inspection.fault("rule_gap", ("vote_rules", index, "versions", ordered[0][0]), rule.code, day=start)
    if last.effective_to is not None:
        path = ("vote_rules", index, "versions", last_place)
        yield inspection.fault("rule_gap", path, rule.code, day=last.effective_to + _DAY)


def _totals(inspection: Inspection) -> Iterator[Fault]:
    rules = {rule.code: rule for rule in inspection.document.vote_rules}
    for i, consent in enumerate(inspection.document.consents):
        if consent.poll is None or consent.poll.total_area:
            continue
        if any(Measure.area in version.measures for version in rules[consent.poll.rule].versions):
            yield inspection.fault("total_without_measure", ("consents", i, "poll"), consent.code)


def _posting(inspection: Inspection, index: int, posting: PostingEntry) -> Iterator[Fault]:
    step = inspection.procedure.step[posting.step]
    if step.kind is not StepKind.ordinary:
        yield inspection.fault("posting_step", ("postings", index, "step"), posting.code, step=step.label.zh)
    limit = inspection.pack.limit(posting.limit)
    if limit.span.is_dated:
        yield inspection.fault("posting_limit", ("postings", index, "limit"), posting.code, limit=limit.label)
    for j, trigger in enumerate(posting.on_upheld):
        moves = [move for move in inspection.procedure.moves if move.trigger == trigger]
        if any(move.nature is not Nature.back for move in moves):
            path = ("postings", index, "on_upheld", j)
            yield inspection.fault("upheld_not_back", path, posting.code, move=moves[0].label.zh)
