"""Whether the parts of a pack fit each other (前后一致): reviews, periods, ladders, seats, and what is never used."""

from __future__ import annotations

from collections.abc import Iterator

from policy.critical_path import calendar_days, members_days
from policy.expression import compile_condition
from policy.fault import Fault, Path
from policy.inspection import Inspection
from policy.reference import REGISTERS, references, statements
from policy.schema import ReviewEntry
from states.procedure import StartKind, StepKind
from states.role import SYSTEM, Role, Seat

_OWNERS = ("facts", "documents", "milestones", "findings", "consents", "postings")
_ALWAYS_USED = ("step", "trigger", "table", "promise", "duty", "anomaly")
_ACTING = (Role.coordinator, Role.reviewer)


def coherence_faults(inspection: Inspection) -> Iterator[Fault]:
    """Every fault in how reviews, limits, ladders and seats are put together, and the warnings about them."""
    yield from _holders(inspection)
    yield from _seats(inspection)
    for i, review in enumerate(inspection.document.reviews):
        yield from _outcomes(inspection, i, review)
        yield from _members(inspection, i, review)
    yield from _never_started(inspection)
    yield from _ladders(inspection)
    yield from _system_moves(inspection)
    yield from _unused(inspection)


def _started(inspection: Inspection, kind: StartKind, code: str) -> list[str]:
    """The steps entered by the moves that start it."""
    return [
        target
        for _, target, move in inspection.procedure.arrows()
        if any(start.kind is kind and start.code == code for start in move.starts)
    ]


def _holders(inspection: Inspection) -> Iterator[Fault]:
    reviewed = {step for r in inspection.document.reviews for step in _started(inspection, StartKind.review, r.code)}
    for i, step in inspection.steps(StepKind.ordinary):
        if step.held_by is None and step.code not in reviewed:
            yield inspection.fault("holder_missing", ("steps", i), step.code)


def _seats(inspection: Inspection) -> Iterator[Fault]:
    for path, seat in _owners(inspection):
        if seat.role not in _ACTING:
            what = {"what": "经办、提交或审查", "what_en": "hold, bring or review anything"}
            yield inspection.fault("seat_unfit", path, str(seat), **what)
    for i, move in enumerate(inspection.document.moves):
        for j, seat in enumerate(move.who):
            if seat.role not in (*_ACTING, Role.system):
                what = {"what": "办理动作", "what_en": "make moves"}
                yield inspection.fault("seat_unfit", ("moves", i, "who", j), str(seat), **what)


def _owners(inspection: Inspection) -> Iterator[tuple[Path, Seat]]:
    """Every seat that has to do something, which supervisors, administrators and the system do not."""
    for key in _OWNERS:
        for i, entry in enumerate(getattr(inspection.document, key)):
            yield (key, i, "owed_by"), entry.owed_by
    for i, finding in enumerate(inspection.document.findings):
        yield ("findings", i, "closed_by"), finding.closed_by
    yield from ((("steps", i, "held_by"), step.held_by) for i, step in inspection.steps() if step.held_by)
    for i, review in enumerate(inspection.document.reviews):
        seats = ((j, member.seat) for j, member in enumerate(review.members))
        yield from ((("reviews", i, "members", j, "seat"), seat) for j, seat in seats if seat)


def _outcomes(inspection: Inspection, index: int, review: ReviewEntry) -> Iterator[Fault]:
    if review.on_pass == review.on_reject:
        yield inspection.fault("outcomes_same", ("reviews", index, "on_reject"), review.on_reject, review=review.label)
    steps = dict.fromkeys(_started(inspection, StartKind.review, review.code))
    for key, trigger in (("on_pass", review.on_pass), ("on_reject", review.on_reject)):
        for step in steps:
            move = inspection.procedure.move(trigger, step)
            data = {"review": review.label, "step": inspection.procedure.step[step].label.zh}
            if move is None:
                yield inspection.fault("outcome_not_from_step", ("reviews", index, key), trigger, **data)
            elif SYSTEM not in move.who:
                yield inspection.fault("outcome_not_system", ("reviews", index, key), trigger, **data)


def _members(inspection: Inspection, index: int, review: ReviewEntry) -> Iterator[Fault]:
    if all(member.when for member in review.members):
        yield inspection.fault("review_may_be_empty", ("reviews", index, "members"), review.code)
    allowed = calendar_days(inspection.pack.limit(review.limit).span)
    needed = members_days(inspection, review)
    if needed > allowed:
        yield inspection.fault(
            "member_slower", ("reviews", index, "members"), review.code, review=allowed, members=needed
        )


def _never_started(inspection: Inspection) -> Iterator[Fault]:
    document = inspection.document
    started = {start.code for move in inspection.procedure.moves for start in move.starts}
    running = started | {step.limit for step in document.steps} | {review.limit for review in document.reviews}
    running |= {posting.limit for posting in document.postings}
    for i, move in enumerate(document.moves):
        for j, requires in enumerate(move.requires):
            path: Path = ("moves", i, "requires", j)
            if requires.review and requires.review not in started:
                yield inspection.fault("review_never_started", path, requires.review)
            if requires.expired and requires.expired not in running:
                yield inspection.fault("period_never_started", path, requires.expired)


def _ladders(inspection: Inspection) -> Iterator[Fault]:
    for i, ladder in enumerate(inspection.document.ladders):
        rungs = [(rung.at == "breach", rung.plus) for rung in ladder.rungs]
        for j in range(1, len(rungs)):
            if rungs[j] <= rungs[j - 1]:
                yield inspection.fault("rung_order", ("ladders", i, "rungs", j), ladder.code, number=j + 1)
    warning = {entry.code for entry in inspection.document.ladders if entry.rungs[0].at == "warning"}
    for i, limit in enumerate(inspection.document.limits):
        if limit.ladder in warning and (limit.yellow_share, limit.yellow_days) == (None, None):
            yield inspection.fault("warning_without_yellow", ("limits", i), limit.code)


def _system_moves(inspection: Inspection) -> Iterator[Fault]:
    outcomes = [(one.on_pass, one.on_reject, one.on_withdraw) for one in inspection.document.reviews]
    fired = {trigger for outcome in outcomes for trigger in outcome}
    fired |= {promise.on_missed for promise in inspection.document.promises}
    for i, move in inspection.moves():
        if move.who == (SYSTEM,) and move.trigger not in fired:
            yield inspection.fault("system_move_unfired", ("moves", i), move.trigger)


def _unused(inspection: Inspection) -> Iterator[Fault]:
    document = inspection.document
    facts = {entry.code: entry for entry in document.facts}
    used = {(reference.register, reference.name) for reference in references(document)}
    used |= {("fact", name) for one in statements(document) for name in compile_condition(one.text, facts).uses}
    for register, (key, words) in REGISTERS.items():
        for i, entry in enumerate(getattr(document, key) if register not in _ALWAYS_USED else ()):
            if (register, entry.code) not in used:
                yield inspection.fault("never_used", (key, i), entry.code, register=words.zh, register_en=words.en)
