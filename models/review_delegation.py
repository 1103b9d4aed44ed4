"""Delegations (委派): somebody prepares the opinion of a task, and it comes back to whoever delegated it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class ReviewDelegation(Base):
    """One delegation of one task. `delegator` and `delegate` are logins, `words` what was asked of the delegate.

    `status` is a states.review_task.DelegationStatus; `opinion`, `reasons` and `conditions` (text and who owes
    each) are what the delegate proposed: only what the delegator confirms or writes instead becomes the opinion of the
    task.
    """

    __tablename__ = "review_delegation"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("review_task.id"), index=True)
    delegator: Mapped[str] = mapped_column(String(80))
    delegate: Mapped[str] = mapped_column(String(80))
    words: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(20))
    opinion: Mapped[str | None] = mapped_column(String(20))
    reasons: Mapped[str | None] = mapped_column(Text)
    conditions: Mapped[list[Any]] = mapped_column(JSON, default=list)
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
