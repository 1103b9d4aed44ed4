"""The tasks of a hand-over (任务交接): claimed ones to the successor or back to their unit, each in its history."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from models.person import Person
from models.review import ReviewTask
from services.audit import record
from services.city import City
from services.identity import OWN, Actor
from services.keeping import Keeping
from services.organisation import Entering
from services.succession_item import Item, Outcome, Part
from services.task_act import task_act
from services.task_delegation import close_delegation
from services.task_hold import Held, hold_tasks


def hand_over_tasks(
    session: Session,
    city: City,
    items: Sequence[Item],
    leaver: Person,
    successor: Person,
    entering: Entering,
    reason: str,
) -> None:
    """Do with the leaver's tasks what the plan says; what nobody had claimed comes with the seat by itself."""
    outcomes = {int(item.data["task"]): item.outcome for item in items if item.part is Part.task}
    if not outcomes:
        return
    keeping = Keeping(Actor(entering.actor, "", is_system=True), entering.now, entering.source, reason=reason)
    for held in hold_tasks(session, list(outcomes)):
        for task in held.review.tasks:
            if task.id in outcomes and leaver.login in (task.claimed_by, task.delegate):
                _pass_on(session, held, task, outcomes[task.id], leaver, successor, keeping)
    session.flush()


def _pass_on(
    session: Session,
    held: Held,
    task: ReviewTask,
    outcome: Outcome,
    leaver: Person,
    successor: Person,
    keeping: Keeping,
) -> None:
    before = {"holder": task.claimed_by, "delegate": task.delegate}
    close_delegation(session, task, None, now=keeping.now)
    action = "delegation_recalled"
    if task.claimed_by == leaver.login:
        moves = outcome is Outcome.moves
        task.claimed_by, task.claimed_at = (successor.login, keeping.now) if moves else (None, None)
        action = "task_transferred" if moves else "task_given_back"
    record(session, task_act(held, task, action, keeping, OWN, before=before, after={"holder": task.claimed_by}))
