"""The findings of a project (事项清单): objections, defects and requests, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.project import Project
from policy.pack import Pack
from services.finding import findings_of
from services.pack import name_in
from services.reading import Reading
from states.finding import FindingStatus


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding: `kind` is the pack's code, `label` its name, `by` the login that raised it."""

    id: int
    kind: str
    label: str
    title: str
    status: FindingStatus
    answer: str | None
    raised_at: datetime
    by: str
    closed_at: datetime | None


def list_findings(session: Session, reading: Reading, project: Project, pack: Pack) -> tuple[FindingLine, ...]:
    """Every finding, oldest first; one statement."""
    return tuple(
        FindingLine(
            id=row.id,
            kind=row.kind,
            label=reading.text(name_in(pack.finding, row.kind)),
            title=row.title,
            status=FindingStatus(row.status),
            answer=row.answer,
            raised_at=row.raised_at,
            by=row.raised_by,
            closed_at=row.closed_at,
        )
        for row in findings_of(session, project.id)
    )
