"""The lock (行锁): whoever writes holds the project's row first, so that no two writers wait for each other."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.project import Project


def hold_project(session: Session, project_id: int) -> Project:
    """The project as it stands now, its row locked until the transaction ends, with its organisation and pack.

    Reviews, clocks and entries of the history are locked or written only after it: one order for everybody.
    """
    query = (
        select(Project)
        .where(Project.id == project_id)
        .options(joinedload(Project.pack_version), joinedload(Project.organisation))
        .with_for_update(of=Project)
    )
    return session.scalars(query.execution_options(populate_existing=True)).one()
