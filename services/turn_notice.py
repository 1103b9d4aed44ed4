"""Notices of turns (任务通知): everybody whose turn it is is told until when, and how that day was counted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import Clock
from models.person import Person
from models.project import Project
from models.review import Review, ReviewTask
from notifications.message import ApprovalStepOpened, Message, ReviewTaskChanged, ReviewTaskOpened
from services.city import City
from services.lending import seated_people
from services.message import Letter, post_all
from services.pack import pack_of
from services.review_round import role_asked
from services.supervision import coordinators_above
from services.task_copy import COPIED, readers
from services.task_hold import Held
from services.task_holder import people_of
from states.clock import ClockSubject
from states.review import TaskStatus


def announce_round(
    session: Session, city: City, review: Review, event_id: int, *, now: datetime, only: Collection[int] | None = None
) -> int:
    """Tell whoever has a task that is now open (`only` these of the round's), and who reads along.

    Returns how many were told. The number of statements does not grow with the number of units in whose pool tasks lie.
    """
    project = session.get_one(Project, review.project_id)
    held = Held(project, pack_of(project.pack_version), review)
    tasks = [task for task in review.tasks if task.status == TaskStatus.open and (only is None or task.id in only)]
    today = city.day(now)
    clocks, people = _clocks(session, tasks), _people(session, tasks, today)
    copied = readers(session, review.id)
    letters = []
    for task in tasks:
        once, message = f"event:{event_id}:task:{task.id}", _message(held, task, clocks.get(task.id), today)
        letters.append(Letter(message, people[task.id], once))
        asked = {person.id for person in people[task.id]}
        along = [person for person in copied if person.id not in asked]
        letters += [Letter(replace(message, why=COPIED), along, once)] if along else []
        if not people[task.id]:
            letters.append(_nobody(session, held, task, clocks.get(task.id), today, once))
    return post_all(session, city, letters, now=now, project_id=project.id)


def _clocks(session: Session, tasks: Sequence[ReviewTask]) -> dict[int, Clock]:
    """The newest clock of each task."""
    mine = (Clock.subject == ClockSubject.task, Clock.subject_id.in_([task.id for task in tasks]))
    found = session.scalars(select(Clock).where(*mine).order_by(Clock.id))
    return {clock.subject_id: clock for clock in found if clock.subject_id is not None}


def _people(session: Session, tasks: Sequence[ReviewTask], on: date) -> dict[int, Sequence[Person]]:
    """Whom each task's message reaches; tasks in the pool of their unit are looked up together."""
    pool = {(task.organisation_id, role_asked(task)) for task in tasks if task.claimed_by is None}
    seated = seated_people(session, pool, on) if pool else {}
    return {
        task.id: people_of(session, task, on) if task.claimed_by else seated[task.organisation_id, role_asked(task)]
        for task in tasks
    }


def _nobody(session: Session, held: Held, task: ReviewTask, clock: Clock | None, today: date, once: str) -> Letter:
    """What the nearest coordinators above a unit get where nobody is there to get its task.

    The round opens all the same: the unit is asked by law, its clock runs, and one empty office does not keep the
    others waiting. Whoever is told can have the unit staffed, or the lead give the task to another one.
    """
    unit = task.organisation
    message = ReviewTaskChanged(
        project_code=held.project.code,
        project_name=held.project.name,
        link=f"/projects/{held.project.code}#task-{task.id}",
        why="该单位没有人可以收到通知，由上级项目专员代收",
        review=held.entry.label,
        round=held.review.round,
        matter=task.matter,
        department=unit.name,
        change="无人可办",
        detail=f"任务已发给{unit.name}并开始计时，但该单位没有在岗的{role_asked(task).label.zh}",
        actor="系统",
        changed_on=today,
        reason="",
        due_on=clock.due_on if clock else None,
        todo="请系统管理员为该单位配备人员（jiugai user add），或请牵头部门转给其他单位（jiugai review transfer）。",
    )
    return Letter(message, coordinators_above(session, unit, on=today), f"{once}:unstaffed")


def _message(held: Held, task: ReviewTask, clock: Clock | None, today: date) -> Message:
    project, review = held.project, held.review
    common: dict[str, Any] = {
        "project_code": project.code,
        "project_name": project.name,
        "link": f"/projects/{project.code}#task-{task.id}",
        "opened_on": today,
        "due_on": clock.due_on if clock else None,
        "derivation": clock.derivation if clock else "",
    }
    if review.kind == "approval":
        return ApprovalStepOpened(
            **common,
            approval=held.entry.label,
            approval_step=task.organisation.name,
            content=task.matter,
            submitted_by=project.organisation.name,
        )
    return ReviewTaskOpened(
        **common,
        review=held.entry.label,
        round=review.round,
        matter=task.matter,
        department=task.organisation.name,
    )
