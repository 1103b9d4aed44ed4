"""The form of a pack (政策包): what an office may write, checked strictly. Unknown keys are errors."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from policy.schema_anomaly import AnomalyEntry
from policy.schema_duty import DutyEntry
from policy.schema_entry import (
    Code,
    DepartmentEntry,
    DocumentEntry,
    Entry,
    FactEntry,
    FindingEntry,
    Labelled,
    LadderEntry,
    MilestoneEntry,
    MonthDay,
    Names,
    RungEntry,
    SeatText,
    Source,
    Statement,
    Words,
    listed,
)
from policy.schema_limit import Extension, LimitEntry, Span
from policy.schema_review import MemberEntry, ReviewEntry
from policy.schema_round import PromiseEntry
from policy.schema_route import PermitEntry, TableEntry
from policy.schema_supervision import SupervisionEntry
from policy.schema_vote import ConsentEntry, PostingEntry, Tally, VoteRuleEntry
from states.label import Label
from states.procedure import Nature, StepKind

__all__ = [
    "ConsentEntry",
    "DepartmentEntry",
    "DocumentEntry",
    "DutyEntry",
    "Extension",
    "FactEntry",
    "FindingEntry",
    "LadderEntry",
    "LimitEntry",
    "MemberEntry",
    "MilestoneEntry",
    "MoveEntry",
    "PackDocument",
    "PackHead",
    "PostingEntry",
    "Requires",
    "ReviewEntry",
    "RungEntry",
    "Source",
    "Span",
    "StageEntry",
    "Starts",
    "StepEntry",
    "Tally",
    "VoteRuleEntry",
    "Window",
]

ANY = "any"
"""As a move's `from`: every ordinary step."""

REQUIREMENT_KINDS = (
    "documents",
    "facts",
    "condition",
    "review",
    "conditions_met",
    "no_open",
    "consent",
    "expired",
    "posted",
    "date_reached",
    "milestones",
    "four_eyes",
)


class PackHead(Entry):
    """What the pack is: its name and version, from when it holds, whose time zone its days are in."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=40)]
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.\-]+$", max_length=20)]
    label: Words
    en: str = ""
    timezone: str = "Asia/Shanghai"
    effective_from: date
    summary: Words


class Window(Entry):
    """A stage's window: `from` and `to` as MM-DD of the project's year (a `to` before `from` is next year), sourced."""

    starts: Annotated[MonthDay, Field(alias="from")]
    ends: Annotated[MonthDay, Field(alias="to")]
    source: Annotated[Code, Names("source")]


class StageEntry(Labelled):
    """A stage (阶段); `window` is the time the stage's chain of step limits has to fit into."""

    window: Window | None = None


class StepEntry(Labelled):
    """A step (步骤): its stage, who holds the matter while it lasts, and the limit that runs."""

    stage: Annotated[Code, Names("stage")]
    kind: StepKind = StepKind.ordinary
    held_by: SeatText | None = None
    limit: Annotated[Code | None, Names("limit")] = None


class Requires(Entry):
    """One requirement: exactly one of the kinds, plus the words a false condition is refused with.

    `owed_by` may also say who owes a review, a consent, a period or a second pair of eyes. With `fresh_after` documents
    have to be newer than the last time one of these moves was made.
    """

    documents: Annotated[tuple[Code, ...] | None, Names("document")] = None
    fresh_after: Annotated[tuple[Code, ...], BeforeValidator(listed), Names("trigger")] = ()
    facts: Annotated[tuple[Code, ...] | None, Names("fact")] = None
    condition: Annotated[Words | None, Statement()] = None
    review: Annotated[Code | None, Names("review")] = None
    conditions_met: Annotated[Code | None, Names("review")] = None
    no_open: Annotated[Code | None, Names("finding")] = None
    consent: Annotated[Code | None, Names("consent")] = None
    expired: Annotated[Code | None, Names("limit")] = None
    posted: Annotated[Code | None, Names("posting")] = None
    date_reached: Annotated[Code | None, Names("fact")] = None
    milestones: Annotated[tuple[Code, ...] | None, Names("milestone")] = None
    four_eyes: Annotated[Code | None, Names("trigger")] = None
    says: Words | None = None
    says_en: str = ""
    owed_by: SeatText | None = None

    @property
    def kind(self) -> str:
        """Which of the kinds it is."""
        return next(name for name in REQUIREMENT_KINDS if getattr(self, name) is not None)

    @model_validator(mode="after")
    def _exactly_one(self) -> Requires:
        given = [name for name in REQUIREMENT_KINDS if getattr(self, name) is not None]
        if len(given) != 1 or getattr(self, given[0]) == ():
            kinds = {"kinds": "、".join(REQUIREMENT_KINDS), "given": "、".join(given) or "-"}
            raise PydanticCustomError("requirement_kind", "exactly one of {kinds}; found {given}", kinds)
        if self.condition is not None and (self.says is None or self.owed_by is None):
            raise PydanticCustomError("condition_words", "`condition` needs `says` and `owed_by`")
        if self.condition is None and self.says is not None:
            raise PydanticCustomError("says_without_condition", "`says` goes with `condition` only")
        return self


class Starts(Entry):
    """One thing a move sets in motion: a review (by a reaction) or the clock of a limit (at once)."""

    review: Annotated[Code | None, Names("review")] = None
    clock: Annotated[Code | None, Names("limit")] = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Starts:
        if (self.review is None) == (self.clock is None):
            raise PydanticCustomError("starts_kind", "`starts` names either a review or a clock")
        return self


class MoveEntry(Entry):
    """A move (动作): `from` a step, a list of steps, or `any` ordinary step; `to` a step or `@resume`."""

    trigger: Code
    label: Words
    en: str = ""
    sources: Annotated[tuple[Code, ...], BeforeValidator(listed), Field(alias="from", min_length=1), Names("step")]
    target: Annotated[str, Field(alias="to", pattern=r"^(@resume|[a-z][a-z0-9_]*)$"), Names("step")]
    nature: Nature = Nature.forward
    who: Annotated[tuple[SeatText, ...], Field(min_length=1)]
    requires: tuple[Requires, ...] = ()
    starts: tuple[Starts, ...] = ()
    reason: Literal["required", "optional"] = "optional"
    source: Annotated[Code | None, Names("source")] = None

    @property
    def name(self) -> Label:
        """The move's name in both languages."""
        return Label(self.label, self.en)


class PackDocument(Entry):
    """A whole pack. Each top-level key stands in exactly one file of the folder."""

    pack: PackHead
    sources: tuple[Source, ...]
    stages: Annotated[tuple[StageEntry, ...], Field(min_length=1)]
    start: Annotated[Code, Names("step")]
    steps: Annotated[tuple[StepEntry, ...], Field(min_length=2)]
    moves: Annotated[tuple[MoveEntry, ...], Field(min_length=1)]
    facts: tuple[FactEntry, ...] = ()
    documents: tuple[DocumentEntry, ...] = ()
    milestones: tuple[MilestoneEntry, ...] = ()
    findings: tuple[FindingEntry, ...] = ()
    vote_rules: tuple[VoteRuleEntry, ...] = ()
    consents: tuple[ConsentEntry, ...] = ()
    postings: tuple[PostingEntry, ...] = ()
    departments: tuple[DepartmentEntry, ...] = ()
    limits: tuple[LimitEntry, ...] = ()
    ladders: tuple[LadderEntry, ...] = ()
    supervision: SupervisionEntry | None = None
    reviews: tuple[ReviewEntry, ...] = ()
    promises: tuple[PromiseEntry, ...] = ()
    permits: tuple[PermitEntry, ...] = ()
    tables: tuple[TableEntry, ...] = ()
    duties: tuple[DutyEntry, ...] = ()
    anomalies: tuple[AnomalyEntry, ...] = ()
