"""Withdrawing an opinion (撤回意见): one's own, as long as nobody has acted on it; the task opens again."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.clock import Clock
from models.review import ReviewTask
from services.audit import record
from services.city import City
from services.clock import cancel_clock, refresh_light
from services.clock_ledger import Note, ledgers_of, renew
from services.identity import Capacity
from services.keeping import Keeping
from services.task_act import ENDED, require_moving, task_act, task_act_before, unfit
from services.task_delegation import close_delegation
from services.task_hold import Held, hold_task
from services.task_holder import acting_for, holding, lead_people, name_of, people_of
from services.task_notice import Telling, tell
from services.task_reopen import reopen, take_back
from services.task_turn import followers
from states.clock import ClockStatus, ClockSubject
from states.exceptions import JiugaiError, Kind
from states.label import Label
from states.review import ReviewStatus, TaskStatus
from states.round import Reopening

_ACT = Label("撤回", "withdrawn")


class OpinionNotOwn(JiugaiError):
    """The opinion is somebody else's: only they take it back."""

    code = "opinion_not_own"
    kind = Kind.forbidden
    zh = (
        "“{unit}”的意见由 {author} 填写，{actor} 不能撤回。"
        "请由 {author} 本人办理；本人不在的，请牵头部门退回该单位重办。"
    )
    en = 'The opinion of "{unit}" is by {author}; {actor} cannot withdraw it. Ask them, or have the lead return it.'


class WithdrawalLate(JiugaiError):
    """Somebody has acted on the opinion already."""

    code = "withdrawal_late"
    kind = Kind.refused
    zh = "“{unit}”的意见不能撤回了：{because}。确需更正的，请牵头部门把任务退回本单位重办。"
    en = 'The opinion of "{unit}" cannot be withdrawn any more: {because_en}. Have the lead return the task.'


def withdraw_opinion(session: Session, city: City, task_id: int, keeping: Keeping) -> ReviewTask:
    """Take one's own opinion back before the next one acts on it and before the round is settled.

    The task opens again and its clock goes on with the days that were left when it was answered; one that was late is
    late again. Whoever was called by the opinion waits again, and its clock with it. Harmless when repeated. Raises
    TaskMissing, OpinionForbidden, OpinionNotOwn, WithdrawalLate, TaskUnfit, ReviewSuspended, RequestReused.
    """
    held, task = hold_task(session, task_id)
    if task_act_before(session, held, task, "opinion_withdrawn", keeping):
        return task
    capacity = _require_own(session, held, task, keeping)
    if task.status != TaskStatus.answered:
        raise unfit(task, _ACT)
    require_moving(held)
    called = followers(held.review, task)
    _require_untouched(held, task, called)
    note = Note("撤回意见", keeping.actor.login, keeping.now, "withdrawn")
    said = _ask_anew(session, city, held, task, note)
    waiting = _call_off(session, city, held, called, keeping)
    session.flush()
    record(session, task_act(held, task, "opinion_withdrawn", keeping, capacity, before=said))
    refresh_light(session, held.project)
    _tell(session, city, held, task, waiting, keeping)
    return task


def _require_own(session: Session, held: Held, task: ReviewTask, keeping: Keeping) -> Capacity:
    if task.answered_by is None:
        return holding(session, task, keeping.actor)
    actor = keeping.actor
    mine = acting_for(actor, task.answered_by) or acting_for(actor, _answered_for(session, held, task))
    if mine is None:
        holding(session, task, actor)  # who has nothing to do with the unit is told so
        author = name_of(session, task.answered_by)
        raise OpinionNotOwn(unit=task.organisation.name, author=author, actor=actor.name or actor.login)
    return mine


def _answered_for(session: Session, held: Held, task: ReviewTask) -> str | None:
    """On whose behalf the opinion was given, by its entry in the history: it is theirs too."""
    mine = (AuditEntry.subject == "project", AuditEntry.subject_id == held.project.code)
    given = select(AuditEntry).where(*mine, AuditEntry.action == "opinion_given")
    entries = session.scalars(given.order_by(AuditEntry.seq.desc()))
    return next((entry.on_behalf_of for entry in entries if entry.after["task"] == task.id), None)


def _require_untouched(held: Held, task: ReviewTask, called: Sequence[ReviewTask]) -> None:
    unit = task.organisation.name
    if held.review.status != ReviewStatus.open:
        raise WithdrawalLate(unit=unit, because=ENDED.zh, because_en=f"it is {ENDED.text('en')}")
    acted = next((one for one in called if one.status == TaskStatus.answered), None)
    if acted is not None:
        name = acted.organisation.name
        raise WithdrawalLate(unit=unit, because=f"“{name}”已据此答复", because_en=f"{name} has answered after it")
    if held.review.awaits is not None:
        words = {"because": "本轮已交牵头部门或申报方处理", "because_en": "the lead or the applicant acts on it now"}
        raise WithdrawalLate(unit=unit, **words)


def _ask_anew(session: Session, city: City, held: Held, task: ReviewTask, note: Note) -> dict[str, object]:
    late = _late_clock(session, held, task)
    if late is None:
        return reopen(session, city, held, task, note, Reopening.remaining)
    said = take_back(session, task, note)
    late.status, late.ended_on = ClockStatus.running, None
    renew(city, held.pack, late, ledgers_of(session, [late.id])[late.id], today=city.day(note.now))
    return said


def _late_clock(session: Session, held: Held, task: ReviewTask) -> Clock | None:
    """The task's newest clock, when it was late: nobody gets new time by withdrawing."""
    mine = (Clock.project_id == held.project.id, Clock.subject == ClockSubject.task, Clock.subject_id == task.id)
    clock = session.scalar(select(Clock).where(*mine).order_by(Clock.id.desc()).limit(1).with_for_update())
    return clock if clock is not None and clock.status == ClockStatus.late else None


def _call_off(
    session: Session, city: City, held: Held, called: Sequence[ReviewTask], keeping: Keeping
) -> list[ReviewTask]:
    """Let whoever the opinion had called wait again; the time they have starts anew with their next call."""
    waiting = [task for task in called if task.status == TaskStatus.open]
    if waiting:
        ids = [task.id for task in waiting]
        cancel_clock(session, held.project.id, ClockSubject.task, *ids, on=city.day(keeping.now))
    for task in waiting:
        close_delegation(session, task, None, now=keeping.now)
        task.status = TaskStatus.waiting
    for task in called:
        task.opens_on = None
    return waiting


def _tell(
    session: Session, city: City, held: Held, task: ReviewTask, waiting: Sequence[ReviewTask], keeping: Keeping
) -> None:
    today = city.day(keeping.now)
    telling = Telling("撤回意见", f"{task.organisation.name}已撤回意见，任务重新开启")
    tell(session, city, held, task, telling, [*lead_people(session, held, today)], keeping)
    detail = f"{task.organisation.name}已撤回意见，待其重新答复后再办"
    off = Telling("暂缓办理", detail, "暂不用办，重新轮到时会再通知。")
    for one in waiting:
        tell(session, city, held, one, off, people_of(session, one, today), keeping)
