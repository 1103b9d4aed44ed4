"""Postings for lists and pages (公示一览): what hangs where until when, and every objection with its answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.posting import Objection, Posting
from models.project import Project
from policy.pack import Pack
from services.masking import masked_name, masked_phone
from services.pack import name_in
from services.posting import postings_of
from services.posting_case import has_evidence
from services.reading import Reading
from services.vote_plan import Plan, plan_of
from states.clock import ClockStatus
from states.exceptions import JiugaiError
from states.finding import FindingStatus
from states.label import Label
from states.posting import PostingStatus


@dataclass(frozen=True, slots=True)
class ObjectionLine:
    """One objection; `by` is masked, empty when anonymous. `upheld` is None while nobody has decided."""

    objection: int
    title: str
    by: str
    phone: str
    raised_at: datetime
    status: FindingStatus
    upheld: bool | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class PaperLine:
    """One paper as it was posted."""

    document: str
    label: str
    version: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PostingLine:
    """One posting. `until` is its last day (None while it stands still), `derivation` says how that was counted.

    `is_over` when its days are over; `changed` names papers that are others now, since `changed_on`.
    """

    posting: int
    code: str
    label: str
    round: int
    status: PostingStatus
    place: str
    from_on: date
    until: date | None
    derivation: str
    is_over: bool
    papers: tuple[PaperLine, ...]
    changed: tuple[str, ...]
    changed_on: date | None
    has_evidence: bool
    reason: str | None
    objections: tuple[ObjectionLine, ...]


def list_postings(session: Session, reading: Reading, project: Project, pack: Pack) -> tuple[PostingLine, ...]:
    """Every posting of a project, newest first; four statements."""
    postings, plan = postings_of(session, project.id), plan_of(session, project)
    objections = _objections(session, project)
    return tuple(_line(reading, pack, one, plan, objections.get(one.id, ())) for one in reversed(postings))


def _objections(session: Session, project: Project) -> dict[int, tuple[ObjectionLine, ...]]:
    query = select(Objection).join(Posting).where(Posting.project_id == project.id)
    query = query.options(joinedload(Objection.finding)).order_by(Objection.finding_id)
    found: dict[int, tuple[ObjectionLine, ...]] = {}
    for one in session.scalars(query):
        found[one.posting_id] = (*found.get(one.posting_id, ()), _objection(one))
    return found


def _objection(one: Objection) -> ObjectionLine:
    return ObjectionLine(
        objection=one.finding_id,
        title=one.finding.title,
        by=masked_name(one.objector),
        phone=masked_phone(one.phone),
        raised_at=one.finding.raised_at,
        status=FindingStatus(one.finding.status),
        upheld=one.upheld,
        answer=one.finding.answer,
    )


def _line(
    reading: Reading, pack: Pack, posting: Posting, plan: Plan, objections: tuple[ObjectionLine, ...]
) -> PostingLine:
    changes = plan.changes(pack, posting.papers, since=posting.opened_at)
    until = None if posting.clock.status == ClockStatus.suspended else posting.clock.due_on
    return PostingLine(
        posting=posting.id,
        code=posting.code,
        label=reading.text(name_in(pack.posting, posting.code)),
        round=posting.round,
        status=PostingStatus(posting.status),
        place=posting.place,
        from_on=posting.from_on,
        until=until,
        derivation=posting.clock.derivation,
        is_over=until is not None and until < reading.today,
        papers=tuple(
            PaperLine(code, reading.text(name_in(pack.document_entry, code)), paper["version"], paper["sha256"])
            for code, paper in posting.papers["documents"].items()
            if paper
        ),
        changed=tuple(reading.text(label) for label in changes.labels),
        changed_on=changes.on,
        has_evidence=_evidence(pack, posting, plan),
        reason=posting.reason,
        objections=objections,
    )


def _evidence(pack: Pack, posting: Posting, plan: Plan) -> bool:
    try:
        entry = pack.posting(posting.code)
    except JiugaiError:  # posted under an older pack
        return True
    return has_evidence(entry, posting, plan, ZoneInfo(pack.document.pack.timezone))


def posting_status(line: PostingLine) -> Label:
    """How a posting stands, with what its days say."""
    if line.status is PostingStatus.up and line.changed:
        return Label("材料已变更，失效", "invalid, its papers changed")
    if line.status is PostingStatus.up and line.is_over:
        return Label("已期满", "over")
    return line.status.label
