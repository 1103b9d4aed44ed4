"""Deliveries (送达): one message through one channel, in three short transactions around the sending itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session, joinedload

from models.delivery import Delivery, InboxMessage
from notifications.channel import DeliveryFailed, Receipt, Receiver
from notifications.message import Message, from_payload


class DeliveryStatus(StrEnum):
    """How a delivery stands; `sending` after a crash means nobody knows, and it is sent again under the same id."""

    waiting = "waiting"
    sending = "sending"
    sent = "sent"
    failed = "failed"
    dead = "dead"


@dataclass(frozen=True, slots=True)
class Letter:
    """What a channel needs to send one delivery; `message_id` stays the same when it is sent again."""

    delivery_id: int
    channel: str
    message_id: str
    message: Message
    receiver: Receiver


def begin(session: Session, delivery_id: int, *, now: datetime) -> Letter | None:
    """Mark a delivery as being sent and hand out its letter; None when it has been sent or given up already."""
    options = [joinedload(Delivery.message).joinedload(InboxMessage.person)]
    delivery = session.get_one(Delivery, delivery_id, options=options, with_for_update={"of": Delivery})
    if delivery.status in (DeliveryStatus.sent, DeliveryStatus.dead):
        return None
    delivery.status, delivery.attempts, delivery.changed_at = DeliveryStatus.sending, delivery.attempts + 1, now
    inbox, person = delivery.message, delivery.message.person
    return Letter(
        delivery.id,
        delivery.channel,
        f"{inbox.once}:{delivery.channel}",
        from_payload(inbox.kind, inbox.payload),
        Receiver(name=person.name, email=person.email, mobile=person.mobile),
    )


def finish(session: Session, delivery_id: int, receipt: Receipt, *, now: datetime) -> None:
    """Write down that the channel has taken the message."""
    delivery = session.get_one(Delivery, delivery_id)
    delivery.status, delivery.code, delivery.detail = DeliveryStatus.sent, receipt.code[:60], receipt.detail[:1000]
    delivery.changed_at = now


def break_off(session: Session, delivery_id: int, failure: DeliveryFailed, *, now: datetime) -> None:
    """Write down why the channel did not take the message; a failure that will not pass makes the delivery dead."""
    delivery = session.get_one(Delivery, delivery_id)
    delivery.status = DeliveryStatus.failed if failure.retryable else DeliveryStatus.dead
    delivery.code, delivery.detail = str(failure.data.get("provider_code", ""))[:60], failure.text("zh")[:1000]
    delivery.changed_at = now
