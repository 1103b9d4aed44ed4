"""What has been recorded (填报情况): facts, milestones and findings of a project, in words and the pack's order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.fact import Fact, Milestone
from models.finding import Finding
from models.project import Project
from policy.pack import Pack
from services.figure import fact_text
from states.exceptions import JiugaiError
from states.finding import FindingStatus
from states.label import Label


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact in words; `recorded_by` is a login."""

    code: str
    label: str
    text: str
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    """One milestone of the pack; `due` is MM-DD where the authority sets one, `reached_on` None while it is open."""

    code: str
    label: str
    owed_by: str
    due: str | None
    reached_on: date | None


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One objection, defect or request."""

    id: int
    kind: str
    title: str
    status: FindingStatus
    status_label: Label
    raised_at: datetime
    raised_by: str
    answer: str
    closed_at: datetime | None


def fact_lines(pack: Pack, rows: Sequence[Fact]) -> tuple[FactLine, ...]:
    """The facts the pack knows, in its order."""
    order = {code: index for index, code in enumerate(pack.facts)}
    known = sorted((row for row in rows if row.code in order), key=lambda row: order[row.code])
    return tuple(
        FactLine(row.code, pack.fact(row.code).label, _text(pack, row), row.recorded_at, row.recorded_by)
        for row in known
    )


def _text(pack: Pack, row: Fact) -> str:
    try:
        return fact_text(pack.fact(row.code), pack.load_fact(row.code, row.value))
    except JiugaiError:  # recorded under an older pack, with another type
        return str(row.value)


def milestone_lines(session: Session, project: Project, pack: Pack) -> tuple[MilestoneLine, ...]:
    """Every milestone of the pack, reached or not; one statement."""
    rows = session.execute(select(Milestone.code, Milestone.reached_on).where(Milestone.project_id == project.id))
    reached = {row.code: row.reached_on for row in rows}
    return tuple(
        MilestoneLine(entry.code, entry.label, entry.owed_by.label.zh, entry.due, reached.get(entry.code))
        for entry in pack.document.milestones
    )


def finding_line(pack: Pack, row: Finding) -> FindingLine:
    """One finding under the pack's name for its kind."""
    status = FindingStatus(row.status)
    kind = next((entry.label for entry in pack.document.findings if entry.code == row.kind), row.kind)
    return FindingLine(
        row.id, kind, row.title, status, status.label, row.raised_at, row.raised_by, row.answer or "", row.closed_at
    )
