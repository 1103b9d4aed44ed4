"""What rules of anomalies look at (异常规则的取数): entries of the projects of one pack version, narrowed in SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.project import Project
from policy.pack import Pack
from services.reading import Reading
from states.label import Label

STEP = 5000
"""Entries fetched together."""
MACHINE_ACTORS = ("system:", "operator:")
MACHINE_SOURCES = ("flow", "import", "simulation", "demo")
"""Where what is written does not show when a person worked."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What a rule has seen: in words, and the ids of the entries it rests on, oldest first."""

    words: Label
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the projects of one pack version, from an instant on."""

    session: Session
    reading: Reading
    pack: Pack
    version: int
    since: datetime | None = None

    def entries(self, *conditions: ColumnElement[bool]) -> Iterator[Any]:
        """Their entries that meet the conditions, oldest first, fetched a part at a time."""
        told = (
            AuditEntry.id, AuditEntry.subject_id, AuditEntry.action, AuditEntry.actor, AuditEntry.on_behalf_of,
            AuditEntry.source, AuditEntry.before, AuditEntry.after, AuditEntry.occurred_at, AuditEntry.recorded_at,
        )  # fmt: skip
        query = select(*told).join(Project, Project.code == AuditEntry.subject_id)
        query = query.where(AuditEntry.subject == "project", Project.pack_version_id == self.version, *conditions)
        if self.since is not None:
            query = query.where(AuditEntry.recorded_at >= self.since)
        yield from self.session.execute(query.order_by(AuditEntry.id).execution_options(yield_per=STEP))


def logins(row: Any) -> frozenset[str]:  # noqa: ANN401 - a row of Look.entries
    """Who acted and on whose behalf; nobody for what the system did."""
    named = (row.actor, row.on_behalf_of)
    return frozenset(login for login in named if login and not login.startswith(MACHINE_ACTORS))
