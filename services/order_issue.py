"""Issuing a supervision order (制发督办单): by a rung under its rule, or by a supervisor by hand with a reason."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import Clock
from models.organisation import Organisation
from models.person import Person
from models.project import Project
from models.supervision import SupervisionOrder
from services.audit import Act, done_before, record
from services.city import City
from services.clock_sheet import ClockMissing
from services.identity import OWN, Actor, Capacity
from services.keeping import Keeping
from services.lock import hold_project
from services.order import end_order, start_order_clock
from services.order_hold import HeldOrder
from services.order_notice import tell_issued
from services.order_number import next_number, written
from services.organisation import find_organisation
from services.pack import pack_of
from services.supervision import SupervisionOff, SupervisorNeeded, require_words, rule_of
from states.exceptions import JiugaiError, Kind
from states.order import OWED, OrderColour, OrderStatus
from states.role import Role


class OrderStanding(JiugaiError):
    """The matter already has an order at least as stern."""

    code = "order_standing"
    kind = Kind.refused
    zh = "“{matter}”已有督办单 {order}（{colour}），不重复督办。请在该督办单上办理，或签发更重颜色的督办单。"
    en = '"{matter}" already has order {order} ({colour_en}); issue a sterner one or act on that.'


@dataclass(frozen=True, slots=True)
class Wish:
    """What an order is to say: to which unit, in which colour, about what, why; `rung` is the one that asks for it.

    `copies` get the order too (抄送), `skipped` are the rungs an outage left untold.
    """

    unit: Organisation
    colour: OrderColour
    matter: str
    reason: str
    clock: Clock | None = None
    rung: int | None = None
    copies: tuple[Person, ...] = ()
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ByHand:
    """An order a supervisor writes: about an overdue clock, or about a `matter` in words for a `unit` by its code."""

    project: int
    colour: OrderColour
    clock: int | None = None
    unit: str | None = None
    matter: str = ""


def issue_by_hand(session: Session, city: City, wish: ByHand, keeping: Keeping) -> SupervisionOrder:
    """Issue an order as a supervisor above the project, with a reason; harmless when repeated.

    Raises SupervisorNeeded, SupervisionOff, WordsMissing, ClockMissing, OrganisationMissing, OrderStanding,
    RequestReused.
    """
    project = hold_project(session, wish.project)
    issuer, capacity = _own_place(session, keeping.actor, project)
    done = done_before(session, keeping.request_id, "project", project.code, "order_issued")
    if done is not None:
        return session.scalars(select(SupervisionOrder).where(SupervisionOrder.code == done.after["order"])).one()
    reason = require_words(keeping.reason, "督办的理由", "why the order is issued")
    clock = _clock(session, project, wish.clock) if wish.clock is not None else None
    unit = _unit(session, project, wish, clock)
    matter = wish.matter.strip() or (clock.label if clock else "")
    full = Wish(unit, wish.colour, require_words(matter, "督办事项", "what it is about"), reason, clock)
    standing = standing_order(session, project, clock)
    if standing is not None and standing.colour >= wish.colour:
        label = OrderColour(standing.colour).label
        raise OrderStanding(matter=matter, order=standing.code, colour=label.zh, colour_en=label.text("en"))
    return issue(session, city, project, full, issuer, keeping, capacity)


def issue(
    session: Session,
    city: City,
    project: Project,
    wish: Wish,
    issuer: Organisation,
    keeping: Keeping,
    capacity: Capacity = OWN,
) -> SupervisionOrder:
    """Write, number and send an order, superseding a milder one about the same matter; the project's row is held.

    Raises SupervisionOff when the pack has no rule for the colour.
    """
    pack = pack_of(project.pack_version)
    rule = rule_of(pack).order(wish.colour.name)
    if rule is None:
        label = wish.colour.label
        raise SupervisionOff(pack=pack.id, what=f"{label.zh}督办单", what_en=f"orders in {label.text('en')}")
    milder = standing_order(session, project, wish.clock)
    order = _written(session, city, project, wish, issuer, keeping, rule_of(pack).word, rule.demand)
    held = HeldOrder(order, project, pack, capacity)
    _note_issued(session, held, keeping)
    if milder is not None:
        why = Keeping(keeping.actor, keeping.now, keeping.source, reason=f"由 {order.code} 接替")
        end_order(session, city, HeldOrder(milder, project, pack, capacity), "supersede", why, by=order.code)
    start_order_clock(session, city, held, keeping)
    tell_issued(session, city, project, order, now=keeping.now, copies=wish.copies, skipped=wish.skipped)
    return order


def standing_order(session: Session, project: Project, clock: Clock | None) -> SupervisionOrder | None:
    """The order about the clock that still waits for its unit or for the look at its reply; None without a clock."""
    if clock is None:
        return None
    live = (SupervisionOrder.clock_id == clock.id, SupervisionOrder.status.in_((*OWED, OrderStatus.replied)))
    query = select(SupervisionOrder).where(SupervisionOrder.project_id == project.id, *live)
    return session.scalar(query.order_by(SupervisionOrder.colour.desc()).limit(1))


def _written(
    session: Session,
    city: City,
    project: Project,
    wish: Wish,
    issuer: Organisation,
    keeping: Keeping,
    word: str,
    demand: str,
) -> SupervisionOrder:
    year = city.day(keeping.now).year
    number = next_number(session, SupervisionOrder, issuer.id, year)
    order = SupervisionOrder(
        code=written(issuer.name, word, year, number),
        issuer=issuer,
        year=year,
        number=number,
        project_id=project.id,
        clock_id=wish.clock.id if wish.clock else None,
        rung=wish.rung,
        unit=wish.unit,
        colour=wish.colour,
        status=OrderStatus.issued,
        matter=wish.matter,
        demand=demand,
        reason=wish.reason,
        papers={"documents": []},
        rounds=0,
        issued_at=keeping.now,
        issued_by=keeping.actor.login,
    )
    session.add(order)
    session.flush()
    return order


def _note_issued(session: Session, held: HeldOrder, keeping: Keeping) -> None:
    """The request id goes with the project's entry: before it the order had no number to be asked by."""
    row, reason = held.order, held.order.reason
    after = {
        "order": row.code, "status": row.status, "colour": OrderColour(row.colour).name, "unit": row.unit.name,
        "matter": row.matter, "clock": row.clock_id,
    }  # fmt: skip
    act = Act(
        "project", held.project.code, "order_issued", keeping.actor.login, keeping.source, keeping.now,
        reason=reason, after=after, pack=held.pack.id, request_id=keeping.request_id,
        on_behalf_of=held.capacity.on_behalf_of,
    )  # fmt: skip
    record(session, act)
    own = Act(
        "order", row.code, "order_issued", keeping.actor.login, keeping.source, keeping.now,
        reason=reason, after={**after, "project": held.project.code}, pack=held.pack.id,
        on_behalf_of=held.capacity.on_behalf_of,
    )  # fmt: skip
    record(session, own)


def _own_place(session: Session, actor: Actor, project: Project) -> tuple[Organisation, Capacity]:
    """The supervisor's organisation, the nearest above the project: their own, else the one they stand in at.

    Raises SupervisorNeeded.
    """
    path = project.organisation.path
    fitting = [
        grant
        for grant in (*actor.grants, *actor.borrowed)
        if grant.role is Role.supervisor and path.startswith(grant.path)
    ]
    mine = [grant for grant in fitting if grant.on_behalf_of is None] or fitting
    if actor.is_system or not mine:
        raise SupervisorNeeded(
            actor=actor.name or actor.login, matter=project.name, place=f"{project.organisation.name}及其上级"
        )
    nearest = max(mine, key=lambda grant: len(grant.path))
    return session.get_one(Organisation, nearest.organisation_id), Capacity(nearest.on_behalf_of)


def _clock(session: Session, project: Project, clock_id: int) -> Clock:
    clock = session.get(Clock, clock_id)
    if clock is None or clock.project_id != project.id:
        raise ClockMissing(clock=clock_id)
    return clock


def _unit(session: Session, project: Project, wish: ByHand, clock: Clock | None) -> Organisation:
    if wish.unit is not None:
        return find_organisation(session, wish.unit)
    holder = clock.holder_id if clock else None
    return session.get_one(Organisation, holder) if holder else project.organisation
