"""Messages (消息) in people's inboxes, and their deliveries through the channels."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.person import Person

_DAILY = text("topic IS NOT NULL")


class InboxMessage(Base):
    """One message to one person. `once` is what makes a repeated reaction harmless: one message per key.

    `topic` (the kind and its object) is told a person once a day, whatever event tells it; `topic_on` is that day.
    """

    __tablename__ = "inbox_message"
    __table_args__ = (
        Index("ix_inbox_message_person", "person_id", "read_at"),
        Index(
            "uq_inbox_message_daily", "person_id", "topic", "topic_on",
            unique=True, sqlite_where=_DAILY, postgresql_where=_DAILY,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]]
    once: Mapped[str] = mapped_column("once_key", String(200), unique=True)
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    topic: Mapped[str | None]
    topic_on: Mapped[date | None]

    person: Mapped[Person] = relationship()


class Delivery(Base):
    """One message through one channel. `status` is one of services.delivery.DeliveryStatus."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("message_id", "channel"),
        Index("ix_delivery_status", "status", "channel", "changed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("inbox_message.id"))
    channel: Mapped[str] = mapped_column(String(30))
    status: Mapped[str] = mapped_column(String(20))
    attempts: Mapped[int] = mapped_column(default=0)
    code: Mapped[str | None] = mapped_column(String(60))
    detail: Mapped[str | None] = mapped_column(String(1000))
    changed_at: Mapped[datetime]

    message: Mapped[InboxMessage] = relationship()


class SuppressedNotice(Base):
    """A notice a person was not sent, with its whole content and why: kept, shown, and listed in the next digest.

    `message_id` is the message that said the same the same day, where there is one. `once` is the key it came under.
    """

    __tablename__ = "suppressed_notice"
    __table_args__ = (Index("ix_suppressed_notice_person", "person_id", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("inbox_message.id"))
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]]
    once: Mapped[str] = mapped_column("once_key", String(200), unique=True)
    reason: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]

    person: Mapped[Person] = relationship()


class ChannelRate(Base):
    """What one bot was sent lately, shared by every process that sends through it; the row is the lock.

    `bot` is the channel and a digest of its key, never the key itself. `state` has the instants in epoch seconds.
    """

    __tablename__ = "channel_rate"

    bot: Mapped[str] = mapped_column(String(80), primary_key=True)
    state: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]


class DigestRun(Base):
    """One day's digest (每日提要): begun when the row is there, over when `finished_at` is; `told` counts people."""

    __tablename__ = "digest_run"

    day: Mapped[date] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    told: Mapped[int] = mapped_column(default=0)
