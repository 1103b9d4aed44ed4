"""The steps of a project (进度): which steps a project has been through, where it stands, and where it may go next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.project import Project
from policy.pack import Pack
from services.reading import Reading
from states.label import Label
from states.procedure import Nature, Procedure, Step, StepKind


class StepState(StrEnum):
    """How a step stands: been through, not taken on the way, where the project is, possible next, still ahead."""

    done = "done"
    skipped = "skipped"
    current = "current"
    following = "following"
    ahead = "ahead"

    @property
    def label(self) -> Label:
        """The state in words."""
        return _STATES[self]


_STATES = {
    StepState.done: Label("已办", "done"),
    StepState.skipped: Label("未经此步", "not taken"),
    StepState.current: Label("当前", "current"),
    StepState.following: Label("下一步", "next"),
    StepState.ahead: Label("未到", "ahead"),
}


@dataclass(frozen=True, slots=True)
class StepMark:
    """One step; `entered_on` is the day it was last entered, None where it never was."""

    code: str
    label: str
    state: StepState
    entered_on: date | None


@dataclass(frozen=True, slots=True)
class StageMark:
    """One stage with its steps; `state` is done, current or ahead."""

    code: str
    label: str
    state: StepState
    steps: tuple[StepMark, ...]


def list_steps(session: Session, reading: Reading, project: Project, pack: Pack) -> tuple[StageMark, ...]:
    """Every stage with its ordinary steps and the end they lead to, in the pack's order; one statement.

    A suspended project is shown where it was suspended; a terminated one has no current step.
    """
    procedure = pack.procedure
    entered = _entered(session, reading, project, procedure)
    steps = [step for step in procedure.steps if _is_shown(procedure, step)]
    at = project.resume_step or project.step
    here = next((index for index, step in enumerate(steps) if step.code == at), None)
    following = {move.target for move in procedure.moves_from(at) if move.nature is Nature.forward}
    marks = [
        StepMark(s.code, reading.text(s.label), _state(index, here, s, entered, following), entered.get(s.code))
        for index, s in enumerate(steps)
    ]
    by_stage = {step.code: step.stage for step in steps}
    return tuple(
        _stage(stage.code, reading.text(stage.label), [mark for mark in marks if by_stage[mark.code] == stage.code])
        for stage in procedure.stages
    )


def _entered(session: Session, reading: Reading, project: Project, procedure: Procedure) -> dict[str, date]:
    """The day each step was last entered, from the history."""
    step = AuditEntry.after["step"].as_string()
    rows = session.execute(
        select(step, func.max(AuditEntry.occurred_at))
        .where(AuditEntry.subject == "project", AuditEntry.subject_id == project.code)
        .group_by(step)
    )
    return {code: reading.city.day(moment) for code, moment in rows if code in procedure.step}


def _is_shown(procedure: Procedure, step: Step) -> bool:
    if step.kind is StepKind.end:
        return any(move.target == step.code and move.nature is Nature.forward for move in procedure.moves)
    return step.kind is StepKind.ordinary


def _state(index: int, here: int | None, step: Step, entered: dict[str, date], following: set[str]) -> StepState:
    if index == here:
        # an end is not something to work on: reaching it is having done it
        return StepState.done if step.kind is StepKind.end else StepState.current
    if here is None or index < here:
        was_there = StepState.done if step.code in entered else StepState.skipped
        return was_there if here is not None or step.code in entered else StepState.ahead
    return StepState.following if step.code in following else StepState.ahead


def _stage(code: str, label: str, marks: Sequence[StepMark]) -> StageMark:
    states = {mark.state for mark in marks}
    if StepState.current in states:
        state = StepState.current
    elif states & {StepState.ahead, StepState.following} or not marks:
        state = StepState.ahead
    else:
        state = StepState.done
    return StageMark(code, label, state, tuple(marks))
