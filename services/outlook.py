"""The outlook (下一步): every move that leaves the project's step, in words, with all that is unmet and who owes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.project import Project
from policy.pack import Pack
from services.city import City
from services.project import Possible, possible_moves
from states.procedure import RESUME, Nature, Start, StartKind
from states.refusal import Refusal
from states.role import SYSTEM


@dataclass(frozen=True, slots=True)
class MoveLine:
    """One move: where it leads, who may make it, what it starts, what is still unmet.

    `is_automatic` when only the system makes it (the outcome of a review).
    """

    trigger: str
    label: str
    target: str
    nature: Nature
    who: tuple[str, ...]
    is_automatic: bool
    needs_reason: bool
    starts: tuple[str, ...]
    refusals: tuple[Refusal, ...]


def outlook(session: Session, city: City, project: Project, pack: Pack, *, now: datetime) -> tuple[MoveLine, ...]:
    """The moves there are, whoever asks: forward ones first, then in the pack's order."""
    found = possible_moves(session, city, project, None, now=now)
    ordered = sorted(found, key=lambda possible: possible.move.nature not in (Nature.forward, Nature.resume))
    return tuple(_line(project, pack, possible) for possible in ordered)


def _line(project: Project, pack: Pack, possible: Possible) -> MoveLine:
    move = possible.move
    target = (project.resume_step or project.step) if move.target == RESUME else move.target
    return MoveLine(
        trigger=move.trigger,
        label=move.label.zh,
        target=pack.procedure.step[target].label.zh,
        nature=move.nature,
        who=tuple(seat.label.zh for seat in move.who if seat != SYSTEM),
        is_automatic=all(seat == SYSTEM for seat in move.who),
        needs_reason=move.needs_reason,
        starts=tuple(_start(pack, start) for start in move.starts),
        refusals=possible.refusals,
    )


def _start(pack: Pack, start: Start) -> str:
    if start.kind is StartKind.review:
        return f"发起“{pack.review(start.code).label}”"
    return f"“{pack.limit(start.code).label}”开始计时"
