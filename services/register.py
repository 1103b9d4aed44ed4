"""The register (台账): communities and projects enrolled once, each project standing at its procedure's start."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.community import Community
from models.organisation import Organisation
from models.pack_version import PackVersion
from models.project import Project
from services.audit import Act, record
from services.city import City
from services.clock import Matter, refresh_light, start_clock
from services.identity import Actor, seat_in_charge
from services.pack import pack_of
from states.clock import ClockSubject
from states.exceptions import JiugaiError, Kind
from states.role import Level


class ProjectExists(JiugaiError):
    """The code is already in the register."""

    code = "project_exists"
    kind = Kind.conflict
    zh = "台账里已有编号“{project}”（{name}）。请核对编号；如需更新，请重新导入该行。"
    en = 'Project "{project}" ({name}) is already in the register.'


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What is known of a project when it is enrolled; what is missing stays None. Money in fen, area in m²."""

    code: str
    name: str
    organisation: Organisation
    community: str
    street: str | None = None
    plan_year: int | None = None
    buildings: int | None = None
    households: int | None = None
    floor_area_m2: Decimal | None = None
    built_year: str | None = None
    investment_fen: int | None = None
    investment_note: str | None = None
    source: str | None = None
    note: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def enrol(
    session: Session,
    city: City,
    version: PackVersion,
    enrolment: Enrolment,
    *,
    actor: Actor,
    source: str,
    now: datetime,
) -> Project:
    """Enter a project and its community into the register, at the start of its procedure. Raises ProjectExists."""
    existing = session.scalar(select(Project).where(Project.code == enrolment.code))
    if existing is not None:
        raise ProjectExists(project=existing.code, name=existing.name)
    pack = pack_of(version)
    start = pack.procedure.step[pack.procedure.start]
    project = Project(
        code=enrolment.code,
        name=enrolment.name,
        organisation=enrolment.organisation,
        community=_community(session, enrolment, now),
        pack_version=version,
        plan_year=enrolment.plan_year,
        investment_fen=enrolment.investment_fen,
        investment_note=enrolment.investment_note,
        step=start.code,
        stage=start.stage,
        step_entered_at=now,
        enrolled_at=now,
    )
    session.add(project)
    session.flush()
    if start.limit:
        level = start.held_by.level if start.held_by and start.held_by.level else Level.district
        holder = seat_in_charge(session, project.organisation, level)
        matter = Matter(ClockSubject.step, None, holder.id)
        start_clock(session, city, project, pack, start.limit, matter, on=city.day(now))
        refresh_light(session, project)
    after = {"step": start.code, "name": project.name, "organisation": enrolment.organisation.code}
    record(session, Act("project", project.code, "enrolled", actor.login, source, now, after=after, pack=pack.id))
    return project


def _community(session: Session, enrolment: Enrolment, now: datetime) -> Community:
    """The community, enrolled once; numbers known now fill in what was missing."""
    query = select(Community).where(
        Community.organisation_id == enrolment.organisation.id, Community.name == enrolment.community
    )
    community = session.scalar(query)
    if community is None:
        community = Community(
            organisation_id=enrolment.organisation.id, name=enrolment.community, enrolled_at=now, extra={}
        )
        session.add(community)
    update_community(community, enrolment)
    return community


def update_community(community: Community, enrolment: Enrolment) -> dict[str, tuple[Any, Any]]:
    """Take over every value the enrolment knows, leave the rest. Returns what changed, before and after."""
    changed = {}
    for name in ("street", "buildings", "households", "floor_area_m2", "built_year", "source", "note"):
        new, old = getattr(enrolment, name), getattr(community, name)
        if new is not None and new != old:
            setattr(community, name, new)
            changed[name] = (old, new)
    if enrolment.extra and {**community.extra, **enrolment.extra} != community.extra:
        changed["extra"] = (community.extra, {**community.extra, **enrolment.extra})
        community.extra = changed["extra"][1]
    return changed


def is_empty(session: Session) -> bool:
    """Whether no project has been enrolled yet."""
    return session.scalar(select(Project.id).limit(1)) is None
