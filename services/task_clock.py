"""Clocks of tasks on their way (任务计时): handed over with the task, standing still while others are asked first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import Clock
from models.review import ReviewTask
from policy.calendar import TimeUnit
from services.city import City
from services.clock import LIVE, Course, Matter, start_clocks
from services.clock_ledger import Note, is_over, ledgers_of, left_after, resume_clocks, suspend_clocks
from services.task_hold import Held
from states.clock import ClockStatus, ClockSubject

Opened = tuple[ReviewTask, Course | None]
"""A task just opened, with a time of its own where it has one."""


def clock_wishes(opened: Iterable[Opened]) -> list[tuple[str, Matter]]:
    """The limits of tasks just opened and the matters their clocks are for, as services.clock starts them."""
    return [
        (task.limit, Matter(ClockSubject.task, task.id, task.organisation_id, task.organisation.name, course))
        for task, course in opened
    ]


def live_clocks(session: Session, tasks: Collection[ReviewTask]) -> Sequence[Clock]:
    """The live clocks of these tasks, locked; one statement."""
    mine = (Clock.subject == ClockSubject.task, Clock.subject_id.in_([task.id for task in tasks]))
    return session.scalars(
        select(Clock).where(*mine, Clock.status.in_(LIVE)).order_by(Clock.id).with_for_update()
    ).all()


def hand_clock_over(session: Session, city: City, held: Held, task: ReviewTask, today: date) -> None:
    """Let a transferred task's time go on for its new unit: the days so far stay with whoever had them.

    The last day stays what it was; one that has passed already is late for the former unit, and due today for the new
    one. A clock that stands still goes over whole, since nothing of it runs.
    """
    for clock in live_clocks(session, [task]):
        if clock.status == ClockStatus.suspended:
            clock.holder_id = task.organisation_id
            clock.label = f"{task.organisation.name} {held.pack.limit(clock.limit).label}".strip()
            continue
        left = left_after(city, held.pack, clock, ledgers_of(session, [clock.id])[clock.id], today)
        clock.status = ClockStatus.late if is_over(clock, today) else ClockStatus.cancelled
        clock.ended_on = today
        unit = TimeUnit.calendar_day if clock.unit == TimeUnit.month else TimeUnit(clock.unit)
        wanted = clock_wishes([(task, Course(today, max(left, 0), unit))])
        start_clocks(session, city, held.project, held.pack, wanted, on=today)


def pause_clock(session: Session, city: City, held: Held, task: ReviewTask, note: Note) -> None:
    """Let a task's clock stand still while somebody who was added answers before it."""
    only = [clock.id for clock in live_clocks(session, [task])]
    suspend_clocks(session, city, held.project.id, note, only=only)


def resume_paused(session: Session, city: City, held: Held, tasks: Collection[ReviewTask], note: Note) -> set[int]:
    """Let the clocks of tasks go on that stood still for added reviewers; returns the tasks that have a live clock."""
    clocks = live_clocks(session, tasks)
    if clocks:
        resume_clocks(session, city, held.pack, held.project.id, note, only=[clock.id for clock in clocks])
    return {clock.subject_id for clock in clocks if clock.subject_id is not None}
