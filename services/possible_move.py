"""Possible moves (可办动作): what leaves a project's step, who may make it for whom, and everything still unmet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.project import Project
from services.case import load_case
from services.city import City
from services.identity import OWN, Actor, Capacity, capacities
from services.pack import pack_of
from states.case import Case, Part
from states.label import Label
from states.procedure import Move
from states.refusal import Refusal
from states.requirement import DateReached, Named, Requirement

_REGISTERS = ("document", "fact", "milestone")
"""What a person can add by its code: the keys by which a refusal names it."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something a person can bring, record or reach, as they would type it; `kind` is one of `_REGISTERS`."""

    kind: str
    code: str
    label: Label

    def as_dict(self) -> dict[str, str]:
        """It as data for `--json`, the API and the page."""
        return {"kind": self.kind, "code": self.code, "label": self.label.zh, "label_en": self.label.text("en")}


@dataclass(frozen=True, slots=True)
class Possible:
    """One move that leaves the project's step, for one person: whether they hold a seat for it, and what is unmet.

    `on_behalf_of` is the login of the absent person whose seat it would be made from.
    """

    move: Move
    permitted: bool
    refusals: tuple[Refusal, ...]
    on_behalf_of: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether the person could make the move now."""
        return self.permitted and not self.refusals

    @property
    def missing(self) -> tuple[Missing, ...]:
        """What the refusals name by a code, each once; of a false condition the facts it looks at."""
        labels = {named.code: named.label for one in self.move.requirements for named in _named(one)}
        found = dict.fromkeys(pair for refusal in self.refusals for pair in _wanted(refusal))
        return tuple(Missing(kind, code, labels.get(code, Label(code))) for kind, code in found)

    def as_dict(self) -> dict[str, Any]:
        """The answer as data for `--json`, the API and the page."""
        return {
            "trigger": self.move.trigger,
            "label": self.move.label.zh,
            "target": self.move.target,
            "who": [str(seat) for seat in self.move.who],
            "permitted": self.permitted,
            "open": self.is_open,
            "on_behalf_of": self.on_behalf_of,
            "needs_reason": self.move.needs_reason,
            "refusals": [refusal.as_dict() for refusal in self.refusals],
            "missing": [one.as_dict() for one in self.missing],
        }


def _named(requirement: Requirement) -> Iterator[Named]:
    """Everything a requirement wants that has a code and a name in the pack."""
    for field in ("documents", "facts", "uses", "milestones"):
        yield from getattr(requirement, field, ())
    if isinstance(requirement, DateReached):
        yield requirement.fact


def _wanted(refusal: Refusal) -> Iterator[tuple[str, str]]:
    yield from ((kind, refusal.data[kind]) for kind in _REGISTERS if kind in refusal.data)
    if refusal.code == "condition_false":
        yield from (("fact", code) for code in refusal.data["facts"])


def possible_moves(
    session: Session, city: City, project: Project, actor: Actor | None, *, now: datetime
) -> list[Possible]:
    """Every move that leaves the project's step, with everything unmet; nothing is changed.

    Without an actor `permitted` is true throughout: what could be done, whoever asks.
    """
    pack = pack_of(project.pack_version)
    moves = pack.procedure.moves_from(project.step)
    parts: set[Part] = set().union(*(move.reads() for move in moves))
    login = actor.login if actor else ""
    case = load_case(session, city, project, pack, parts, actor=login, now=now)
    return [_possible(session, project, move, case, actor) for move in moves]


def _possible(session: Session, project: Project, move: Move, case: Case, actor: Actor | None) -> Possible:
    held = capacities(session, actor, move.who, project.organisation) if actor else (OWN,)
    refusals, capacity = unmet_in(move, case, held or (OWN,))
    return Possible(move, bool(held), tuple(refusals), capacity.on_behalf_of)


def unmet_in(move: Move, case: Case, held: Sequence[Capacity]) -> tuple[list[Refusal], Capacity]:
    """What is unmet in the capacity that fits best: who stands in for two may act for the one duty does not bar."""
    each = [(move.unmet(replace(case, on_behalf_of=one.on_behalf_of)), one) for one in held]
    return min(each, key=lambda found: len(found[0]))
