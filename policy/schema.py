"""The form of a pack (政策包): what an office may write, checked strictly. Unknown keys are errors."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator

from states.label import Label
from states.procedure import Nature, StepKind
from states.review import ReviewMode, Settle
from states.role import Seat

Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Words = Annotated[str, Field(min_length=1, max_length=400)]
SeatText = Annotated[Seat, BeforeValidator(lambda v: Seat.parse(v) if isinstance(v, str) else v), PlainSerializer(str)]
"""A role at a level, written `coordinator@district`; `system` alone for what only rules do."""


def _fraction(value: object) -> object:
    if isinstance(value, float):
        raise ValueError("write a share as a fraction such as 2/3 or 9/10, never as a decimal number")  # noqa: TRY004
    return Fraction(str(value)) if isinstance(value, (str, int)) else value


Share = Annotated[Fraction, BeforeValidator(_fraction), PlainSerializer(str), Field(ge=0, le=1)]


class Entry(BaseModel):
    """Base of everything in a pack: immutable, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Labelled(Entry):
    """Something with a code and a name: `label` Chinese, `en` English."""

    code: Code
    label: Words
    en: str = ""

    @property
    def name(self) -> Label:
        """The name in both languages."""
        return Label(self.label, self.en)


class PackHead(Entry):
    """What the pack is: its name and version, from when it holds, whose time zone its days are in."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$", max_length=40)]
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.\-]+$", max_length=20)]
    label: Words
    en: str = ""
    timezone: str = "Asia/Shanghai"
    effective_from: date
    summary: Words


class Source(Labelled):
    """A text a number comes from: its title and number (文号). `assumed: true` marks a number without a source."""

    assumed: bool = False


class StageEntry(Labelled):
    """A stage (阶段); `window` is the time the stage's chain of step limits has to fit into."""

    window: Window | None = None


class Window(Entry):
    """A stage's window: `from` and `to` as MM-DD of the project's year (a `to` before `from` is next year), sourced."""

    starts: Annotated[str, Field(alias="from", pattern=r"^\d\d-\d\d$")]
    ends: Annotated[str, Field(alias="to", pattern=r"^\d\d-\d\d$")]
    source: Code


class StepEntry(Labelled):
    """A step (步骤): its stage, who holds the matter while it lasts, and the limit that runs."""

    stage: Code
    kind: StepKind = StepKind.ordinary
    held_by: SeatText | None = None
    limit: Code | None = None


class Requires(Entry):
    """One requirement: exactly one of the kinds, plus the words a false condition is refused with."""

    documents: tuple[Code, ...] | None = None
    facts: tuple[Code, ...] | None = None
    condition: Words | None = None
    review: Code | None = None
    no_open: Code | None = None
    consent: Code | None = None
    expired: Code | None = None
    date_reached: Code | None = None
    milestones: tuple[Code, ...] | None = None
    four_eyes: Code | None = None
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
        if len(given) != 1:
            raise ValueError(
                f"a requirement has exactly one of {', '.join(REQUIREMENT_KINDS)}; found {given or 'none'}"
            )
        if (self.condition is not None) != (self.says is not None and self.owed_by is not None):
            raise ValueError("`condition` goes together with `says` (what is wrong) and `owed_by` (who owes it)")
        return self


REQUIREMENT_KINDS = (
    "documents",
    "facts",
    "condition",
    "review",
    "no_open",
    "consent",
    "expired",
    "date_reached",
    "milestones",
    "four_eyes",
)


class Starts(Entry):
    """One thing a move sets in motion: a review (by a reaction) or the clock of a limit (at once)."""

    review: Code | None = None
    clock: Code | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Starts:
        if (self.review is None) == (self.clock is None):
            raise ValueError("`starts` names either a review or a clock")
        return self


class MoveEntry(Entry):
    """A move (动作): `from` a step, a list of steps, or `any` ordinary step; `to` a step or `@resume`."""

    trigger: Code
    label: Words
    en: str = ""
    sources: Annotated[Literal["any"] | Code | tuple[Code, ...], Field(alias="from")]
    target: Annotated[str, Field(alias="to", pattern=r"^(@resume|[a-z][a-z0-9_]*)$")]
    nature: Nature = Nature.forward
    who: Annotated[tuple[SeatText, ...], Field(min_length=1)]
    requires: tuple[Requires, ...] = ()
    starts: tuple[Starts, ...] = ()
    reason: Literal["required", "optional"] = "optional"
    source: Code | None = None

    @property
    def name(self) -> Label:
        """The move's name in both languages."""
        return Label(self.label, self.en)


class FactEntry(Labelled):
    """A fact (情况) somebody records about a project, with its type; money is in yuan, shares are fractions."""

    type: Literal["integer", "decimal", "money", "share", "text", "flag", "date", "choice"]
    unit: str = ""
    owed_by: SeatText
    choices: dict[Code, Words] | None = None
    minimum: int | None = None
    maximum: int | None = None

    @model_validator(mode="after")
    def _choices_fit(self) -> FactEntry:
        if (self.type == "choice") != bool(self.choices):
            raise ValueError("`choices` goes with `type: choice`, and only with it")
        return self


class DocumentEntry(Labelled):
    """A document (材料) and who has to bring it."""

    owed_by: SeatText
    media: tuple[Literal["pdf", "image", "word", "sheet", "drawing", "any"], ...] = ("any",)


class MilestoneEntry(Labelled):
    """A milestone (节点) of the works, with the MM-DD it should be reached by where the authority sets one."""

    owed_by: SeatText
    due: Annotated[str, Field(pattern=r"^\d\d-\d\d$")] | None = None
    source: Code | None = None


class FindingEntry(Labelled):
    """A kind of finding (事项): an objection, a defect, a request. `closed_by` may close one after re-inspection."""

    owed_by: SeatText
    closed_by: SeatText


class Tally(Entry):
    """The facts of one denominator of an owners' vote: all, taking part, in favour."""

    label: Words
    en: str = ""
    total: Code
    voted: Code
    agreed: Code


class ConsentEntry(Labelled):
    """A class of owners' decision (表决规则) with its quorum and pass share by each denominator."""

    tallies: Annotated[tuple[Tally, ...], Field(min_length=1)]
    quorum: Share
    share: Share
    inclusive: bool
    owed_by: SeatText
    source: Code


class DepartmentEntry(Labelled):
    """A department or utility unit (部门、管线单位) that can be asked."""

    level: Literal["department", "utility"] = "department"


class Span(Entry):
    """A length of time with its unit and its source."""

    days: Annotated[int, Field(ge=1, le=3700)]
    unit: Literal["working_day", "calendar_day", "month"]
    source: Code


class LimitEntry(Labelled):
    """A limit (期限): its span, when its light turns yellow, and the ladder it climbs.

    `yellow_share` of the span used and `yellow_days` before the end (same unit): the earlier one turns it yellow.
    """

    span: Span
    yellow_share: Share | None = None
    yellow_days: Annotated[int, Field(ge=0)] | None = None
    yellow_source: Code | None = None
    ladder: Code | None = None


class RungEntry(Labelled):
    """One rung (预警层级): when (`warning` or `breach` plus working days) and who is told."""

    at: Literal["warning", "breach"]
    plus: Annotated[int, Field(ge=0, le=365)] = 0
    to: Annotated[tuple[Literal["holder"] | SeatText, ...], Field(min_length=1)]
    source: Code


class LadderEntry(Labelled):
    """An escalation ladder (预警阶梯), from the mildest rung to the sternest."""

    rungs: Annotated[tuple[RungEntry, ...], Field(min_length=1)]


class MemberEntry(Entry):
    """Who is asked in a review: a department of the pack, or a seat of the chain of command, each for its matter.

    `when` limits the member to projects whose facts make it true.
    """

    department: Code | None = None
    seat: SeatText | None = None
    matter: Words
    limit: Code
    when: Words | None = None
    source: Code | None = None

    @model_validator(mode="after")
    def _department_or_seat(self) -> MemberEntry:
        if (self.department is None) == (self.seat is None):
            raise ValueError("a member is either a `department` or a `seat`")
        return self


class ReviewEntry(Labelled):
    """A review (联审联批) or a chain of approvers (审批): members, mode, and the moves its outcome fires."""

    kind: Literal["joint_review", "approval"]
    lead: Code | None = None
    mode: ReviewMode = ReviewMode.all
    settle: Settle = Settle.when_all_answered
    limit: Code
    members: Annotated[tuple[MemberEntry, ...], Field(min_length=1)]
    on_pass: Code
    on_reject: Code
    source: Code | None = None


class PackDocument(Entry):
    """A whole pack. Each top-level key stands in exactly one file of the folder."""

    pack: PackHead
    sources: tuple[Source, ...]
    stages: Annotated[tuple[StageEntry, ...], Field(min_length=1)]
    start: Code
    steps: Annotated[tuple[StepEntry, ...], Field(min_length=2)]
    moves: Annotated[tuple[MoveEntry, ...], Field(min_length=1)]
    facts: tuple[FactEntry, ...] = ()
    documents: tuple[DocumentEntry, ...] = ()
    milestones: tuple[MilestoneEntry, ...] = ()
    findings: tuple[FindingEntry, ...] = ()
    consents: tuple[ConsentEntry, ...] = ()
    departments: tuple[DepartmentEntry, ...] = ()
    limits: tuple[LimitEntry, ...] = ()
    ladders: tuple[LadderEntry, ...] = ()
    reviews: tuple[ReviewEntry, ...] = ()


StageEntry.model_rebuild()
