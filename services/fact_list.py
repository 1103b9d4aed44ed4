"""What has been recorded (填报情况): the facts and milestones of a project, in words and the pack's order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.fact import Fact, Milestone
from models.project import Project
from policy.pack import Pack
from services.figure import recorded_text
from services.pack import name_in
from services.reading import Reading


@dataclass(frozen=True, slots=True)
class FactLine:
    """One fact: its `value` as JSON keeps it, `text` as people read it; `by` is a login."""

    code: str
    label: str
    value: Any
    text: str
    recorded_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    """One milestone of the pack; `due` is MM-DD where the authority sets one, `day` None while it is not reached."""

    code: str
    label: str
    owed_by: str
    due: str | None
    day: date | None


def list_facts(session: Session, reading: Reading, project: Project, pack: Pack) -> tuple[FactLine, ...]:
    """The facts on record in the pack's order, those it does not know last; one statement."""
    order = {code: index for index, code in enumerate(pack.facts)}
    rows = session.scalars(select(Fact).where(Fact.project_id == project.id).order_by(Fact.code))
    return tuple(
        FactLine(
            row.code,
            reading.text(name_in(pack.fact, row.code)),
            row.value,
            recorded_text(pack, row.code, row.value),
            row.recorded_at,
            row.recorded_by,
        )
        for row in sorted(rows, key=lambda row: order.get(row.code, len(order)))
    )


def list_milestones(session: Session, reading: Reading, project: Project, pack: Pack) -> tuple[MilestoneLine, ...]:
    """Every milestone of the pack, reached or not; one statement."""
    rows = session.execute(select(Milestone.code, Milestone.reached_on).where(Milestone.project_id == project.id))
    reached = {row.code: row.reached_on for row in rows}
    return tuple(
        MilestoneLine(one.code, reading.text(one.name), reading.text(one.owed_by.label), one.due, reached.get(one.code))
        for one in pack.document.milestones
    )
