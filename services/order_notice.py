"""Notices of supervision orders (督办通知): to the unit, to the supervisors, each once for what happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import Clock
from models.person import Person
from models.project import Project
from models.supervision import SupervisionOrder
from notifications.message import Message, OrderClosed, OrderIssued, OrderReplied, OrderSentBack
from services.city import City
from services.message import post
from services.supervision import signed_name, supervisors_at, unit_people
from states.clock import ClockStatus, ClockSubject
from states.order import OrderColour, OrderStatus


def tell_issued(
    session: Session,
    city: City,
    project: Project,
    order: SupervisionOrder,
    *,
    now: datetime,
    copies: Iterable[Person] = (),
    skipped: Sequence[str] = (),
) -> int:
    """Tell the unit of a new order, and whom a rung names (抄送); who has been told of it is not told again."""
    clock = _reply_clock(session, order)
    message = OrderIssued(
        **about(project, order),
        colour_name=OrderColour(order.colour).label.zh,
        issuer=order.issuer.name,
        demand=order.demand,
        reason=order.reason,
        issued_on=city.day(order.issued_at),
        due_on=clock.due_on if clock else None,
        derivation=clock.derivation if clock else "",
        skipped=tuple(skipped),
    )
    return _post(
        session, city, message, [*unit_people(session, order.unit, on=city.day(now)), *copies], order, "issued", now
    )


def tell_replied(session: Session, city: City, project: Project, order: SupervisionOrder, *, now: datetime) -> int:
    """Tell the issuer's supervisors of a reply."""
    message = OrderReplied(
        **about(project, order),
        reply=order.reply or "",
        replied_by=signed_name(session, city, order.replied_by or "", now),
        replied_on=city.day(now),
        papers=tuple(paper["file"] for paper in order.papers["documents"]),
    )
    what = f"replied:{order.rounds}"
    return _post(session, city, message, supervisors_at(session, order.issuer, on=city.day(now)), order, what, now)


def tell_sent_back(
    session: Session, city: City, project: Project, order: SupervisionOrder, reason: str, *, now: datetime
) -> int:
    """Tell the unit that its reply was sent back, and until when the next one is due."""
    clock = _reply_clock(session, order)
    message = OrderSentBack(
        **about(project, order),
        issuer=order.issuer.name,
        reason=reason,
        sent_back_on=city.day(now),
        due_on=clock.due_on if clock else None,
    )
    what = f"sent_back:{order.rounds}"
    return _post(session, city, message, unit_people(session, order.unit, on=city.day(now)), order, what, now)


def tell_closed(
    session: Session, city: City, project: Project, order: SupervisionOrder, reason: str, *, now: datetime
) -> int:
    """Tell the unit that its reply is accepted, or that the order has ended and how."""
    message = OrderClosed(
        **about(project, order),
        outcome=OrderStatus(order.status).label.zh,
        closed_on=city.day(now),
        reason=reason,
    )
    return _post(session, city, message, unit_people(session, order.unit, on=city.day(now)), order, order.status, now)


def about(project: Project, order: SupervisionOrder) -> dict[str, str]:
    """What every message about an order says."""
    return {
        "project_code": project.code,
        "project_name": project.name,
        "link": f"/projects/{project.code}#order-{order.id}",
        "order": order.code,
        "unit": order.unit.name,
        "matter": order.matter,
    }


def _post(
    session: Session,
    city: City,
    message: Message,
    people: Iterable[Person],
    order: SupervisionOrder,
    what: str,
    now: datetime,
) -> int:
    return post(session, city, message, people, once=f"order:{order.id}:{what}", now=now, project_id=order.project_id)


def _reply_clock(session: Session, order: SupervisionOrder) -> Clock | None:
    mine = (Clock.subject == ClockSubject.order, Clock.subject_id == order.id, Clock.status == ClockStatus.running)
    return session.scalar(select(Clock).where(*mine).order_by(Clock.id.desc()).limit(1))
