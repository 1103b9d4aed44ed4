"""Tasks of who lost a seat (任务退回): what they had claimed goes back to the pool, delegations to who gave them."""

from __future__ import annotations

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.person import Person, RoleGrant
from models.review import Review, ReviewTask
from services.audit import record
from services.city import City
from services.identity import OWN, Actor
from services.keeping import Keeping
from services.organisation import Entering
from services.review_round import role_asked
from services.task_act import task_act
from services.task_delegation import close_delegation
from services.task_hold import Held, hold_tasks
from services.task_holder import people_of
from services.task_notice import Telling, tell
from states.review import ReviewStatus, TaskStatus

PENDING = (TaskStatus.open, TaskStatus.waiting)
_TODO = "查看方案和材料，在截止日期前出具意见。"


def release_tasks(session: Session, city: City, person: Person, *, entering: Entering, reason: str = "") -> int:
    """Give back the open tasks a person cannot answer any more; returns how many.

    A claimed one where they hold no seat any more (or are not active) goes to its unit's pool, and the unit is told;
    what was delegated to somebody who is not active goes back to the delegator. Each is an entry of its project.
    """
    mine = or_(ReviewTask.claimed_by == person.login, ReviewTask.delegate == person.login)
    query = select(ReviewTask).join(Review, Review.id == ReviewTask.review_id)
    pending = (Review.status == ReviewStatus.open, ReviewTask.status.in_(PENDING))
    tasks = session.scalars(query.where(mine, *pending)).all()
    seats = set(_seats(session, person))
    lost = {task.id for task in tasks if _is_lost(task, person, seats)}
    keeping = Keeping(Actor(entering.actor, "", is_system=True), entering.now, entering.source, reason=reason)
    for held in hold_tasks(session, sorted(lost)) if lost else ():
        for task in held.review.tasks:
            if task.id in lost:
                _release(session, city, held, task, person, keeping)
    return len(lost)


def _seats(session: Session, person: Person) -> list[tuple[int, str]]:
    query = select(RoleGrant.organisation_id, RoleGrant.role).where(RoleGrant.person_id == person.id)
    return [(place, role) for place, role in session.execute(query).tuples()]


def _is_lost(task: ReviewTask, person: Person, seats: set[tuple[int, str]]) -> bool:
    if not person.active:
        return True
    return task.claimed_by == person.login and (task.organisation_id, role_asked(task)) not in seats


def _release(session: Session, city: City, held: Held, task: ReviewTask, person: Person, keeping: Keeping) -> None:
    claimed, before = task.claimed_by == person.login, {"holder": task.claimed_by, "delegate": task.delegate}
    close_delegation(session, task, None, now=keeping.now)
    if claimed:
        task.claimed_by = task.claimed_at = None
    session.flush()
    action = "task_given_back" if claimed else "delegation_recalled"
    record(session, task_act(held, task, action, keeping, OWN, before=before))
    what = "退回待签收" if claimed else "收回委派"
    telling = Telling(what, f"{person.name}不再经办，任务已{what}", _TODO)
    tell(session, city, held, task, telling, people_of(session, task, city.day(keeping.now)), keeping)
