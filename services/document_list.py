"""The documents of a project (材料清单): what the next moves need and what is on file, each with its versions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.document import Document
from models.project import Project
from policy.pack import Pack, PackEntryUnknown
from services.pack import name_in
from services.reading import Reading
from states.procedure import Move, Nature
from states.requirement import DocumentsFresh, DocumentsPresent, Named
from states.vote_requirement import Posted


@dataclass(frozen=True, slots=True)
class Filed:
    """One version of a document on file; `size` in bytes, `by` a login."""

    kind: str
    label: str
    version: int
    file: str
    size: int
    sha256: str
    uploaded_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One document: what the next moves need it for (empty where none does), who owes it, its versions on file."""

    code: str
    label: str
    owed_by: str
    needed_for: tuple[str, ...]
    versions: tuple[Filed, ...] = ()

    @property
    def filed(self) -> Filed | None:
        """The newest version, None where nothing is on file."""
        return self.versions[-1] if self.versions else None

    @property
    def is_missing(self) -> bool:
        """Needed now and not there."""
        return bool(self.needed_for) and not self.versions


@dataclass(frozen=True, slots=True)
class DocumentList:
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


def list_documents(session: Session, reading: Reading, project: Project, pack: Pack) -> DocumentList:
    """The documents of a project against what its next forward moves need; one statement."""
    versions = _versions(session, reading, project, pack)
    needs = _needs(reading, pack.procedure.moves_from(project.step))
    lines = [
        DocumentLine(
            code, reading.text(named.label), reading.text(named.owed_by), tuple(moves), tuple(versions.get(code, ()))
        )
        for code, (named, moves) in needs.items()
    ]
    lines += [
        DocumentLine(code, found[-1].label, _owed_by(reading, pack, code), (), tuple(found))
        for code, found in versions.items()
        if code not in needs
    ]
    return DocumentList(tuple(lines))


def _versions(session: Session, reading: Reading, project: Project, pack: Pack) -> dict[str, list[Filed]]:
    query = select(Document).where(Document.project_id == project.id, Document.withdrawn_at.is_(None))
    found: dict[str, list[Filed]] = {}
    for row in session.scalars(query.order_by(Document.kind, Document.version)):
        label = reading.text(name_in(pack.document_entry, row.kind))
        filed = Filed(
            row.kind, label, row.version, row.filename, row.size, row.sha256, row.uploaded_at, row.uploaded_by
        )
        found.setdefault(row.kind, []).append(filed)
    return found


def _needs(reading: Reading, moves: Iterable[Move]) -> dict[str, tuple[Named, list[str]]]:
    found: dict[str, tuple[Named, list[str]]] = {}
    for move in moves:
        if move.nature is not Nature.forward:
            continue
        for requirement in move.requirements:
            if not isinstance(requirement, DocumentsPresent | DocumentsFresh | Posted):
                continue
            for named in requirement.documents:
                found.setdefault(named.code, (named, []))[1].append(reading.text(move.label))
    return found


def _owed_by(reading: Reading, pack: Pack, code: str) -> str:
    try:
        return reading.text(pack.document_entry(code).owed_by.label)
    except PackEntryUnknown:  # filed under an older pack
        return ""
