"""The project list (项目台账): the register filtered, sorted and paged in the database, in five statements a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from models.clock import Clock
from models.project import Project
from services.chunk import chunks, page_count
from services.clock import LIVE
from services.clock_list import ClockLine, leading_clock, line_fields
from services.identity import holding_level
from services.organisation_tree import OrganisationTree, load_tree
from services.pack import pack_of
from services.procedure_outline import Outline, load_outline
from services.project_filter import Filter, conditions, in_order, require_known, shown_light
from services.reading import Reading
from states.clock import Light
from states.procedure import StepKind
from states.role import Role

PAGE = 50


@dataclass(frozen=True, slots=True)
class ProjectLine:
    """One project: where it stands, and what the register knows. Money in fen, area in m², days in the city's zone.

    `organisation` is the one it belongs to, `district` the one above (codes); `holder` has the matter now (empty once
    it has ended); `due_on` is the last day of the clock it is watched by, `left` what that leaves in words.
    """

    code: str
    name: str
    organisation: str
    organisation_name: str
    district: str
    district_name: str
    stage: str
    stage_label: str
    step: str
    step_label: str
    kind: StepKind
    step_entered_at: datetime
    entered_on: date
    light: Light
    holder: str
    due_on: date | None
    left: str
    plan_year: int | None
    street: str | None
    buildings: int | None
    households: int | None
    floor_area_m2: Decimal | None
    built_year: str | None
    investment_fen: int | None
    investment_note: str | None
    pack: str

    @property
    def is_halted(self) -> bool:
        """Whether the project is suspended."""
        return self.kind is StepKind.halt

    @property
    def is_ended(self) -> bool:
        """Whether it has been struck off or terminated."""
        return self.kind is StepKind.end


@dataclass(frozen=True, slots=True)
class ProjectList:
    """One page of the list with the filter in force, and what the filters offer."""

    lines: tuple[ProjectLine, ...]
    total: int
    pages: int
    filter: Filter
    outline: Outline
    tree: OrganisationTree


def list_projects(
    session: Session,
    reading: Reading,
    wanted: Filter,
    *,
    size: int | None = PAGE,
    strict: bool = False,
    within: ColumnElement[bool] | None = None,
) -> ProjectList:
    """One page of `size` projects, all of them for None; a page past the end is the last one.

    `within` narrows it to what the reader may see (services.account_sight).
    A stage or place nobody knows is an empty list; with `strict` it raises StageUnknown, OrganisationMissing.
    """
    outline, tree = load_outline(session), load_tree(session)
    if strict:
        require_known(wanted, outline, tree)
    where = conditions(wanted, outline, tree) + ([within] if within is not None else [])
    total = session.scalar(select(func.count()).select_from(Project).join(Project.community).where(*where)) or 0
    pages = page_count(total, size)
    wanted = replace(wanted, page=min(wanted.page, pages))
    query = in_order(select(Project).join(Project.community).where(*where), wanted, outline)
    query = query.offset((wanted.page - 1) * size).limit(size) if size else query
    loaded = (joinedload(Project.organisation), joinedload(Project.pack_version), contains_eager(Project.community))
    projects = session.scalars(query.options(*loaded)).all()
    clocks = _clocks(session, reading, projects, tree)
    lines = tuple(project_line(reading, tree, project, clocks[project.id]) for project in projects)
    return ProjectList(lines, total, pages, wanted, outline, tree)


def _clocks(
    session: Session, reading: Reading, projects: Sequence[Project], tree: OrganisationTree
) -> dict[int, list[ClockLine]]:
    by_id = {project.id: project for project in projects}
    found: dict[int, list[ClockLine]] = {number: [] for number in by_id}
    for some in chunks(tuple(by_id)):
        for clock in session.scalars(select(Clock).where(Clock.project_id.in_(some), Clock.status.in_(LIVE))):
            of = by_id[clock.project_id]
            line = ClockLine(**line_fields(reading, clock, of.code, of.name, tree.name(clock.holder_id)))
            found[of.id].append(line)
    return found


def project_line(
    reading: Reading, tree: OrganisationTree, project: Project, clocks: Iterable[ClockLine]
) -> ProjectLine:
    """A project as it stands; `clocks` are at least its live ones."""
    pack = pack_of(project.pack_version)
    procedure, community = pack.procedure, project.community
    step, watched = procedure.step[project.step], leading_clock(clocks)
    held = procedure.step[project.resume_step or step.code]
    level, role = holding_level(held), held.held_by.role if held.held_by else Role.coordinator
    district = tree.district(project.organisation_id)
    return ProjectLine(
        code=project.code,
        name=project.name,
        organisation=project.organisation.code,
        organisation_name=project.organisation.name,
        district=district.code,
        district_name=district.name,
        stage=project.stage,
        stage_label=reading.text(procedure.stage[project.stage].label),
        step=step.code,
        step_label=reading.text(step.label),
        kind=step.kind,
        step_entered_at=project.step_entered_at,
        entered_on=reading.city.day(project.step_entered_at),
        light=shown_light(step.kind, project.light),
        holder="" if step.kind is StepKind.end else tree.in_charge(project.organisation_id, level, role).name,
        due_on=watched.due_on if watched else None,
        left=watched.left if watched else "",
        plan_year=project.plan_year,
        street=community.street,
        buildings=community.buildings,
        households=community.households,
        floor_area_m2=community.floor_area_m2,
        built_year=community.built_year,
        investment_fen=project.investment_fen,
        investment_note=project.investment_note,
        pack=pack.id,
    )
