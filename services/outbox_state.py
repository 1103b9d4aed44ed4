"""How the outbox stands (发件箱现状): events, the queue of each channel, incidents, what was given up or held back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models.delivery import Delivery, InboxMessage, SuppressedNotice
from models.outbox import OutboxEvent
from notifications.message import MESSAGES
from services.delivery import OVER, DeliveryStatus
from services.outbox import EventStatus, open_incidents

SHOWN = 100
"""So many dead deliveries and suppressed notices are listed, the newest; the others are counted."""


def outbox_state(session: Session) -> dict[str, Any]:
    """Counts of events by status, the queue of each channel, every open incident, dead deliveries, suppressed notices.

    `dead_count` and `suppressed_count` count them all; the lists have the newest 100.
    """
    by_status = select(OutboxEvent.status, func.count()).group_by(OutboxEvent.status)
    counted = dict(session.execute(by_status).tuples().all())
    queue = _queue(session)
    return {
        "events": {status.value: counted.get(status, 0) for status in EventStatus},
        "queue": queue,
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
        "dead_count": sum(line["dead"] for line in queue),
        "suppressed": _suppressed(session),
        "suppressed_count": session.scalar(select(func.count(SuppressedNotice.id))) or 0,
    }


def _queue(session: Session) -> list[dict[str, Any]]:
    """One line for each channel: deliveries by status, since when the oldest open one waits, when the next is due."""
    counts: dict[str, dict[str, int]] = {}
    grouped = select(Delivery.channel, Delivery.status, func.count()).group_by(Delivery.status, Delivery.channel)
    for channel, status, count in session.execute(grouped):
        counts.setdefault(channel, {})[status] = count
    oldest, due = _oldest(session), _next_due(session)
    return [
        {
            "channel": channel,
            **{status.value: found.get(status, 0) for status in DeliveryStatus},
            "oldest": oldest.get(channel),
            "next_due": due.get(channel),
        }
        for channel, found in sorted(counts.items())
    ]


def _oldest(session: Session) -> dict[str, datetime]:
    query = select(Delivery.channel, func.min(InboxMessage.created_at)).join(Delivery.message)
    still_open = [status for status in DeliveryStatus if status not in OVER]
    return dict(session.execute(query.where(Delivery.status.in_(still_open)).group_by(Delivery.channel)).tuples().all())


def _next_due(session: Session) -> dict[str, datetime]:
    query = select(OutboxEvent.lane, func.min(OutboxEvent.available_at)).group_by(OutboxEvent.lane)
    waiting = (OutboxEvent.kind == "delivery_requested", OutboxEvent.status == EventStatus.waiting)
    return dict(session.execute(query.where(*waiting)).tuples().all())


def _dead(session: Session) -> list[dict[str, Any]]:
    options = joinedload(Delivery.message).joinedload(InboxMessage.person)
    query = select(Delivery).where(Delivery.status == DeliveryStatus.dead).options(options)
    return [
        {
            "delivery": row.id,
            "channel": row.channel,
            "kind": row.message.kind,
            "person": row.message.person.name,
            "code": row.code,
            "detail": row.detail,
        }
        for row in session.scalars(query.order_by(Delivery.id.desc()).limit(SHOWN))
    ][::-1]


def _suppressed(session: Session) -> list[dict[str, Any]]:
    query = select(SuppressedNotice).options(joinedload(SuppressedNotice.person))
    return [
        {
            "notice": row.id,
            "kind": row.kind,
            "label": MESSAGES[row.kind].label if row.kind in MESSAGES else row.kind,
            "person": row.person.name,
            "about": row.payload.get("project_name", ""),
            "reason": row.reason,
            "repeats": row.message_id,
            "created_at": row.created_at,
        }
        for row in session.scalars(query.order_by(SuppressedNotice.id.desc()).limit(SHOWN))
    ][::-1]
