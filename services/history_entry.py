"""Entries of one project (历史条目) as they were kept up to a moment, by when they were written down or happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from states.label import Label

Json = dict[str, Any]


class Basis(StrEnum):
    """By which of its two moments an entry is placed in time.

    `recorded` is what the record said then; `occurred` what had happened by then as is known today: with what was
    filled in later (补录).
    """

    recorded = "recorded"
    occurred = "occurred"

    @property
    def label(self) -> Label:
        """The basis in words."""
        return _BASES[self]


_BASES = {
    Basis.recorded: Label("按登记时间（当时记录里有的）", "as recorded by then"),
    Basis.occurred: Label("按发生时间（含事后补录）", "as it had happened, with what was recorded later"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of a project as it is kept; `seq` is its number in the project's chain."""

    seq: int
    action: str
    actor: str
    on_behalf_of: str | None
    source: str
    reason: str | None
    before: Json
    after: Json
    pack: str | None
    occurred_at: datetime
    recorded_at: datetime

    def at(self, basis: Basis) -> datetime:
        """Its moment on that basis."""
        return self.recorded_at if basis is Basis.recorded else self.occurred_at


_TOLD = (
    AuditEntry.seq,
    AuditEntry.action,
    AuditEntry.actor,
    AuditEntry.on_behalf_of,
    AuditEntry.source,
    AuditEntry.reason,
    AuditEntry.before,
    AuditEntry.after,
    AuditEntry.pack,
    AuditEntry.occurred_at,
    AuditEntry.recorded_at,
)


def entries_of(
    session: Session, code: str, *, until: datetime | None = None, basis: Basis = Basis.recorded
) -> list[Told]:
    """The entries of a project up to and with `until`, in the order of `basis`; one statement."""
    moment = AuditEntry.recorded_at if basis is Basis.recorded else AuditEntry.occurred_at
    query = select(*_TOLD).where(AuditEntry.subject == "project", AuditEntry.subject_id == code)
    if until is not None:
        query = query.where(moment <= until)
    order = (AuditEntry.seq,) if basis is Basis.recorded else (AuditEntry.occurred_at, AuditEntry.seq)
    return [told(row) for row in session.execute(query.order_by(*order))]


def told(row: Any) -> Told:  # noqa: ANN401 - a row with the columns above
    """A row of the audit trail as an entry."""
    return Told(
        row.seq, row.action, row.actor, row.on_behalf_of, row.source, row.reason, row.before, row.after, row.pack,
        row.occurred_at, row.recorded_at,
    )  # fmt: skip
