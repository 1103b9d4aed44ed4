"""The listing (台账清单): the register filtered, sorted and paged in the database, in five statements at any length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from models.clock import Clock
from models.community import Community
from models.project import Project
from services.city import City
from services.clock import LIVE
from services.countdown import leading_clock, left_text, shown_light
from services.outline import Outline, load_outline
from services.place import Places, load_places
from states.clock import ClockSubject, Light
from states.label import Label
from states.procedure import StepKind
from states.role import Level

PAGE = 50


class Sort(StrEnum):
    """What the list is sorted by; `urgent` is the worst light first, then the earliest last day."""

    urgent = "urgent"
    code = "code"
    name = "name"
    stage = "stage"
    due = "due"
    entered = "entered"
    investment = "investment"

    @property
    def label(self) -> Label:
        """The order in words."""
        return _SORTS[self]


_SORTS = {
    Sort.urgent: Label("紧急程度", "urgency"),
    Sort.code: Label("编号", "code"),
    Sort.name: Label("项目名称", "name"),
    Sort.stage: Label("进展", "progress"),
    Sort.due: Label("到期日", "due day"),
    Sort.entered: Label("进入本步日期", "in this step since"),
    Sort.investment: Label("投资", "investment"),
}


class State(StrEnum):
    """Whether a project is under way or has ended."""

    running = "running"
    ended = "ended"

    @property
    def label(self) -> Label:
        """The state in words."""
        return Label("在办", "under way") if self is State.running else Label("已办结", "ended")


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for; None or empty means any. `district` is its code, `q` words of a code or name, `page` from 1.

    A stage or a light counts projects under way only, as the board does; `grey` are the suspended ones in time.
    """

    stage: str | None = None
    step: str | None = None
    district: str | None = None
    light: Light | None = None
    state: State | None = None
    q: str = ""
    sort: Sort = Sort.urgent
    descending: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class ListingRow:
    """One line of the list. Money in fen, days in the city's zone; `left` in words, empty where no clock runs."""

    code: str
    name: str
    district: str
    place: str
    stage: str
    step: str
    kind: StepKind
    light: Light
    holder: str
    due_on: date | None
    left: str
    entered_on: date
    investment_fen: int | None
    plan_year: int | None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the list with the filter in force, and what the filters offer."""

    rows: tuple[ListingRow, ...]
    total: int
    pages: int
    filter: Filter
    outline: Outline
    places: Places


def listing(session: Session, city: City, wanted: Filter, *, now: datetime, size: int = PAGE) -> Listing:
    """One page of `size` projects; a page past the end is the last one."""
    outline, places = load_outline(session), load_places(session)
    where = _conditions(wanted, outline, places)
    total = session.scalar(select(func.count()).select_from(Project).join(Project.community).where(*where)) or 0
    pages = max(-(-total // size), 1)
    wanted = replace(wanted, page=min(wanted.page, pages))
    query = select(Project).join(Project.community).where(*where)
    query = _sorted(query, wanted, outline).offset((wanted.page - 1) * size).limit(size)
    projects = session.scalars(query.options(joinedload(Project.organisation))).all()
    clocks = _clocks(session, [project.id for project in projects])
    rows = tuple(_row(city, p, clocks.get(p.id, []), outline, places, city.day(now)) for p in projects)
    return Listing(rows, total, pages, wanted, outline, places)


def _conditions(wanted: Filter, outline: Outline, places: Places) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.stage:
        found.append(Project.stage == wanted.stage)
    if wanted.step:
        found.append(Project.step == wanted.step)
    if wanted.district:
        found.append(Project.organisation_id.in_(places.of_district(wanted.district)))
    if wanted.light is not None:
        found += _shows(wanted.light)
    if wanted.state is State.ended:
        found.append(outline.has_ended())
    elif wanted.state or wanted.light is not None or (wanted.stage and not wanted.step):
        found.append(~outline.has_ended())
    return found + [or_(*_names(word)) for word in wanted.q.split()]


def _shows(light: Light) -> list[ColumnElement[bool]]:
    """What `countdown.shown_light` says, in SQL: only a halted project has a step to resume to."""
    if light is Light.grey:
        return [Project.resume_step.is_not(None), Project.light < Light.red]
    halted = Project.resume_step.is_not(None)
    return [Project.light == light] if light is Light.red else [Project.light == light, ~halted]


def _names(word: str) -> list[ColumnElement[bool]]:
    columns = (Project.code, Project.name, Community.name)
    return [column.icontains(word, autoescape=True) for column in columns]


def _sorted(query: Select[Any], wanted: Filter, outline: Outline) -> Select[Any]:
    due = (
        select(func.min(Clock.due_on))
        .where(Clock.project_id == Project.id, Clock.status.in_(LIVE), Clock.subject != ClockSubject.period)
        .correlate(Project)
        .scalar_subquery()
    )
    if wanted.sort is Sort.urgent:
        grey = (and_(*_shows(Light.grey)), int(Light.grey))
        shown = case(grey, (outline.has_ended(), -1), else_=Project.light)
        return query.order_by(shown.desc(), due.asc().nulls_last(), Project.code)
    keys: dict[Sort, ColumnElement[Any]] = {
        Sort.code: Project.code.expression,
        Sort.name: Project.name.expression,
        Sort.stage: _place_in_procedure(outline),
        Sort.due: due,
        Sort.entered: Project.step_entered_at.expression,
        Sort.investment: Project.investment_fen.expression,
    }
    key = keys[wanted.sort]
    ordered = key.desc().nulls_last() if wanted.descending else key.asc().nulls_last()
    return query.order_by(ordered, Project.code)


def _place_in_procedure(outline: Outline) -> ColumnElement[int]:
    places = {step.code: index for index, step in enumerate(outline.steps)}
    at = func.coalesce(Project.resume_step, Project.step)
    return case(places, value=at, else_=len(places)) if places else func.length(Project.step)


def _clocks(session: Session, project_ids: Sequence[int]) -> dict[int, list[Clock]]:
    found: dict[int, list[Clock]] = {}
    for clock in session.scalars(select(Clock).where(Clock.project_id.in_(project_ids), Clock.status.in_(LIVE))):
        found.setdefault(clock.project_id, []).append(clock)
    return found


def _row(
    city: City, project: Project, clocks: list[Clock], outline: Outline, places: Places, today: date
) -> ListingRow:
    procedure = outline.procedures[project.pack_version_id]
    step = procedure.step[project.step]
    clock = leading_clock(clocks)
    held_by = procedure.step[project.resume_step or project.step].held_by
    level = held_by.level if held_by and held_by.level else Level.district
    return ListingRow(
        code=project.code,
        name=project.name,
        district=places.district(project.organisation_id).name,
        place=project.organisation.name,
        stage=procedure.stage[project.stage].label.zh,
        step=step.label.zh,
        kind=step.kind,
        light=shown_light(step.kind, project.light),
        holder="" if step.kind is StepKind.end else places.in_charge(project.organisation_id, level).name,
        due_on=clock.due_on if clock else None,
        left=left_text(city, clock, today) if clock else "",
        entered_on=city.day(project.step_entered_at),
        investment_fen=project.investment_fen,
        plan_year=project.plan_year,
    )
