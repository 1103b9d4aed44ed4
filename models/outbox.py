"""The outbox (待办事件): what a committed change sets in motion, its acknowledgement, and incidents."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base

_WAITING, _CLAIMED = text("status = 'waiting'"), text("status = 'claimed'")


class OutboxEvent(Base):
    """One event, written in the transaction that caused it. `status` is one of services.outbox.EventStatus.

    `attempt` counts claims (a claim whose relay died counts too), `failures` only what went wrong with the event.

    `title` is what the flow run is named after: 联审联批 · 惠德花园 · 第2轮. `lane` keeps apart what must not wait for
    each other: "reaction", or the channel a delivery goes through.
    """

    __tablename__ = "outbox_event"
    __table_args__ = (
        Index("ix_outbox_event_waiting", "available_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_outbox_event_claimed", "claimed_until", sqlite_where=_CLAIMED, postgresql_where=_CLAIMED),
        Index("ix_outbox_event_project", "project_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"))
    lane: Mapped[str] = mapped_column(String(30), default="reaction", server_default="reaction")
    title: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(20))
    attempt: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    available_at: Mapped[datetime]
    claimed_by: Mapped[str | None] = mapped_column(String(80))
    claimed_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


class Acknowledgement(Base):
    """That an event's effect is in the database: written in the same transaction as the effect, once per event."""

    __tablename__ = "acknowledgement"

    event_id: Mapped[int] = mapped_column(ForeignKey("outbox_event.id"), primary_key=True)
    handled_at: Mapped[datetime]
    flow_run: Mapped[str | None] = mapped_column(String(80))
    result: Mapped[str]


class Incident(Base):
    """An event that kept failing: parked, visible to operators, until somebody has it tried again."""

    __tablename__ = "incident"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("outbox_event.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"))
    title: Mapped[str]
    error: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(120))
