"""What a move brings with it (推进的后果): clocks, withdrawn reviews, and the events that reactions take up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.outbox import OutboxEvent
from models.project import Project
from policy.pack import Pack
from policy.schema import ReviewEntry
from services.chain import Chain
from services.city import City
from services.clock import (
    Matter,
    cancel_clocks,
    refresh_light,
    start_clock,
    stop_clocks,
)
from services.clock_ledger import Note, resume_clocks, suspend_clocks
from services.identity import Actor
from services.keeping import Keeping
from services.lapse_rule import ask_again
from services.outbox import EventStatus, enqueue_all, row_of
from services.posting import take_down
from services.review import ask_settlement, standing
from services.review_round import next_round, open_round_of, withdraw_open_rounds
from states.clock import ClockSubject
from states.procedure import Move, Nature, StartKind, StepKind
from states.review import ReviewStatus


@dataclass(frozen=True, slots=True)
class Made:
    """A move just made: the project already stands in its new step, `before` is the one it left."""

    project: Project
    pack: Pack
    move: Move
    before: str
    reason: str
    actor: Actor
    now: datetime
    chain: Chain
    """The chain of command above the project, asked once for the whole move."""


def follow(session: Session, city: City, made: Made) -> None:
    """Carry out everything the move brings with it, in the caller's transaction."""
    project, actor = made.project, made.actor.login
    if made.move.nature is Nature.halt:
        suspend_clocks(session, city, project.id, Note(made.reason, actor, made.now))
    elif made.move.nature is Nature.resume:
        resume_clocks(session, city, made.pack, project.id, Note(made.reason, actor, made.now))
    else:
        _turn_over(session, city, made)
    refresh_light(session, project)
    _announce(session, city, made)


def _turn_over(session: Session, city: City, made: Made) -> None:
    """End what belonged to the step left behind, begin what belongs to the new one."""
    project, today = made.project, city.day(made.now)
    if any(made.pack.procedure.move(entry.on_pass, made.before) for entry in made.pack.document.reviews):
        withdraw_open_rounds(session, project.id, on=today, now=made.now)
    if made.move.nature is Nature.back:
        take_down(session, city, project, made.pack, made.before, Keeping(made.actor, made.now, reason=made.reason))
    if made.move.nature is Nature.end:  # broken off: what ran is neither met nor late
        cancel_clocks(session, project.id, on=today)
    stop_clocks(session, project.id, ClockSubject.step, ClockSubject.period, on=today)
    step = made.pack.procedure.step[project.step]
    if step.kind is StepKind.end:
        cancel_clocks(session, project.id, on=today)
    elif step.limit:
        _start(session, city, made, step.limit, ClockSubject.step)
    for start in made.move.starts:
        if start.kind is StartKind.clock:
            _start(session, city, made, start.code, ClockSubject.period)


def _start(session: Session, city: City, made: Made, limit: str, subject: ClockSubject) -> None:
    seat = made.pack.procedure.step[made.project.step].held_by
    own = made.project.organisation_id
    matter = Matter(subject, None, made.chain.in_charge(seat.level, seat.role) if seat and seat.level else own)
    start_clock(session, city, made.project, made.pack, limit, matter, on=city.day(made.now))


def _announce(session: Session, city: City, made: Made) -> None:
    project, move = made.project, made.move
    told = {
        "trigger": move.trigger,
        "before": made.before,
        "after": project.step,
        "reason": made.reason,
        "actor": made.actor.name or made.actor.login,
    }
    step = made.pack.procedure.step[project.step].label.zh
    events = [row_of("project_moved", f"{move.label.zh} · {project.name} · {step}", told, made.now, project.id)]
    reviews = [made.pack.review(start.code) for start in move.starts if start.kind is StartKind.review]
    enqueue_all(session, events + [_request(session, made, review) for review in reviews])
    if move.nature is Nature.resume:
        _take_up_reviews(session, made)
        ask_again(session, city, project, made.pack, now=made.now)


def _take_up_reviews(session: Session, made: Made) -> None:
    """Ask again for what reactions had to leave while the project stood still: rounds to open, rounds to settle."""
    project, procedure = made.project, made.pack.procedure
    for entry in made.pack.document.reviews:
        if procedure.move(entry.on_pass, project.step) is None:
            continue
        review = open_round_of(session, project.id, entry.code)
        if review is not None and standing(review) is not ReviewStatus.open:
            ask_settlement(session, project, made.pack, review, now=made.now)
        elif review is None and _was_left(session, project, entry):
            enqueue_all(session, [_request(session, made, entry)])


def _was_left(session: Session, project: Project, entry: ReviewEntry) -> bool:
    """Whether the newest request for the review was handled without its round being opened."""
    query = select(OutboxEvent).where(
        OutboxEvent.project_id == project.id, OutboxEvent.kind == f"{entry.kind}_requested"
    )
    asked = [row for row in session.scalars(query.order_by(OutboxEvent.id)) if row.payload["review"] == entry.code]
    if not asked or asked[-1].status != EventStatus.done:
        return False
    return bool(asked[-1].payload["round"] == next_round(session, project.id, entry.code))


def _request(session: Session, made: Made, entry: ReviewEntry) -> dict[str, Any]:
    number = next_round(session, made.project.id, entry.code)
    title = f"{entry.label} · {made.project.name} · 第{number}轮"
    payload = {"review": entry.code, "round": number}
    return row_of(f"{entry.kind}_requested", title, payload, made.now, made.project.id)
