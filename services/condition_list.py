"""The conditions of a project's reviews (附加条件清单): what was asked, by whom it is owed, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from models.document import Document
from models.organisation import Organisation
from models.project import Project
from models.review import Review, ReviewTask
from models.review_condition import ReviewCondition
from policy.pack import Pack
from services.condition import owed_label
from services.pack import name_in, pack_of
from services.reading import Reading
from states.review_task import OWED, ConditionStatus


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """One condition; `review` and `round` say where it was set, `document` is the file name that shows it is met.

    `by` of an act is a login.
    """

    id: int
    task: int
    review: str
    round: int
    unit: str
    text: str
    owed_by: str
    status: ConditionStatus
    set_at: datetime
    set_by: str
    document: str | None
    reported_at: datetime | None
    reported_by: str | None
    closed_at: datetime | None
    closed_by: str | None
    closing_reason: str | None

    @property
    def is_owed(self) -> bool:
        """Whether later moves still wait for it."""
        return self.status in OWED


def list_conditions(session: Session, reading: Reading, project: Project) -> tuple[ConditionLine, ...]:
    """Every condition of a project's reviews, oldest first; one statement."""
    query: Select[tuple[ReviewCondition, ReviewTask, Review, Organisation, Document | None]] = select(
        ReviewCondition, ReviewTask, Review, Organisation, Document
    )
    query = query.join(ReviewTask, ReviewTask.id == ReviewCondition.task_id).join(Review)
    query = query.join(Organisation, Organisation.id == ReviewTask.organisation_id)
    query = query.outerjoin(Document, Document.id == ReviewCondition.document_id)
    query = query.where(ReviewCondition.project_id == project.id).order_by(ReviewCondition.id)
    pack = pack_of(project.pack_version)
    return tuple(_line(reading, pack, row) for row in session.execute(query))


def conditions_by_task(session: Session, reading: Reading, project: Project) -> dict[int, tuple[ConditionLine, ...]]:
    """The same by the task they were set with."""
    found: dict[int, tuple[ConditionLine, ...]] = {}
    for line in list_conditions(session, reading, project):
        found[line.task] = (*found.get(line.task, ()), line)
    return found


def _line(reading: Reading, pack: Pack, row: Row[Any]) -> ConditionLine:
    condition, task, review, unit, document = row
    return ConditionLine(
        id=condition.id,
        task=task.id,
        review=reading.text(name_in(pack.review, review.code)),
        round=review.round,
        unit=unit.name,
        text=condition.text,
        owed_by=reading.text(owed_label(condition.owed_by)),
        status=ConditionStatus(condition.status),
        set_at=condition.set_at,
        set_by=condition.set_by,
        document=document.filename if document else None,
        reported_at=condition.reported_at,
        reported_by=condition.reported_by,
        closed_at=condition.closed_at,
        closed_by=condition.closed_by,
        closing_reason=condition.closing_reason,
    )
