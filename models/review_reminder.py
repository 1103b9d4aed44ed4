"""Reminders (催办): who was reminded of a task, by whom, when; at most one for a task and working day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class ReviewReminder(Base):
    """One reminder. `counted_on` is the working day it counts for (city's zone): its uniqueness is the throttle.

    `told` are the logins of those who got it.
    """

    __tablename__ = "review_reminder"
    __table_args__ = (UniqueConstraint("task_id", "counted_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("review_task.id"))
    counted_on: Mapped[date]
    reminded_at: Mapped[datetime]
    reminded_by: Mapped[str] = mapped_column(String(120))
    words: Mapped[str | None] = mapped_column(Text)
    told: Mapped[list[Any]] = mapped_column(JSON)
