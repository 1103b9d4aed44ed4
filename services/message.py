"""Messages (消息): put into inboxes once per person and cause, and queued for the channels."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.delivery import Delivery, InboxMessage
from models.person import Person
from notifications.message import Message, to_payload
from services.city import City
from services.delivery import DeliveryStatus
from services.outbox import enqueue_all, row_of


def post(
    session: Session,
    city: City,
    message: Message,
    people: Iterable[Person],
    *,
    once: str,
    now: datetime,
    project_id: int | None = None,
) -> int:
    """Put `message` into the inbox of each of `people` and queue it for the city's channels; returns how many are new.

    `once` names the cause, such as `event:42`: one cause reaches a person once, however often it is handled.
    """
    receivers = {person.id: person for person in people}
    keys = {f"{once}:{person_id}": person for person_id, person in receivers.items()}
    known = set(session.scalars(select(InboxMessage.once).where(InboxMessage.once.in_(keys))))
    payload = to_payload(message)
    rows = [
        InboxMessage(
            person_id=person.id, project_id=project_id, kind=message.kind, payload=payload, once=key, created_at=now
        )
        for key, person in keys.items()
        if key not in known
    ]
    session.add_all(rows)
    session.flush()
    _queue(session, city, message, rows, receivers, now)
    return len(rows)


def _queue(
    session: Session,
    city: City,
    message: Message,
    rows: list[InboxMessage],
    receivers: dict[int, Person],
    now: datetime,
) -> None:
    if not rows or not city.channels:
        return
    deliveries = [
        Delivery(message_id=row.id, channel=channel, status=DeliveryStatus.waiting, attempts=0, changed_at=now)
        for row in rows
        for channel in city.channels
    ]
    session.add_all(deliveries)
    session.flush()
    names = {row.id: receivers[row.person_id].name for row in rows}
    enqueue_all(
        session,
        [
            row_of(
                "delivery_requested",
                f"{message.label} → {names[d.message_id]} · {d.channel}",
                {"delivery": d.id},
                now,
                None,
            )
            for d in deliveries
        ],
    )
