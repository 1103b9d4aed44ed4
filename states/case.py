"""The case (个案) as the procedure sees it: a snapshot of one project, without any database behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from states.label import Label
from states.vote import Missing, PollStatus

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
    deeds = "deeds"
    polls = "polls"
    postings = "postings"
    papers = "papers"
    conditions = "conditions"


class DeedKind(StrEnum):
    """What somebody did about a project: made a move, brought a document, recorded a fact, answered in a review."""

    move = "move"
    document = "document"
    fact = "fact"
    review = "review"


DeedKey = tuple[DeedKind, str]
"""A deed by its kind and the pack's code of what was done."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Who did something: `logins` has the one who acted and the one on whose behalf, `name` is both in words.

    `on` is the day in the city's zone.
    """

    logins: frozenset[str]
    name: str
    on: date


@dataclass(frozen=True, slots=True)
class ReviewState:
    """How the latest round of a review stands: `status` is one of states.review.ReviewStatus."""

    status: str
    round: int


@dataclass(frozen=True, slots=True)
class Paper:
    """The newest version of a document on file: its number and when it came in."""

    version: int
    filed_at: datetime


@dataclass(frozen=True, slots=True)
class Papers:
    """The newest versions by kind, the kinds an open promise stands for, and when each move was last made."""

    newest: Mapping[str, Paper] = field(default_factory=dict)
    promised: frozenset[str] = frozenset()
    moved_at: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwedCondition:
    """A condition of an approval that is still owed: its words, the unit that set it, who owes it.

    `status` is one of states.review_task.OWED.
    """

    number: int
    text: str
    unit: Label
    owed_by: Label
    status: str


@dataclass(frozen=True, slots=True)
class ClockState:
    """The latest clock of a limit: the day it falls due (city's zone) and whether it still runs."""

    due_on: date | None
    running: bool


NOWHERE = Label("")
"""The place of a poll that is held everywhere."""


@dataclass(frozen=True, slots=True)
class PollState:
    """The newest round of a poll at one place (empty: everywhere): how it stands, and what changed since it opened.

    `changed` names papers and facts it was about, `changed_on` is the day the last of them changed (city's zone).
    """

    poll: int
    round: int
    status: PollStatus
    passed: bool
    missing: Missing | None = None
    place: Label = NOWHERE
    changed: tuple[Label, ...] = ()
    changed_on: date | None = None


@dataclass(frozen=True, slots=True)
class PostingState:
    """The newest posting of a code; `round` 0 while there is none.

    `until` is its last day (None while it stands still), `objections` the titles of the open findings of kind
    `finding`, `changed` the posted papers that are others now.
    """

    round: int = 0
    is_up: bool = False
    upheld: bool = False
    until: date | None = None
    changed: tuple[Label, ...] = ()
    changed_on: date | None = None
    has_evidence: bool = False
    finding: str = ""
    objections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One project at one moment. `today` is a day in the city's zone.

    `actor` is the login of who acts, `on_behalf_of` of whom for, where that is somebody else.
    """

    name: str
    step: str
    today: date
    actor: str = ""
    on_behalf_of: str | None = None
    resume_step: str | None = None
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    documents: frozenset[str] = frozenset()
    papers: Papers = Papers()
    reviews: Mapping[str, ReviewState] = field(default_factory=dict)
    findings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Titles of the open findings by kind (objection, defect, request)."""
    clocks: Mapping[str, ClockState] = field(default_factory=dict)
    conditions: Mapping[str, tuple[OwedCondition, ...]] = field(default_factory=dict)
    """Conditions still owed, by the code of their review."""
    milestones: Mapping[str, date] = field(default_factory=dict)
    """Days on which the milestones reached so far were reached."""
    deeds: Mapping[DeedKey, tuple[Deed, ...]] = field(default_factory=dict)
    """Who last made each move, brought each document, recorded each fact, and all who answered in a review."""
    polls: Mapping[str, tuple[PollState, ...]] = field(default_factory=dict)
    """By consent: the newest round at each place that was asked."""
    postings: Mapping[str, PostingState] = field(default_factory=dict)

    @property
    def acting(self) -> frozenset[str]:
        """The logins that count as acting: the person's own, and of the one on whose behalf."""
        return frozenset(login for login in (self.actor, self.on_behalf_of) if login)
