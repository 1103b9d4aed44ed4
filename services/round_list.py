"""What happened around the rounds (轮次附录): the list of supplements, the lead's rulings, as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.document import Document
from models.review import Review, ReviewTask
from models.ruling import Ruling
from models.supplement import Supplement, SupplementItem
from policy.pack import Pack
from services.clock_sheet import ClockSheet
from services.pack import name_in
from services.reading import Reading
from states.clock import ClockSubject
from states.review import Opinion
from states.ruling import MeetingOutcome, RulingKind
from states.supplement import SupplementStatus

Clocks = Mapping[tuple[ClockSubject, int | None], ClockSheet]
"""A project's clocks by what they measure."""


@dataclass(frozen=True, slots=True)
class SupplementLine:
    """One item of a list: in whose name it is wanted, which document, with what it was ticked and when."""

    id: int
    position: int
    says: str
    organisation: str | None
    document: str | None
    version: int | None
    note: str | None
    ticked_at: datetime | None
    by: str | None


@dataclass(frozen=True, slots=True)
class SupplementSheet:
    """The one list of a round: how it stands, the applicant's clock, every item. `open` counts what is not ticked."""

    id: int
    status: SupplementStatus
    reason: str | None
    issued_at: datetime
    issued_by: str
    ended_at: datetime | None
    ended_by: str | None
    clock: ClockSheet | None
    items: tuple[SupplementLine, ...]

    @property
    def open(self) -> int:
        """How many items are not ticked."""
        return sum(item.ticked_at is None for item in self.items)


@dataclass(frozen=True, slots=True)
class RulingLine:
    """One act of the lead: about which unit's opinion, why; of a meeting also its day, who came, its minutes."""

    id: int
    kind: RulingKind
    organisation: str | None
    reasons: str
    held_on: date | None
    attendees: str | None
    minutes: str | None
    outcome: MeetingOutcome | None
    meeting: int | None
    ruled_at: datetime
    by: str
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Annexes:
    """What belongs to the rounds of a project beside their tasks, by the round's number in the database."""

    supplements: Mapping[int, SupplementSheet]
    rulings: Mapping[int, tuple[RulingLine, ...]]


def load_annexes(session: Session, reading: Reading, pack: Pack, reviews: Sequence[Review], clocks: Clocks) -> Annexes:
    """The lists and rulings of these rounds; three statements, none where nobody ever dissented or demanded."""
    ids = [review.id for review in reviews if _was_contested(review)]
    if not ids:
        return Annexes({}, {})
    tasks = {task.id: task for review in reviews for task in review.tasks}
    lists = session.scalars(select(Supplement).where(Supplement.review_id.in_(ids))).all()
    rulings = session.scalars(select(Ruling).where(Ruling.review_id.in_(ids)).order_by(Ruling.id)).all()
    papers = _papers(session, [*(item for one in lists for item in one.items), *rulings])
    by_round: dict[int, tuple[RulingLine, ...]] = {}
    for ruling in rulings:
        line = _ruling(reading, pack, ruling, tasks, papers)
        by_round[ruling.review_id] = (*by_round.get(ruling.review_id, ()), line)
    return Annexes({one.review_id: _list(reading, pack, one, tasks, papers, clocks) for one in lists}, by_round)


def _was_contested(review: Review) -> bool:
    """Whether there can be a list or a ruling: somebody objects, or was asked anew after having done so."""
    return review.awaits is not None or any(
        task.again_because or task.overruled or task.opinion in (Opinion.reject, Opinion.supplement)
        for task in review.tasks
    )


def _papers(session: Session, rows: Iterable[SupplementItem | Ruling]) -> dict[int, Document]:
    wanted = {row.document_id for row in rows if row.document_id}
    found = session.scalars(select(Document).where(Document.id.in_(wanted))) if wanted else ()
    return {paper.id: paper for paper in found}


def _list(
    reading: Reading,
    pack: Pack,
    one: Supplement,
    tasks: Mapping[int, ReviewTask],
    papers: Mapping[int, Document],
    clocks: Clocks,
) -> SupplementSheet:
    return SupplementSheet(
        id=one.id,
        status=SupplementStatus(one.status),
        reason=one.reason,
        issued_at=one.issued_at,
        issued_by=one.issued_by,
        ended_at=one.ended_at,
        ended_by=one.ended_by,
        clock=clocks.get((ClockSubject.supplement, one.id)),
        items=tuple(_item(reading, pack, item, tasks, papers) for item in one.items),
    )


def _item(
    reading: Reading, pack: Pack, item: SupplementItem, tasks: Mapping[int, ReviewTask], papers: Mapping[int, Document]
) -> SupplementLine:
    task, paper = tasks.get(item.task_id or 0), papers.get(item.document_id or 0)
    kind = item.document or (paper.kind if paper else None)
    return SupplementLine(
        id=item.id,
        position=item.position,
        says=item.says,
        organisation=task.organisation.name if task else None,
        document=reading.text(name_in(pack.document_entry, kind)) if kind else None,
        version=paper.version if paper else None,
        note=item.note,
        ticked_at=item.ticked_at,
        by=item.ticked_by,
    )


def _ruling(
    reading: Reading, pack: Pack, one: Ruling, tasks: Mapping[int, ReviewTask], papers: Mapping[int, Document]
) -> RulingLine:
    task, paper = tasks.get(one.task_id or 0), papers.get(one.document_id or 0)
    return RulingLine(
        id=one.id,
        kind=RulingKind(one.kind),
        organisation=task.organisation.name if task else None,
        reasons=one.reasons,
        held_on=one.held_on,
        attendees=one.attendees,
        minutes=f"{reading.text(name_in(pack.document_entry, paper.kind))} v{paper.version}" if paper else None,
        outcome=MeetingOutcome(one.outcome) if one.outcome else None,
        meeting=one.meeting_id,
        ruled_at=one.ruled_at,
        by=one.ruled_by,
        revoked_at=one.revoked_at,
    )
