"""Items of a hand-over (交接清单): one thing a leaver holds, what becomes of it, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from states.label import Label


class Part(StrEnum):
    """What sort of thing it is: a seat, a review task, projects waiting at a step, a stand-in."""

    seat = "seat"
    task = "task"
    step = "step"
    stand_in = "stand_in"

    @property
    def label(self) -> Label:
        """The part in words."""
        return _PARTS[self]


class Outcome(StrEnum):
    """What becomes of it: it goes to the successor, stays with the unit's others, ends, or stops the hand-over."""

    moves = "moves"
    stays = "stays"
    ends = "ends"
    refused = "refused"

    @property
    def label(self) -> Label:
        """The outcome in words."""
        return _OUTCOMES[self]


_PARTS = {
    Part.seat: Label("席位", "seat"),
    Part.task: Label("审查任务", "review task"),
    Part.step: Label("在办步骤", "step in hand"),
    Part.stand_in: Label("代理", "stand-in"),
}
_OUTCOMES = {
    Outcome.moves: Label("转交", "moves"),
    Outcome.stays: Label("留在原单位", "stays"),
    Outcome.ends: Label("终止", "ends"),
    Outcome.refused: Label("不能交接", "refused"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing: `what` it is, its `outcome` and `why`; `data` has the numbers and codes behind it (JSON-safe)."""

    part: Part
    what: Label
    outcome: Outcome
    why: Label
    data: dict[str, Any] = field(default_factory=dict)
