"""Messages (消息) in people's inboxes, and their deliveries through the channels."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.person import Person


class InboxMessage(Base):
    """One message to one person. `once` is what makes a repeated reaction harmless: one message per key."""

    __tablename__ = "inbox_message"
    __table_args__ = (Index("ix_inbox_message_person", "person_id", "read_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]]
    once: Mapped[str] = mapped_column("once_key", String(200), unique=True)
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()


class Delivery(Base):
    """One message through one channel. `status` is one of services.delivery.DeliveryStatus."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("message_id", "channel"), Index("ix_delivery_status", "status"))

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("inbox_message.id"))
    channel: Mapped[str] = mapped_column(String(30))
    status: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int] = mapped_column(default=0)
    code: Mapped[str | None] = mapped_column(String(60))
    detail: Mapped[str | None] = mapped_column(String(1000))
    changed_at: Mapped[datetime]

    message: Mapped[InboxMessage] = relationship()
