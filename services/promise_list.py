"""The promises of a project (承诺情况): what each stands for, who gave it, until when, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import Clock
from models.project import Project
from models.promise import Promise
from policy.pack import Pack
from services.pack import name_in
from services.reading import Reading
from states.clock import ClockSubject
from states.supplement import PromiseKind, PromiseStatus


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """One promise; `documents` are the names of the papers it stands for, `by` the login that entered it."""

    id: int
    code: str
    label: str
    kind: PromiseKind
    status: PromiseStatus
    documents: tuple[str, ...]
    promisor: str
    made_at: datetime
    by: str
    due_on: date | None
    ended_at: datetime | None
    ended_by: str | None
    note: str | None
    source: str


def list_promises(session: Session, reading: Reading, project: Project, pack: Pack) -> tuple[PromiseLine, ...]:
    """Every promise of a project, oldest first; one statement."""
    mine = (Clock.subject == ClockSubject.promise) & (Clock.subject_id == Promise.id)
    query = select(Promise, Clock.due_on).outerjoin(Clock, mine & (Clock.project_id == Promise.project_id))
    rows = session.execute(query.where(Promise.project_id == project.id).order_by(Promise.id)).all()
    return tuple(_line(reading, pack, row.Promise, row.due_on) for row in rows)


def _line(reading: Reading, pack: Pack, one: Promise, due_on: date | None) -> PromiseLine:
    entry = next((entry for entry in pack.document.promises if entry.code == one.code), None)
    kinds = entry.documents if entry else ()
    return PromiseLine(
        id=one.id,
        code=one.code,
        label=reading.text(entry.name) if entry else one.code,
        kind=PromiseKind(one.kind),
        status=PromiseStatus(one.status),
        documents=tuple(reading.text(name_in(pack.document_entry, kind)) for kind in kinds),
        promisor=one.promisor,
        made_at=one.made_at,
        by=one.made_by,
        due_on=due_on,
        ended_at=one.ended_at,
        ended_by=one.ended_by,
        note=one.note,
        source=reading.text(pack.source(entry.source).name) if entry else "",
    )
