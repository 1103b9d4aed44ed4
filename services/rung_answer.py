"""Answers to an alert (预警应答): a receiver acknowledges it, or puts it off with a reason; the clock runs on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from models.clock import Clock
from models.person import Person
from models.project import Project
from models.supervision import Alert
from policy.pack import Pack
from services.audit import Act, done_before, record
from services.city import City
from services.clock import LIVE
from services.keeping import Keeping
from services.lock import hold_project
from services.outbox import enqueue_all, row_of
from services.pack import pack_of
from services.rung_notice import rung_of
from services.supervision import SupervisionOff, require_words
from states.alert import RungAct
from states.clock import RungAt
from states.exceptions import JiugaiError, Kind
from states.role import Role, Seat

WAKING = time(8, 30)
"""When a snoozed alert comes back, in the city's zone: with the digest."""


class AlertMissing(JiugaiError):
    """No alert of that number for this person."""

    code = "alert_missing"
    kind = Kind.missing
    zh = "{actor} 没有编号为 {alert} 的预警通知。请用 jiugai alert list 查看本人的通知。"
    en = "{actor} has no alert {alert}. See `jiugai alert list`."


class AlertClosed(JiugaiError):
    """The matter is done: there is nothing left to answer."""

    code = "alert_closed"
    kind = Kind.refused
    zh = "“{matter}”已办结或不再计时，预警已自动解除，不必应答。"
    en = '"{matter}" is done or not counted any more; the alert has closed by itself.'


class SnoozeUnfit(JiugaiError):
    """The alert cannot be put off so."""

    code = "snooze_unfit"
    kind = Kind.refused
    zh = "“{matter}”不能推迟到 {until} 再提醒：{problem}。可改为“已知悉”，或尽快办结。"
    en = '"{matter}" cannot be put off until {until}: {problem_en}. Acknowledge it, or finish the matter.'


@dataclass(frozen=True, slots=True)
class _Held:
    alert: Alert
    clock: Clock
    project: Project
    pack: Pack


def acknowledge(session: Session, alert_id: int, keeping: Keeping) -> Alert:
    """Acknowledge an alert (已知悉): the person hears no more of this rung; the next rung is a new alert.

    Harmless when repeated. Raises AlertMissing, AlertClosed, RequestReused.
    """
    held, done = _hold(session, alert_id, "alert_acknowledged", keeping)
    if done or held.alert.acknowledged_at is not None:
        return held.alert
    _require_open(held)
    held.alert.acknowledged_at, held.alert.snoozed_until = keeping.now, None
    _note(session, held, "alert_acknowledged", keeping)
    return held.alert


def snooze(session: Session, city: City, alert_id: int, until: date, keeping: Keeping) -> Alert:
    """Put a warning off until the morning of a day, with a reason; then it is told again.

    Only before the limit has passed, at most the pack's working days and never past the last day in time; what is told
    to supervisors, and what comes with an order or a circular, cannot be put off. Others are told as the ladder says.
    Raises AlertMissing, AlertClosed, SupervisionOff, SnoozeUnfit, WordsMissing, RequestReused.
    """
    held, done = _hold(session, alert_id, "alert_snoozed", keeping)
    if done:
        return held.alert
    _require_open(held)
    reason = require_words(keeping.reason, "推迟的理由", "why it is put off")
    _require_snoozable(city, held, until, city.day(keeping.now))
    held.alert.snoozed_until, held.alert.snooze_reason, held.alert.acknowledged_at = until, reason, None
    _note(session, held, "alert_snoozed", keeping, until=until.isoformat())
    title = f"再次提醒 · {held.project.name} · {held.clock.label}"
    payload = {"alert": held.alert.id, "until": until.isoformat()}
    event = row_of("alert_woken", title, payload, keeping.now, held.project.id)
    enqueue_all(session, [event | {"available_at": datetime.combine(until, WAKING, city.zone)}])
    return held.alert


def _hold(session: Session, alert_id: int, action: str, keeping: Keeping) -> tuple[_Held, bool]:
    alert = session.get(Alert, alert_id)
    owner = session.get_one(Person, alert.person_id).login if alert else None
    if alert is None or owner != keeping.actor.login:
        raise AlertMissing(actor=keeping.actor.name or keeping.actor.login, alert=alert_id)
    project = hold_project(session, alert.project_id)
    session.refresh(alert)
    clock = session.get_one(Clock, alert.clock_id)
    done = done_before(session, keeping.request_id, "project", project.code, action)
    return _Held(alert, clock, project, pack_of(project.pack_version)), done is not None


def _require_open(held: _Held) -> None:
    if held.clock.status not in LIVE:
        raise AlertClosed(matter=held.clock.label)


def _require_snoozable(city: City, held: _Held, until: date, today: date) -> None:
    rule = held.pack.document.supervision
    if rule is None or rule.snooze is None:
        raise SupervisionOff(pack=held.pack.id, what="推迟提醒（snooze）", what_en="putting an alert off")
    rung, most = rung_of(held.pack, held.clock, held.alert.rung), rule.snooze.days
    latest = min(city.calendar.add_working_days(today, most).day, held.clock.due_on)
    problem = None
    if rung.at == RungAt.breach or today > held.clock.due_on:
        problem = ("已经逾期", "it is overdue")
    elif rung.act != RungAct.notify or any(_supervises(receiver) for receiver in rung.to):
        problem = ("督办和报督查部门的通知不能推迟", "orders and notices to supervision are not put off")
    elif until <= today:
        problem = ("应晚于今天", "it has to be after today")
    elif until > latest:
        source = held.pack.source(rule.snooze.source).label
        problem = (
            f"最多推迟 {most} 个工作日且不过期满日，即 {latest}（{source}）",
            f"at most {most} working days and never past the last day, that is {latest}",
        )
    if problem:
        raise SnoozeUnfit(matter=held.clock.label, until=until, problem=problem[0], problem_en=problem[1])


def _supervises(receiver: Seat | str) -> bool:
    return isinstance(receiver, Seat) and receiver.role is Role.supervisor


def _note(session: Session, held: _Held, action: str, keeping: Keeping, **after: object) -> None:
    rung = rung_of(held.pack, held.clock, held.alert.rung)
    told = {"alert": held.alert.id, "clock": held.clock.id, "limit": held.clock.limit, "rung": rung.code, **after}
    act = Act(
        "project", held.project.code, action, keeping.actor.login, keeping.source, keeping.now,
        reason=keeping.reason, after=told, pack=held.pack.id, request_id=keeping.request_id,
    )  # fmt: skip
    record(session, act)
    session.flush()
