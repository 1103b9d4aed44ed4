"""Objections to a posting (公示异议): raised by name or anonymously, dismissed with reasons or upheld."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session, joinedload

from models.finding import Finding
from models.posting import Objection, Posting
from models.project import Project
from policy.pack import Pack
from policy.schema_vote import PostingEntry
from services.city import City
from services.finding import AnswerMissing, raise_finding
from services.identity import Capacity, MoveForbidden, capacities
from services.keeping import Keeping, kept_before, note
from services.lock import hold_project
from services.pack import pack_of
from services.posting import end_posting, postings_of
from services.posting_error import ObjectionAnswered, ObjectionMissing, PostingMissing
from services.project import Advanced, Command, advance
from states.finding import FindingStatus
from states.posting import PostingStatus
from states.procedure import Move


@dataclass(frozen=True, slots=True)
class Objecting:
    """An objection as it comes in. Without `objector` it is anonymous; name and phone are never listed in full."""

    posting: str
    title: str
    objector: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of an objection; `moved` is the way back it took, None where somebody else has to take it."""

    objection: Objection
    moved: Advanced | None = None


def object_to(session: Session, project: Project, objecting: Objecting, keeping: Keeping) -> Objection:
    """Raise an objection to the posting that is up; it counts as open until it is answered.

    Raises PackEntryUnknown, PostingMissing, AnswerMissing, KeepingForbidden, RequestReused.
    """
    pack = pack_of(project.pack_version)
    entry = pack.posting(objecting.posting)
    standing = [one for one in postings_of(session, project.id, entry.code) if one.status == PostingStatus.up]
    if not standing:
        raise PostingMissing(project=project.name, posting=entry.label)
    finding = raise_finding(session, project, entry.objection, objecting.title, keeping)
    found = session.get(Objection, finding.id)
    if found is None:  # else the request was repeated
        found = Objection(
            finding_id=finding.id,
            posting_id=standing[-1].id,
            objector=(objecting.objector or "").strip() or None,
            phone=(objecting.phone or "").strip() or None,
        )
        session.add(found)
        session.flush()
    return found


def answer_objection(
    session: Session, city: City, finding_id: int, answer: str, keeping: Keeping, *, upheld: bool
) -> Decision:
    """Answer an objection with reasons. Upheld, it ends the posting and sends the matter back where one may do that.

    Only the seat that closes such findings may. Raises ObjectionMissing, ObjectionAnswered, AnswerMissing,
    MoveForbidden, RequestReused, and what advance raises for the way back.
    """
    objection, project = _lock(session, finding_id)
    pack = pack_of(project.pack_version)
    entry = pack.posting(objection.posting.code)
    capacity = _require_closer(session, project, pack, entry, keeping)
    action = f"{entry.objection}_{'upheld' if upheld else 'dismissed'}"
    if kept_before(session, project, action, keeping):
        return Decision(objection)
    _require_open(objection)
    if not answer.strip():
        raise AnswerMissing(what="答复的理由", what_en="the reasons of the answer")
    finding = objection.finding
    objection.upheld, finding.status, finding.answer = upheld, FindingStatus.closed, answer.strip()
    finding.closed_at, finding.closed_by = keeping.now, keeping.actor.login
    after = {"finding": finding.id, "title": finding.title, "answer": finding.answer, "posting": objection.posting_id}
    note(session, project, action, keeping, before={"status": FindingStatus.open}, after=after, capacity=capacity)
    if not upheld:
        return Decision(objection)
    if objection.posting.status == PostingStatus.up:
        end_posting(session, city, objection.posting, PostingStatus.upheld, finding.title, keeping)
    session.flush()
    return Decision(objection, _send_back(session, city, project, pack, entry, finding, keeping))


def _lock(session: Session, finding_id: int) -> tuple[Objection, Project]:
    options = [joinedload(Objection.finding), joinedload(Objection.posting).joinedload(Posting.clock)]
    objection = session.get(Objection, finding_id, options=options)
    if objection is None:
        raise ObjectionMissing(objection=finding_id)
    project = hold_project(session, objection.finding.project_id)
    session.refresh(objection.finding)
    return objection, project


def _require_closer(session: Session, project: Project, pack: Pack, entry: PostingEntry, keeping: Keeping) -> Capacity:
    closer, actor = pack.finding(entry.objection).closed_by, keeping.actor
    held = capacities(session, actor, (closer,), project.organisation)
    if not held:
        raise MoveForbidden(
            actor=actor.name or actor.login,
            project=project.name,
            move="答复异议",
            seats=closer.label.zh,
            seats_en=closer.label.text("en"),
        )
    return held[0]


def _require_open(objection: Objection) -> None:
    if objection.finding.status == FindingStatus.closed:
        status, status_en = ("采纳", "upheld") if objection.upheld else ("答复办结", "answered")
        raise ObjectionAnswered(title=objection.finding.title, status=status, status_en=status_en)


def _send_back(
    session: Session, city: City, project: Project, pack: Pack, entry: PostingEntry, finding: Finding, keeping: Keeping
) -> Advanced | None:
    """The first way back the pack names that leaves the step and that the person may take."""
    moves: list[Move] = [m for m in (pack.procedure.move(t, project.step) for t in entry.on_upheld) if m is not None]
    move = next((m for m in moves if capacities(session, keeping.actor, m.who, project.organisation)), None)
    if move is None:
        return None
    request = f"{keeping.request_id or f'objection:{finding.id}'}:{move.trigger}"
    reason = f"公示异议成立：{finding.title}。{finding.answer}"
    command = Command(project.code, move.trigger, keeping.actor, request, keeping.now, reason, keeping.source)
    return advance(session, city, command)
