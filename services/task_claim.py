"""Taking and passing on tasks (签收、退回、转办): from the unit's pool to a person and back, to a colleague, a unit."""

from __future__ import annotations

from sqlalchemy.orm import Session

from models.organisation import Organisation
from models.person import Person
from models.review import ReviewTask
from services.audit import record
from services.city import City
from services.duty import duties_of
from services.identity import Capacity, find_person, people_at
from services.keeping import Keeping
from services.organisation import find_organisation
from services.review_round import role_asked
from services.task_act import require_pending, task_act, task_act_before
from services.task_clock import hand_clock_over
from services.task_delegation import close_delegation
from services.task_hold import Held, hold_task
from services.task_holder import acting_for, holding, leading, name_of, people_of, require_lead
from services.task_notice import Telling, tell
from states.exceptions import JiugaiError, Kind
from states.label import Label

_TRANSFER = Label("转办", "transferred")
_TODO = "查看方案和材料，在截止日期前出具意见。"


class ReceiverUnfit(JiugaiError):
    """Who cannot get the task: nobody who could answer it there, or a unit that is asked in the round already."""

    code = "receiver_unfit"
    kind = Kind.refused
    zh = "不能把“{unit}”的任务交给 {receiver}：{problem}。请另选，或请系统管理员补齐该单位的审查人。"
    en = 'The task of "{unit}" cannot go to {receiver}: {problem_en}. Choose another, or have its reviewers entered.'


class TransferReasonMissing(JiugaiError):
    """Giving a task to another unit takes words."""

    code = "transfer_reason_missing"
    kind = Kind.invalid
    zh = "转给其他单位办理，须写明理由，再提交。"
    en = "To transfer a task to another unit takes a reason."


def claim_task(session: Session, city: City, task_id: int, keeping: Keeping) -> ReviewTask:
    """Take a task from the unit's pool (签收): from then on it is this person's, and their colleagues are refused.

    A task not called yet can be taken too, not by whom a duty bars from answering. Harmless when repeated. Raises
    TaskMissing, OpinionForbidden, TaskClaimed, DutyConflict, TaskUnfit, ReviewSuspended, RequestReused.
    """
    held, task = hold_task(session, task_id)
    duties = duties_of(session, held)
    capacity = holding(session, task, keeping.actor, duties)
    if task_act_before(session, held, task, "task_claimed", keeping):
        return task
    require_pending(held, task, Label("签收", "claimed"))
    if task.claimed_by is None:
        duties.require(keeping.actor, capacity)
        _give(task, capacity.on_behalf_of or keeping.actor.login, keeping)
        record(session, task_act(held, task, "task_claimed", keeping, capacity, after={"holder": task.claimed_by}))
        detail = f"由{name_of(session, str(task.claimed_by))}签收办理"
        colleagues = people_at(session, task.organisation_id, role_asked(task), on=city.day(keeping.now))
        tell(session, city, held, task, Telling("签收", detail, "不用再办，知悉即可。"), colleagues, keeping)
    return task


def give_back_task(session: Session, city: City, task_id: int, keeping: Keeping) -> ReviewTask:
    """Put a claimed task back into the unit's pool; by its claimant, or by the lead of the round.

    Harmless when repeated. Raises TaskMissing, OpinionForbidden, TaskClaimed, TaskUnfit, ReviewSuspended,
    RequestReused.
    """
    held, task = hold_task(session, task_id)
    capacity = _disposing(session, held, task, keeping)
    if task_act_before(session, held, task, "task_given_back", keeping):
        return task
    require_pending(held, task, Label("退回", "given back"))
    if task.claimed_by is not None:
        before = {"holder": task.claimed_by}
        gone = name_of(session, task.claimed_by)
        close_delegation(session, task, None, now=keeping.now)
        task.claimed_by = task.claimed_at = None
        record(session, task_act(held, task, "task_given_back", keeping, capacity, before=before))
        people = people_of(session, task, city.day(keeping.now))
        tell(session, city, held, task, Telling("退回待签收", f"{gone}已退回，待本单位签收", _TODO), people, keeping)
    return task


def transfer_task(session: Session, city: City, task_id: int, login: str, keeping: Keeping) -> ReviewTask:
    """Give a task to another reviewer of the same unit (转办); by who has it, or by the lead of the round.

    Its clock runs on. Harmless when repeated. Raises TaskMissing, OpinionForbidden, TaskClaimed, PersonUnknown,
    ReceiverUnfit, TaskUnfit, ReviewSuspended, RequestReused.
    """
    held, task = hold_task(session, task_id)
    capacity = _disposing(session, held, task, keeping)
    if task_act_before(session, held, task, "task_transferred", keeping):
        return task
    require_pending(held, task, _TRANSFER)
    receiver = find_person(session, login)
    able = people_at(session, task.organisation_id, role_asked(task))
    if receiver.id not in {person.id for person in able}:
        problem = f"不是“{task.organisation.name}”的审查人"
        raise _unfit(task, receiver.name, problem, f"not a reviewer of {task.organisation.name}")
    against = duties_of(session, held).words_against(login)
    if against:
        raise _unfit(task, receiver.name, against.zh, against.text("en"))
    before = {"holder": task.claimed_by}
    former = people_of(session, task, city.day(keeping.now)) if task.claimed_by else []
    close_delegation(session, task, None, now=keeping.now)
    _give(task, login, keeping)
    act = task_act(held, task, "task_transferred", keeping, capacity, before=before, after={"holder": login})
    record(session, act)
    telling = Telling(_TRANSFER.zh, f"转由{receiver.name}办理", _TODO)
    tell(session, city, held, task, telling, [receiver, *former], keeping)
    return task


def transfer_to_unit(session: Session, city: City, task_id: int, unit: str, keeping: Keeping) -> ReviewTask:
    """Give a task to another unit, by its code, with a reason; only the lead of the round may.

    The matter and the last day stay what they were, the days from now on are the new unit's. Harmless when repeated.
    Raises TaskMissing, LeadRequired, OrganisationMissing, ReceiverUnfit, TransferReasonMissing, TaskUnfit,
    ReviewSuspended, RequestReused.
    """
    held, task = hold_task(session, task_id)
    capacity = require_lead(session, held, keeping.actor, act="转给其他单位", act_en="transfer to another unit")
    if task_act_before(session, held, task, "task_transferred", keeping):
        return task
    require_pending(held, task, _TRANSFER)
    if not keeping.reason.strip():
        raise TransferReasonMissing
    place = find_organisation(session, unit)
    able = _able(session, held, task, place)
    former, today = task.organisation, city.day(keeping.now)
    told = [*able, *people_of(session, task, today)]
    close_delegation(session, task, None, now=keeping.now)
    task.organisation, task.claimed_by, task.claimed_at = place, None, None
    session.flush()
    hand_clock_over(session, city, held, task, today)
    act = task_act(
        held, task, "task_transferred", keeping, capacity, before={"unit": former.code}, after={"unit": place.code}
    )
    record(session, act)
    telling = Telling(_TRANSFER.zh, f"由{former.name}转{place.name}办理", _TODO)
    tell(session, city, held, task, telling, told, keeping)
    return task


def _disposing(session: Session, held: Held, task: ReviewTask, keeping: Keeping) -> Capacity:
    """Who may pass a task on: whoever has it, or the lead of the round. Raises OpinionForbidden, TaskClaimed."""
    mine = acting_for(keeping.actor, task.claimed_by)
    return mine or leading(session, held, keeping.actor) or holding(session, task, keeping.actor)


def _give(task: ReviewTask, login: str, keeping: Keeping) -> None:
    task.claimed_by, task.claimed_at = login, keeping.now


def _able(session: Session, held: Held, task: ReviewTask, place: Organisation) -> list[Person]:
    if any(other.organisation_id == place.id for other in held.review.tasks if other.added is None):
        raise _unfit(task, place.name, "该单位已在本轮审查中", "it is asked in this round already")
    able = list(people_at(session, place.id, role_asked(task)))
    if not able:
        raise _unfit(task, place.name, "该单位没有审查人", "it has no reviewer")
    if task.added is None and place.function != task.member and not place.path.startswith(task.organisation.path):
        # whom the pack asks has to be heard: another office of the same department, or one below it, not another one
        raise _unfit(
            task, place.name, "政策包指定由该部门审查，只能转给同一部门的其他机构", "the pack asks this department"
        )
    duties = duties_of(session, held)
    against = [duties.words_against(person.login) for person in able]
    if against[0] and all(against):
        raise _unfit(task, place.name, against[0].zh, against[0].text("en"))
    return able


def _unfit(task: ReviewTask, receiver: str, problem: str, problem_en: str) -> ReceiverUnfit:
    return ReceiverUnfit(unit=task.organisation.name, receiver=receiver, problem=problem, problem_en=problem_en)
