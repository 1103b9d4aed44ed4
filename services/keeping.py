"""Keeping the record (填报): who writes into it, through which edge, when; and who is allowed to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.project import Project
from services.audit import Act, done_before, record
from services.identity import Actor, Capacity, keeper_capacities
from services.lock import hold_project
from states.exceptions import JiugaiError, Kind


class KeepingForbidden(JiugaiError):
    """Only coordinators whose subtree holds the project write into its record."""

    code = "keeping_forbidden"
    kind = Kind.forbidden
    zh = "{actor} 无权填报“{project}”的情况或材料。请由该项目所在街道、区县或市的项目专员办理。"
    en = '{actor} may not write into the record of "{project}"; a coordinator above it can.'


@dataclass(frozen=True, slots=True)
class Keeping:
    """Who writes into a project's record, when, through which edge, and under which request."""

    actor: Actor
    now: datetime
    source: str = "web"
    request_id: str | None = None
    reason: str = ""


def require_keeper(project: Project, actor: Actor) -> Capacity:
    """Refuse whoever is not a coordinator above the project; returns in which capacity they are.

    Raises KeepingForbidden.
    """
    held = keeper_capacities(actor, project.organisation)
    if not held:
        raise KeepingForbidden(actor=actor.name or actor.login, project=project.name)
    return held[0]


def kept_before(session: Session, project: Project, action: str, keeping: Keeping) -> AuditEntry | None:
    """The entry this act left when it was done before under its request id; None for a new one.

    Holds the project's row first, so that of two equal requests the second waits. Raises RequestReused.
    """
    hold_project(session, project.id)
    return done_before(session, keeping.request_id, "project", project.code, action)


def note(
    session: Session,
    project: Project,
    action: str,
    keeping: Keeping,
    *,
    before: dict[str, Any],
    after: dict[str, Any],
    capacity: Capacity | None = None,
) -> None:
    """Append the entry of one act of keeping to the project's history; `capacity` where it is not the keeper's."""
    version = project.pack_version
    held = keeper_capacities(keeping.actor, project.organisation)
    signed = capacity or (held[0] if held else None)
    act = Act(
        "project",
        project.code,
        action,
        keeping.actor.login,
        keeping.source,
        keeping.now,
        reason=keeping.reason,
        before=before,
        after=after,
        on_behalf_of=signed.on_behalf_of if signed else None,
        pack=f"{version.name}@{version.version}",
        request_id=keeping.request_id,
    )
    record(session, act)
