"""The to-do list (我的待办): what one person has before them today, and its two counts for the menu."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from models.clock import Clock
from models.delivery import InboxMessage
from models.organisation import Organisation
from models.person import Person
from models.project import Project
from models.review import Review, ReviewTask
from services.clock_list import ClockLine, line_fields
from services.identity import Actor
from services.inbox import InboxLine, inbox
from services.reading import Reading
from states.clock import ClockStatus, ClockSubject
from states.review import TaskStatus
from states.role import Role

_WEEK = 7
_SOON = 5
"""Working days looked ahead: on a Friday what is due on Monday has to be seen, too."""
MOST = 200
"""So many clocks and so many tasks are shown; a person with more finds the rest in the project list."""
UNREAD = 10


@dataclass(frozen=True, slots=True)
class TodoLine:
    """One matter: a clock that falls due, with where its project stands being the page behind `link`."""

    clock: ClockLine
    link: str
    place: str


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One task of the person's unit nobody has taken yet; `task` is its number, `due_on` None while nothing runs."""

    task: int
    project: str
    project_name: str
    matter: str
    unit: str
    due_on: date | None

    @property
    def link(self) -> str:
        """Where it is answered."""
        return f"/tasks/{self.task}"


@dataclass(frozen=True, slots=True)
class Todo:
    """Everything before one person: over, due today, by Sunday, in the next five working days, to claim, not read."""

    overdue: tuple[TodoLine, ...]
    today: tuple[TodoLine, ...]
    week: tuple[TodoLine, ...]
    coming: tuple[TodoLine, ...]
    to_claim: tuple[ClaimLine, ...]
    unread: tuple[InboxLine, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing."""
        return not (self.has_matters or self.unread)

    @property
    def has_matters(self) -> bool:
        """Whether something falls due or is to claim."""
        return bool(self.overdue or self.today or self.week or self.coming or self.to_claim)


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers in the menu: matters over or due today and tasks to claim; messages not read."""

    urgent: int = 0
    unread: int = 0


def todo(session: Session, reading: Reading, actor: Actor) -> Todo:
    """What `actor` has to do, own and for absent people; four statements. Raises PersonUnknown."""
    sunday = reading.today + timedelta(days=_WEEK - reading.today.isoweekday())
    soon = reading.city.calendar.add_working_days(reading.today, _SOON).day
    lines = _lines(session, reading, actor, max(sunday, soon))
    return Todo(
        overdue=tuple(one for one in lines if one.clock.due_on < reading.today),
        today=tuple(one for one in lines if one.clock.due_on == reading.today),
        week=tuple(one for one in lines if reading.today < one.clock.due_on <= sunday),
        coming=tuple(one for one in lines if one.clock.due_on > sunday),
        to_claim=_to_claim(session, actor),
        unread=tuple(inbox(session, reading, actor.login, unread=True, limit=UNREAD)),
    )


def menu_counts(session: Session, reading: Reading, actor: Actor) -> Counts:
    """The numbers in the menu, in one statement; whoever has no seat with matters of its own is only asked for mail."""
    unread = select(func.count()).select_from(InboxMessage).join(Person, Person.id == InboxMessage.person_id)
    unread = unread.where(Person.login == actor.login, InboxMessage.read_at.is_(None))
    if not (_places(actor, Role.coordinator) or _places(actor, Role.reviewer)):
        return Counts(0, session.scalar(unread) or 0)
    due = _due(select(func.count(Clock.id)), actor, reading.today)
    free = _free(select(func.count(ReviewTask.id)), actor)
    # a task that is over or due today and that nobody has taken is in both lists, but one matter
    both = due.where(Clock.subject == ClockSubject.task, ReviewTask.claimed_by.is_(None))
    parts = [one.scalar_subquery() for one in (due, free, both, unread)]
    due_count, free_count, both_count, unread_count = session.execute(select(*parts)).one()
    return Counts(due_count + free_count - both_count, unread_count)


def _lines(session: Session, reading: Reading, actor: Actor, until: date) -> list[TodoLine]:
    query = _due(select(Clock, Project.code, Project.name, Organisation.name), actor, until)
    rows = session.execute(query.order_by(Clock.due_on, Clock.id).limit(MOST))
    return [_line(reading, clock, code, name, place) for clock, code, name, place in rows]


def _line(reading: Reading, clock: Clock, code: str, name: str, place: str) -> TodoLine:
    line = ClockLine(**line_fields(reading, clock, code, name, place))
    link = f"/tasks/{clock.subject_id}" if clock.subject == ClockSubject.task else f"/projects/{code}#clock-{clock.id}"
    return TodoLine(line, link, place)


def _due(query: Select[Any], actor: Actor, until: date) -> Select[Any]:
    """Running clocks of `actor`'s seats that fall due by `until`; a task somebody else has taken is not theirs."""
    task = and_(Clock.subject == ClockSubject.task, ReviewTask.id == Clock.subject_id)
    place = func.coalesce(Clock.holder_id, Project.organisation_id)
    coordinated, reviewed = _places(actor, Role.coordinator), _places(actor, Role.reviewer)
    seat = or_(
        and_(ReviewTask.id.is_(None), place.in_(coordinated)),
        and_(ReviewTask.id.is_not(None), _asked_of(coordinated, reviewed), _mine(actor)),
    )
    query = query.select_from(Clock).join(Project, Project.id == Clock.project_id).outerjoin(ReviewTask, task)
    query = query.join(Organisation, Organisation.id == place)
    running = (Clock.status == ClockStatus.running, Clock.subject != ClockSubject.period, Clock.due_on <= until)
    return query.where(*running, seat)


def _free(query: Select[Any], actor: Actor) -> Select[Any]:
    """Open tasks of `actor`'s units that nobody has taken."""
    asked = _asked_of(_places(actor, Role.coordinator), _places(actor, Role.reviewer))
    return query.where(ReviewTask.status == TaskStatus.open, ReviewTask.claimed_by.is_(None), asked)


def _to_claim(session: Session, actor: Actor) -> tuple[ClaimLine, ...]:
    columns = (ReviewTask.id, Project.code, Project.name, ReviewTask.matter, Organisation.name, Clock.due_on)
    clock = and_(
        Clock.subject == ClockSubject.task, Clock.subject_id == ReviewTask.id, Clock.status == ClockStatus.running
    )
    query = select(*columns).join(Review, Review.id == ReviewTask.review_id).join(Project).outerjoin(Clock, clock)
    query = query.join(Organisation, Organisation.id == ReviewTask.organisation_id)
    rows = session.execute(_free(query, actor).order_by(Clock.due_on, ReviewTask.id).limit(MOST))
    return tuple(ClaimLine(*row) for row in rows)


def _places(actor: Actor, role: Role) -> Sequence[int]:
    return sorted({one.organisation_id for one in (*actor.grants, *actor.borrowed) if one.role is role})


def _asked_of(coordinated: Sequence[int], reviewed: Sequence[int]) -> ColumnElement[bool]:
    """A member that is a seat (`coordinator@street`) is asked as a coordinator, a department as a reviewer."""
    by_seat = ReviewTask.member.startswith(f"{Role.coordinator}@")
    return or_(
        and_(by_seat, ReviewTask.organisation_id.in_(coordinated)),
        and_(~by_seat, ReviewTask.organisation_id.in_(reviewed)),
    )


def _mine(actor: Actor) -> ColumnElement[bool]:
    logins = {actor.login, *(one.on_behalf_of for one in actor.borrowed if one.on_behalf_of)}
    free = ReviewTask.claimed_by.is_(None)
    return or_(free, ReviewTask.claimed_by.in_(sorted(logins)), ReviewTask.delegate.in_(sorted(logins)))
