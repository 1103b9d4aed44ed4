"""The board (总览): how many projects stand where, by stage, step, district and light, grouped in the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from models.project import Project
from services.organisation_tree import OrganisationTree, Place, load_tree
from services.procedure_outline import Outline, load_outline
from services.project_filter import shown_light
from states.clock import Light
from states.procedure import Stage, StepKind


@dataclass(frozen=True, slots=True)
class Lights:
    """Projects by light; a suspended project is grey unless it was over a limit before."""

    red: int = 0
    yellow: int = 0
    green: int = 0
    grey: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.red + self.yellow + self.green + self.grey


@dataclass(frozen=True, slots=True)
class StepCount:
    """One step of a stage with its projects; a halt counts in the stage the project was halted in."""

    code: str
    label: str
    lights: Lights
    is_halt: bool = False


@dataclass(frozen=True, slots=True)
class StageColumn:
    """One stage: projects under way, and where in it they stand."""

    code: str
    label: str
    lights: Lights
    steps: tuple[StepCount, ...]


@dataclass(frozen=True, slots=True)
class EndCount:
    """Projects that have left the works by one of the ends: struck off, terminated."""

    code: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class DistrictRow:
    """One district: its projects under way by stage (in the board's order), those ended, all together."""

    code: str
    name: str
    cells: tuple[Lights, ...]
    running: Lights
    ended: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the board shows. `ended` and `DistrictRow.ended` have the same order."""

    stages: tuple[StageColumn, ...]
    districts: tuple[DistrictRow, ...]
    ended: tuple[EndCount, ...]
    running: Lights
    total: int


@dataclass(frozen=True, slots=True)
class _Group:
    """Projects alike in everything the board tells apart."""

    stage: str
    step: str
    kind: StepKind
    district: Place
    light: Light
    count: int


def board(session: Session, within: ColumnElement[bool] | None = None) -> Board:
    """Count every project where it stands: three statements, and one for each pack this process has not yet read.

    `within` narrows it to what the reader may see (services.account_sight).
    """
    outline, tree = load_outline(session), load_tree(session)
    groups = _groups(session, outline, tree, within)
    running = [group for group in groups if group.kind is not StepKind.end]
    return Board(
        stages=tuple(_column(outline, stage, running) for stage in outline.stages),
        districts=tuple(_rows(outline, groups)),
        ended=tuple(EndCount(s.code, s.label.zh, _count(g for g in groups if g.step == s.code)) for s in outline.ends),
        running=_lights(running),
        total=_count(groups),
    )


def _groups(
    session: Session, outline: Outline, tree: OrganisationTree, within: ColumnElement[bool] | None
) -> list[_Group]:
    columns = (Project.pack_version_id, Project.stage, Project.step, Project.organisation_id, Project.light)
    query = select(*columns, func.count()).group_by(*columns)
    rows = session.execute(query if within is None else query.where(within)).all()
    found = []
    for version_id, stage, step, organisation_id, light, count in rows:
        kind = outline.step(version_id, step).kind
        found.append(_Group(stage, step, kind, tree.district(organisation_id), shown_light(kind, light), count))
    return found


def _column(outline: Outline, stage: Stage, running: list[_Group]) -> StageColumn:
    mine = [group for group in running if group.stage == stage.code]
    steps = [
        StepCount(step.code, step.label.zh, _lights(g for g in mine if g.step == step.code))
        for step in outline.steps_of(stage.code)
    ]
    halted = {group.step for group in mine if group.kind is StepKind.halt}
    steps += [
        StepCount(step.code, step.label.zh, _lights(g for g in mine if g.step == step.code), is_halt=True)
        for step in outline.steps
        if step.code in halted
    ]
    return StageColumn(stage.code, stage.label.zh, _lights(mine), tuple(steps))


def _rows(outline: Outline, groups: list[_Group]) -> Iterable[DistrictRow]:
    districts = {group.district.id: group.district for group in groups}
    for _, district in sorted(districts.items()):
        mine = [group for group in groups if group.district.id == district.id]
        running = [group for group in mine if group.kind is not StepKind.end]
        yield DistrictRow(
            district.code,
            district.name,
            tuple(_lights(g for g in running if g.stage == stage.code) for stage in outline.stages),
            _lights(running),
            tuple(_count(g for g in mine if g.step == step.code) for step in outline.ends),
            _count(mine),
        )


def _lights(groups: Iterable[_Group]) -> Lights:
    counted: Counter[Light] = Counter()
    for group in groups:
        counted[group.light] += group.count
    return Lights(counted[Light.red], counted[Light.yellow], counted[Light.green], counted[Light.grey])


def _count(groups: Iterable[_Group]) -> int:
    return sum(group.count for group in groups)
