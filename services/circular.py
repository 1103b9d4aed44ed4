"""Circulars (通报): a unit's standing orders and overdue matters, numbered, frozen as they stood on the day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import Clock
from models.organisation import Organisation
from models.person import Person
from models.project import Project
from models.supervision import Circular, SupervisionOrder
from notifications.message import CircularIssued
from services.audit import Act, record
from services.city import City
from services.keeping import Keeping
from services.message import post
from services.order_number import next_number, written
from services.pack import pack_of
from services.supervision import rule_of, unit_people
from states.clock import ClockStatus, ClockSubject
from states.order import LIVE_ORDER, OrderColour, OrderStatus

SUFFIX = "通"
"""Put behind the pack's word, so that circulars have a series of their own: 阳光督通〔2026〕3号."""


@dataclass(frozen=True, slots=True)
class Naming:
    """Which unit is named in a circular, on account of which project, by whom it is issued, who gets a copy."""

    unit: Organisation
    project: Project
    issuer: Organisation
    copies: Sequence[Person] = ()


def issue_circular(session: Session, city: City, naming: Naming, keeping: Keeping) -> Circular | None:
    """Issue a circular about a unit; None when the issuer has issued one about it today, or nothing stands against it.

    The project's row is held. One a day: 政府督查工作条例 15 wants no repeated supervision.
    """
    today = city.day(keeping.now)
    same = (Circular.unit_id == naming.unit.id, Circular.issuer_id == naming.issuer.id, Circular.issued_on == today)
    if session.scalar(select(Circular.id).where(*same).limit(1)) is not None:
        return None
    orders, matters = _orders(session, naming.unit), list(_matters(session, city, naming.unit, keeping))
    if not orders and not matters:
        return None
    circular = _written(session, city, naming, keeping, {"orders": orders, "matters": matters})
    _note(session, naming, circular, keeping)
    _tell(session, city, naming, circular, keeping)
    return circular


def circular_lines(content: dict[str, Any]) -> tuple[str, ...]:
    """What a circular lists, one line each."""
    orders = (
        f"{one['code']} {one['project']} {one['matter']}：{OrderStatus(one['status']).label.zh}"
        for one in content["orders"]
    )
    matters = (f"{one['project']} {one['label']}：逾期 {one['over']} 个工作日" for one in content["matters"])
    return (*orders, *matters)


def _orders(session: Session, unit: Organisation) -> list[dict[str, Any]]:
    query = select(SupervisionOrder, Project.name).join(Project, Project.id == SupervisionOrder.project_id)
    mine = (SupervisionOrder.unit_id == unit.id, SupervisionOrder.status.in_(LIVE_ORDER))
    return [
        {
            "code": order.code, "project": name, "matter": order.matter, "status": order.status,
            "colour": OrderColour(order.colour).name,
        }
        for order, name in session.execute(query.where(*mine).order_by(SupervisionOrder.id))
    ]  # fmt: skip


def _matters(session: Session, city: City, unit: Organisation, keeping: Keeping) -> Iterator[dict[str, Any]]:
    """The unit's overdue matters; the reply to an order is listed with the order."""
    today, apart = city.day(keeping.now), (ClockSubject.period, ClockSubject.order, ClockSubject.contest)
    over = (Clock.holder_id == unit.id, Clock.status == ClockStatus.running, Clock.due_on < today)
    query = select(Clock, Project.name).join(Project, Project.id == Clock.project_id)
    for clock, name in session.execute(query.where(*over, Clock.subject.not_in(apart)).order_by(Clock.due_on)):
        days = city.calendar.working_days_between(clock.due_on, today)
        yield {"project": name, "label": clock.label, "due_on": clock.due_on.isoformat(), "over": days}


def _written(session: Session, city: City, naming: Naming, keeping: Keeping, content: dict[str, Any]) -> Circular:
    today, issuer = city.day(keeping.now), naming.issuer
    number = next_number(session, Circular, issuer.id, today.year)
    word = rule_of(pack_of(naming.project.pack_version)).word + SUFFIX
    circular = Circular(
        code=written(issuer.name, word, today.year, number),
        issuer=issuer,
        year=today.year,
        number=number,
        unit=naming.unit,
        issued_on=today,
        issued_at=keeping.now,
        issued_by=keeping.actor.login,
        reason=keeping.reason,
        content=content,
    )
    session.add(circular)
    session.flush()
    return circular


def _note(session: Session, naming: Naming, circular: Circular, keeping: Keeping) -> None:
    after = {"circular": circular.code, "unit": naming.unit.name}
    pack = pack_of(naming.project.pack_version).id
    for subject, subject_id, more in (
        ("circular", circular.code, circular.content),
        ("project", naming.project.code, {}),
    ):
        act = Act(
            subject, subject_id, "circular_issued", keeping.actor.login, keeping.source, keeping.now,
            reason=keeping.reason, after={**after, **more}, pack=pack,
            request_id=keeping.request_id if subject == "project" else None,
        )  # fmt: skip
        record(session, act)


def _tell(session: Session, city: City, naming: Naming, circular: Circular, keeping: Keeping) -> None:
    message = CircularIssued(
        project_code=naming.project.code,
        project_name=naming.project.name,
        link=f"/projects/{naming.project.code}",
        circular=circular.code,
        issuer=naming.issuer.name,
        unit=naming.unit.name,
        reason=keeping.reason,
        issued_on=circular.issued_on,
        lines=circular_lines(circular.content),
    )
    people: Iterable[Person] = [*unit_people(session, naming.unit, on=city.day(keeping.now)), *naming.copies]
    once = f"circular:{circular.id}"
    post(session, city, message, people, once=once, now=keeping.now, project_id=naming.project.id)
