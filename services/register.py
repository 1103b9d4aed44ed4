"""The register (台账): communities and projects enrolled once, each project standing at its procedure's start."""

from __future__ import annotations

from collections.abc import Sequence
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
from services.identity import Actor, Capacity, holder_of, keeper_capacities
from services.pack import pack_of
from states.clock import ClockSubject
from states.exceptions import JiugaiError, Kind


class ProjectExists(JiugaiError):
    """The code is already in the register."""

    code = "project_exists"
    kind = Kind.conflict
    zh = "台账里已有编号“{project}”（{name}）。请核对编号；如需更新，请重新导入该行。"
    en = 'Project "{project}" ({name}) is already in the register.'


class EnrolmentForbidden(JiugaiError):
    """Only coordinators whose subtree holds the place enter projects there."""

    code = "enrolment_forbidden"
    kind = Kind.forbidden
    zh = "{actor} 无权把“{project}”录入“{organisation}”的台账。请由该地所属街道、区县或市的项目专员办理。"
    en = '{actor} may not enter "{project}" into the register of "{organisation}"; a coordinator above it can.'


class RegisterNotEmpty(JiugaiError):
    """Demonstrations and simulations only go into an empty register."""

    code = "register_not_empty"
    kind = Kind.conflict
    zh = "台账里已有项目，演示、推演只建在空台账上。请设置另一个 JIUGAI_HOME，例如 JIUGAI_HOME=var-demo jiugai demo。"
    en = "The register is not empty; a made-up city needs one of its own. Set another JIUGAI_HOME."


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
    """Enter a project and its community into the register, at the start of its procedure.

    Raises EnrolmentForbidden for whoever is no coordinator above the place, ProjectExists.
    """
    capacity = _require_coordinator(enrolment, actor)
    existing = session.scalar(select(Project).where(Project.code == enrolment.code))
    if existing is not None:
        raise ProjectExists(project=existing.code, name=existing.name)
    pack = pack_of(version)
    start = pack.procedure.step[pack.procedure.start]
    (project,) = add_projects(session, version, [enrolment], now=now)
    if start.limit:
        holder = holder_of(session, project.organisation, start)
        matter = Matter(ClockSubject.step, None, holder.id)
        start_clock(session, city, project, pack, start.limit, matter, on=city.day(now))
        refresh_light(session, project)
    after = {"step": start.code, "name": project.name, "organisation": enrolment.organisation.code}
    act = Act(
        "project", project.code, "enrolled", actor.login, source, now, after=after, pack=pack.id,
        on_behalf_of=capacity.on_behalf_of,
    )  # fmt: skip
    record(session, act)
    return project


def _require_coordinator(enrolment: Enrolment, actor: Actor) -> Capacity:
    held = keeper_capacities(actor, enrolment.organisation)
    if not held:
        place = enrolment.organisation.name
        raise EnrolmentForbidden(actor=actor.name or actor.login, project=enrolment.name, organisation=place)
    return held[0]


def add_projects(
    session: Session, version: PackVersion, enrolments: Sequence[Enrolment], *, now: datetime
) -> list[Project]:
    """The rows of projects of one organisation at the start of the procedure, with their communities; no clock yet."""
    start = (procedure := pack_of(version).procedure).step[procedure.start]
    communities = _communities(session, enrolments, now)
    projects = [
        Project(
            code=one.code,
            name=one.name,
            organisation=one.organisation,
            community=communities[one.community],
            pack_version=version,
            plan_year=one.plan_year,
            investment_fen=one.investment_fen,
            investment_note=one.investment_note,
            step=start.code,
            stage=start.stage,
            step_entered_at=now,
            enrolled_at=now,
        )
        for one in enrolments
    ]
    session.add_all(projects)
    session.flush()
    return projects


def _communities(session: Session, enrolments: Sequence[Enrolment], now: datetime) -> dict[str, Community]:
    """Communities of one organisation by name, each enrolled once; numbers known now fill in what was missing."""
    place = enrolments[0].organisation.id
    names = {one.community for one in enrolments}
    query = select(Community).where(Community.organisation_id == place, Community.name.in_(names))
    found = {community.name: community for community in session.scalars(query)}
    for name in sorted(names - set(found)):
        found[name] = Community(organisation_id=place, name=name, enrolled_at=now, extra={})
        session.add(found[name])
    for one in enrolments:
        update_community(found[one.community], one)
    return found


Changes = dict[str, tuple[Any, Any]]
"""What changed, by field: before and after."""
COMMUNITY_NUMBERS = ("street", "buildings", "households", "floor_area_m2", "built_year", "source", "note")
_PROJECT_NUMBERS = ("name", "plan_year", "investment_fen", "investment_note")


def update_project(project: Project, enrolment: Enrolment) -> Changes:
    """Take over every value the enrolment knows of the project itself, leave the rest; returns what changed."""
    return _take_over(project, enrolment, _PROJECT_NUMBERS)


def update_community(community: Community, enrolment: Enrolment) -> Changes:
    """Take over every value the enrolment knows of the community, leave the rest; returns what changed."""
    changed = _take_over(community, enrolment, COMMUNITY_NUMBERS)
    if enrolment.extra and {**community.extra, **enrolment.extra} != community.extra:
        changed["extra"] = (community.extra, {**community.extra, **enrolment.extra})
        community.extra = changed["extra"][1]
    return changed


def _take_over(row: Project | Community, enrolment: Enrolment, names: Sequence[str]) -> Changes:
    changed = {}
    for name in names:
        new, old = getattr(enrolment, name), getattr(row, name)
        if new is not None and new != old:
            setattr(row, name, new)
            changed[name] = (old, new)
    return changed


def is_empty(session: Session) -> bool:
    """Whether no project has been enrolled yet."""
    return session.scalar(select(Project.id).limit(1)) is None
