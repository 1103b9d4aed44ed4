"""Telling of a task (任务变动通知): who has to know of what was done with it, in one kind of message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import Clock
from models.person import Person
from models.review import ReviewTask
from notifications.review_task import ReviewTaskChanged
from services.city import City
from services.clock import LIVE
from services.identity import people_in_seat
from services.keeping import Keeping
from services.message import post
from services.standing import voters
from services.task_hold import Held
from services.task_holder import COORDINATOR
from states.clock import ClockSubject


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told of a task: the change in a word, all of it in a sentence, and what its receiver should do."""

    change: str
    detail: str
    todo: str = ""


def tell(
    session: Session,
    city: City,
    held: Held,
    task: ReviewTask,
    telling: Telling,
    people: Iterable[Person],
    keeping: Keeping,
) -> list[Person]:
    """Tell people what happened to a task, but not the one who did it; returns who was told.

    Once for one act: under its request id, else its moment.
    """
    about = _About(f"task-{task.id}", task.matter, task.organisation.name, due_day(session, task))
    return _tell(session, city, held, about, telling, people, keeping)


def tell_of_round(
    session: Session, city: City, held: Held, telling: Telling, people: Iterable[Person], keeping: Keeping
) -> list[Person]:
    """Tell people what happened with a whole round, as `tell` does of one task."""
    asked = len(voters(held.review))
    about = _About(f"review-{held.review.id}", "全部审查事项", f"{asked} 个审查单位", None)
    return _tell(session, city, held, about, telling, people, keeping)


@dataclass(frozen=True, slots=True)
class _About:
    """What is told of: a place on the project's page, the matter, who reviews it, until when."""

    anchor: str
    matter: str
    department: str
    due_on: date | None


def _tell(
    session: Session,
    city: City,
    held: Held,
    about: _About,
    telling: Telling,
    people: Iterable[Person],
    keeping: Keeping,
) -> list[Person]:
    actor = keeping.actor
    told = list({person.id: person for person in people if person.login != actor.login}.values())
    message = ReviewTaskChanged(
        project_code=held.project.code,
        project_name=held.project.name,
        link=f"/projects/{held.project.code}#{about.anchor}",
        review=held.entry.label,
        round=held.review.round,
        matter=about.matter,
        department=about.department,
        change=telling.change,
        detail=telling.detail,
        actor=actor.name or actor.login,
        changed_on=city.day(keeping.now),
        reason=keeping.reason.strip(),
        due_on=about.due_on,
        todo=telling.todo,
    )
    cause = keeping.request_id or keeping.now.isoformat()
    once = f"{about.anchor}:{telling.change}:{cause}"
    post(session, city, message, told, once=once, now=keeping.now, project_id=held.project.id)
    return told


def coordinators(session: Session, held: Held, on: date) -> list[Person]:
    """The district's coordinators of a project, and who stands in for them: the applicant's side."""
    return [*people_in_seat(session, COORDINATOR, held.project.organisation, on=on)]


def due_day(session: Session, task: ReviewTask) -> date | None:
    """The last day in time of a task whose clock is live."""
    clock = select(Clock.due_on).where(Clock.subject == ClockSubject.task, Clock.subject_id == task.id)
    return session.scalar(clock.where(Clock.status.in_(LIVE)).order_by(Clock.id.desc()).limit(1))
