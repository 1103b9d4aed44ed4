"""Handing in a supplement (提交补正): item by item, then as a whole; the clocks go on with the days they had left."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.document import Document
from models.review import ReviewTask
from models.supplement import Supplement, SupplementItem
from services.city import City
from services.clock import refresh_light, stop_clock
from services.clock_ledger import Note, resume_clocks
from services.round_act import Doing, acted_before, of_round, require_applicant, write_act
from services.standing import ask_settlement, standing
from services.supplement import round_clocks
from services.supplement_error import (
    SupplementEnded,
    SupplementIncomplete,
    SupplementMissing,
    SupplementPaperMissing,
    SupplementWordsMissing,
)
from services.task_hold import Held, hold_round
from services.task_opening import announce_turns, open_next
from services.task_reopen import reopen
from states.clock import SUPPLEMENT, ClockSubject
from states.review import Opinion, ReviewStatus, TaskStatus
from states.round import Reopening
from states.supplement import SupplementStatus


def tick(
    session: Session, item_id: int, doing: Doing, *, document: str | None = None, note: str = ""
) -> SupplementItem:
    """Tick one item with the paper that answers it, newer than the list, or with words where no paper is wanted.

    Ticking again replaces what was ticked before. A repeated request changes nothing twice. Raises SupplementMissing,
    ApplicantForbidden, SupplementEnded, SupplementPaperMissing, SupplementWordsMissing, RequestReused.
    """
    found = session.get(SupplementItem, item_id)
    if found is None:
        raise SupplementMissing(number=item_id, what="事项", what_en="item")
    held, made = _hold(session, found.supplement_id)
    item = next(one for one in made.items if one.id == item_id)
    capacity = require_applicant(held.project, doing)
    if acted_before(session, held.project, doing, "supplement_ticked", {"item": item_id}):
        return item
    _require_open(made)
    kind = document or item.document
    paper = _paper(session, held, made, item, kind) if kind else None
    if paper is None and not note.strip():
        raise SupplementWordsMissing(item=item.says)
    item.document_id, item.note = paper.id if paper else None, note.strip() or None
    item.ticked_at, item.ticked_by = doing.now, doing.actor.login
    after = {**of_round(held), "item": item.id, "kind": kind, "version": paper.version if paper else None}
    write_act(session, held.project, held.pack, doing, "supplement_ticked", after, capacity=capacity)
    session.flush()
    return item


def hand_in(session: Session, city: City, supplement_id: int, doing: Doing) -> Supplement:
    """Hand in a completed list: clocks go on with the days left, who demanded something looks at it anew.

    A repeated request changes nothing twice. Raises SupplementMissing, ApplicantForbidden, SupplementEnded,
    SupplementIncomplete (naming every open item), RequestReused.
    """
    held, made = _hold(session, supplement_id)
    capacity = require_applicant(held.project, doing)
    if acted_before(session, held.project, doing, "supplement_handed_in", {"supplement": supplement_id}):
        return made
    _require_open(made)
    left = [item.says for item in made.items if item.ticked_at is None]
    if left:
        raise SupplementIncomplete(count=len(left), items="；".join(left))
    made.status, made.ended_at, made.ended_by = SupplementStatus.handed_in, doing.now, doing.actor.login
    held.review.awaits = None
    stop_clock(session, held.project.id, ClockSubject.supplement, made.id, on=city.day(doing.now))
    note = Note("申报方已补齐", doing.actor.login, doing.now, SUPPLEMENT)
    resume_clocks(session, city, held.pack, held.project.id, note, only=round_clocks(session, held))
    asked = _asked_anew(session, city, held, made, note)
    after = {**of_round(held), "supplement": made.id, "members": [task.member for task in asked]}
    write_act(session, held.project, held.pack, doing, "supplement_handed_in", after, capacity=capacity)
    _go_on(session, city, held, asked, doing)
    return made


def _asked_anew(session: Session, city: City, held: Held, made: Supplement, note: Note) -> list[ReviewTask]:
    """Who demanded a paper, and whose rejection the lead had suspended, answers anew with the days it had left."""
    named = {item.task_id for item in made.items}
    answered = [task for task in held.review.tasks if task.status == TaskStatus.answered]
    found = [task for task in answered if task.id in named or task.opinion == Opinion.supplement]
    for task in found:
        reopen(session, city, held, task, note, Reopening.remaining)
        task.again_because = "申报方已补正"
    session.flush()
    return found


def _go_on(session: Session, city: City, held: Held, asked: list[ReviewTask], doing: Doing) -> None:
    if asked:
        announce_turns(session, held, asked, now=doing.now)
    elif standing(held.review) is not ReviewStatus.open:
        ask_settlement(session, held.project, held.pack, held.review, now=doing.now)
    open_next(session, city, held, now=doing.now)
    refresh_light(session, held.project)


def _hold(session: Session, supplement_id: int) -> tuple[Held, Supplement]:
    review_id = session.scalar(select(Supplement.review_id).where(Supplement.id == supplement_id))
    if review_id is None:
        raise SupplementMissing(number=supplement_id, what="清单", what_en="list")
    held = hold_round(session, review_id)
    query = select(Supplement).where(Supplement.id == supplement_id).execution_options(populate_existing=True)
    return held, session.scalars(query).one()


def _require_open(made: Supplement) -> None:
    if made.status != SupplementStatus.open:
        label = SupplementStatus(made.status).label
        raise SupplementEnded(status=label.zh, status_en=label.text("en"))


def _paper(session: Session, held: Held, made: Supplement, item: SupplementItem, kind: str) -> Document:
    entry = held.pack.document_entry(kind)
    query = select(Document).where(Document.project_id == held.project.id, Document.kind == kind)
    query = query.where(Document.withdrawn_at.is_(None)).order_by(Document.version.desc()).limit(1)
    found = session.scalar(query)
    if found is None or found.uploaded_at < made.issued_at:
        raise SupplementPaperMissing(item=item.says, document=entry.label)
    return found
