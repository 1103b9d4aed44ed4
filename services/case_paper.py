"""The papers of a case (个案材料): newest versions, what an open promise stands for, when moves were last made."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, func, literal_column, select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.document import Document
from models.project import Project
from models.promise import Promise
from policy.pack import Pack
from states.case import Paper, Papers
from states.requirement import DocumentsFresh
from states.supplement import PromiseStatus

# built once: nearly every move asks for them
_DOCUMENT, _PROMISE = cast(Table, Document.__table__), cast(Table, Promise.__table__)
_KINDS = (
    select(literal_column("0").label("is_promise"), _DOCUMENT.c.kind)
    .where(_DOCUMENT.c.project_id == bindparam("of_project"), _DOCUMENT.c.withdrawn_at.is_(None))
    .distinct()
)
_ON_FILE = _KINDS.union_all(
    select(literal_column("1"), _PROMISE.c.code).where(
        _PROMISE.c.project_id == bindparam("of_project"), _PROMISE.c.status == PromiseStatus.open
    )
)


def load_documents(session: Session, project: Project, pack: Pack) -> frozenset[str]:
    """The kinds that are on file, and those an open promise stands for (容缺受理、告知承诺)."""
    entries = {entry.code: entry for entry in pack.document.promises}
    found: set[str] = set()
    session.flush()
    for is_promise, name in session.execute(_ON_FILE if entries else _KINDS, {"of_project": project.id}):
        if is_promise:
            found.update(entries[name].documents if name in entries else ())
        else:
            found.add(name)
    return frozenset(found)


def load_papers(session: Session, project: Project, pack: Pack) -> Papers:
    """What requirements for newer papers look at; three statements."""
    query = select(Document.kind, Document.version, Document.uploaded_at).where(
        Document.project_id == project.id, Document.withdrawn_at.is_(None)
    )
    rows = session.execute(query.order_by(Document.version))
    newest = {row.kind: Paper(row.version, row.uploaded_at) for row in rows}
    return Papers(newest, promised_documents(session, project, pack), _moved_at(session, project, pack))


def promised_documents(session: Session, project: Project, pack: Pack) -> frozenset[str]:
    """The kinds of documents the open promises of a project stand for; no statement where the pack knows none."""
    entries = {entry.code: entry for entry in pack.document.promises}
    if not entries:
        return frozenset()
    query = select(Promise.code).where(Promise.project_id == project.id, Promise.status == PromiseStatus.open)
    return frozenset(kind for code in session.scalars(query) if code in entries for kind in entries[code].documents)


def _moved_at(session: Session, project: Project, pack: Pack) -> dict[str, datetime]:
    wanted = {
        trigger
        for move in pack.procedure.moves
        for requirement in move.requirements
        if isinstance(requirement, DocumentsFresh)
        for trigger, _ in requirement.after
    }
    query = (
        select(AuditEntry.action, func.max(AuditEntry.recorded_at).label("at"))
        .where(AuditEntry.subject == "project", AuditEntry.subject_id == project.code, AuditEntry.action.in_(wanted))
        .group_by(AuditEntry.action)
    )
    return {row.action: row.at for row in session.execute(query)} if wanted else {}
