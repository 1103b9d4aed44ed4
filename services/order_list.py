"""Supervision orders for readers (督办单清单与详情): filtered lists, one sheet with its whole history, circulars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from models.audit import AuditEntry
from models.clock import Clock
from models.organisation import Organisation
from models.project import Project
from models.supervision import Circular, Contest, SupervisionOrder
from services.audit_phrase import PHRASES
from services.circular import circular_lines
from services.clock_list import left_text
from services.order_hold import find_order
from services.person_list import person_names
from services.reading import Reading
from states.clock import ClockStatus, ClockSubject, Light
from states.contest import ContestStatus
from states.label import Label
from states.order import OrderColour, OrderStatus


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders: by status, colour, year, the unit's code or name, the project's code; None is any."""

    status: OrderStatus | None = None
    colour: OrderColour | None = None
    year: int | None = None
    unit: str | None = None
    project: str | None = None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One order. `due_on`, `light` and `left` are those of the reply's clock while one runs."""

    id: int
    code: str
    colour: OrderColour
    status: OrderStatus
    project: str
    project_name: str
    unit: str
    issuer: str
    matter: str
    issued_at: datetime
    rounds: int
    due_on: date | None
    light: Light | None
    left: str


@dataclass(frozen=True, slots=True)
class OrderStep:
    """One entry of an order's history: what was done, by whom, when, why, and what it says."""

    action: str
    action_label: str
    actor: str
    actor_name: str
    reason: str | None
    occurred_at: datetime
    after: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OrderSheet(OrderLine):
    """One order with its text, its newest reply, its contest if there is one, and its history, oldest first."""

    demand: str
    reason: str
    measures: str | None
    reply: str | None
    papers: tuple[str, ...]
    contest: int | None
    contest_status: ContestStatus | None
    history: tuple[OrderStep, ...]


@dataclass(frozen=True, slots=True)
class CircularLine:
    """One circular with what it lists."""

    code: str
    unit: str
    issuer: str
    issued_on: date
    issued_by: str
    reason: str
    lines: tuple[str, ...]


def list_orders(session: Session, reading: Reading, wanted: OrderFilter | None = None) -> list[OrderLine]:
    """Orders, newest first; two statements."""
    found = _rows(session, wanted or OrderFilter())
    clocks = _clocks(session, [order.id for order, _ in found])
    return [OrderLine(**_fields(reading, order, project, clocks.get(order.id))) for order, project in found]


def order_sheet(session: Session, reading: Reading, order: str | int) -> OrderSheet:
    """One order by its number or id. Raises OrderMissing."""
    row = find_order(session, order)
    project = session.get_one(Project, row.project_id)
    contest = session.scalar(select(Contest).where(Contest.order_id == row.id).order_by(Contest.id.desc()).limit(1))
    return OrderSheet(
        **_fields(reading, row, project, _clocks(session, [row.id]).get(row.id)),
        demand=row.demand,
        reason=row.reason,
        measures=row.measures,
        reply=row.reply,
        papers=tuple(paper["file"] for paper in row.papers["documents"]),
        contest=contest.id if contest else None,
        contest_status=ContestStatus(contest.status) if contest else None,
        history=tuple(_history(session, reading, row)),
    )


def list_circulars(session: Session, reading: Reading, *, year: int | None = None) -> list[CircularLine]:
    """Circulars, newest first."""
    query = select(Circular).options(joinedload(Circular.unit), joinedload(Circular.issuer))
    if year is not None:
        query = query.where(Circular.year == year)
    return [
        CircularLine(
            code=row.code,
            unit=row.unit.name,
            issuer=row.issuer.name,
            issued_on=row.issued_on,
            issued_by=row.issued_by,
            reason=row.reason,
            lines=circular_lines(row.content),
        )
        for row in session.scalars(query.order_by(Circular.id.desc()))
    ]


def _rows(session: Session, wanted: OrderFilter) -> list[tuple[SupervisionOrder, Project]]:
    query = select(SupervisionOrder, Project).join(Project, Project.id == SupervisionOrder.project_id)
    query = query.options(joinedload(SupervisionOrder.unit), joinedload(SupervisionOrder.issuer))
    if wanted.status is not None:
        query = query.where(SupervisionOrder.status == wanted.status)
    if wanted.colour is not None:
        query = query.where(SupervisionOrder.colour == wanted.colour)
    if wanted.year is not None:
        query = query.where(SupervisionOrder.year == wanted.year)
    if wanted.project is not None:
        query = query.where(Project.code == wanted.project)
    if wanted.unit is not None:
        units = select(Organisation.id).where(or_(Organisation.code == wanted.unit, Organisation.name == wanted.unit))
        query = query.where(SupervisionOrder.unit_id.in_(units))
    return list(session.execute(query.order_by(SupervisionOrder.id.desc())).tuples())


def _clocks(session: Session, orders: list[int]) -> dict[int, Clock]:
    """The running clock of each order's reply."""
    mine = (Clock.subject == ClockSubject.order, Clock.subject_id.in_(orders), Clock.status == ClockStatus.running)
    return {clock.subject_id or 0: clock for clock in session.scalars(select(Clock).where(*mine).order_by(Clock.id))}


def _fields(reading: Reading, order: SupervisionOrder, project: Project, clock: Clock | None) -> dict[str, Any]:
    return {
        "id": order.id,
        "code": order.code,
        "colour": OrderColour(order.colour),
        "status": OrderStatus(order.status),
        "project": project.code,
        "project_name": project.name,
        "unit": order.unit.name,
        "issuer": order.issuer.name,
        "matter": order.matter,
        "issued_at": order.issued_at,
        "rounds": order.rounds,
        "due_on": clock.due_on if clock else None,
        "light": Light(clock.light) if clock else None,
        "left": left_text(reading, clock) if clock else "",
    }


def _history(session: Session, reading: Reading, order: SupervisionOrder) -> list[OrderStep]:
    mine = (AuditEntry.subject == "order", AuditEntry.subject_id == order.code)
    entries = session.scalars(select(AuditEntry).where(*mine).order_by(AuditEntry.seq)).all()
    names = person_names(session, reading, [entry.actor for entry in entries])
    return [
        OrderStep(
            action=entry.action,
            action_label=reading.text(PHRASES.get(entry.action, Label(entry.action))),
            actor=entry.actor,
            actor_name=names[entry.actor],
            reason=entry.reason,
            occurred_at=entry.occurred_at,
            after=entry.after,
        )
        for entry in entries
    ]
