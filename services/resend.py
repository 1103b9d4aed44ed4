"""Resending (重发): letters given up are queued again, by their receiver or a system administrator."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from models.delivery import Delivery, InboxMessage
from notifications.message import MESSAGES
from services.audit import Act, done_before, record
from services.chunk import chunks
from services.delivery import DeliveryStatus
from services.identity import Actor
from services.keeping import Keeping
from services.outbox import enqueue_all, row_of
from states.exceptions import JiugaiError, Kind
from states.role import Role


class DeliveryMissing(JiugaiError):
    """No delivery of that number."""

    code = "delivery_missing"
    kind = Kind.missing
    zh = "没有编号为 {delivery} 的发件记录。请用 jiugai notify outbox 核对。"
    en = "There is no delivery {delivery}. See `jiugai notify outbox`."


class DeliveryNotDead(JiugaiError):
    """A letter that is still on its way, or has arrived."""

    code = "delivery_not_dead"
    kind = Kind.conflict
    zh = "发件 {delivery} 不在失败记录里（{status}），无须重发：未送达的会自动重试，已送达的不重复发送。"
    en = "Delivery {delivery} was not given up ({status}): what waits is tried again by itself, what arrived is done."


class ResendForbidden(JiugaiError):
    """Neither the receiver nor a system administrator."""

    code = "resend_forbidden"
    kind = Kind.forbidden
    zh = "{actor} 无权重发。自己的通知可由本人重发，其他的请找系统管理员。"
    en = "{actor} may not resend this: a receiver resends their own letters, a system administrator any."


def resend(session: Session, delivery_id: int, keeping: Keeping) -> None:
    """Queue one letter again that was given up, under the same message id; it may be tried as often as a new one.

    Harmless under a repeated request id. Raises DeliveryMissing, ResendForbidden, DeliveryNotDead.
    """
    delivery = session.scalar(_dead_or_not().where(Delivery.id == delivery_id).with_for_update(of=Delivery))
    if delivery is None:
        raise DeliveryMissing(delivery=delivery_id)
    if delivery.message.person.login != keeping.actor.login:
        _require_admin(keeping.actor)
    if done_before(session, keeping.request_id, "delivery", str(delivery_id), "resent") is not None:
        return
    if delivery.status != DeliveryStatus.dead:
        raise DeliveryNotDead(delivery=delivery_id, status=delivery.status)
    _queue(session, [delivery], keeping)
    after = {"channel": delivery.channel, "person": delivery.message.person.login, "kind": delivery.message.kind}
    record(session, _act("delivery", str(delivery_id), "resent", keeping, after))


def resend_all(session: Session, keeping: Keeping, *, channel: str | None = None) -> int:
    """Queue every letter again that was given up (through one channel where given); returns how many.

    One entry of the history for all of them. Raises ResendForbidden for who is no system administrator.
    """
    _require_admin(keeping.actor)
    subject = channel or "*"
    if done_before(session, keeping.request_id, "channel", subject, "deliveries_resent") is not None:
        return 0
    query = select(Delivery.id).where(Delivery.status == DeliveryStatus.dead)
    ids = session.scalars((query.where(Delivery.channel == channel) if channel else query).order_by(Delivery.id)).all()
    for some in chunks(ids):
        locked = _dead_or_not().where(Delivery.id.in_(some), Delivery.status == DeliveryStatus.dead)
        _queue(session, list(session.scalars(locked.order_by(Delivery.id).with_for_update(of=Delivery))), keeping)
    if ids:
        after: dict[str, Any] = {"count": len(ids), "first": ids[0], "last": ids[-1]}
        record(session, _act("channel", subject, "deliveries_resent", keeping, after))
    return len(ids)


def _dead_or_not() -> Select[tuple[Delivery]]:
    return select(Delivery).options(joinedload(Delivery.message).joinedload(InboxMessage.person))


def _queue(session: Session, deliveries: list[Delivery], keeping: Keeping) -> None:
    events = []
    for delivery in deliveries:
        delivery.status, delivery.changed_at = DeliveryStatus.waiting, keeping.now
        inbox = delivery.message
        label = MESSAGES[inbox.kind].label if inbox.kind in MESSAGES else inbox.kind
        title = f"重发 {label} → {inbox.person.name} · {delivery.channel}"
        payload = {"delivery": delivery.id}
        events.append(row_of("delivery_requested", title, payload, keeping.now, None, lane=delivery.channel))
    session.flush()
    enqueue_all(session, events)


def _act(subject: str, number: str, action: str, keeping: Keeping, after: dict[str, Any]) -> Act:
    return Act(
        subject, number, action, keeping.actor.login, keeping.source, keeping.now,
        reason=keeping.reason, after=after, request_id=keeping.request_id,
    )  # fmt: skip


def _require_admin(actor: Actor) -> None:
    if not any(grant.role is Role.system_admin for grant in actor.grants):
        raise ResendForbidden(actor=actor.name or actor.login)
