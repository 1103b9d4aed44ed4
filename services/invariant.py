"""What always holds (不变量): statements about the whole record that no moves, crashes or retries may break."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy.orm import Session

from services.city import City
from services.invariant_query import QUERIES
from services.invariant_rule import RULES
from states.label import Label

SHOWN = 20
"""So many breaches of one invariant are named; the rest only counted."""


class Verdict(NamedTuple):
    """One invariant and where it is broken: up to SHOWN places by name, `broken` of them in all."""

    code: str
    says: Label
    places: tuple[str, ...]
    broken: int


def examine_record(session: Session, city: City) -> Iterator[Verdict]:
    """Every invariant in turn; it holds where `broken` is 0. Reads only, and everything: minutes in a large city."""
    for code, says, query in QUERIES:
        yield _verdict(code, says, (str(place) for place in session.scalars(query)))
    for code, says, rule in RULES:
        yield _verdict(code, says, rule(session, city))


def _verdict(code: str, says: Label, places: Iterator[str]) -> Verdict:
    shown, broken = [], 0
    for place in places:
        broken += 1
        if broken <= SHOWN:
            shown.append(place)
    return Verdict(code, says, tuple(shown), broken)
