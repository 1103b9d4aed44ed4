"""Whether silence, dissent, supplements and promises are within the law (轮次检查), each fault where it was written."""

from __future__ import annotations

from collections.abc import Iterator

from policy.fault import Fault, Path
from policy.inspection import Inspection
from policy.schema_review import MemberEntry, ReviewEntry
from policy.schema_round import PromiseEntry
from states.category import PROTECTED, UNPROMISABLE, Category
from states.procedure import StartKind
from states.review import ReviewMode, Settle
from states.role import SYSTEM
from states.round import Again
from states.supplement import Missed, PromiseKind


def round_faults(inspection: Inspection) -> Iterator[Fault]:
    """Every fault in what happens around the rounds of a pack, and the warnings about it."""
    for i, review in enumerate(inspection.document.reviews):
        for j, member in enumerate(review.members):
            yield from _tacit(inspection, ("reviews", i, "members", j), member)
        yield from _waits(inspection, i, review)
        yield from _withdrawal(inspection, i, review)
        yield from _watched(inspection, i, review)
    for i, promise in enumerate(inspection.document.promises):
        yield from _matter(inspection, i, promise)
        yield from _consequence(inspection, i, promise)
    for i, move in enumerate(inspection.document.moves):
        for j, requires in enumerate(move.requires):
            if requires.fresh_after and requires.documents is None:
                culprit = "、".join(requires.fresh_after)
                yield inspection.fault("fresh_after_unfit", ("moves", i, "requires", j, "fresh_after"), culprit)


def _tacit(inspection: Inspection, path: Path, member: MemberEntry) -> Iterator[Fault]:
    """Silence is approval only where the pack lists an advisory member of a category that bears it."""
    if member.tacit is None:
        return
    here, category = (*path, "tacit"), inspection.pack.category(member)
    if category is None:
        yield inspection.fault("tacit_without_category", here, member.key)
    elif category in PROTECTED:
        yield inspection.fault("tacit_protected", here, member.key, **_words(category))
    if not member.advisory:
        yield inspection.fault("tacit_not_advisory", here, member.key)


def _words(category: Category) -> dict[str, str]:
    return {"category": category.label.zh, "category_en": category.label.text("en")}


def _waits(inspection: Inspection, index: int, review: ReviewEntry) -> Iterator[Fault]:
    fits = review.mode not in (ReviewMode.any, ReviewMode.ordered) and review.settle is Settle.when_all_answered
    for field in ("supplement", "dissent"):
        if getattr(review, field) is None:
            continue
        path: Path = ("reviews", index, field)
        if not fits:
            yield inspection.fault("waits_unfit", path, review.code, field=field)
        if review.lead is None:
            yield inspection.fault("lead_needed", path, review.code, field=field)


def _withdrawal(inspection: Inspection, index: int, review: ReviewEntry) -> Iterator[Fault]:
    """The move that withdraws a review has to leave its steps; where a rule fires it, the system may make it."""
    by_rule = review.supplement is not None and review.supplement.missed is Missed.withdrawn
    if review.on_withdraw is None:
        if by_rule:
            yield inspection.fault("withdraw_missing", ("reviews", index, "supplement"), review.code)
        return
    path: Path = ("reviews", index, "on_withdraw")
    for step in _steps_of(inspection, review):
        move = inspection.procedure.move(review.on_withdraw, step)
        data = {"review": review.label, "step": inspection.procedure.step[step].label.zh}
        if move is None:
            yield inspection.fault("outcome_not_from_step", path, review.on_withdraw, **data)
        elif by_rule and SYSTEM not in move.who:
            yield inspection.fault("outcome_not_system", path, review.on_withdraw, **data)


def _steps_of(inspection: Inspection, review: ReviewEntry) -> list[str]:
    arrows = inspection.procedure.arrows()
    starts = [
        target
        for _, target, move in arrows
        if any(start.kind is StartKind.review and start.code == review.code for start in move.starts)
    ]
    return list(dict.fromkeys(starts))


def _watched(inspection: Inspection, index: int, review: ReviewEntry) -> Iterator[Fault]:
    if review.again is not Again.affected and review.carries is None:
        return
    for j, member in enumerate(review.members):
        if member.again == "affected" and not inspection.pack.watched(review.code, member.key):
            yield inspection.fault("nothing_watched", ("reviews", index, "members", j), member.key, review=review.code)


def _matter(inspection: Inspection, index: int, promise: PromiseEntry) -> Iterator[Fault]:
    """告知承诺 is not open to public safety, ecology, health, life and property."""
    if promise.kind is not PromiseKind.commitment:
        return
    named = [(key, code) for key in ("department", "permit") if (code := getattr(promise, key))]
    if not named:
        yield inspection.fault("promise_without_matter", ("promises", index), promise.code)
    for key, code in named:
        pack, path = inspection.pack, ("promises", index, key)
        category = (pack.department(code) if key == "department" else pack.permit(code)).category
        if category is None:
            yield inspection.fault("promise_without_category", path, code)
        elif category in UNPROMISABLE:
            yield inspection.fault("promise_protected", path, code, **_words(category))


def _consequence(inspection: Inspection, index: int, promise: PromiseEntry) -> Iterator[Fault]:
    field = "on_missed" if promise.missed == "withdrawn" else "finding"
    if getattr(promise, field) is None:
        data = {"missed": promise.missed, "field": field}
        yield inspection.fault("promise_consequence", ("promises", index, "missed"), promise.code, **data)
    if promise.on_missed is None:
        return
    path: Path = ("promises", index, "on_missed")
    moves = [move for move in inspection.procedure.moves if move.trigger == promise.on_missed]
    if not any(SYSTEM in move.who for move in moves):
        data = {"review": promise.label, "step": "-"}
        yield inspection.fault("outcome_not_system", path, promise.on_missed, **data)
