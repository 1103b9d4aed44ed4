"""Sight (可见范围): which projects a person may see; the one row filter for every page."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, exists, false, or_, select, true
from sqlalchemy.orm import Session, joinedload

from models.organisation import Organisation
from models.project import Project
from models.review import Review, ReviewTask
from services.identity import Actor, Grant
from services.project import ProjectMissing
from states.role import Role


def sight(actor: Actor) -> ColumnElement[bool]:
    """The projects `actor` may see, as a condition over Project; whoever holds nothing sees none.

    A supervisor sees all. A coordinator sees the subtree of each office they hold, own or as a stand-in. A reviewer
    sees the projects their unit was ever asked about, and those of the unit itself. Administrators see no project.
    """
    held = (*actor.grants, *actor.borrowed)
    if any(grant.role is Role.supervisor for grant in held):
        return true()
    seen = [_subtrees(held), _asked(actor, held)]
    return or_(false(), *(part for part in seen if part is not None))


def _subtrees(held: Iterable[Grant]) -> ColumnElement[bool] | None:
    paths = sorted({one.path for one in held if one.role in (Role.coordinator, Role.reviewer)})
    if not paths:
        return None
    under = select(Organisation.id).where(or_(*(Organisation.path.startswith(path) for path in paths)))
    return Project.organisation_id.in_(under)


def _asked(actor: Actor, held: Iterable[Grant]) -> ColumnElement[bool] | None:
    """Asked is an office for any seat of it: a street's coordinator may be asked for an opinion, too."""
    places = sorted({one.organisation_id for one in held if one.role in (Role.coordinator, Role.reviewer)})
    if not places:
        return None
    mine = or_(ReviewTask.organisation_id.in_(places), ReviewTask.delegate == actor.login)
    task = exists().where(ReviewTask.review_id == Review.id, mine)
    return exists().where(Review.project_id == Project.id, task).correlate(Project)


def find_seen(session: Session, actor: Actor, code: str) -> Project:
    """The project with its organisation and pack, if the actor may see it.

    One they may not see is as if there were none, so that nobody learns which codes exist. Raises ProjectMissing.
    """
    query = select(Project).where(Project.code == code, sight(actor))
    project = session.scalar(query.options(joinedload(Project.pack_version), joinedload(Project.organisation)))
    if project is None:
        raise ProjectMissing(project=code)
    return project
