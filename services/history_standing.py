"""How a project stood at a moment (历史状况): the typed answer of services.history_as_of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.history_clock import ClockThen
from services.history_entry import Basis
from states.finding import FindingStatus
from states.review import Opinion, ReviewStatus


@dataclass(frozen=True, slots=True)
class FactThen:
    """One fact or milestone: `value` as kept, `text` as people read it, when and by which login it was recorded."""

    code: str
    label: str
    value: object
    text: str
    recorded_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class DocumentThen:
    """One version of a document on file."""

    kind: str
    label: str
    version: int
    file: str
    sha256: str
    size: int
    attached_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class OpinionThen:
    """What one member had said by then; `opinion` is None while it had not, `carried` when from an earlier round."""

    member: str
    label: str
    opinion: Opinion | None
    reasons: str | None
    at: datetime | None
    by: str | None
    tacit: bool
    overruled: bool
    carried: bool


@dataclass(frozen=True, slots=True)
class RoundThen:
    """One round of a review as it stood."""

    review: str
    label: str
    round: int
    status: ReviewStatus
    opened_at: datetime
    closed_at: datetime | None
    opinions: tuple[OpinionThen, ...]


@dataclass(frozen=True, slots=True)
class FindingThen:
    """One finding as it stood."""

    finding: int
    kind: str
    label: str
    title: str
    status: FindingStatus
    answer: str | None
    raised_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class ProjectThen:
    """A project as it stood at `moment`. `entries` is on how many entries it rests, `seq` the number of the last one.

    `entered_at` is when it came to the step it stood at; `resume_step` is where a suspended one would go on. `unknown`
    says in words what the entries do not tell.
    """

    project: str
    name: str
    moment: datetime
    basis: Basis
    entries: int
    seq: int
    pack: str
    step: str
    step_label: str
    stage: str
    stage_label: str
    resume_step: str | None
    entered_at: datetime | None
    facts: tuple[FactThen, ...]
    milestones: tuple[FactThen, ...]
    documents: tuple[DocumentThen, ...]
    findings: tuple[FindingThen, ...]
    rounds: tuple[RoundThen, ...]
    clocks: tuple[ClockThen, ...]
    unknown: tuple[str, ...]
