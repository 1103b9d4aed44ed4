"""Acts on a supervision order (督办单): received, taken in hand, replied to, accepted, sent back, closed, withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import Clock
from models.project import Project
from models.supervision import SupervisionOrder
from services.audit import Act, done_before, record
from services.city import City
from services.clock import LIVE, Matter, cancel_clock, refresh_light, start_clock, stop_clock
from services.identity import OWN, Actor, Capacity, system_actor
from services.keeping import Keeping
from services.order_hold import HeldOrder, hold_order
from services.order_notice import tell_closed, tell_replied, tell_sent_back
from services.pack import pack_of
from services.supervision import (
    FirstStaffRecused,
    papers_of,
    require_supervisor,
    require_unit,
    require_words,
    rule_of,
    took_part,
)
from states.clock import ClockSubject
from states.order import OrderColour, OrderStatus, next_status

ACTIONS = {
    "receive": "order_received",
    "rectify": "order_taken_in_hand",
    "reply": "order_replied",
    "send_back": "order_sent_back",
    "accept": "order_accepted",
    "close": "order_closed",
    "withdraw": "order_withdrawn",
    "supersede": "order_superseded",
    "overturn": "order_overturned",
}
"""The action of the entry each move leaves, on the order and on its project."""
_ENDS = (OrderStatus.closed, OrderStatus.withdrawn, OrderStatus.superseded, OrderStatus.overturned)


def receive(session: Session, city: City, order: str | int, keeping: Keeping) -> SupervisionOrder:
    """Sign for an order (签收). Harmless when repeated. Raises OrderMissing, UnitNeeded, OrderMisplaced."""
    held, done = _by_unit(session, order, "receive", keeping)
    if not done:
        held.order.received_at, held.order.received_by = keeping.now, keeping.actor.login
        _move(session, held, "receive", keeping)
    return held.order


def rectify(session: Session, city: City, order: str | int, measures: str, keeping: Keeping) -> SupervisionOrder:
    """Say what is being done about it (整改). Raises as `receive`, and WordsMissing."""
    held, done = _by_unit(session, order, "rectify", keeping)
    if not done:
        held.order.measures = require_words(measures, "整改措施", "what is being done")
        _move(session, held, "rectify", keeping, measures=held.order.measures)
    return held.order


def reply(
    session: Session, city: City, order: str | int, answer: str, keeping: Keeping, *, documents: Sequence[str] = ()
) -> SupervisionOrder:
    """Answer an order (反馈), with the kinds of documents on file that show it; the order's clock stops.

    Raises as `receive`, WordsMissing, PaperMissing.
    """
    held, done = _by_unit(session, order, "reply", keeping)
    if done:
        return held.order
    row = held.order
    row.reply = require_words(answer, "办理情况和结果", "what was done")
    row.papers = papers_of(session, held.project, documents)
    row.replied_at, row.replied_by = keeping.now, keeping.actor.login
    _move(session, held, "reply", keeping, reply=row.reply, **row.papers)
    stop_clock(session, held.project.id, ClockSubject.order, row.id, on=city.day(keeping.now))
    refresh_light(session, held.project)
    tell_replied(session, city, held.project, row, now=keeping.now)
    return row


def send_back(session: Session, city: City, order: str | int, keeping: Keeping) -> SupervisionOrder:
    """Send a reply back with a reason (退回); a new clock of the same limit starts.

    Raises OrderMissing, SupervisorNeeded, FirstStaffRecused, WordsMissing, OrderMisplaced.
    """
    held, done = _by_supervisor(session, order, "send_back", keeping)
    if done:
        return held.order
    reason = require_words(keeping.reason, "退回的理由", "why it is sent back")
    held.order.rounds += 1
    _move(session, held, "send_back", keeping, round=held.order.rounds)
    start_order_clock(session, city, held, keeping)
    tell_sent_back(session, city, held.project, held.order, reason, now=keeping.now)
    return held.order


def accept(session: Session, city: City, order: str | int, keeping: Keeping) -> SupervisionOrder:
    """Accept a reply (认可); the order closes at once when its matter is done, else with it. Raises as `send_back`."""
    held, done = _by_supervisor(session, order, "accept", keeping)
    if done:
        return held.order
    _move(session, held, "accept", keeping)
    if _is_done(session, held.order):
        close_order(session, city, held, keeping.now)
    else:
        tell_closed(session, city, held.project, held.order, keeping.reason, now=keeping.now)
    return held.order


def close(session: Session, city: City, order: str | int, keeping: Keeping) -> SupervisionOrder:
    """Close an accepted order (销号) by hand. Raises as `send_back`."""
    held, done = _by_supervisor(session, order, "close", keeping)
    if not done:
        _move(session, held, "close", keeping)
        tell_closed(session, city, held.project, held.order, keeping.reason, now=keeping.now)
    return held.order


def withdraw(session: Session, city: City, order: str | int, keeping: Keeping) -> SupervisionOrder:
    """Take an order back with a reason (撤回). Raises as `send_back`, but whoever issued it may."""
    held, done = _by_supervisor(session, order, "withdraw", keeping)
    if not done:
        require_words(keeping.reason, "撤回的理由", "why it is withdrawn")
        end_order(session, city, held, "withdraw", keeping)
    return held.order


def end_order(session: Session, city: City, held: HeldOrder, trigger: str, keeping: Keeping, **after: object) -> None:
    """End an order before its course is run: withdrawn, superseded, overturned; its clock is not counted any more."""
    _move(session, held, trigger, keeping, **after)
    cancel_clock(session, held.project.id, ClockSubject.order, held.order.id, on=city.day(keeping.now))
    refresh_light(session, held.project)
    if trigger != "supersede":  # the sterner order is notice enough
        tell_closed(session, city, held.project, held.order, keeping.reason, now=keeping.now)


def close_order(session: Session, city: City, held: HeldOrder, now: datetime) -> None:
    """Close an accepted order whose matter is done, signed by the rule."""
    keeping = Keeping(system_actor("order_closed", held.pack.id), now, "flow", reason="督办事项已办结")
    _move(session, replace(held, capacity=OWN), "close", keeping)
    tell_closed(session, city, held.project, held.order, keeping.reason, now=now)


def close_finished(session: Session, city: City, project: Project, *, now: datetime) -> int:
    """Close the project's accepted orders whose matter is done by now; returns how many. The project's row is held."""
    accepted = (SupervisionOrder.project_id == project.id, SupervisionOrder.status == OrderStatus.accepted)
    done = [order for order in session.scalars(select(SupervisionOrder).where(*accepted)) if _is_done(session, order)]
    for order in done:
        close_order(session, city, HeldOrder(order, project, pack_of(project.pack_version)), now)
    return len(done)


def start_order_clock(session: Session, city: City, held: HeldOrder, keeping: Keeping) -> None:
    """Start the clock of the reply: the limit the pack gives orders of this colour."""
    row = held.order
    rule = rule_of(held.pack).order(OrderColour(row.colour).name)
    if rule is not None:
        matter = Matter(ClockSubject.order, row.id, row.unit_id, row.code)
        start_clock(session, city, held.project, held.pack, rule.limit, matter, on=city.day(keeping.now))
    refresh_light(session, held.project)


def note_order(session: Session, held: HeldOrder, action: str, keeping: Keeping, *, before: str, **after: Any) -> None:  # noqa: ANN401
    """Write an act into the order's own history, and that it happened into the project's."""
    actor, code = keeping.actor, held.order.code
    mine = Act(
        "order", code, action, actor.login, keeping.source, keeping.now, reason=keeping.reason,
        before={"status": before}, after={"status": held.order.status, **after},
        pack=held.pack.id, request_id=keeping.request_id, on_behalf_of=held.capacity.on_behalf_of,
    )  # fmt: skip
    record(session, mine)
    shown = {"order": code, "status": held.order.status}
    project = Act(
        "project", held.project.code, action, actor.login, keeping.source, keeping.now, reason=keeping.reason,
        after=shown, pack=held.pack.id, on_behalf_of=held.capacity.on_behalf_of,
    )  # fmt: skip
    record(session, project)


def _by_unit(session: Session, order: str | int, trigger: str, keeping: Keeping) -> tuple[HeldOrder, bool]:
    held = hold_order(session, order)
    held = replace(held, capacity=require_unit(keeping.actor, held.order.unit, held.order.code))
    return held, _is_repeated(session, held, trigger, keeping)


def _by_supervisor(session: Session, order: str | int, trigger: str, keeping: Keeping) -> tuple[HeldOrder, bool]:
    held = hold_order(session, order)
    capacities = require_supervisor(keeping.actor, held.order.issuer, held.order.code)
    if _is_repeated(session, held, trigger, keeping):
        return held, True
    looks = trigger in ("accept", "send_back")
    capacity = _other_eyes(session, held.order, keeping.actor, capacities) if looks else capacities[0]
    return replace(held, capacity=capacity), False


def _is_repeated(session: Session, held: HeldOrder, trigger: str, keeping: Keeping) -> bool:
    return done_before(session, keeping.request_id, "order", held.order.code, ACTIONS[trigger]) is not None


def _other_eyes(session: Session, order: SupervisionOrder, actor: Actor, capacities: Sequence[Capacity]) -> Capacity:
    """The first capacity in which nobody looks at their own reply, nor at one made for them or by who acts for them."""
    replied = took_part(session, "order", order.code, [ACTIONS["reply"]])
    free = [one for one in capacities if not one.logins(actor) & replied]
    if not free:
        why, why_en = "本人或被代理人反馈了此督办单", "replied to this order, or stands in for who did"
        raise FirstStaffRecused(actor=actor.name or actor.login, why=why, why_en=why_en)
    return free[0]


def _move(session: Session, held: HeldOrder, trigger: str, keeping: Keeping, **after: Any) -> None:  # noqa: ANN401
    row, before = held.order, held.order.status
    row.status = next_status(row.code, OrderStatus(before), trigger)
    if trigger in ("accept", "send_back"):
        row.decided_at, row.decided_by = keeping.now, keeping.actor.login
    if row.status in _ENDS:
        row.ended_at = keeping.now
    session.flush()
    note_order(session, held, ACTIONS[trigger], keeping, before=before, **after)


def _is_done(session: Session, order: SupervisionOrder) -> bool:
    clock = session.get(Clock, order.clock_id) if order.clock_id else None
    return clock is None or clock.status not in LIVE
