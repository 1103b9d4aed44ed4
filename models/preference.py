"""Preferences (通知偏好): how a person wants to be told, and what through which channels."""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class NoticeProfile(Base):
    """One person's own way of being told; what is None follows the city.

    `quiet_from` and `quiet_until` are times of day in the city's zone. `digest` is whether the daily digest leaves
    through the channels; it is in the inbox either way.
    """

    __tablename__ = "notice_profile"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    lang: Mapped[str | None] = mapped_column(String(5))
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]
    quiet_rest_days: Mapped[bool | None]
    digest: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]


class NoticeChoice(Base):
    """How one person is told of one kind of message; `kind` is `*` for every kind without a choice of its own.

    `way` is one of services.preference.Way; `channels` are names, an empty list stands for every channel of the city.
    """

    __tablename__ = "notice_choice"
    __table_args__ = (UniqueConstraint("person_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(40))
    way: Mapped[str] = mapped_column(String(20))
    channels: Mapped[list[str]] = mapped_column(JSON)
    changed_at: Mapped[datetime]
