"""Adding reviewers (加签): before, after or beside a task, never past the round's own limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from models.organisation import Organisation
from models.person import Person
from models.review import ReviewTask
from services.audit import record
from services.city import City
from services.clock import refresh_light
from services.clock_ledger import Note
from services.duty import duties_of
from services.identity import find_person, people_at
from services.keeping import Keeping
from services.organisation import find_organisation
from services.standing import rule_of, standing, voters
from services.task_act import ENDED, require_open_round, require_pending, task_act, task_act_before, unfit
from services.task_clock import pause_clock
from services.task_hold import Held, hold_task
from services.task_holder import holding, lead_people, leading, people_of
from services.task_notice import Telling, tell
from services.task_opening import open_next, review_days
from states.clock import ADDED
from states.decision_rule import WeightsUnfit
from states.exceptions import JiugaiError, Kind
from states.label import Label
from states.review import ReviewMode, ReviewStatus, TaskStatus
from states.review_task import Place
from states.role import Role

MATTER_LENGTH = 400
"""As long as the column is."""
_ADD = Label("加签", "added to")


class AdditionUnfit(JiugaiError):
    """Who or what cannot be added: nobody who could answer, asked already, or no time left."""

    code = "addition_unfit"
    kind = Kind.refused
    zh = "不能加签 {receiver}：{problem}。本次未办理，请核对后重试，或与牵头部门商量。"
    en = "{receiver} cannot be added: {problem_en}. Nothing was done; check it, or ask the lead department."


@dataclass(frozen=True, slots=True)
class Addition:
    """Whom to add and where: a unit by its code, or one person of a unit by login; what differs from the task.

    `weight` is for rounds that weigh their votes; without one the added opinion is heard and counts nothing there.
    """

    place: Place
    unit: str | None = None
    login: str | None = None
    matter: str | None = None
    limit: str | None = None
    weight: int | None = None


def add_reviewer(session: Session, city: City, task_id: int, wish: Addition, keeping: Keeping) -> ReviewTask:
    """Add a reviewer to a round as seen from one of its tasks; by who has the task, or by the lead.

    `before` it: the task waits and its clock stands still until the added one has answered. `after` it: the added one
    is called by its answer. `beside` it: both at once. Whoever waits for the task waits for the added one too. The
    added one has the limit of the task (or the one named), cut at the last day of the round. Harmless when repeated.
    Raises TaskMissing, OpinionForbidden, TaskClaimed, AdditionUnfit, PersonUnknown, OrganisationMissing,
    PackEntryUnknown, RuleInvalid (when the round cannot be decided with one more), TaskUnfit, ReviewSuspended,
    RequestReused.
    """
    held, task = hold_task(session, task_id)
    capacity = leading(session, held, keeping.actor) or holding(session, task, keeping.actor)
    done = task_act_before(session, held, task, "reviewer_added", keeping)
    if done is not None:
        return held.task(done.after["added"])
    _require_room(session, city, held, task, wish, keeping)
    unit, people = _whom(session, held, wish)
    _require_answerable(session, held, unit, people)
    added = _row(held, task, wish, unit, keeping)
    session.add(added)
    _require_rule(held, added, wish)
    _put_in_order(session, city, held, task, added, keeping)
    session.flush()
    open_next(session, city, held, now=keeping.now)
    after = {"added": added.id, "unit": unit.code, "place": wish.place, "holder": added.claimed_by}
    record(session, task_act(held, task, "reviewer_added", keeping, capacity, after=after))
    refresh_light(session, held.project)
    _tell_added(session, city, held, task, added, people, keeping)
    return added


def _require_room(session: Session, city: City, held: Held, task: ReviewTask, wish: Addition, keeping: Keeping) -> None:
    """Refuse to add to what is answered, decided or over."""
    if wish.place is Place.before or task.status == TaskStatus.removed:
        require_pending(held, task, _ADD)
    require_open_round(held, task, _ADD)
    if standing(held.review) is not ReviewStatus.open:
        raise unfit(task, _ADD, ENDED)
    due = review_days(session, city, held.review).due
    if due is not None and due < city.day(keeping.now):
        problem = f"本轮期限已于 {due} 届满，加签不能超出本轮期限"
        raise AdditionUnfit(receiver=wish.login or wish.unit or "", problem=problem, problem_en=f"it ended on {due}")


def _whom(session: Session, held: Held, wish: Addition) -> tuple[Organisation, Sequence[Person]]:
    """The unit that is added, and who can answer there: all its reviewers, or the one person who was named."""
    person = find_person(session, wish.login) if wish.login else None
    unit = find_organisation(session, wish.unit) if wish.unit else None
    if unit is None and person is not None:
        unit = session.get_one(Organisation, person.organisation_id)
    if unit is None:
        raise AdditionUnfit(receiver="", problem="没有写加签给谁", problem_en="nobody is named")
    able = people_at(session, unit.id, Role.reviewer)
    if person is not None:
        able = [one for one in able if one.id == person.id]
    if not able:
        problem, problem_en = f"不是“{unit.name}”的审查人" if person else "该单位没有审查人", "no reviewer there"
        raise AdditionUnfit(receiver=person.name if person else unit.name, problem=problem, problem_en=problem_en)
    asked = [one for one in voters(held.review) if one.organisation_id == unit.id]
    if asked and (person is None or any(one.claimed_by == person.login for one in asked)):
        problem, problem_en = "已在本轮审查中；要加本单位另一人，请写明账号", "asked in this round already"
        raise AdditionUnfit(receiver=person.name if person else unit.name, problem=problem, problem_en=problem_en)
    return unit, able


def _require_answerable(session: Session, held: Held, unit: Organisation, people: Sequence[Person]) -> None:
    """Refuse people of whom a duty bars every one."""
    against = [duties_of(session, held).words_against(person.login) for person in people]
    if against[0] and all(against):
        raise AdditionUnfit(receiver=unit.name, problem=against[0].zh, problem_en=against[0].text("en"))


def _row(held: Held, task: ReviewTask, wish: Addition, unit: Organisation, keeping: Keeping) -> ReviewTask:
    limit, matter = wish.limit or task.limit, (wish.matter or "").strip() or task.matter
    if len(matter) > MATTER_LENGTH:
        problem = f"审查内容最多 {MATTER_LENGTH} 个字，现在是 {len(matter)} 个"
        raise AdditionUnfit(receiver=unit.name, problem=problem, problem_en=f"the matter has {len(matter)} characters")
    if held.pack.limit(limit).span.is_dated:
        problem = f"期限“{limit}”不是按天数计的"
        raise AdditionUnfit(receiver=unit.name, problem=problem, problem_en=f"the limit {limit} is not counted in days")
    place = max(one.position for one in held.review.tasks) + 1
    after = [task.member] if wish.place is Place.after else list(task.after)
    return ReviewTask(
        review=held.review,
        position=place,
        member=f"added_{place}",
        organisation=unit,
        matter=matter,
        limit=limit,
        weight=wish.weight,
        status=TaskStatus.waiting,
        after=after,
        added=wish.place,
        added_by=keeping.actor.login,
        claimed_by=wish.login,
        claimed_at=keeping.now if wish.login else None,
    )


def _require_rule(held: Held, added: ReviewTask, wish: Addition) -> None:
    """Refuse what the round could not be decided with. Raises RuleInvalid."""
    if wish.weight is not None and held.review.mode != ReviewMode.weight:
        raise WeightsUnfit(problem="只有 weight 方式用权重", problem_en="only mode `weight` has weights")
    rule_of(held.review, voters(held.review))


def _put_in_order(
    session: Session, city: City, held: Held, task: ReviewTask, added: ReviewTask, keeping: Keeping
) -> None:
    """Let whoever waits for the task wait for the added one too, and the task itself when it was added before it."""
    for one in held.review.tasks:
        if one.status == TaskStatus.waiting and task.member in one.after and one is not added:
            one.after, one.opens_on = [*one.after, added.member], None
    if added.added == Place.before:
        task.after, task.opens_on = [*task.after, added.member], None
        if task.status == TaskStatus.open:
            task.status = TaskStatus.waiting
            note = Note("前加签，待加签单位答复", keeping.actor.login, keeping.now, ADDED)
            pause_clock(session, city, held, task, note)


def _tell_added(
    session: Session,
    city: City,
    held: Held,
    task: ReviewTask,
    added: ReviewTask,
    people: Sequence[Person],
    keeping: Keeping,
) -> None:
    detail = f"{Place(added.added or '').label.zh}：由{task.organisation.name}一项加请{added.organisation.name}"
    todo = "查看方案和材料，在截止日期前出具意见。" if added.status == TaskStatus.open else "轮到时会再通知。"
    tell(session, city, held, added, Telling(_ADD.zh, detail, todo), people, keeping)
    today = city.day(keeping.now)
    others = [*people_of(session, task, today), *lead_people(session, held, today)]
    told = {person.id for person in people}
    others = [person for person in others if person.id not in told]
    tell(session, city, held, task, Telling(_ADD.zh, detail), others, keeping)
