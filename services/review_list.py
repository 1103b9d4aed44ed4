"""The reviews of a project (联审情况): one round after another, one line for each unit with its own clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models.project import Project
from models.review import Review, ReviewTask
from policy.pack import Pack, PackEntryUnknown
from services.clock_sheet import ClockSheet
from services.pack import name_in
from services.reading import Reading
from states.clock import ClockSubject
from states.label import Label
from states.review import Opinion, ReviewStatus, TaskStatus


@dataclass(frozen=True, slots=True)
class TaskLine:
    """What one unit was asked and answered; `by` is a login, `clock` its own, None before its turn."""

    task: int
    member: str
    organisation: str
    is_lead: bool
    matter: str
    status: TaskStatus
    status_label: str
    opinion: Opinion | None
    reasons: str | None
    answered_at: datetime | None
    by: str | None
    clock: ClockSheet | None


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One round: how it stands, its clock, its tasks. `answered` of `asked` units have spoken."""

    id: int
    review: str
    label: str
    round: int
    status: ReviewStatus
    status_label: str
    opened_at: datetime
    closed_at: datetime | None
    clock: ClockSheet | None
    tasks: tuple[TaskLine, ...]

    @property
    def answered(self) -> int:
        """How many have given an opinion."""
        return sum(line.opinion is not None for line in self.tasks)

    @property
    def asked(self) -> int:
        """How many were asked."""
        return len(self.tasks)


_ROUNDS = {
    ReviewStatus.open: Label("进行中", "open"),
    ReviewStatus.passed: Label("通过", "passed"),
    ReviewStatus.rejected: Label("未通过", "rejected"),
    ReviewStatus.withdrawn: Label("已撤回", "withdrawn"),
}
_TASKS = {
    TaskStatus.waiting: Label("未轮到", "not yet its turn"),
    TaskStatus.open: Label("待出意见", "to answer"),
    TaskStatus.answered: Label("已答复", "answered"),
    TaskStatus.not_needed: Label("无需办理", "not needed"),
}


def list_rounds(
    session: Session, reading: Reading, project: Project, pack: Pack, clocks: Sequence[ClockSheet]
) -> tuple[RoundLine, ...]:
    """Every round of every review, newest first; two statements. `clocks` are the project's, newest first."""
    query = select(Review).where(Review.project_id == project.id).order_by(Review.id.desc())
    query = query.options(selectinload(Review.tasks).joinedload(ReviewTask.organisation))
    of_row = {(clock.subject, clock.subject_id): clock for clock in reversed(clocks)}
    return tuple(_round(reading, review, pack, of_row) for review in session.scalars(query))


_Clocks = Mapping[tuple[ClockSubject, int | None], ClockSheet]


def _round(reading: Reading, review: Review, pack: Pack, clocks: _Clocks) -> RoundLine:
    status, lead = ReviewStatus(review.status), _lead(pack, review.code)
    return RoundLine(
        id=review.id,
        review=review.code,
        label=reading.text(name_in(pack.review, review.code)),
        round=review.round,
        status=status,
        status_label=reading.text(_ROUNDS[status]),
        opened_at=review.opened_at,
        closed_at=review.closed_at,
        clock=clocks.get((ClockSubject.review, review.id)),
        tasks=tuple(_task(reading, task, lead, clocks.get((ClockSubject.task, task.id))) for task in review.tasks),
    )


def _lead(pack: Pack, code: str) -> str | None:
    try:
        return pack.review(code).lead
    except PackEntryUnknown:  # opened under an older pack
        return None


def _task(reading: Reading, task: ReviewTask, lead: str | None, clock: ClockSheet | None) -> TaskLine:
    status = TaskStatus(task.status)
    return TaskLine(
        task=task.id,
        member=task.member,
        organisation=task.organisation.name,
        is_lead=task.member == lead,
        matter=task.matter,
        status=status,
        status_label=reading.text(_TASKS[status]),
        opinion=Opinion(task.opinion) if task.opinion else None,
        reasons=task.reasons,
        answered_at=task.answered_at,
        by=task.answered_by,
        clock=clock,
    )
