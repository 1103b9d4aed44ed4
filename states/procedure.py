"""The procedure (流程): stages, steps and named moves as one immutable table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from states.case import Case, Part
from states.label import Label
from states.refusal import Refusal
from states.requirement import Requirement
from states.role import Seat

RESUME = "@resume"
"""As a move's target: back to the step the project was suspended in."""


class StepKind(StrEnum):
    """What a step is to the machine: ordinary work, a halt that can be resumed, or an end."""

    ordinary = "ordinary"
    halt = "halt"
    end = "end"


class Nature(StrEnum):
    """What a move does to the project's course."""

    forward = "forward"
    back = "back"
    halt = "halt"
    resume = "resume"
    end = "end"


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the stages (阶段), in the order of the procedure."""

    code: str
    label: Label


@dataclass(frozen=True, slots=True)
class Step:
    """One step (步骤) inside a stage; `held_by` has the matter while the project stands here, `limit` is its clock."""

    code: str
    stage: str
    label: Label
    kind: StepKind = StepKind.ordinary
    held_by: Seat | None = None
    limit: str | None = None


class StartKind(StrEnum):
    """What a move sets in motion beside the move itself."""

    review = "review"
    clock = "clock"


@dataclass(frozen=True, slots=True)
class Start:
    """One thing a move starts: a review (through a reaction) or a clock (in the same transaction)."""

    kind: StartKind
    code: str


@dataclass(frozen=True, slots=True)
class Move:
    """One named move: from where, to where, who may, what it requires, what it starts."""

    trigger: str
    label: Label
    sources: tuple[str, ...]
    target: str
    nature: Nature
    who: tuple[Seat, ...]
    requirements: tuple[Requirement, ...] = ()
    starts: tuple[Start, ...] = ()
    needs_reason: bool = False

    def reads(self) -> frozenset[Part]:
        """The parts of the case its requirements look at."""
        return frozenset(requirement.reads for requirement in self.requirements)

    def unmet(self, case: Case) -> list[Refusal]:
        """Every unmet requirement at once, in the order of the pack."""
        return [refusal for requirement in self.requirements for refusal in requirement.unmet(case)]


@dataclass(frozen=True)
class Procedure:
    """The whole table. `start` is where a new project stands."""

    stages: tuple[Stage, ...]
    steps: tuple[Step, ...]
    moves: tuple[Move, ...]
    start: str

    @cached_property
    def step(self) -> dict[str, Step]:
        """Steps by code."""
        return {step.code: step for step in self.steps}

    @cached_property
    def stage(self) -> dict[str, Stage]:
        """Stages by code."""
        return {stage.code: stage for stage in self.stages}

    @cached_property
    def _table(self) -> dict[tuple[str, str], Move]:
        return {(move.trigger, source): move for move in self.moves for source in move.sources}

    @cached_property
    def triggers(self) -> frozenset[str]:
        """Every trigger the procedure knows."""
        return frozenset(move.trigger for move in self.moves)

    @cached_property
    def _by_source(self) -> dict[str, tuple[Move, ...]]:
        return {step.code: tuple(m for m in self.moves if step.code in m.sources) for step in self.steps}

    def move(self, trigger: str, source: str) -> Move | None:
        """The move `trigger` makes from `source`, or None when there is none."""
        return self._table.get((trigger, source))

    def moves_from(self, source: str) -> tuple[Move, ...]:
        """Every move that leaves `source`, in the order of the pack."""
        return self._by_source.get(source, ())

    def arrows(self) -> Iterator[tuple[str, str, Move]]:
        """Every (from, to, move) as the machine has it; a resume goes back to each step its halt can come from."""
        for move in self.moves:
            for source in move.sources:
                for target in self.targets(move, source):
                    yield source, target, move

    def targets(self, move: Move, source: str) -> tuple[str, ...]:
        """Where the move can lead from `source`: one step, or for a resume every step that halts into `source`."""
        if move.target != RESUME:
            return (move.target,)
        return tuple(s for m in self.moves if m.target == source and m.nature is Nature.halt for s in m.sources)
