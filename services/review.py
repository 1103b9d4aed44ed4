"""Opinions (审查意见): one member's answer to its task, several at once, and what they set in motion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.review import ReviewTask
from services.audit import Act, RequestReused, entries_under, record_all
from services.city import City
from services.clock import refresh_light, stop_clock
from services.condition import Wanted, replace_conditions, require_conditions, set_conditions
from services.duty import ReviewDuties
from services.identity import Actor, Capacity
from services.keeping import Keeping
from services.standing import ask_settlement, rule_of, standing
from services.supplement_rule import require_first_demand
from services.task_act import (
    ENDED,
    TASKS,
    ReviewSuspended,
    TaskClosed,
    require_moving,
    task_act,
    task_act_before,
)
from services.task_delegation import Proposal, close_delegation, propose, proposed
from services.task_hold import Held, TaskMissing, hold_task, hold_tasks
from services.task_holder import answering, holding
from services.task_opening import open_next
from states.clock import ClockSubject
from states.exceptions import JiugaiError, Kind
from states.review import Opinion, ReviewStatus, TaskStatus

__all__ = [
    "Answer", "ReasonsMissing", "ReviewSuspended", "TaskClosed", "TaskMissing", "Wanted", "answer", "answer_many",
    "ask_settlement", "confirm", "rule_of", "standing",
]  # fmt: skip


class ReasonsMissing(JiugaiError):
    """A rejection or a demand for supplements without reasons is not valid."""

    code = "reasons_missing"
    kind = Kind.invalid
    zh = "“{opinion}”必须写明理由，一次性列出全部问题。"
    en = '"{opinion_en}" needs reasons: list everything that is wrong, once.'


@dataclass(frozen=True, slots=True)
class Answer:
    """One member's opinion on one task. Reasons are compulsory unless it approves or is not concerned.

    `conditions` go with an approval only: what it is made to depend on (附条件同意).
    """

    task_id: int
    actor: Actor
    opinion: Opinion
    reasons: str
    request_id: str | None
    now: datetime
    source: str = "web"
    conditions: tuple[Wanted, ...] = ()

    @property
    def keeping(self) -> Keeping:
        """Who writes it down, when, and why."""
        return Keeping(self.actor, self.now, self.source, self.request_id, self.reasons)


def answer(session: Session, city: City, given: Answer) -> ReviewTask:
    """Write down one member's opinion, stop its clock, and ask for settlement or open the next members' turns.

    What a delegate says is kept for whoever delegated the task and decides nothing yet. Harmless when repeated under
    its request id. Raises TaskMissing, TaskClosed, OpinionForbidden, TaskClaimed, ReasonsMissing, ConditionsUnfit,
    DutyConflict, ReviewSuspended, RequestReused.
    """
    (task,) = answer_many(session, city, [given])
    return task


def answer_many(session: Session, city: City, given: Sequence[Answer]) -> list[ReviewTask]:
    """Write down several opinions in their order, each as `answer` does, all or none of them.

    For a department that answers several tasks, or a paper many units have signed. The number of statements does not
    grow with the number of opinions on one round. Raises what `answer` raises.
    """
    rounds = hold_tasks(session, [one.task_id for one in given])
    done = entries_under(session, [one.request_id for one in given])
    for held in rounds:
        mine = {task.id for task in held.review.tasks}
        _answer_round(session, city, held, [one for one in given if one.task_id in mine], done)
    tasks = {task.id: task for held in rounds for task in held.review.tasks}
    return [tasks[one.task_id] for one in given]


def confirm(session: Session, city: City, task_id: int, keeping: Keeping) -> ReviewTask:
    """Make what the delegate has proposed the opinion of the unit, unchanged, signed by who delegated it.

    To change it is to `answer`. Harmless when repeated under its request id. Raises DelegationMissing and what
    `answer` raises.
    """
    held, task = hold_task(session, task_id)
    if task_act_before(session, held, task, _GIVEN, keeping):
        return task
    holding(session, task, keeping.actor)
    row = proposed(session, task)
    conditions = tuple(Wanted(text, owed_by) for text, owed_by in row.conditions)
    wish = Answer(
        task_id, keeping.actor, Opinion(str(row.opinion)), row.reasons or "", keeping.request_id, keeping.now,
        keeping.source, conditions,
    )  # fmt: skip
    return answer(session, city, wish)


def _answer_round(
    session: Session, city: City, held: Held, given: Sequence[Answer], done: Mapping[str, AuditEntry]
) -> None:
    acts, answered = [], []
    duties = ReviewDuties(session, held.project, held.pack, held.review.code)
    for one in given:
        if _done_before(held, one, done):
            continue
        task = held.task(one.task_id)
        who = answering(session, task, one.actor, duties)
        _require_answerable(held, task, one)
        require_first_demand(session, city, held, one.opinion)
        duties.require(one.actor, who.capacity)
        if who.is_delegate:
            proposal = Proposal(one.opinion, one.conditions)
            acts.append(propose(session, city, held, task, proposal, one.keeping, who.capacity))
            continue
        acts.append(_write(session, held, task, one, who.capacity))
        answered.append(task.id)
        if standing(held.review) is ReviewStatus.open:
            open_next(session, city, held, now=one.now)
    if acts:
        _finish(session, city, held, acts, answered, given[-1].keeping)


def _finish(
    session: Session, city: City, held: Held, acts: Sequence[Act], answered: Sequence[int], keeping: Keeping
) -> None:
    now = keeping.now
    if answered:
        stop_clock(session, held.project.id, ClockSubject.task, *answered, on=city.day(now))
        replace_conditions(session, held, [held.task(number) for number in answered], keeping)
    record_all(session, acts)
    if answered and standing(held.review) is not ReviewStatus.open:
        ask_settlement(session, held.project, held.pack, held.review, now=now)
    refresh_light(session, held.project)


def _done_before(held: Held, given: Answer, done: Mapping[str, AuditEntry]) -> bool:
    entry = done.get(given.request_id) if given.request_id else None
    if entry is None:
        return False
    mine = entry.subject == "project" and entry.subject_id == held.project.code and entry.action in _ANSWERED
    if not mine or entry.after["task"] != given.task_id:
        raise RequestReused(request=given.request_id, done=f"{entry.subject_id} {entry.action}")
    return True


_GIVEN, _ANSWERED = "opinion_given", ("opinion_given", "opinion_proposed")


def _require_answerable(held: Held, task: ReviewTask, given: Answer) -> None:
    # decided but not settled yet: the reaction that closes the round is on its way, what comes now cannot change it
    decided = held.review.status != ReviewStatus.open or standing(held.review) is not ReviewStatus.open
    if task.status != TaskStatus.open or decided:
        closed = ENDED if task.status == TaskStatus.open else TASKS[TaskStatus(task.status)]
        raise TaskClosed(unit=task.organisation.name, status=closed.zh, status_en=closed.text("en"))
    require_moving(held)
    if given.opinion in (Opinion.reject, Opinion.supplement) and not given.reasons.strip():
        raise ReasonsMissing(opinion=given.opinion.label.zh, opinion_en=given.opinion.label.text("en"))
    require_conditions(given.opinion, given.conditions)


def _write(session: Session, held: Held, task: ReviewTask, given: Answer, capacity: Capacity) -> Act:
    task.status, task.opinion, task.reasons = TaskStatus.answered, given.opinion, given.reasons.strip() or None
    task.answered_at, task.answered_by = given.now, given.actor.login
    close_delegation(session, task, given.opinion, now=given.now)
    numbers = set_conditions(session, held, task, given.conditions, given.keeping)
    after = {"opinion": given.opinion} | ({"conditions": numbers} if numbers else {})
    return task_act(held, task, _GIVEN, given.keeping, capacity, after=after)
