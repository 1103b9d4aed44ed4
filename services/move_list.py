"""The moves of a project (可办动作): those that leave its step, in words, with all that is unmet and who owes it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from models.project import Project
from policy.pack import Pack
from services.identity import Actor
from services.project import Possible, possible_moves
from services.reading import Reading
from states.procedure import RESUME, Nature, Start, StartKind
from states.refusal import Refusal
from states.role import SYSTEM, Seat


@dataclass(frozen=True, slots=True)
class MoveLine:
    """One move: where it leads, who may make it, what it starts, what is still unmet.

    `who_labels` leaves the system out; `automatic` when only the system makes it (the outcome of a review); `open`
    when somebody could make it now.
    """

    trigger: str
    label: str
    target: str
    target_label: str
    nature: Nature
    who: tuple[Seat, ...]
    who_labels: tuple[str, ...]
    permitted: bool
    open: bool
    automatic: bool
    needs_reason: bool
    starts: tuple[str, ...]
    refusals: tuple[Refusal, ...]


def list_moves(
    session: Session, reading: Reading, project: Project, pack: Pack, actor: Actor | None = None
) -> tuple[MoveLine, ...]:
    """The moves there are, for `actor` or whoever asks: forward ones first, then in the pack's order."""
    found = possible_moves(session, reading.city, project, actor, now=reading.now)
    ordered = sorted(found, key=lambda possible: possible.move.nature not in (Nature.forward, Nature.resume))
    return tuple(_line(reading, project, pack, possible) for possible in ordered)


def _line(reading: Reading, project: Project, pack: Pack, possible: Possible) -> MoveLine:
    move = possible.move
    target = (project.resume_step or project.step) if move.target == RESUME else move.target
    return MoveLine(
        trigger=move.trigger,
        label=reading.text(move.label),
        target=target,
        target_label=reading.text(pack.procedure.step[target].label),
        nature=move.nature,
        who=move.who,
        who_labels=tuple(reading.text(seat.label) for seat in move.who if seat != SYSTEM),
        permitted=possible.permitted,
        open=possible.is_open,
        automatic=all(seat == SYSTEM for seat in move.who),
        needs_reason=move.needs_reason,
        starts=tuple(_start(reading, pack, start) for start in move.starts),
        refusals=possible.refusals,
    )


def _start(reading: Reading, pack: Pack, start: Start) -> str:
    if start.kind is StartKind.review:
        label = pack.review(start.code).name
        return reading.say(f"发起“{label.zh}”", f'opens "{label.text("en")}"')
    label = pack.limit(start.code).name
    return reading.say(f"“{label.zh}”开始计时", f'starts the clock of "{label.text("en")}"')
