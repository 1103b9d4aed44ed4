"""Delegations (委派): somebody prepares the opinion; it comes back to the delegator, who confirms or changes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.organisation import Organisation
from models.person import Person
from models.review import ReviewTask
from models.review_delegation import ReviewDelegation
from services.audit import Act, record
from services.city import City
from services.condition import Wanted
from services.duty import duties_of
from services.identity import Capacity, find_person
from services.keeping import Keeping
from services.task_act import require_pending, task_act, task_act_before, unfit
from services.task_hold import Held, hold_task
from services.task_holder import acting_for, holding, name_of, people_named
from services.task_notice import Telling, tell
from states.exceptions import JiugaiError, Kind
from states.label import Label
from states.review import Opinion, TaskStatus
from states.review_task import DelegationStatus

_ACT = Label("委派", "delegated")


class DelegateUnfit(JiugaiError):
    """Who cannot be a delegate: the delegator, or somebody outside the unit."""

    code = "delegate_unfit"
    kind = Kind.refused
    zh = "不能委派给 {person}：{problem}。请另选本单位或下属单位的人员；要交给其他单位的，请牵头部门转办或加签。"
    en = "{person} cannot be the delegate: {problem_en}. Choose somebody of the unit or below it."


class DelegationMissing(JiugaiError):
    """There is nothing of a delegate's to confirm, or to take back."""

    code = "delegation_missing"
    kind = Kind.missing
    zh = "“{unit}”的任务现在没有{what}。请用 jiugai review show 项目编号 查看。"
    en = 'The task of "{unit}" has no {what_en}. See `jiugai review show CODE`.'


def delegate_task(session: Session, city: City, task_id: int, login: str, keeping: Keeping) -> ReviewTask:
    """Have a person of the unit, or of one below it, prepare the opinion; the task stays with who delegates it.

    Whoever delegates claims the task by it. The clock runs on. Harmless when repeated under its request id. Raises
    TaskMissing, OpinionForbidden, TaskClaimed, DutyConflict, PersonUnknown, DelegateUnfit, TaskUnfit, ReviewSuspended,
    RequestReused.
    """
    held, task = hold_task(session, task_id)
    duties = duties_of(session, held)
    capacity = holding(session, task, keeping.actor, duties)
    if task_act_before(session, held, task, "task_delegated", keeping):
        return task
    require_pending(held, task, _ACT)
    if task.status != TaskStatus.open:
        raise unfit(task, _ACT)
    duties.require(keeping.actor, capacity)
    delegate = _fit(session, held, task, login, keeping)
    _recall(session, task, keeping)
    delegator = task.claimed_by or capacity.on_behalf_of or keeping.actor.login
    task.claimed_by, task.claimed_at = delegator, task.claimed_at or keeping.now
    task.delegate = delegate.login
    session.add(
        ReviewDelegation(
            task_id=task.id, delegator=delegator, delegate=delegate.login, words=keeping.reason.strip() or None,
            asked_at=keeping.now, status=DelegationStatus.asked,
        )
    )  # fmt: skip
    after = {"delegate": delegate.login, "delegator": delegator}
    record(session, task_act(held, task, "task_delegated", keeping, capacity, after=after))
    detail = f"由{name_of(session, delegator)}委派给{delegate.name}拟提意见"
    telling = Telling(_ACT.zh, detail, "查看方案，填写拟提意见；委派人确认后才成为单位意见。")
    tell(session, city, held, task, telling, [delegate], keeping)
    return task


def recall_delegation(session: Session, city: City, task_id: int, keeping: Keeping) -> ReviewTask:
    """Take a delegated task back; what the delegate has proposed stays on record.

    Harmless when repeated under its request id. Raises TaskMissing, OpinionForbidden, TaskClaimed, DelegationMissing,
    TaskUnfit, ReviewSuspended, RequestReused.
    """
    held, task = hold_task(session, task_id)
    capacity = holding(session, task, keeping.actor)
    if task_act_before(session, held, task, "delegation_recalled", keeping):
        return task
    require_pending(held, task, Label("收回委派", "taken back"))
    if task.delegate is None:
        raise DelegationMissing(unit=task.organisation.name, what="委派给他人", what_en="delegation to take back")
    delegate = people_named(session, [task.delegate])
    before = {"delegate": task.delegate}
    _recall(session, task, keeping)
    record(session, task_act(held, task, "delegation_recalled", keeping, capacity, before=before))
    telling = Telling("收回委派", f"{keeping.actor.name or keeping.actor.login}已收回委派", "不用再办，知悉即可。")
    tell(session, city, held, task, telling, delegate, keeping)
    return task


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a delegate would answer; the reasons are in the keeping it comes with."""

    opinion: Opinion
    conditions: Sequence[Wanted]


def propose(
    session: Session, city: City, held: Held, task: ReviewTask, given: Proposal, keeping: Keeping, capacity: Capacity
) -> Act:
    """Keep what a delegate proposes for the delegator, and tell them; the task stays open and its clock runs on."""
    opinion = given.opinion
    row = open_delegation(session, task)
    assert row is not None  # noqa: S101 - the task names a delegate only while there is one
    row.status, row.opinion, row.reasons = DelegationStatus.answered, opinion, keeping.reason.strip() or None
    row.conditions, row.answered_at = [[one.text, one.owed_by] for one in given.conditions], keeping.now
    telling = Telling(
        "委派意见待确认",
        f"{name_of(session, row.delegate)}拟提意见“{opinion.label.zh}”",
        "确认采用（jiugai review confirm），或直接填写您的意见。",
    )
    tell(session, city, held, task, telling, people_named(session, [row.delegator]), keeping)
    after = {"opinion": opinion, "for": row.delegator, "conditions": row.conditions}
    return task_act(held, task, "opinion_proposed", keeping, capacity, after=after)


def proposed(session: Session, task: ReviewTask) -> ReviewDelegation:
    """The delegation whose opinion waits to be confirmed. Raises DelegationMissing."""
    row = open_delegation(session, task) if task.delegate else None
    if row is None or row.status != DelegationStatus.answered:
        raise DelegationMissing(unit=task.organisation.name, what="待确认的委派意见", what_en="opinion to confirm")
    return row


def open_delegation(session: Session, task: ReviewTask) -> ReviewDelegation | None:
    """The delegation of a task that is not closed yet."""
    query = select(ReviewDelegation).where(ReviewDelegation.task_id == task.id, ReviewDelegation.closed_at.is_(None))
    return session.scalars(query.order_by(ReviewDelegation.id.desc()).limit(1)).first()


def close_delegation(session: Session, task: ReviewTask, opinion: Opinion | None, *, now: datetime) -> None:
    """End a task's delegation with the opinion the unit has given, or without one; no statement where there is none."""
    row = open_delegation(session, task) if task.delegate else None
    if row is not None:
        row.closed_at = now
        if opinion is None or row.status != DelegationStatus.answered:
            row.status = DelegationStatus.recalled
        else:
            same = (row.opinion, row.reasons) == (opinion, task.reasons)
            row.status = DelegationStatus.confirmed if same else DelegationStatus.changed
    task.delegate = None


def _recall(session: Session, task: ReviewTask, keeping: Keeping) -> None:
    close_delegation(session, task, None, now=keeping.now)


def _fit(session: Session, held: Held, task: ReviewTask, login: str, keeping: Keeping) -> Person:
    person = find_person(session, login)
    if acting_for(keeping.actor, login):
        raise DelegateUnfit(person=person.name, problem="不能委派给自己", problem_en="it is the delegator")
    place = session.get_one(Organisation, person.organisation_id)
    if not place.path.startswith(task.organisation.path):
        problem = f"其单位“{place.name}”不是“{task.organisation.name}”或其下属单位"
        raise DelegateUnfit(person=person.name, problem=problem, problem_en=f"{place.name} is another unit")
    against = duties_of(session, held).words_against(login)
    if against:
        raise DelegateUnfit(person=person.name, problem=against.zh, problem_en=against.text("en"))
    return person
