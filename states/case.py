"""The case (个案) as the procedure sees it: a snapshot of one project, without any database behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

FactValue = int | Decimal | Fraction | str | bool | date
"""What a fact may hold: whole numbers, exact decimals, exact shares, words, yes or no, days. Never a float."""


class Part(StrEnum):
    """The parts of a case a requirement may read; only the parts a move asks for are loaded."""

    facts = "facts"
    documents = "documents"
    reviews = "reviews"
    findings = "findings"
    clocks = "clocks"
    milestones = "milestones"
    actors = "actors"


@dataclass(frozen=True, slots=True)
class ReviewState:
    """How the latest round of a review stands: `status` is one of states.review.ReviewStatus."""

    status: str
    round: int


@dataclass(frozen=True, slots=True)
class ClockState:
    """The latest clock of a limit: the day it falls due (city's zone) and whether it still runs."""

    due_on: date | None
    running: bool


@dataclass(frozen=True, slots=True)
class Case:
    """One project at one moment. `today` is a day in the city's zone; `actor` is the login of who acts."""

    name: str
    step: str
    today: date
    actor: str = ""
    resume_step: str | None = None
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    documents: frozenset[str] = frozenset()
    reviews: Mapping[str, ReviewState] = field(default_factory=dict)
    findings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Titles of the open findings by kind (objection, defect, request)."""
    clocks: Mapping[str, ClockState] = field(default_factory=dict)
    milestones: Mapping[str, date] = field(default_factory=dict)
    """Days on which the milestones reached so far were reached."""
    actors: Mapping[str, str] = field(default_factory=dict)
    """Who last made each move, by trigger."""
