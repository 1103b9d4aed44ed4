"""Silence (逾期未答复): a unit that is late owes the public a reason (优化营商环境条例 36); recorded once, listed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from models.clock import Clock
from models.organisation import Organisation
from models.project import Project
from models.review import Review, ReviewTask
from services.city import City
from services.identity import unit_capacities
from services.pack import name_in, pack_of
from services.reading import Reading
from services.review_round import role_asked
from services.round_act import Doing, acted_before, of_round, require_reason, write_act
from services.task_hold import Held, hold_task
from states.clock import ClockStatus, ClockSubject
from states.exceptions import JiugaiError, Kind


class NotLate(JiugaiError):
    """The task was, or still is, in time."""

    code = "task_not_late"
    kind = Kind.refused
    zh = "“{unit}”的审查任务没有逾期，不需要说明逾期原因。"
    en = 'The task of "{unit}" is not late; no reason is owed.'


class LateReasonForbidden(JiugaiError):
    """Only the unit that is late says why."""

    code = "late_reason_forbidden"
    kind = Kind.forbidden
    zh = "{actor} 不是“{unit}”的经办人，不能代其说明逾期原因。请由该单位办理。"
    en = '{actor} does not act for "{unit}" and cannot say why it is late.'


@dataclass(frozen=True, slots=True)
class LateLine:
    """One overdue opinion: `days` working days over its limit, `reason` None while the unit owes it."""

    project: str
    project_name: str
    review: str
    round: int
    task: int
    organisation: str
    due_on: date
    ended_on: date | None
    days: int
    tacit: bool
    reason: str | None
    reason_by: str | None


def give_late_reason(session: Session, city: City, task_id: int, doing: Doing) -> ReviewTask:
    """Write down why a unit is late; given anew it replaces the earlier one, which stays in the history.

    By a person of the unit that was asked, also after it has answered. A repeated request changes nothing twice.
    Raises TaskMissing, LateReasonForbidden, ReasonMissing, NotLate, RequestReused.
    """
    held, task = hold_task(session, task_id)
    found = unit_capacities(doing.actor, role_asked(task), task.organisation_id)
    if not found:
        raise LateReasonForbidden(actor=doing.name, unit=task.organisation.name)
    if acted_before(session, held.project, doing, "late_reason_given", {"task": task_id}):
        return task
    require_reason(doing, "逾期原因", "explained")
    if not _is_late(session, city, held, task, city.day(doing.now)):
        raise NotLate(unit=task.organisation.name)
    before = {"reason": task.late_reason} if task.late_reason else {}
    task.late_reason, task.late_reason_at, task.late_reason_by = doing.reason.strip(), doing.now, doing.actor.login
    after = {**of_round(held), "member": task.member, "task": task.id}
    write_act(session, held.project, held.pack, doing, "late_reason_given", after, before=before, capacity=found[0])
    session.flush()
    return task


def _is_late(session: Session, city: City, held: Held, task: ReviewTask, today: date) -> bool:
    mine = (Clock.project_id == held.project.id, Clock.subject == ClockSubject.task, Clock.subject_id == task.id)
    over = (Clock.status == ClockStatus.running) & (Clock.due_on < today)
    late = or_(Clock.status == ClockStatus.late, over)
    return session.scalar(select(Clock.id).where(*mine, late).limit(1)) is not None


def list_late(session: Session, reading: Reading, *, project: Project | None = None) -> tuple[LateLine, ...]:
    """Every overdue opinion of one project, or of all, those without a reason first; one statement."""
    over = (Clock.status == ClockStatus.running) & (Clock.due_on < reading.today)
    query = (
        select(Clock, ReviewTask, Review, Project, Organisation.name)
        .join(ReviewTask, ReviewTask.id == Clock.subject_id)
        .join(Review, Review.id == ReviewTask.review_id)
        .join(Project, Project.id == Review.project_id)
        .join(Organisation, Organisation.id == ReviewTask.organisation_id)
        .options(joinedload(Project.pack_version))
        .where(Clock.subject == ClockSubject.task, or_(Clock.status == ClockStatus.late, over))
    )
    if project is not None:
        query = query.where(Project.id == project.id)
    query = query.order_by(ReviewTask.late_reason.is_not(None), Clock.due_on, Clock.id)
    return tuple(_lines(reading, session.execute(query).tuples().all()))


def _lines(reading: Reading, rows: Sequence[tuple[Clock, ReviewTask, Review, Project, str]]) -> Iterator[LateLine]:
    for clock, task, review, project, name in rows:
        label = name_in(pack_of(project.pack_version).review, review.code)
        until = clock.ended_on or reading.today
        yield LateLine(
            project=project.code,
            project_name=project.name,
            review=reading.text(label),
            round=review.round,
            task=task.id,
            organisation=name,
            due_on=clock.due_on,
            ended_on=clock.ended_on,
            days=max(reading.city.calendar.working_days_between(clock.due_on, until), 0),
            tacit=task.tacit,
            reason=task.late_reason,
            reason_by=task.late_reason_by,
        )
