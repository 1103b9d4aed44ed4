"""Deliveries (送达): one message through one channel, in short transactions around the sending itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zlib import crc32

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models.delivery import Delivery, InboxMessage
from models.outbox import OutboxEvent
from notifications.channel import DeliveryFailed, DeliveryPostponed, Receipt, Receiver
from notifications.message import Message, from_payload
from services.channel_rate import hold_channel
from services.city import City
from services.preference import preference_of
from states.exceptions import JiugaiError, Lang

SENDING = timedelta(minutes=3)
"""How long a letter may be under way: longer than any channel's time-outs. After that its sender is taken for dead."""
FIRST_WAITS = (2, 10, 60, 300, 900, 1800, 3600, 7200)
LONGEST_WAIT = 14_400
"""Seconds between the later tries of a letter: a mail server that is down for a night is asked every four hours."""
JITTER = 5
"""A wait is up to a fifth longer, differently for each letter, so that an outage does not end in a rush."""


class DeliveryStatus(StrEnum):
    """How a delivery stands; `sending` after a crash means nobody knows, and it is sent again under the same id."""

    waiting = "waiting"
    sending = "sending"
    sent = "sent"
    failed = "failed"
    dead = "dead"


OVER = (DeliveryStatus.sent, DeliveryStatus.dead)


@dataclass(frozen=True, slots=True)
class Letter:
    """What a channel needs to send one delivery; `message_id` stays the same when it is sent again.

    `lang` is the receiver's language, None for the installation's.
    """

    delivery_id: int
    channel: str
    message_id: str
    message: Message
    receiver: Receiver
    lang: Lang | None = None


def begin(
    session: Session, city: City, delivery_id: int, *, now: datetime, at_most: int | None = None
) -> Letter | None:
    """Mark a delivery as being sent and hand out its letter; None when it has been sent or given up already.

    Raises DeliveryPostponed, and nothing is marked, while another sender may still have it, in the receiver's quiet
    hours (unless it is urgent), and while `at_most` letters are under way through its channel in all processes.
    """
    options = [joinedload(Delivery.message).joinedload(InboxMessage.person)]
    delivery = session.get_one(Delivery, delivery_id, options=options, with_for_update={"of": Delivery})
    if delivery.status in OVER:
        return None
    inbox, person = delivery.message, delivery.message.person
    message, preference = from_payload(inbox.kind, inbox.payload), preference_of(session, person.id)
    _not_under_way(delivery, now)
    quiet = None if message.is_urgent else preference.quiet_hours(city).end(now, city.zone, city.calendar)
    if quiet is not None:
        raise _postponed(delivery, quiet - now, "收件人的免打扰时段")
    if at_most is not None:
        _has_room(session, delivery, at_most, now)
    delivery.status, delivery.attempts, delivery.changed_at = DeliveryStatus.sending, delivery.attempts + 1, now
    return Letter(
        delivery.id,
        delivery.channel,
        f"{inbox.once}:{delivery.channel}",
        message,
        Receiver(name=person.name, email=person.email, mobile=person.mobile),
        preference.lang,
    )


def _not_under_way(delivery: Delivery, now: datetime) -> None:
    ends = delivery.changed_at + SENDING
    if delivery.status == DeliveryStatus.sending and now < ends:
        raise _postponed(delivery, ends - now, "另一进程可能正在发送")


def _has_room(session: Session, delivery: Delivery, at_most: int, now: datetime) -> None:
    hold_channel(session, delivery.channel, now=now)
    under_way = select(func.count(Delivery.id)).where(
        Delivery.status == DeliveryStatus.sending,
        Delivery.channel == delivery.channel,
        Delivery.changed_at > now - SENDING,
    )
    if (session.scalar(under_way) or 0) >= at_most:
        spread = timedelta(seconds=2 + crc32(str(delivery.id).encode()) % JITTER)
        raise _postponed(delivery, spread, f"该渠道正在发送的已有 {at_most} 条")


def _postponed(delivery: Delivery, wait: timedelta, reason: str) -> DeliveryPostponed:
    seconds = max(1, -(-wait // timedelta(seconds=1)))
    return DeliveryPostponed(channel=delivery.channel, after_seconds=seconds, reason=reason)


def finish(session: Session, delivery_id: int, receipt: Receipt, *, now: datetime) -> None:
    """Write down that the channel has taken the message."""
    delivery = session.get_one(Delivery, delivery_id)
    delivery.status, delivery.code, delivery.detail = DeliveryStatus.sent, receipt.code[:60], receipt.detail[:1000]
    delivery.changed_at = now


def hold_back(session: Session, delivery_id: int, *, now: datetime) -> None:
    """Write down that the channel itself held the message back before sending: no attempt, it waits again."""
    delivery = session.get_one(Delivery, delivery_id)
    delivery.status, delivery.attempts, delivery.changed_at = DeliveryStatus.waiting, delivery.attempts - 1, now


def break_off(session: Session, delivery_id: int, problem: JiugaiError, *, now: datetime, over: bool) -> None:
    """Write down why the channel did not take the message; with `over` nobody tries again until it is resent."""
    delivery = session.get_one(Delivery, delivery_id)
    delivery.status = DeliveryStatus.dead if over else DeliveryStatus.failed
    code = problem.provider_code if isinstance(problem, DeliveryFailed) else problem.code
    delivery.code, delivery.detail, delivery.changed_at = code[:60], problem.text("zh")[:1000], now


def is_last_try(session: Session, event_id: int, waits: tuple[int, ...]) -> bool:
    """Whether a letter has been tried as often as `waits` allows, this time included."""
    return session.get_one(OutboxEvent, event_id).failures >= len(waits)


def waits(hours: int, key: str) -> tuple[int, ...]:
    """Seconds between the tries of one letter, over `hours` in all: short ones first, each up to a fifth longer."""
    found: list[int] = []
    left = hours * 3600
    while left > 0:
        wait = FIRST_WAITS[len(found)] if len(found) < len(FIRST_WAITS) else LONGEST_WAIT
        found.append(min(wait, left))
        left -= wait
    return tuple(wait + crc32(f"{key}:{number}".encode()) % (wait // JITTER + 1) for number, wait in enumerate(found))
