"""Project lists (项目清单查询): the register narrowed by stage, district, light and words, for lists and exports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload

from models.community import Community
from models.organisation import Organisation
from models.project import Project
from services.organisation import OrganisationMissing
from services.pack import pack_of
from states.clock import Light
from states.exceptions import JiugaiError, Kind, Lang


class StageUnknown(JiugaiError):
    """No project stands in a stage of that name."""

    code = "stage_unknown"
    kind = Kind.missing
    zh = "没有名为“{stage}”的阶段。现有：{names}。"
    en = 'There is no stage "{stage}". There are: {names}.'


@dataclass(frozen=True, slots=True)
class ProjectFilter:
    """What to list: a stage by code or label, an organisation by code or name, a light, words of code or name."""

    stage: str | None = None
    district: str | None = None
    light: Light | None = None
    search: str | None = None


def list_projects(session: Session, wanted: ProjectFilter) -> Sequence[Project]:
    """The projects, by code. Raises OrganisationMissing, StageUnknown."""
    options = [joinedload(Project.organisation), joinedload(Project.community), joinedload(Project.pack_version)]
    query = select(Project).options(*options).order_by(Project.code)
    if wanted.light is not None:
        query = query.where(Project.light == wanted.light)
    if wanted.search:
        words = (Project.code, Project.name)
        query = query.where(or_(*(column.icontains(wanted.search, autoescape=True) for column in words)))
    if wanted.district:
        query = _under(session, query, wanted.district)
    found = session.scalars(query).all()
    return _in_stage(found, wanted.stage) if wanted.stage else found


def _under(session: Session, query: Select[tuple[Project]], place: str) -> Select[tuple[Project]]:
    named = or_(Organisation.code == place, Organisation.name == place)
    paths = session.scalars(select(Organisation.path).where(named)).all()
    if not paths:
        raise OrganisationMissing(organisation=place)
    below = or_(*(Organisation.path.startswith(path, autoescape=True) for path in paths))
    return query.where(Project.organisation_id.in_(select(Organisation.id).where(below)))


def _in_stage(found: Sequence[Project], stage: str) -> list[Project]:
    """Labels are the pack's, which the database does not search."""
    labels = {
        label for project in found for label in (project.stage, stage_label(project, "zh"), stage_label(project, "en"))
    }
    if found and stage not in labels:
        known = {s.code: s.label.zh for p in found for s in pack_of(p.pack_version).procedure.stages}
        if stage not in (*known, *known.values()):
            raise StageUnknown(stage=stage, names="、".join(f"{code}（{label}）" for code, label in known.items()))
    return [p for p in found if stage in (p.stage, stage_label(p, "zh"), stage_label(p, "en"))]


def stage_label(project: Project, lang: Lang = "zh") -> str:
    """The stage in the words of the project's pack."""
    return pack_of(project.pack_version).procedure.stage[project.stage].label.text(lang)


def step_label(project: Project, lang: Lang = "zh") -> str:
    """The step in the words of the project's pack."""
    return pack_of(project.pack_version).procedure.step[project.step].label.text(lang)


def project_line(project: Project, lang: Lang = "zh") -> dict[str, Any]:
    """One project as data: where it stands, and what the register knows; money in fen, area in m² as text."""
    community: Community = project.community
    return {
        "code": project.code,
        "name": project.name,
        "organisation": project.organisation.code,
        "organisation_name": project.organisation.name,
        "stage": project.stage,
        "stage_label": stage_label(project, lang),
        "step": project.step,
        "step_label": step_label(project, lang),
        "step_entered_at": project.step_entered_at.isoformat(),
        "light": Light(project.light).name,
        "light_label": Light(project.light).label.text(lang),
        "plan_year": project.plan_year,
        "street": community.street,
        "buildings": community.buildings,
        "households": community.households,
        "floor_area_m2": None if community.floor_area_m2 is None else str(community.floor_area_m2),
        "built_year": community.built_year,
        "investment_fen": project.investment_fen,
        "investment_note": project.investment_note,
        "pack": pack_of(project.pack_version).id,
    }
