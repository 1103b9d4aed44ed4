"""The way of tasks (任务办理情况): who has each, what it waits for, what was attached to it and set with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.person import Person
from models.project import Project
from models.review import Review, ReviewTask
from models.review_attachment import ReviewAttachment
from models.review_copy import ReviewCopy
from models.review_delegation import ReviewDelegation
from models.review_reminder import ReviewReminder
from services.condition_list import ConditionLine, conditions_by_task
from services.reading import Reading
from services.task_turn import PENDING, window_of
from states.review import Opinion, TaskStatus
from states.review_task import DelegationStatus, Place


@dataclass(frozen=True, slots=True)
class AttachmentLine:
    """A file put to an opinion; `by` is a name, `size` in bytes."""

    id: int
    filename: str
    media_type: str
    size: int
    sha256: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DelegationLine:
    """The newest delegation of a task, with what the delegate proposed; people by name."""

    delegator: str
    delegate: str
    status: DelegationStatus
    words: str | None
    opinion: Opinion | None
    reasons: str | None
    conditions: tuple[str, ...]
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """One reminder: the working day it counts for, by whom, who was told."""

    on: date
    by: str
    told: tuple[str, ...]
    words: str | None


@dataclass(frozen=True, slots=True)
class TaskWay:
    """How a task is going. `holder` has claimed it; `phase` counts from 1; `waits` says what a waiting one waits for.

    `opens_on` is the day of its window where only that is missing, `added` how and by whom it was added.
    """

    holder: str | None = None
    holder_login: str | None = None
    added: str | None = None
    phase: int = 1
    waits: str | None = None
    opens_on: date | None = None
    delegation: DelegationLine | None = None
    conditions: tuple[ConditionLine, ...] = ()
    attachments: tuple[AttachmentLine, ...] = ()
    reminders: tuple[ReminderLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways of the tasks of some rounds, by task, and who reads along, by round."""

    tasks: Mapping[int, TaskWay] = field(default_factory=dict)
    copies: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


def load_ways(session: Session, reading: Reading, project: Project, reviews: Sequence[Review]) -> Ways:
    """How every task of these rounds is going; six statements, however many there are."""
    tasks = [task for review in reviews for task in review.tasks]
    found = _Found(session, reading, project, tasks)
    ways = {task.id: found.way(review, task) for review in reviews for task in review.tasks}
    return Ways(ways, _copies(session, reviews))


class _Found:
    """What belongs to tasks, looked up once for all of them."""

    def __init__(self, session: Session, reading: Reading, project: Project, tasks: Sequence[ReviewTask]) -> None:
        self._reading, ids = reading, [task.id for task in tasks]
        self._conditions = conditions_by_task(session, reading, project)
        self._attached = _grouped(session.scalars(select(ReviewAttachment).where(ReviewAttachment.task_id.in_(ids))))
        delegations = select(ReviewDelegation).where(ReviewDelegation.task_id.in_(ids)).order_by(ReviewDelegation.id)
        self._delegated = {row.task_id: row for row in session.scalars(delegations)}
        reminders = select(ReviewReminder).where(ReviewReminder.task_id.in_(ids)).order_by(ReviewReminder.id)
        self._reminded = _grouped(session.scalars(reminders))
        people = select(Person.login, Person.name).where(Person.login.in_(self._logins(tasks)))
        self._names = dict(session.execute(people).tuples().all())

    def _logins(self, tasks: Sequence[ReviewTask]) -> set[str]:
        logins = {login for task in tasks for login in (task.claimed_by, task.added_by) if login}
        logins |= {row.uploaded_by for rows in self._attached.values() for row in rows}
        logins |= {login for row in self._delegated.values() for login in (row.delegator, row.delegate)}
        reminders = [row for rows in self._reminded.values() for row in rows]
        return logins | {login for row in reminders for login in (row.reminded_by, *row.told)}

    def way(self, review: Review, task: ReviewTask) -> TaskWay:
        return TaskWay(
            holder=self._name(task.claimed_by) if task.claimed_by else None,
            holder_login=task.claimed_by,
            added=self._added(task),
            phase=phase_of(review, task),
            waits=self._waits(review, task) if task.status == TaskStatus.waiting else None,
            opens_on=task.opens_on,
            delegation=self._delegation(task),
            conditions=self._conditions.get(task.id, ()),
            attachments=tuple(self._attachment(row) for row in self._attached[task.id]),
            reminders=tuple(self._reminder(row) for row in self._reminded[task.id]),
        )

    def _name(self, login: str) -> str:
        return self._names.get(login, login)

    def _added(self, task: ReviewTask) -> str | None:
        if task.added is None or task.added_by is None:
            return None
        label, by = Place(task.added).label, self._name(task.added_by)
        return self._reading.say(f"{by}{label.zh}", f"added {label.text('en')} by {by}")

    def _waits(self, review: Review, task: ReviewTask) -> str:
        """What it waits for, as people say it: 待 规划局 答复后开始, 第2日起（2026-03-04）."""
        reading, window = self._reading, window_of(task)
        before = [one.organisation.name for one in review.tasks if one.member in task.after and one.status in PENDING]
        parts = [reading.say(f"待 {'、'.join(before)} 答复后开始", f"after {', '.join(before)}")] if before else []
        if window and window.starts > 1:
            day, day_en = (f"（{task.opens_on}）", f" ({task.opens_on})") if task.opens_on else ("", "")
            parts.append(reading.say(f"第{window.starts}日起{day}", f"from day {window.starts}{day_en}"))
        elif task.opens_on:
            parts.append(reading.say("审查计时恢复后开始", "when the review goes on"))
        return reading.say("，", ", ").join(parts)

    def _delegation(self, task: ReviewTask) -> DelegationLine | None:
        row = self._delegated.get(task.id)
        if row is None:
            return None
        return DelegationLine(
            delegator=self._name(row.delegator),
            delegate=self._name(row.delegate),
            status=DelegationStatus(row.status),
            words=row.words,
            opinion=Opinion(row.opinion) if row.opinion else None,
            reasons=row.reasons,
            conditions=tuple(text for text, _ in row.conditions or ()),
            asked_at=row.asked_at,
        )

    def _attachment(self, row: ReviewAttachment) -> AttachmentLine:
        by = self._name(row.uploaded_by)
        return AttachmentLine(row.id, row.filename, row.media_type, row.size, row.sha256, by, row.uploaded_at)

    def _reminder(self, row: ReviewReminder) -> ReminderLine:
        told = tuple(self._name(login) for login in row.told)
        return ReminderLine(row.counted_on, self._name(row.reminded_by), told, row.words)


def phase_of(review: Review, task: ReviewTask) -> int:
    """One more than the latest phase among those it comes after; 1 for who waits for nobody."""
    return _phase(review, task, frozenset())


def _phase(review: Review, task: ReviewTask, above: frozenset[int]) -> int:
    earlier = [one for one in review.tasks if one.member in task.after and one.id not in above | {task.id}]
    return 1 + max((_phase(review, one, above | {task.id}) for one in earlier), default=0)


_Row = TypeVar("_Row", ReviewAttachment, ReviewReminder)


def _grouped(rows: Iterable[_Row]) -> defaultdict[int, list[_Row]]:
    found: defaultdict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        found[row.task_id].append(row)
    return found


def _copies(session: Session, reviews: Sequence[Review]) -> dict[int, tuple[str, ...]]:
    query = select(ReviewCopy.review_id, Person.name).join(Person, Person.id == ReviewCopy.person_id)
    query = query.where(ReviewCopy.review_id.in_([review.id for review in reviews])).order_by(ReviewCopy.id)
    found: dict[int, tuple[str, ...]] = {}
    for review_id, name in session.execute(query).tuples():
        found[review_id] = (*found.get(review_id, ()), name)
    return found
