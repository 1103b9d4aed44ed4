"""What a vote or a posting was about (方案快照): papers by version and hash, facts as they were, what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.document import Document
from models.fact import Fact
from models.project import Project
from policy.pack import Pack
from services.pack import name_in
from states.label import Label

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Changes:
    """The papers and facts that are others now, and the day the last of them changed (city's zone)."""

    labels: tuple[Label, ...] = ()
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Every paper on file (newest version) and every fact of a project, each with the moment it was brought."""

    papers: Mapping[str, tuple[Json, datetime]]
    facts: Mapping[str, tuple[Any, datetime]]

    def snapshot(self, documents: Iterable[str], facts: Iterable[str] = ()) -> Json:
        """These papers and facts as JSON; what is not there is there as nothing, so that its coming is a change."""
        return {
            "documents": {code: self.papers[code][0] if code in self.papers else {} for code in documents},
            "facts": {code: self.facts[code][0] if code in self.facts else None for code in facts},
        }

    def newest_of(self, documents: Iterable[str]) -> datetime | None:
        """The moment the last of these papers was brought."""
        return max((self.papers[code][1] for code in documents if code in self.papers), default=None)

    def changes(self, pack: Pack, before: Json, *, since: datetime) -> Changes:
        """What differs from a snapshot taken at `since`; the same content filed again is no change."""
        names: list[Label] = []
        moments: list[datetime] = []
        for code, earlier in before["documents"].items():
            paper, moment = self.papers.get(code, ({}, since))
            if paper.get("sha256") != earlier.get("sha256"):
                names.append(name_in(pack.document_entry, code))
                moments.append(moment)
        for code, earlier in before["facts"].items():
            value, moment = self.facts.get(code, (None, since))
            if value != earlier:
                names.append(name_in(pack.fact, code))
                moments.append(moment)
        zone = ZoneInfo(pack.document.pack.timezone)
        return Changes(tuple(names), max(moments).astimezone(zone).date() if moments else None)


def plan_of(session: Session, project: Project) -> Plan:
    """The project's papers and facts as they stand; two statements."""
    rows = select(Document.kind, Document.version, Document.sha256, Document.uploaded_at).where(
        Document.project_id == project.id, Document.withdrawn_at.is_(None)
    )
    papers = {
        row.kind: ({"version": row.version, "sha256": row.sha256}, row.uploaded_at)
        for row in session.execute(rows.order_by(Document.version))
    }
    facts = select(Fact.code, Fact.value, Fact.recorded_at).where(Fact.project_id == project.id)
    return Plan(papers, {row.code: (row.value, row.recorded_at) for row in session.execute(facts)})
