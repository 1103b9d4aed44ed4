"""Reviews on the project sheet (联审情况): one round after another, one line for each unit with its own clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models.project import Project
from models.review import Review, ReviewTask
from policy.pack import Pack, PackEntryUnknown
from services.countdown import Countdown
from states.label import Label
from states.review import Opinion, ReviewStatus, TaskStatus


@dataclass(frozen=True, slots=True)
class UnitLine:
    """What one unit was asked and answered; `answered_by` is a login, `clock` its own, None before its turn."""

    task_id: int
    unit: str
    is_lead: bool
    matter: str
    status: TaskStatus
    status_label: Label
    opinion: Opinion | None
    reasons: str
    answered_at: datetime | None
    answered_by: str
    clock: Countdown | None


@dataclass(frozen=True, slots=True)
class RoundSheet:
    """One round: how it stands, its clock, its units. `answered` of `asked` units have spoken."""

    id: int
    label: str
    round: int
    status: ReviewStatus
    status_label: Label
    opened_at: datetime
    closed_at: datetime | None
    clock: Countdown | None
    units: tuple[UnitLine, ...]

    @property
    def answered(self) -> int:
        """How many have given an opinion."""
        return sum(line.opinion is not None for line in self.units)

    @property
    def asked(self) -> int:
        """How many were asked."""
        return len(self.units)


ROUND_LABELS = {
    ReviewStatus.open: Label("进行中", "open"),
    ReviewStatus.passed: Label("通过", "passed"),
    ReviewStatus.rejected: Label("未通过", "rejected"),
    ReviewStatus.withdrawn: Label("已撤回", "withdrawn"),
}
TASK_LABELS = {
    TaskStatus.waiting: Label("未轮到", "not yet its turn"),
    TaskStatus.open: Label("待出意见", "to answer"),
    TaskStatus.answered: Label("已答复", "answered"),
    TaskStatus.not_needed: Label("无需办理", "not needed"),
}


def rounds(
    session: Session, project: Project, pack: Pack, clocks: Mapping[tuple[str, int], Countdown]
) -> tuple[RoundSheet, ...]:
    """Every round of every review, newest first; `clocks` by subject and its row. Two statements."""
    query = select(Review).where(Review.project_id == project.id).order_by(Review.id.desc())
    query = query.options(selectinload(Review.tasks).joinedload(ReviewTask.organisation))
    return tuple(_round(review, pack, clocks) for review in session.scalars(query))


def _round(review: Review, pack: Pack, clocks: Mapping[tuple[str, int], Countdown]) -> RoundSheet:
    label, lead = _entry(pack, review.code)
    return RoundSheet(
        id=review.id,
        label=label,
        round=review.round,
        status=ReviewStatus(review.status),
        status_label=ROUND_LABELS[ReviewStatus(review.status)],
        opened_at=review.opened_at,
        closed_at=review.closed_at,
        clock=clocks.get(("review", review.id)),
        units=tuple(_unit(task, lead, clocks.get(("task", task.id))) for task in review.tasks),
    )


def _entry(pack: Pack, code: str) -> tuple[str, str | None]:
    try:
        entry = pack.review(code)
    except PackEntryUnknown:  # opened under an older pack
        return code, None
    return entry.label, entry.lead


def _unit(task: ReviewTask, lead: str | None, clock: Countdown | None) -> UnitLine:
    return UnitLine(
        task_id=task.id,
        unit=task.organisation.name,
        is_lead=task.member == lead,
        matter=task.matter,
        status=TaskStatus(task.status),
        status_label=TASK_LABELS[TaskStatus(task.status)],
        opinion=Opinion(task.opinion) if task.opinion else None,
        reasons=task.reasons or "",
        answered_at=task.answered_at,
        answered_by=task.answered_by or "",
        clock=clock,
    )
