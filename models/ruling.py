"""Rulings (牵头裁定): what the lead did about a dissent; the opinion itself stays as it was given."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Ruling(Base):
    """One act of the lead in one round. `kind` is a states.ruling.RulingKind, `task_id` the dissent it is about.

    A meeting (协调会) has the day it was held, who came, its minutes and a states.ruling.MeetingOutcome; `meeting_id`
    says on which meeting an overruling rests. `opinion` keeps what was given at that moment.
    """

    __tablename__ = "ruling"
    __table_args__ = (
        Index("ix_ruling_review", "review_id"),
        Index(
            "uq_ruling_overruled", "task_id", unique=True,
            sqlite_where=text("kind = 'overruled' AND revoked_at IS NULL"),
            postgresql_where=text("kind = 'overruled' AND revoked_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    task_id: Mapped[int | None] = mapped_column(ForeignKey("review_task.id"))
    kind: Mapped[str] = mapped_column(String(20))
    opinion: Mapped[str | None] = mapped_column(String(20))
    reasons: Mapped[str] = mapped_column(Text)
    held_on: Mapped[date | None]
    attendees: Mapped[str | None] = mapped_column(Text)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    outcome: Mapped[str | None] = mapped_column(String(20))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("ruling.id"))
    ruled_at: Mapped[datetime]
    ruled_by: Mapped[str] = mapped_column(String(120))
    revoked_at: Mapped[datetime | None]
    """Set when the opinion it was about is given anew: the overruling was about the old one."""
