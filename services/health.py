"""Health (运行状况): how much work waits in the outbox, since when, and how many incidents nobody has closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.outbox import Incident, OutboxEvent
from services.outbox import EventStatus


@dataclass(frozen=True, slots=True)
class Health:
    """`backlog` events wait or are being handled; the oldest has been due for `oldest_seconds`; `incidents` are open.

    What waits for its time, such as the end of quiet hours, is not late.
    """

    backlog: int
    oldest_seconds: int
    incidents: int


def health(session: Session, *, now: datetime) -> Health:
    """How the reactions keep up: two statements, both on small indexes."""
    open_events = OutboxEvent.status.in_((EventStatus.waiting, EventStatus.claimed))
    columns = (func.count(), func.min(OutboxEvent.available_at))
    backlog, oldest = session.execute(select(*columns).where(open_events)).one()
    incidents = session.scalar(select(func.count()).select_from(Incident).where(Incident.closed_at.is_(None))) or 0
    waited = max(int((now - oldest).total_seconds()), 0) if oldest else 0
    return Health(backlog, waited, incidents)
