"""Carrying over (意见沿用): whose opinion of an earlier round stands, who is asked again, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models.project import Project
from models.review import Review, ReviewTask
from policy.pack import Pack
from policy.schema_review import ReviewEntry
from services.matter_change import Chronicle, load_chronicle
from states.review import Opinion, ReviewMode, ReviewStatus, TaskStatus
from states.round import Again

_STANDS = (Opinion.approve, Opinion.not_concerned)


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a new round may build on: the last round of the review, and the last one passed of the one it carries."""

    last: Review | None
    carried: Review | None

    def task(self, member: str) -> ReviewTask | None:
        """The member's latest answer in either, else the task it left unanswered."""
        tasks = [task for one in (self.last, self.carried) if one for task in one.tasks if task.member == member]
        answered = [task for task in tasks if task.answered_at]
        return max(answered, key=_answered_at, default=tasks[0] if tasks else None)


def _answered_at(task: ReviewTask) -> datetime:
    return task.answered_at or task.review.opened_at


def carry_over(session: Session, project: Project, pack: Pack, entry: ReviewEntry, review: Review) -> None:
    """Let the opinions that stand be the answers of a new round's tasks, before anybody is asked.

    A carried task keeps who answered, when and why, with `carried_from_id`; nobody signs anew. The others get
    `again_because`. In mode `any` the first word decides, so nothing is carried there.
    """
    if review.round == 1 and entry.carries is None:
        return
    earlier = _earlier(session, project, entry, review)
    if _again(entry, earlier) is not Again.affected or entry.mode is ReviewMode.any:
        return
    chronicle = load_chronicle(session, project, pack)
    lead = entry.lead if entry.mode is ReviewMode.lead else None
    for task in review.tasks:
        before = earlier.task(task.member)
        because = (
            "由牵头部门听取各方意见后定夺" if task.member == lead else _because(pack, entry, chronicle, task, before)
        )
        if because or before is None:
            task.again_because = because or None
        else:
            _carry(task, before)


def _earlier(session: Session, project: Project, entry: ReviewEntry, review: Review) -> Earlier:
    codes = [entry.code, *([entry.carries] if entry.carries else [])]
    query = select(Review).where(Review.project_id == project.id, Review.code.in_(codes))
    query = query.where(Review.status != ReviewStatus.open).order_by(Review.round.desc(), Review.id.desc())
    with session.no_autoflush:  # the new round is not written yet
        found: Sequence[Review] = session.scalars(query.options(selectinload(Review.tasks))).all()
    last = next((one for one in found if one.code == entry.code and one.round < review.round), None)
    passed = (one for one in found if one.code == entry.carries and one.status == ReviewStatus.passed)
    return Earlier(last, next(passed, None))


def _again(entry: ReviewEntry, earlier: Earlier) -> Again:
    """Whom this round asks: as somebody chose for it, else as the pack says; a carried review asks the affected."""
    if earlier.last is not None and earlier.last.next_again:
        return Again(earlier.last.next_again)
    return Again.affected if entry.carries and earlier.carried else entry.again


def _because(pack: Pack, entry: ReviewEntry, chronicle: Chronicle, task: ReviewTask, before: ReviewTask | None) -> str:
    """Why the member is asked in this round; empty when its earlier opinion stands."""
    if before is None:
        return "本轮新涉及"
    if said := _unsettled(before):
        return said
    if pack.member(entry.code, task.member).again == "always":
        return "每轮都审"
    watched = pack.watched(entry.code, task.member)
    if watched is None:
        return "政策包没有写明其意见取决于哪些情况"
    changes = chronicle.since(before, watched)
    return f"情况有变：{'；'.join(changes)}" if changes else ""


def _unsettled(before: ReviewTask) -> str:
    """Why an earlier answer cannot stand at all; empty when it may."""
    if before.opinion is None or before.status != TaskStatus.answered:
        return "上一轮未答复"
    if before.opinion not in _STANDS:
        return f"上一轮意见为“{Opinion(before.opinion).label.zh}”"
    return "上一轮为超时默认，未实际审查" if before.tacit else ""


def _carry(task: ReviewTask, before: ReviewTask) -> None:
    task.status, task.opinion, task.reasons = TaskStatus.answered, before.opinion, before.reasons
    task.answered_at, task.answered_by = before.answered_at, before.answered_by
    task.carried_from_id = before.carried_from_id or before.id
