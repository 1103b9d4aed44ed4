"""Locks (行锁): whoever writes holds the project's row first, so that no two writers wait for each other."""

from __future__ import annotations

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session, joinedload

from models.project import Project

_CHAIN = text("SELECT pg_advisory_xact_lock(hashtextextended(:chain, 0))")

_HOLD = (
    select(Project)
    .where(Project.id == bindparam("of_project"))
    .options(joinedload(Project.pack_version), joinedload(Project.organisation))
    .with_for_update(of=Project)
    .execution_options(populate_existing=True)
)


def hold_project(session: Session, project_id: int) -> Project:
    """The project as it stands now, its row locked until the transaction ends, with its organisation and pack.

    Reviews, clocks and entries of the history are locked or written only after it: one order for everybody.
    """
    return session.scalars(_HOLD, {"of_project": project_id}).one()


def hold_chain(session: Session, subject: str, subject_id: str) -> None:
    """Let nobody else append to one subject's chain until the transaction ends.

    There may be no row to lock yet. On SQLite every writer has the whole database to itself already.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_CHAIN, {"chain": f"{subject}/{subject_id}"})
