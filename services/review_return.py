"""Returns (退回、撤回): to an earlier step, to one unit only, or recalled by the applicant; nothing said is lost."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.project import Project
from models.review import Review, ReviewTask
from models.ruling import Ruling
from policy.pack import Pack
from services.city import City
from services.clock import cancel_clock, refresh_light
from services.clock_ledger import Note
from services.identity import MoveForbidden, capacities
from services.lock import hold_project
from services.pack import pack_of
from services.project import Advanced, Command, advance
from services.review_return_error import (
    MoveNotBack,
    NoRound,
    RecallUnknown,
    TaskNotAnswered,
)
from services.round_act import (
    Doing,
    acted_before,
    of_round,
    require_lead_or_coordinator,
    require_open,
    require_reason,
    write_act,
)
from services.ruling import dissents_of, end_wait
from services.settlement import leave_round
from services.task_act import require_moving
from services.task_hold import Held, hold_round, hold_task
from services.task_opening import announce_turns
from services.task_reopen import reopen
from states.clock import ClockSubject
from states.procedure import Move, Nature
from states.review import ReviewMode, ReviewStatus, TaskStatus
from states.role import SYSTEM
from states.round import Again, Reopening
from states.ruling import Awaits, RulingKind

RETURNED = "returned"
"""Cause of the time a returned task's clock stood still."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Whom the next round of a review asks, where it is not as the pack says."""

    review: str
    again: Again


def choose_again(session: Session, project: Project, choice: Choice, doing: Doing) -> Review:
    """Choose, with reasons, whom the next round asks: everybody, or only those concerned (全部重审或只审受影响的).

    Written to the newest round, so it holds for the one after it alone. By the lead or a coordinator above the project.
    Raises PackEntryUnknown (policy.pack), NoRound, LeadForbidden, ReasonMissing, RequestReused.
    """
    project = hold_project(session, project.id)
    pack = pack_of(project.pack_version)
    entry = pack.review(choice.review)
    newest = select(Review.id).where(Review.project_id == project.id, Review.code == entry.code)
    number = session.scalar(newest.order_by(Review.round.desc()).limit(1))
    if number is None:
        raise NoRound(project=project.name, review=entry.label)
    held = hold_round(session, number)
    capacity = require_lead_or_coordinator(session, held, doing)
    if acted_before(session, held.project, doing, "next_round_chosen", {"review": choice.review}):
        return held.review
    require_reason(doing, "改变下一轮审查范围", "chosen otherwise")
    before = {"again": held.review.next_again or entry.again}
    held.review.next_again, held.review.next_reason = choice.again, doing.reason.strip()
    after = {**of_round(held), "again": choice.again}
    write_act(session, project, pack, doing, "next_round_chosen", after, before=before, capacity=capacity)
    session.flush()
    return held.review


def return_round(
    session: Session,
    city: City,
    review_id: int,
    doing: Doing,
    *,
    trigger: str | None = None,
    again: Again | None = None,
) -> Advanced:
    """Return an open round to an earlier step: by `trigger`, any back move the pack allows from here, else on_reject.

    By the lead or by a coordinator above the project, with reasons; the opinions given stay, the rest is not needed.
    The move is signed by the review's rule, the return by the person. Raises ReviewMissing, LeadForbidden, RoundClosed,
    ReasonMissing, ReviewSuspended, MoveNotBack, MoveRefused, RequestReused.
    """
    held = hold_round(session, review_id)
    capacity = require_lead_or_coordinator(session, held, doing)
    if acted_before(session, held.project, doing, "round_returned", {"review_id": review_id}):
        return Advanced(held.project.code, trigger or held.entry.on_reject, "", held.project.step, repeated=True)
    require_open(held, "退回", "returned")
    require_reason(doing, "退回", "returned")
    require_moving(held)
    move = _back_move(held, trigger or held.entry.on_reject)
    if again is not None:
        held.review.next_again, held.review.next_reason = again, doing.reason.strip()
    for task in dissents_of(held.review):
        session.add(
            Ruling(
                review_id=review_id, task_id=task.id, kind=RulingKind.returned, opinion=task.opinion,
                reasons=doing.reason.strip(), ruled_at=doing.now, ruled_by=doing.actor.login,
            )
        )  # fmt: skip
    after = {**of_round(held), "trigger": move.trigger, "again": again}
    write_act(session, held.project, held.pack, doing, "round_returned", after, capacity=capacity)
    end_wait(session, city, held.review, now=doing.now)
    reason = f"{doing.name}退回：{doing.reason.strip()}"
    rejected = ReviewStatus.rejected
    return leave_round(session, city, held, rejected, move.trigger, rule=held.entry.code, reason=reason, now=doing.now)


def _back_move(held: Held, trigger: str) -> Move:
    """The move, when it leads back from here and the system may make it for whoever returns."""
    allowed = [
        move
        for move in held.pack.procedure.moves_from(held.project.step)
        if SYSTEM in move.who and (move.nature is Nature.back or move.trigger == held.entry.on_reject)
    ]
    found = next((move for move in allowed if move.trigger == trigger), None)
    if found is None:
        possible = "、".join(f"{move.label.zh} {move.trigger}" for move in allowed)
        raise MoveNotBack(trigger=trigger, review=held.entry.label, possible=possible or "无")
    return found


def reopen_task(
    session: Session, city: City, task_id: int, doing: Doing, *, budget: Reopening | None = None
) -> ReviewTask:
    """Return one answered task to its unit within the open round (只退回一个部门); the others' opinions stand.

    By the lead or a coordinator above the project, with reasons. Its clock goes on as `budget` or the pack says. What
    it said stays in the history. In an ordered review the one whose turn it was waits again. Raises TaskMissing,
    LeadForbidden, RoundClosed, ReasonMissing, ReviewSuspended, TaskNotAnswered, RequestReused.
    """
    held, task = hold_task(session, task_id)
    capacity = require_lead_or_coordinator(session, held, doing)
    if acted_before(session, held.project, doing, "task_returned", {"task": task_id}):
        return task
    require_open(held, "退回给一个单位", "returned to one unit")
    require_reason(doing, "退回给一个单位", "returned to one unit")
    require_moving(held)
    if task.status != TaskStatus.answered or held.review.awaits == Awaits.supplement:
        raise TaskNotAnswered(unit=task.organisation.name)
    _call_back(session, city, held, task, doing)
    note = Note(f"退回{task.organisation.name}：{doing.reason.strip()}", doing.actor.login, doing.now, RETURNED)
    said = reopen(session, city, held, task, note, budget or held.entry.reopen)
    task.again_because = f"退回：{doing.reason.strip()}"
    end_wait(session, city, held.review, now=doing.now, decided=False)
    session.flush()
    after = {**of_round(held), "member": task.member, "task": task.id}
    write_act(session, held.project, held.pack, doing, "task_returned", after, before=said, capacity=capacity)
    announce_turns(session, held, [task], now=doing.now)
    refresh_light(session, held.project)
    return task


def _call_back(session: Session, city: City, held: Held, task: ReviewTask, doing: Doing) -> None:
    """In an ordered review nobody after the returned task may be at work meanwhile."""
    if held.entry.mode is not ReviewMode.ordered:
        return
    for later in held.review.tasks:
        if later.position > task.position and later.status == TaskStatus.open:
            later.status = TaskStatus.waiting
            cancel_clock(session, held.project.id, ClockSubject.task, later.id, on=city.day(doing.now))


def recall(session: Session, city: City, project: Project, review: str, doing: Doing) -> Advanced:
    """Recall an open review (撤回申请): the applicant's coordinator makes the pack's move for it.

    The opinions given stay in the history and may be carried into the next round. Raises PackEntryUnknown
    (policy.pack), RecallUnknown, and what services.project.advance raises.
    """
    pack: Pack = pack_of(project.pack_version)
    entry = pack.review(review)
    move = pack.procedure.move(entry.on_withdraw, project.step) if entry.on_withdraw else None
    if move is None:
        raise RecallUnknown(review=entry.label, project=project.name)
    if not capacities(session, doing.actor, move.who, project.organisation):
        seats = "、".join(seat.label.zh for seat in move.who)
        words = {"actor": doing.name, "project": project.name, "move": move.label.zh}
        raise MoveForbidden(**words, seats=seats, seats_en=", ".join(seat.label.text("en") for seat in move.who))
    command = Command(
        project.code, move.trigger, doing.actor, doing.request_id or "", doing.now, doing.reason, doing.source
    )
    return advance(session, city, command)
