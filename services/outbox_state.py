"""How the outbox stands (发件箱现状): events by status, open incidents, deliveries given up."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models.delivery import Delivery, InboxMessage
from models.outbox import OutboxEvent
from services.delivery import DeliveryStatus
from services.outbox import EventStatus, open_incidents


def outbox_state(session: Session) -> dict[str, Any]:
    """Counts of events by status, every open incident, every dead delivery."""
    by_status = select(OutboxEvent.status, func.count()).group_by(OutboxEvent.status)
    counted = dict(session.execute(by_status).tuples().all())
    return {
        "events": {status.value: counted.get(status, 0) for status in EventStatus},
        "incidents": [
            {
                "incident": row.id,
                "event": row.event_id,
                "title": row.title,
                "error": row.error,
                "opened_at": row.opened_at,
            }
            for row in open_incidents(session)
        ],
        "dead": _dead(session),
    }


def _dead(session: Session) -> list[dict[str, Any]]:
    options = joinedload(Delivery.message).joinedload(InboxMessage.person)
    query = select(Delivery).where(Delivery.status == DeliveryStatus.dead).options(options).order_by(Delivery.id)
    return [
        {
            "delivery": row.id,
            "channel": row.channel,
            "kind": row.message.kind,
            "person": row.message.person.name,
            "code": row.code,
            "detail": row.detail,
        }
        for row in session.scalars(query)
    ]
