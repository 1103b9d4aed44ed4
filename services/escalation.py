"""Escalation (逐级预警): a fired rung becomes a notice to everybody it names, a supervision order, or a circular."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import Clock
from models.person import Person
from models.project import Project
from models.supervision import Alert, SupervisionOrder
from services.alert import note_alerts, tell
from services.circular import Naming, issue_circular
from services.city import City
from services.identity import system_actor
from services.keeping import Keeping
from services.message import post
from services.order_issue import Wish, issue, standing_order
from services.outbox import Event
from services.pack import pack_of
from services.rung_notice import Fired, notice_of
from services.rung_receiver import held_by, receivers_of
from services.supervision import issuer_of, unit_people
from states.alert import RungAct
from states.clock import ClockStatus, ClockSubject
from states.order import OrderColour


def escalate(session: Session, city: City, project: Project, event: Event, *, now: datetime) -> str:
    """Do what the rung says; nothing when the matter was done between the sweep and this reaction, or this was."""
    clock = session.get_one(Clock, event.payload["clock"])
    if clock.status != ClockStatus.running:
        return "已办结或已暂停，不再提醒"
    if session.scalar(select(Alert.id).where(Alert.event_id == event.id).limit(1)) is not None:
        return "已通知"
    pack, skipped = pack_of(project.pack_version), tuple(event.payload.get("skipped", ()))
    fired = Fired(project, pack, clock, event.payload["rung"], event.id, now, skipped)
    people = receivers_of(session, project, pack, clock, fired.rung, on=city.day(now))
    match RungAct(fired.rung.act):
        case RungAct.order:
            return _order(session, city, fired, people)
        case RungAct.circular:
            return _circular(session, city, fired, people)
    told, merged = tell(session, city, fired, people)
    kept = f"，{merged} 人当日已有通知，并入其中" if merged else ""
    return f"通知 {told} 人{kept}" if told or merged else "没有可通知的人员"


def wake(session: Session, city: City, project: Project, event: Event, *, now: datetime) -> str:
    """Tell a person again of what they put off; nothing when it is done or acknowledged meanwhile."""
    alert = session.get_one(Alert, event.payload["alert"])
    clock, person = session.get_one(Clock, alert.clock_id), session.get_one(Person, alert.person_id)
    if clock.status != ClockStatus.running or alert.acknowledged_at is not None:
        return "已办结或已知悉，不再提醒"
    if alert.snoozed_until is None or alert.snoozed_until.isoformat() != event.payload["until"]:
        return "已另定提醒日期"
    fired = Fired(project, pack_of(project.pack_version), clock, alert.rung, event.id, now)
    message = notice_of(session, city, fired)
    told = post(session, city, message, [person], once=f"event:{event.id}", now=now, project_id=project.id)
    return f"通知 {told} 人"


def _order(session: Session, city: City, fired: Fired, people: list[Person]) -> str:
    """Issue the order of the rung about the matter; a reply that is overdue brings the sterner order about it."""
    matter, unit = _matter(session, fired), held_by(session, fired.project, fired.clock)
    colour = OrderColour[str(fired.rung.colour)]
    standing = standing_order(session, fired.project, matter)
    if standing is not None and standing.colour >= colour:
        told, _ = tell(session, city, fired, people)
        return f"已有督办单 {standing.code}，不重复签发；通知 {told} 人"
    label = matter.label if matter else fired.clock.label
    wish = Wish(unit, colour, label, _why(city, fired), matter, fired.place, tuple(people), fired.skipped_labels)
    issuer = issuer_of(session, fired.pack, fired.project.organisation)
    order = issue(session, city, fired.project, wish, issuer, _signed(fired))
    note_alerts(
        session, city, fired, [*people, *unit_people(session, unit, on=city.day(fired.now))], f"order:{order.id}:issued"
    )
    return f"签发督办单 {order.code}"


def _circular(session: Session, city: City, fired: Fired, people: list[Person]) -> str:
    unit = held_by(session, fired.project, fired.clock)
    naming = Naming(unit, fired.project, issuer_of(session, fired.pack, fired.project.organisation), people)
    circular = issue_circular(session, city, naming, _signed(fired))
    if circular is None:
        told, _ = tell(session, city, fired, people)
        return f"今日已通报该单位，不重复通报；通知 {told} 人"
    note_alerts(
        session, city, fired, [*people, *unit_people(session, unit, on=city.day(fired.now))], f"circular:{circular.id}"
    )
    return f"通报 {circular.code}"


def _matter(session: Session, fired: Fired) -> Clock | None:
    """The overdue matter itself: for the clock of an order's reply the clock the order is about."""
    if fired.clock.subject != ClockSubject.order:
        return fired.clock
    order = session.get_one(SupervisionOrder, fired.clock.subject_id)
    return session.get(Clock, order.clock_id) if order.clock_id else None


def _signed(fired: Fired) -> Keeping:
    actor = system_actor(fired.rung.code, fired.pack.id)
    return Keeping(actor, fired.now, "flow", reason=f"到达预警层级“{fired.rung.label}”")


def _why(city: City, fired: Fired) -> str:
    over = max(city.calendar.working_days_between(fired.clock.due_on, city.day(fired.now)), 0)
    source = fired.pack.source(fired.rung.source).label
    return f"“{fired.clock.label}”期满日 {fired.clock.due_on}，已逾期 {over} 个工作日（依据：{source}）"
