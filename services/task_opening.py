"""Opening tasks (任务开启): at the opening of a round, after an answer, on the day of a window; each exactly once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, exists, select, update
from sqlalchemy.orm import Session

from models.clock import Clock
from models.project import Project
from models.review import Review, ReviewTask
from policy.calendar import TimeUnit
from services.city import City
from services.clock import Course, refresh_light, start_clocks
from services.clock_ledger import Note, ledgers_of
from services.outbox import enqueue, enqueue_all, row_of
from services.task_clock import Opened, clock_wishes, resume_paused
from services.task_hold import Held, hold_round
from services.task_turn import ReviewDays, capped, course, opens_on, ready
from states.clock import ADDED, ClockStatus, ClockSubject
from states.exceptions import JiugaiError, Kind
from states.review import ReviewStatus, TaskStatus
from states.review_task import Place

__all__ = [
    "TurnsCircular", "announce_turns", "begin", "call_due", "clock_wishes", "open_next", "open_waiting", "review_days",
]  # fmt: skip


class TurnsCircular(JiugaiError):
    """Every member of the round waits for another one: nobody could ever begin."""

    code = "turns_circular"
    kind = Kind.refused
    zh = "“{project}”的{review}无法发起：{members} 互相等待，没有谁可以先办。请系统管理员改政策包里的先后次序。"
    en = "{review} of {project} cannot open: {members} wait for each other. Correct their order in the pack."


def begin(city: City, held: Held, *, on: date) -> list[Opened]:
    """Open the tasks of a new round whose turn is at once, and say from which day the dated ones may open.

    Works on rows not written yet; their clocks are `clock_wishes` of what is returned. Raises TurnsCircular.
    """
    days = ReviewDays(city.calendar, on)
    first = ready(held.review)
    waiting = [task for task in held.review.tasks if task.status == TaskStatus.waiting]
    if waiting and not first:
        names = "、".join(task.organisation.name for task in waiting)
        raise TurnsCircular(project=held.project.name, review=held.entry.label, members=names)
    return [_opened(held, task, days, on) for task in first if not _waits_for_day(task, days, on)]


def open_next(session: Session, city: City, held: Held, *, now: datetime) -> list[ReviewTask]:
    """Open every waiting task of a round whose turn has come, with its clock, and have its unit told by a reaction.

    One whose day is still ahead keeps waiting for the sweep; so do all while the review's clock stands still.
    """
    next_up = ready(held.review)
    if not next_up:
        return []
    today, days = city.day(now), review_days(session, city, held.review)
    opened = [task for task in next_up if not _waits_for_day(task, days, today)]
    if opened:
        called = [_opened(held, task, days, today) for task in opened]
        _start_clocks(session, city, held, called, now)
        announce_turns(session, held, opened, now=now)
    return opened


def _start_clocks(session: Session, city: City, held: Held, called: Sequence[Opened], now: datetime) -> None:
    """Start their clocks; those of tasks that were open before somebody was added go on instead."""
    added = {task.member for task in held.review.tasks if task.added == Place.before}
    paused = [task for task, _ in called if added & set(task.after)]
    note = Note("加签单位已答复", f"system:{held.review.code}@{held.pack.id}", now, ADDED)
    going_on = resume_paused(session, city, held, paused, note) if paused else set()
    wanted = clock_wishes(one for one in called if one[0].id not in going_on)
    start_clocks(session, city, held.project, held.pack, wanted, on=city.day(now))


def announce_turns(session: Session, held: Held, tasks: Sequence[ReviewTask], *, now: datetime) -> None:
    """Have the units of tasks that are open now told by a reaction."""
    units = "、".join(dict.fromkeys(task.organisation.name for task in tasks))
    title = f"{held.entry.label} · {held.project.name} · {units}"
    payload = {"review_id": held.review.id, "task_ids": [task.id for task in tasks]}
    enqueue(session, f"{held.review.kind}_turned", title, payload, now=now, project_id=held.project.id)


def call_due(session: Session, city: City, *, now: datetime, limit: int = 500) -> int:
    """Ask for the opening of up to `limit` tasks whose day has come; returns for how many. For the sweep.

    Taking the day off the row is the claim: of two sweepers one asks. The opening itself is a reaction's, under the
    project's lock, so that a round that cannot be counted stops nobody else and becomes an incident of its own. While
    a project or a review stands still its tasks keep their day.
    """
    today = city.day(now)
    due = session.execute(_due(today).limit(limit)).all()
    if not due:
        return 0
    mine = (ReviewTask.id.in_([row.id for row in due]), ReviewTask.opens_on <= today)
    claim = update(ReviewTask).where(*mine, ReviewTask.status == TaskStatus.waiting).values(opens_on=None)
    taken = session.scalars(claim.returning(ReviewTask.id), execution_options={"synchronize_session": False}).all()
    rounds = {row.review_id: row for row in due if row.id in set(taken)}
    enqueue_all(
        session,
        [
            row_of(f"{row.kind}_due", f"到日开启 · {row.name}", {"review_id": row.review_id}, now, row.project_id)
            for row in rounds.values()
        ],
    )
    return len(taken)


def open_waiting(session: Session, city: City, review_id: int, *, now: datetime) -> list[ReviewTask]:
    """Open the tasks of a round whose turn and day have come; nothing where it has ended or stands still.

    Raises ReviewMissing.
    """
    held = hold_round(session, review_id)
    if held.review.status != ReviewStatus.open or held.project.resume_step is not None:
        _keep_day(held, city.day(now))
        return []
    opened = open_next(session, city, held, now=now)
    refresh_light(session, held.project)
    return opened


def _keep_day(held: Held, today: date) -> None:
    """Let tasks that could have opened today be asked for again once the project moves on."""
    for task in ready(held.review) if held.review.status == ReviewStatus.open else ():
        task.opens_on = task.opens_on or today


def _due(today: date) -> Select[Any]:
    running = exists().where(
        Clock.subject == ClockSubject.review,
        Clock.subject_id == Review.id,
        Clock.project_id == Review.project_id,
        Clock.status == ClockStatus.running,
    )
    due = select(ReviewTask.id, ReviewTask.review_id, Review.kind, Review.project_id, Project.name)
    due = due.join(Review, Review.id == ReviewTask.review_id).join(Project, Project.id == Review.project_id)
    due = due.where(ReviewTask.status == TaskStatus.waiting, ReviewTask.opens_on <= today)
    due = due.where(Review.status == ReviewStatus.open, Project.resume_step.is_(None), running)
    return due.order_by(ReviewTask.opens_on, ReviewTask.id)


def review_days(session: Session, city: City, review: Review) -> ReviewDays:
    """The days of a round by its clock and the clock's ledger; two statements."""
    query = select(Clock).where(Clock.subject == ClockSubject.review, Clock.subject_id == review.id)
    clock = session.scalar(query.where(Clock.project_id == review.project_id).order_by(Clock.id.desc()).limit(1))
    if clock is None:
        return ReviewDays(city.calendar, city.day(review.opened_at))
    return ReviewDays.of(city.calendar, clock, ledgers_of(session, [clock.id])[clock.id])


def _waits_for_day(task: ReviewTask, days: ReviewDays, today: date) -> bool:
    """Whether a task whose turn has come has to wait on, and from which day it may open then."""
    first = opens_on(days, task)
    task.opens_on = max(first, today) if days.is_suspended else first
    return days.is_suspended or first > today


def _opened(held: Held, task: ReviewTask, days: ReviewDays, today: date) -> Opened:
    task.status, task.opens_on = TaskStatus.open, None
    found = course(days, task, today)
    if task.added is not None:
        span = held.pack.limit(task.limit).span
        found = capped(days, found or Course(today, span.days, TimeUnit(span.unit)), today)
    return task, found
