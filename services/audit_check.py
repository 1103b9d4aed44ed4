"""The audit trail verified chain by chain (留痕校验), so that who waits sees how far it has come."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from services.audit import Break, verify
from services.project import find_project


class Chain(NamedTuple):
    """One subject's entries."""

    subject: str
    subject_id: str
    entries: int


def chains(session: Session, project: str | None = None) -> list[Chain]:
    """Every chain, or that of one project. Raises ProjectMissing where there is neither a project nor a chain."""
    query = select(AuditEntry.subject, AuditEntry.subject_id, func.count()).group_by(
        AuditEntry.subject, AuditEntry.subject_id
    )
    if project is not None:
        query = query.where(AuditEntry.subject == "project", AuditEntry.subject_id == project)
    found = [Chain(*row) for row in session.execute(query.order_by(AuditEntry.subject, AuditEntry.subject_id))]
    if project is not None and not found:
        find_project(session, project)
    return found


def verify_chain(session: Session, chain: Chain) -> list[Break]:
    """Every break of one chain, in order."""
    return list(verify(session, subject=chain.subject, subject_id=chain.subject_id))
