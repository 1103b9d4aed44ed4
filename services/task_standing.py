"""What a person may do with one task now (能否办理): claim, answer, withdraw, and why not; nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.project import Project
from models.review import Review, ReviewTask
from services.duty import ReviewDuties
from services.identity import Actor
from services.pack import pack_of
from services.task_hold import TaskMissing
from services.task_holder import acting_for, answering
from states.exceptions import JiugaiError
from states.review import ReviewStatus, TaskStatus


@dataclass(frozen=True, slots=True)
class TaskStanding:
    """One task for one person. `hindered` says why they may not answer, empty when they may.

    `for_whom` is the login of the absent person they would act for; `is_delegate` when what they write goes back to
    whoever delegated it.
    """

    task: int
    project: str
    review: int
    may_answer: bool = False
    may_claim: bool = False
    may_withdraw: bool = False
    is_delegate: bool = False
    for_whom: str | None = None
    hindered: str = ""


def task_standing(session: Session, task_id: int, actor: Actor) -> TaskStanding:
    """What `actor` may do; the services that act check everything again. Raises TaskMissing."""
    task, review, project = _load(session, task_id)
    is_open = task.status == TaskStatus.open and review.status == ReviewStatus.open
    mine = acting_for(actor, task.answered_by)
    withdraw = task.status == TaskStatus.answered and review.status == ReviewStatus.open and mine is not None
    bare = TaskStanding(task.id, project.code, review.id, may_withdraw=withdraw)
    if not is_open:
        return bare
    try:
        duties = ReviewDuties(session, project, pack_of(project.pack_version), review.code)
        who = answering(session, task, actor, duties)
        duties.require(actor, who.capacity)
    except JiugaiError as problem:
        return replace(bare, hindered=problem.text())
    free = task.claimed_by is None and not who.is_delegate
    for_whom = who.capacity.on_behalf_of
    return replace(bare, may_answer=True, may_claim=free, is_delegate=who.is_delegate, for_whom=for_whom)


def _load(session: Session, task_id: int) -> tuple[ReviewTask, Review, Project]:
    """Without a lock: this is read only."""
    query = select(ReviewTask, Review, Project).join(Review, Review.id == ReviewTask.review_id)
    query = query.join(Project, Project.id == Review.project_id).where(ReviewTask.id == task_id)
    query = query.options(joinedload(ReviewTask.organisation), joinedload(Project.pack_version))
    found = session.execute(query).first()
    if found is None:
        raise TaskMissing(task=task_id)
    return found[0], found[1], found[2]
