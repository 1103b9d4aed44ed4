"""Late recordings (补录): who writes down late what happened before, counted per unit and month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.organisation import Organisation
from models.person import Person
from services.audit import is_late
from services.reading import Reading
from states.label import Label

UNKNOWN = Label("（无单位）", "(no unit)")
"""Where whoever acted is no person of the register: the operator of the machine, an import, the system."""


@dataclass(frozen=True, slots=True)
class LateEntry:
    """One late recording. `delay` is the time from what happened to its entry."""

    subject: str
    subject_id: str
    seq: int
    action: str
    actor: str
    unit: str
    reason: str
    occurred_at: datetime
    recorded_at: datetime

    @property
    def delay(self) -> timedelta:
        """How late it was written down."""
        return self.recorded_at - self.occurred_at


@dataclass(frozen=True, slots=True)
class LateCount:
    """The late recordings of one unit in one month (`2026-03`, in the city's zone); days are full days."""

    unit: str
    month: str
    entries: int
    longest_days: int


def late_entries(session: Session, reading: Reading) -> list[LateEntry]:
    """Every late recording, oldest first."""
    unknown = reading.text(UNKNOWN)
    return [
        LateEntry(
            subject=row.subject,
            subject_id=row.subject_id,
            seq=row.seq,
            action=row.action,
            actor=row.actor,
            unit=row.unit or unknown,
            reason=row.reason or "",
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
        )
        for row in _candidates(session)
        if is_late(row.occurred_at, row.recorded_at)
    ]


def late_counts(session: Session, reading: Reading) -> list[LateCount]:
    """Late recordings per unit and month: newest month first, most first."""
    months: dict[tuple[str, str], list[LateEntry]] = defaultdict(list)
    for entry in late_entries(session, reading):
        months[entry.unit, f"{reading.city.day(entry.recorded_at):%Y-%m}"].append(entry)
    counts = [
        LateCount(unit, month, len(found), max(one.delay for one in found).days)
        for (unit, month), found in months.items()
    ]
    return sorted(sorted(counts, key=lambda one: (-one.entries, one.unit)), key=lambda one: one.month, reverse=True)


def _candidates(session: Session) -> Sequence[Row[Any]]:
    # nearly every entry is written down when it happens: the database leaves those out, we look at the rest
    query = (
        select(*AuditEntry.__table__.columns, Organisation.name.label("unit"))
        .outerjoin(Person, Person.login == AuditEntry.actor)
        .outerjoin(Organisation, Organisation.id == Person.organisation_id)
        .where(AuditEntry.occurred_at < AuditEntry.recorded_at)
    )
    return session.execute(query.order_by(AuditEntry.id)).all()
