"""Reminders (催办): once for a task and working day, recorded with who was told."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.review import ReviewTask
from models.review_reminder import ReviewReminder
from policy.calendar import Calendar
from services.audit import record
from services.city import City
from services.identity import Capacity, keeper_capacities
from services.keeping import Keeping
from services.task_act import require_pending, task_act, task_act_before, unfit
from services.task_hold import Held, hold_task
from services.task_holder import leading, name_of, people_of, require_lead
from services.task_notice import Telling, tell
from states.exceptions import JiugaiError, Kind
from states.label import Label
from states.review import TaskStatus

_ACT = Label("催办", "reminded of")


class RemindedAlready(JiugaiError):
    """The task was reminded of on this working day: no repeated urging (政府督查工作条例 15; the number is assumed)."""

    code = "reminded_already"
    kind = Kind.refused
    zh = "“{unit}”的任务今天已由{who}催办过（{at}）。同一任务每个工作日只催办一次，请下一个工作日再办，或直接电话联系。"
    en = 'The task of "{unit}" was reminded of today by {who} ({at}). Once each working day: try the next one, or call.'


class NobodyToRemind(JiugaiError):
    """The task's unit has nobody who could be reminded."""

    code = "nobody_to_remind"
    kind = Kind.refused
    zh = "“{unit}”没有可催办的人员。请系统管理员补齐该单位的审查人，或由牵头部门转办。"
    en = 'There is nobody to remind at "{unit}". Have its reviewers entered, or have the lead transfer the task.'


def remind_task(session: Session, city: City, task_id: int, keeping: Keeping) -> ReviewReminder:
    """Remind whoever has an open task of it; by the lead of the round or a coordinator above the project.

    A reminder counts for its working day in the city's zone, on a rest day for the last one before: a second one for
    the same task and day is refused. Harmless when repeated under its request id. Raises TaskMissing, LeadRequired,
    RemindedAlready, NobodyToRemind, TaskUnfit, ReviewSuspended, RequestReused.
    """
    held, task = hold_task(session, task_id)
    capacity = _may_remind(session, held, keeping)
    counted_on = working_day(city.calendar, city.day(keeping.now))
    earlier = select(ReviewReminder).where(ReviewReminder.task_id == task.id)
    done = task_act_before(session, held, task, "task_reminded", keeping)
    if done is not None:
        return session.get_one(ReviewReminder, done.after["reminder"])
    require_pending(held, task, _ACT)
    if task.status != TaskStatus.open:
        raise unfit(task, _ACT)
    same = session.scalar(earlier.where(ReviewReminder.counted_on == counted_on))
    if same is not None:
        at = f"{same.reminded_at.astimezone(city.zone):%H:%M}"
        raise RemindedAlready(unit=task.organisation.name, who=name_of(session, same.reminded_by), at=at)
    return _remind(session, city, held, task, keeping, capacity, counted_on)


def working_day(calendar: Calendar, day: date) -> date:
    """The day itself when it is worked, else the last working day before it."""
    while not calendar.working_days_between(day - timedelta(days=1), day):
        day -= timedelta(days=1)
    return day


def _may_remind(session: Session, held: Held, keeping: Keeping) -> Capacity:
    lead = leading(session, held, keeping.actor)
    above = () if keeping.actor.is_system else keeper_capacities(keeping.actor, held.project.organisation)
    return lead or (above[0] if above else require_lead(session, held, keeping.actor, act=_ACT.zh, act_en="remind"))


def _remind(
    session: Session,
    city: City,
    held: Held,
    task: ReviewTask,
    keeping: Keeping,
    capacity: Capacity,
    counted_on: date,
) -> ReviewReminder:
    people = people_of(session, task, city.day(keeping.now))
    telling = Telling(
        _ACT.zh, f"{task.organisation.name}尚未答复，请抓紧办理", "查看方案和材料，在截止日期前出具意见。"
    )
    told = tell(session, city, held, task, telling, people, keeping)
    if not told:
        raise NobodyToRemind(unit=task.organisation.name)
    row = ReviewReminder(
        task_id=task.id,
        counted_on=counted_on,
        reminded_at=keeping.now,
        reminded_by=keeping.actor.login,
        words=keeping.reason.strip() or None,
        told=[person.login for person in told],
    )
    session.add(row)
    session.flush()
    after = {"reminder": row.id, "told": row.told}
    record(session, task_act(held, task, "task_reminded", keeping, capacity, after=after))
    return row
