"""Rulings of the lead (牵头裁定): when everybody has spoken, dissents wait for it before the round is returned."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import Clock
from models.review import Review, ReviewTask
from models.supplement import Supplement
from policy.pack import Pack, PackEntryUnknown
from services.city import City
from services.clock import LIVE, Matter, cancel_clock, start_clocks, stop_clock
from services.round_act import lead_unit
from services.standing import standing
from services.task_hold import Held
from states.category import PROTECTED
from states.clock import ClockSubject
from states.review import Opinion, ReviewStatus, TaskStatus
from states.ruling import Awaits

DISSENTS = (Opinion.reject, Opinion.supplement)
"""The opinions a round is rejected for."""


def dissents_of(review: Review) -> list[ReviewTask]:
    """The tasks whose rejection or demand for papers still stands."""
    answered = [task for task in review.tasks if task.status == TaskStatus.answered]
    return [task for task in answered if task.opinion in DISSENTS and not task.overruled]


def is_final(pack: Pack, review: str, member: str) -> bool:
    """Whether the lead cannot overrule this member: fire, structure, special equipment, public safety (pack data).

    A reviewer added by hand is judged by the category of its department.
    """
    try:
        return pack.is_final(pack.member(review, member))
    except PackEntryUnknown:
        known = next((one for one in pack.document.departments if one.code == member), None)
        return known is not None and known.category in PROTECTED


def hold_for_lead(session: Session, city: City, held: Held, *, now: datetime) -> bool:
    """Whether a round about to be returned waits for its lead, or for the applicant's papers; begins the wait.

    It waits when the pack gives the lead something to do: a dissent that may be overruled, or demands for papers that
    have not been put into the round's one list yet. Once the lead's days are over it waits no more.
    """
    review, entry = held.review, held.entry
    if review.awaits == Awaits.supplement:
        return True
    dissents = dissents_of(review)
    demands = entry.supplement and any(task.opinion == Opinion.supplement for task in dissents)
    demands = demands and not has_list(session, review)
    overrulable = entry.dissent and any(not is_final(held.pack, review.code, task.member) for task in dissents)
    if not (demands or overrulable) or lead_unit(session, held) is None:
        return False
    if review.awaits is None:
        review.awaits = Awaits.ruling
        _start_ruling(session, city, held, bool(demands), now)
    return True


def _start_ruling(session: Session, city: City, held: Held, demands: bool, now: datetime) -> None:
    """The lead's own clock: its time to tell the applicant everything, else its time to decide about dissents."""
    entry, unit = held.entry, lead_unit(session, held)
    tell = entry.supplement.tell if entry.supplement and demands else None
    limit = tell or (entry.dissent.limit if entry.dissent else None)
    if limit and unit:
        about = f"{entry.label} {unit.name}"
        matter = Matter(ClockSubject.ruling, held.review.id, unit.id, about)
        start_clocks(session, city, held.project, held.pack, [(limit, matter)], on=city.day(now))


def has_list(session: Session, review: Review) -> bool:
    """Whether the one list of supplements of a round has been issued."""
    return session.scalar(select(Supplement.id).where(Supplement.review_id == review.id)) is not None


def all_spoken(review: Review) -> bool:
    """Whether nobody of the round is still to answer."""
    return not any(task.status in (TaskStatus.open, TaskStatus.waiting) for task in review.tasks)


def is_contested(held: Held) -> bool:
    """Whether everybody has spoken and the round would be returned."""
    review = held.review
    return review.status == ReviewStatus.open and all_spoken(review) and standing(review) is ReviewStatus.rejected


def ruling_clock(session: Session, review: Review) -> Clock | None:
    """The lead's live clock in a round."""
    mine = (Clock.project_id == review.project_id, Clock.subject == ClockSubject.ruling)
    query = select(Clock).where(*mine, Clock.subject_id == review.id, Clock.status.in_(LIVE))
    return session.scalar(query.order_by(Clock.id.desc()).limit(1))


def end_wait(session: Session, city: City, review: Review, *, now: datetime, decided: bool = True) -> None:
    """The lead has acted (or its matter fell away): the round waits for it no more."""
    if review.awaits == Awaits.ruling:
        review.awaits = None
    stop = stop_clock if decided else cancel_clock
    stop(session, review.project_id, ClockSubject.ruling, review.id, on=city.day(now))
