"""The checklist (材料清单): what the next moves need and what is on file, each document with its newest version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.document import Document
from models.project import Project
from policy.pack import Pack, PackEntryUnknown
from states.procedure import Move, Nature
from states.requirement import DocumentsPresent, Named


@dataclass(frozen=True, slots=True)
class Filed:
    """A document on file: its newest version of `versions`; `size` in bytes, `uploaded_by` a login."""

    filename: str
    version: int
    size: int
    sha256: str
    uploaded_at: datetime
    uploaded_by: str


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One document: what the next moves need it for (empty where none does), who owes it, what is on file."""

    code: str
    label: str
    owed_by: str
    needed_for: tuple[str, ...]
    filed: Filed | None

    @property
    def is_missing(self) -> bool:
        """Needed now and not there."""
        return bool(self.needed_for) and self.filed is None


@dataclass(frozen=True, slots=True)
class Checklist:
    """Documents the next forward moves need come first, in the pack's order; then whatever else is on file."""

    lines: tuple[DocumentLine, ...]

    @property
    def needed(self) -> int:
        """How many the next moves need."""
        return sum(bool(line.needed_for) for line in self.lines)

    @property
    def missing(self) -> int:
        """How many of them are missing."""
        return sum(line.is_missing for line in self.lines)


def checklist(session: Session, project: Project, pack: Pack) -> Checklist:
    """The documents of a project against what its next forward moves need; one statement."""
    filed = _filed(session, project)
    needs = _needs(pack.procedure.moves_from(project.step))
    lines = [
        DocumentLine(code, named.label.zh, named.owed_by.zh, tuple(moves), filed.get(code))
        for code, (named, moves) in needs.items()
    ]
    lines += [_other(pack, code, found) for code, found in filed.items() if code not in needs]
    return Checklist(tuple(lines))


def _filed(session: Session, project: Project) -> dict[str, Filed]:
    query = select(Document).where(Document.project_id == project.id, Document.withdrawn_at.is_(None))
    rows: Sequence[Document] = session.scalars(query.order_by(Document.kind, Document.version)).all()
    return {
        row.kind: Filed(row.filename, row.version, row.size, row.sha256, row.uploaded_at, row.uploaded_by)
        for row in rows
    }


def _needs(moves: Iterable[Move]) -> dict[str, tuple[Named, list[str]]]:
    found: dict[str, tuple[Named, list[str]]] = {}
    for move in moves:
        if move.nature is not Nature.forward:
            continue
        for requirement in move.requirements:
            for named in requirement.documents if isinstance(requirement, DocumentsPresent) else ():
                found.setdefault(named.code, (named, []))[1].append(move.label.zh)
    return found


def _other(pack: Pack, code: str, filed: Filed) -> DocumentLine:
    try:
        entry = pack.document_entry(code)
    except PackEntryUnknown:  # filed under an older pack
        return DocumentLine(code, code, "", (), filed)
    return DocumentLine(code, entry.label, entry.owed_by.label.zh, (), filed)
