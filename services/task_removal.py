"""Taking reviewers off (减签): who was added and has not answered; never whom the pack demands."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.review import ReviewTask
from services.audit import record
from services.city import City
from services.clock import cancel_clock, refresh_light
from services.identity import Capacity
from services.keeping import Keeping
from services.standing import ask_settlement, rule_of, standing, voters
from services.task_act import require_pending, task_act, task_act_before
from services.task_delegation import close_delegation
from services.task_hold import Held, hold_task
from services.task_holder import acting_for, people_of, require_lead
from services.task_notice import Telling, tell
from services.task_opening import open_next
from states.clock import ClockSubject
from states.exceptions import JiugaiError, Kind
from states.label import Label
from states.review import ReviewStatus, TaskStatus

_REMOVE = Label("减签", "taken off")


class ReviewerRequired(JiugaiError):
    """The pack asks this member: it is not taken off."""

    code = "reviewer_required"
    kind = Kind.refused
    zh = (
        "“{unit}”是政策包 {pack} 规定要请的单位（{matter}），不能减签。"
        "不涉及的，由该单位答复“不涉及”；确需改动的，先改准项目情况再重新提请。"
    )
    en = '"{unit}" is asked by the pack {pack} ({matter}) and cannot be taken off; it may answer "not concerned".'


def remove_reviewer(session: Session, city: City, task_id: int, keeping: Keeping) -> ReviewTask:
    """Take an added reviewer off again before it has answered; by who added it, or by the lead.

    Whoever waited for it waits no more. Harmless when repeated. Raises TaskMissing, ReviewerRequired (for whom the pack
    asks), LeadRequired, RuleInvalid (when the round cannot be decided without it), TaskUnfit, ReviewSuspended,
    RequestReused.
    """
    held, task = hold_task(session, task_id)
    if task_act_before(session, held, task, "reviewer_removed", keeping):
        return task
    if task.added is None:
        raise ReviewerRequired(unit=task.organisation.name, pack=held.pack.id, matter=task.matter)
    capacity = _may_remove(session, held, task, keeping)
    require_pending(held, task, _REMOVE)
    rule_of(held.review, [one for one in voters(held.review) if one is not task])
    people = people_of(session, task, city.day(keeping.now))
    close_delegation(session, task, None, now=keeping.now)
    task.status, task.opens_on = TaskStatus.removed, None
    cancel_clock(session, held.project.id, ClockSubject.task, task.id, on=city.day(keeping.now))
    record(session, task_act(held, task, "reviewer_removed", keeping, capacity))
    session.flush()
    _go_on(session, city, held, keeping)
    telling = Telling(_REMOVE.zh, f"已减签，{task.organisation.name}不用再办", "不用再办，知悉即可。")
    tell(session, city, held, task, telling, people, keeping)
    return task


def _may_remove(session: Session, held: Held, task: ReviewTask, keeping: Keeping) -> Capacity:
    mine = acting_for(keeping.actor, task.added_by)
    return mine or require_lead(session, held, keeping.actor, act=_REMOVE.zh, act_en="take a reviewer off")


def _go_on(session: Session, city: City, held: Held, keeping: Keeping) -> None:
    if standing(held.review) is not ReviewStatus.open:
        ask_settlement(session, held.project, held.pack, held.review, now=keeping.now)
    else:
        open_next(session, city, held, now=keeping.now)
    refresh_light(session, held.project)
