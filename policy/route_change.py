"""What would change the answer (反事实): for each part the smallest change of one fact, found by routing again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policy.pack import Pack
from policy.route import Part, Routing, route
from policy.route_value import neighbours, representatives
from states.case import FactValue


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """One fact at another value, and the parts of the answer that change by it; `routing` is the answer then."""

    fact: str
    before: FactValue
    after: FactValue
    parts: tuple[Part, ...]
    routing: Routing


@dataclass(frozen=True, slots=True)
class Stake:
    """A fact nobody has recorded, and the parts of the answer some value of it would change or settle."""

    fact: str
    parts: tuple[Part, ...]


def counterfactuals(pack: Pack, routing: Routing) -> list[Counterfactual]:
    """For each known fact and each part of the answer it can change alone, the smallest change that does.

    Tried are the values at the marks of the rules and one step to either side (`policy.route_value.neighbours`), each
    by routing again. Parts that change at the same value stand together. A choice knows no smaller and no larger:
    every other choice that changes something is told.
    """
    return [one for fact in pack.router.marks if fact in routing.facts for one in _turned(pack, routing, fact)]


def stakes(pack: Pack, routing: Routing) -> list[Stake]:
    """For each unknown fact, what hangs on it. A fact on which nothing hangs alone is told with no parts."""
    return [Stake(fact, _at_stake(pack, routing, fact)) for fact in routing.unknown]


def changed_parts(before: Routing, after: Routing) -> tuple[Part, ...]:
    """The parts of two answers that differ, those of the first answer first."""
    old, new = before.parts(), after.parts()
    return tuple(part for part in {**old, **new} if old.get(part) != new.get(part))


def _turned(pack: Pack, routing: Routing, fact: str) -> Iterator[Counterfactual]:
    entry, before = pack.fact(fact), routing.facts[fact]
    seen: set[Part] = set()
    for value in neighbours(entry, pack.router.marks[fact], before):
        other = route(pack, {**routing.facts, fact: value})
        parts = tuple(part for part in changed_parts(routing, other) if part not in seen)
        if parts:
            yield Counterfactual(fact, before, value, parts, other)
        if entry.type != "choice":
            seen.update(parts)


def _at_stake(pack: Pack, routing: Routing, fact: str) -> tuple[Part, ...]:
    found: dict[Part, None] = {}
    for value in representatives(pack.fact(fact), pack.router.marks[fact]):
        found.update(dict.fromkeys(changed_parts(routing, route(pack, {**routing.facts, fact: value}))))
    return tuple(found)
