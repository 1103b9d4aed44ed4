"""Reopening a task (任务退回): an answered task is asked anew in the same round; what was said stays in the history."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.clock import Clock, ClockEntry
from models.review import ReviewTask
from models.ruling import Ruling
from services.city import City
from services.clock import days_left, start_clocks
from services.clock_ledger import Note, resume_clocks, write_entries
from services.condition import withdraw_conditions
from services.task_hold import Held
from services.task_opening import clock_wishes
from states.clock import ClockStatus, ClockSubject, EntryKind, Light
from states.review import TaskStatus
from states.round import Reopening


def reopen(session: Session, city: City, held: Held, task: ReviewTask, note: Note, budget: Reopening) -> dict[str, Any]:
    """Ask an answered task anew and let its clock go on; returns what the task had said, for the history.

    With `remaining` the clock it had runs again for exactly the days that were left when it answered; one that was
    late, or none at all (an opinion carried over), starts anew, as with `fresh`.
    """
    said = take_back(session, task, note)
    clock = _ended_clock(session, held, task) if budget is Reopening.remaining else None
    if clock is None:
        start_clocks(session, city, held.project, held.pack, clock_wishes([(task, None)]), on=city.day(note.now))
    else:
        _revive(session, city, held, clock, note)
    return said


def take_back(session: Session, task: ReviewTask, note: Note) -> dict[str, Any]:
    """Take a task's opinion back with its conditions, and open the task; returns what it had said, for the history."""
    said = {
        "opinion": task.opinion,
        "reasons": task.reasons,
        "answered_by": task.answered_by,
        "answered_at": task.answered_at.isoformat() if task.answered_at else None,
    }
    task.status, task.opinion, task.reasons = TaskStatus.open, None, None
    task.answered_at, task.answered_by = None, None
    task.carried_from_id, task.tacit = None, False
    if task.overruled:  # the ruling was about the opinion that has just been taken back
        task.overruled = False
        standing = (Ruling.task_id == task.id, Ruling.revoked_at.is_(None))
        session.execute(update(Ruling).where(*standing).values(revoked_at=note.now))
    withdraw_conditions(session, task, actor=note.actor, now=note.now)
    return said


def _ended_clock(session: Session, held: Held, task: ReviewTask) -> Clock | None:
    """The task's newest clock, when it was met."""
    mine = (Clock.project_id == held.project.id, Clock.subject == ClockSubject.task, Clock.subject_id == task.id)
    clock = session.scalar(select(Clock).where(*mine).order_by(Clock.id.desc()).limit(1).with_for_update())
    return clock if clock is not None and clock.status == ClockStatus.met else None


def _revive(session: Session, city: City, held: Held, clock: Clock, note: Note) -> None:
    """As if the clock had stood still since the day it was met: that day was counted, today is not."""
    ended: date = clock.ended_on or city.day(note.now)
    clock.status, clock.light, clock.ended_on = ClockStatus.suspended, Light.grey, None
    clock.remaining = days_left(city, clock, ended)
    entry = ClockEntry(
        clock_id=clock.id, kind=EntryKind.suspend, on=ended, days=clock.remaining, cause=note.cause,
        reason=note.reason, actor=note.actor, recorded_at=note.now,
    )  # fmt: skip
    session.flush()
    write_entries(session, [entry])
    resume_clocks(session, city, held.pack, held.project.id, note, only=[clock.id])
