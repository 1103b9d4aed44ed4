"""Filters of the project list (清单筛选): what is asked for, as conditions and an order the database works out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from models.clock import Clock
from models.community import Community
from models.project import Project
from services.clock import LIVE
from services.organisation import OrganisationMissing
from services.organisation_tree import OrganisationTree
from services.procedure_outline import Outline
from states.clock import ClockSubject, Light
from states.exceptions import JiugaiError, Kind
from states.label import Label
from states.procedure import StepKind


class StageUnknown(JiugaiError):
    """No procedure in use has a stage of that name."""

    code = "stage_unknown"
    kind = Kind.missing
    zh = "没有名为“{stage}”的阶段。现有：{names}。"
    en = 'There is no stage "{stage}". There are: {names}.'


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
    """What is asked for; None or empty means any. `q` are words of a code or name, `page` counts from 1.

    `stage` is a code or label. `district` is the code of one row of the board; `place` the code or name of any
    organisation, with everything below it. A stage or a light counts projects under way only, as the board does,
    unless `state` says otherwise; `grey` are the suspended ones in time.
    """

    stage: str | None = None
    step: str | None = None
    district: str | None = None
    place: str | None = None
    light: Light | None = None
    state: State | None = None
    q: str = ""
    sort: Sort = Sort.urgent
    descending: bool = False
    page: int = 1


def require_known(wanted: Filter, outline: Outline, tree: OrganisationTree) -> None:
    """Refuse a stage or a place nobody knows. Raises StageUnknown, OrganisationMissing."""
    if wanted.place and not tree.under(wanted.place):
        raise OrganisationMissing(organisation=wanted.place)
    if wanted.stage and not outline.stage_codes(wanted.stage):
        names = "、".join(f"{stage.code}（{stage.label}）" for stage in outline.stages)
        raise StageUnknown(stage=wanted.stage, names=names)


def conditions(wanted: Filter, outline: Outline, tree: OrganisationTree) -> list[ColumnElement[bool]]:
    """The filter over Project joined with its Community; what nobody knows matches nothing."""
    found: list[ColumnElement[bool]] = []
    if wanted.stage:
        found.append(Project.stage.in_(outline.stage_codes(wanted.stage)))
    if wanted.step:
        found.append(Project.step == wanted.step)
    if wanted.district:
        found.append(Project.organisation_id.in_(tree.of_district(wanted.district)))
    if wanted.place:
        found.append(Project.organisation_id.in_(tree.under(wanted.place)))
    if wanted.light is not None:
        found += _shows(wanted.light)
    if wanted.state is State.ended:
        found.append(outline.has_ended())
    elif wanted.state or wanted.light is not None or (wanted.stage and not wanted.step):
        found.append(~outline.has_ended())
    return found + [or_(*_names(word)) for word in wanted.q.split()]


def shown_light(kind: StepKind, light: int) -> Light:
    """The light a project shows: grey while it is suspended, unless it was over a limit before: that does not fade."""
    return Light.grey if kind is StepKind.halt and light < Light.red else Light(light)


def _shows(light: Light) -> list[ColumnElement[bool]]:
    """What `shown_light` says, in SQL: only a halted project has a step to resume to."""
    halted = Project.resume_step.is_not(None)
    if light is Light.grey:
        return [halted, Project.light < Light.red]
    return [Project.light == light] if light is Light.red else [Project.light == light, ~halted]


def _names(word: str) -> list[ColumnElement[bool]]:
    columns = (Project.code, Project.name, Community.name)
    return [column.icontains(word, autoescape=True) for column in columns]


def in_order(query: Select[Any], wanted: Filter, outline: Outline) -> Select[Any]:
    """The query in the order asked for, equal ones by code."""
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
