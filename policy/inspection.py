"""What the proofs of a pack share (检查的共同材料): its table, its positions, and how a fault is written down."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from policy.fault import Fault, Path, make_fault
from policy.pack import Pack
from states.procedure import Move, Nature, Procedure, Step, StepKind


class Inspection:
    """One pack under inspection."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.document = pack.document

    @property
    def procedure(self) -> Procedure:
        """The table that is inspected."""
        return self.pack.procedure

    def fault(self, code: str, path: Path, culprit: str, **data: object) -> Fault:
        """A fault at the place where `path` was written."""
        return make_fault(code, self.pack.positions.place(path), culprit, **data)

    def moves(self) -> Iterable[tuple[int, Move]]:
        """Every move with its index in the document."""
        return enumerate(self.procedure.moves)

    def steps(self, kind: StepKind | None = None) -> Iterable[tuple[int, Step]]:
        """Every step (of a kind) with its index in the document."""
        return ((i, step) for i, step in enumerate(self.procedure.steps) if kind in (None, step.kind))

    def reached(self, starts: Iterable[str], arrows: Iterable[tuple[str, str]]) -> set[str]:
        """Every step on a way from `starts` along `arrows`, `starts` included."""
        following: dict[str, list[str]] = {}
        for source, target in arrows:
            following.setdefault(source, []).append(target)
        found, waiting = set(starts), list(starts)
        while waiting:
            new = [step for step in following.get(waiting.pop(), ()) if step not in found]
            found.update(new)
            waiting.extend(new)
        return found

    def arrows(self, *natures: Nature) -> list[tuple[str, str]]:
        """Every (from, to) of the moves of these natures; a resume is no way of its own and never among them."""
        return [
            (source, target)
            for source, target, move in self.procedure.arrows()
            if move.nature in natures and move.nature is not Nature.resume
        ]

    @cached_property
    def stage_order(self) -> dict[str, int]:
        """The number of each step's stage."""
        order = {stage.code: number for number, stage in enumerate(self.procedure.stages)}
        return {step.code: order[step.stage] for step in self.procedure.steps}
