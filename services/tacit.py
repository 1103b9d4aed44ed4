"""Silence (超时默认): an advisory member the pack lists is taken to approve when its limit is over, by a rule."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from models.review import ReviewTask
from policy.pack import PackEntryUnknown
from policy.schema_review import MemberEntry
from services.city import City
from services.clock import refresh_light, stop_clock
from services.identity import system_actor
from services.round_act import Doing, of_round, write_act
from services.standing import ask_settlement, standing
from services.task_delegation import close_delegation
from services.task_hold import Held, TaskMissing, hold_task
from services.task_opening import open_next
from states.category import PROTECTED
from states.clock import ClockSubject
from states.review import Opinion, ReviewStatus, TaskStatus


def take_silence(session: Session, city: City, task_id: int, *, now: datetime) -> ReviewTask | None:
    """Take an overdue silence for approval where the pack lists the member; None where it does not, or it has spoken.

    Signed `system:<review>.tacit@<pack>`, marked as tacit; the member's clock is late, its light stays on record. A
    protected category is refused here once more, whatever an older pack may say.
    """
    try:
        held, task = hold_task(session, task_id)
    except TaskMissing:
        return None
    member = _listed(held, task)
    open_still = held.review.status == ReviewStatus.open and task.status == TaskStatus.open
    if member is None or member.tacit is None or not open_still or standing(held.review) is not ReviewStatus.open:
        return None
    source = held.pack.source(member.tacit.source)
    actor = system_actor(f"{held.entry.code}.tacit", held.pack.id)
    task.status, task.opinion, task.tacit = TaskStatus.answered, Opinion.approve, True
    task.reasons = f"逾期未答复，依据“{source.label}”视为同意"
    task.answered_at, task.answered_by = now, actor.login
    close_delegation(session, task, None, now=now)
    stop_clock(session, held.project.id, ClockSubject.task, task.id, on=city.day(now))
    doing = Doing(actor, now, reason=task.reasons, source="flow")
    after = {**of_round(held), "member": task.member, "task": task.id, "opinion": task.opinion}
    write_act(session, held.project, held.pack, doing, "silence_taken", after)
    if standing(held.review) is ReviewStatus.open:
        open_next(session, city, held, now=now)
    else:
        ask_settlement(session, held.project, held.pack, held.review, now=now)
    refresh_light(session, held.project)
    return task


def _listed(held: Held, task: ReviewTask) -> MemberEntry | None:
    try:
        member = held.pack.member(held.review.code, task.member)
    except PackEntryUnknown:  # a reviewer added by hand is in no list
        return None
    category = held.pack.category(member)
    return member if member.advisory and category is not None and category not in PROTECTED else None
