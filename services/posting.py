"""Public postings (公示): papers go up with their hashes from a day on; a changed paper, or the way back, ends that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.posting import Posting
from models.project import Project
from policy.pack import Pack
from policy.schema_vote import PostingEntry
from services.city import City
from services.clock import Matter, cancel_clock, start_clock
from services.identity import seat_in_charge
from services.keeping import Keeping, kept_before, note, require_keeper
from services.pack import pack_of
from services.posting_error import (
    PostingDayWrong,
    PostingMisplaced,
    PostingPapersMissing,
    PostingPlaceMissing,
    PostingUpAlready,
)
from services.vote_plan import Plan, plan_of
from states.clock import ClockSubject
from states.posting import PostingStatus


@dataclass(frozen=True, slots=True)
class Putting:
    """A wish to post: which posting of the pack, where, and from which day (city's zone), which is not counted."""

    code: str
    place: str
    from_on: date


def open_posting(session: Session, city: City, project: Project, putting: Putting, keeping: Keeping) -> Posting:
    """Post the papers as they are on file and start the period; one that is up with other papers comes down first.

    Raises PackEntryUnknown, PostingMisplaced, PostingPlaceMissing, PostingPapersMissing, PostingDayWrong,
    PostingUpAlready, KeepingForbidden, RequestReused.
    """
    require_keeper(project, keeping.actor)
    pack = pack_of(project.pack_version)
    entry = pack.posting(putting.code)
    done = kept_before(session, project, "posting_opened", keeping)
    if done is not None:
        return session.get_one(Posting, done.after["posting"])
    _require_step(pack, project, entry)
    if not putting.place.strip():
        raise PostingPlaceMissing
    plan = plan_of(session, project)
    _require_papers(city, pack, entry, plan, putting, keeping)
    earlier = postings_of(session, project.id, entry.code)
    if earlier and earlier[-1].status == PostingStatus.up:
        _replace(session, city, pack, plan, entry, earlier[-1], keeping)
    posting = _put_up(session, city, project, entry, plan, putting, keeping, len(earlier) + 1)
    after = {**_head(posting), "place": posting.place, "from": posting.from_on.isoformat(), "papers": posting.papers}
    until = posting.clock.due_on.isoformat()
    note(session, project, "posting_opened", keeping, before={}, after={**after, "until": until})
    return posting


def _require_step(pack: Pack, project: Project, entry: PostingEntry) -> None:
    if project.step != entry.step:
        steps = pack.procedure.step
        here, there = steps[project.step].label, steps[entry.step].label
        raise PostingMisplaced(
            posting=entry.label, step=there.zh, step_en=there.text("en"), current=here.zh, current_en=here.text("en")
        )


def _require_papers(
    city: City, pack: Pack, entry: PostingEntry, plan: Plan, putting: Putting, keeping: Keeping
) -> None:
    newest = plan.newest_of(entry.documents)
    if newest is None:
        papers = "、".join(pack.document_entry(code).label for code in entry.documents)
        raise PostingPapersMissing(posting=entry.label, papers=papers)
    first, last = city.day(newest), city.day(keeping.now)
    if not first <= putting.from_on <= last:
        raise PostingDayWrong(day=putting.from_on, first=first, last=last)


def _replace(
    session: Session, city: City, pack: Pack, plan: Plan, entry: PostingEntry, standing: Posting, keeping: Keeping
) -> None:
    if not plan.changes(pack, standing.papers, since=standing.opened_at).labels:
        raise PostingUpAlready(posting=entry.label, round=standing.round, day=standing.from_on)
    end_posting(session, city, standing, PostingStatus.taken_down, "材料已变更，重新公示", keeping)


def _put_up(
    session: Session,
    city: City,
    project: Project,
    entry: PostingEntry,
    plan: Plan,
    putting: Putting,
    keeping: Keeping,
    number: int,
) -> Posting:
    level = entry.owed_by.level
    holder = seat_in_charge(session, project.organisation, level) if level else project.organisation
    pack, matter = pack_of(project.pack_version), Matter(ClockSubject.period, None, holder.id)
    clock = start_clock(session, city, project, pack, entry.limit, matter, on=putting.from_on)
    assert clock is not None  # noqa: S101 - policy.vote_check refuses a posting whose limit hangs on a day
    posting = Posting(
        project_id=project.id,
        code=entry.code,
        round=number,
        status=PostingStatus.up,
        place=putting.place.strip(),
        from_on=putting.from_on,
        papers=plan.snapshot(entry.documents),
        clock=clock,
        opened_at=keeping.now,
        opened_by=keeping.actor.login,
    )
    session.add(posting)
    session.flush()
    clock.subject_id = posting.id
    return posting


def end_posting(
    session: Session, city: City, posting: Posting, status: PostingStatus, reason: str, keeping: Keeping
) -> None:
    """Mark a posting as ended and cancel its period where that still runs; the caller's act is the audit entry."""
    posting.status, posting.reason = status, reason
    posting.ended_at, posting.ended_by = keeping.now, keeping.actor.login
    on = city.day(keeping.now)
    cancel_clock(session, posting.project_id, ClockSubject.period, posting.id, on=on)


def take_down(session: Session, city: City, project: Project, pack: Pack, left: str, keeping: Keeping) -> None:
    """End what is up at a step that was left on the way back: whatever comes of it is posted anew."""
    here = {entry.code for entry in pack.document.postings if entry.step == left}
    for posting in postings_of(session, project.id) if here else ():
        if posting.status == PostingStatus.up and posting.code in here:
            end_posting(session, city, posting, PostingStatus.taken_down, keeping.reason, keeping)


def postings_of(session: Session, project_id: int, code: str | None = None) -> Sequence[Posting]:
    """The postings of a project (of one code), oldest first, with their clocks."""
    query = select(Posting).where(Posting.project_id == project_id).options(joinedload(Posting.clock))
    if code is not None:
        query = query.where(Posting.code == code)
    return session.scalars(query.order_by(Posting.id)).all()


def _head(posting: Posting) -> dict[str, object]:
    return {"posting": posting.id, "code": posting.code, "round": posting.round}
