"""Conditions (同意但附条件): what an approval was made to depend on, who owes it, and whether it has been met."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class ReviewCondition(Base):
    """One condition of one opinion. `status` is a states.review_task.ConditionStatus.

    `owed_by` is a seat (`coordinator@district`) or a name in free words. `project_id` and `review_code` are those of
    the task's round, kept here because requirements ask for them. The applicant reports it met with a document, the
    department that set it confirms, sends back or waives.
    """

    __tablename__ = "review_condition"
    __table_args__ = (Index("ix_review_condition_project_id_review_code", "project_id", "review_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("review_task.id"), index=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    review_code: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    owed_by: Mapped[str] = mapped_column(String(120))
    status: Mapped[str] = mapped_column(String(20))
    set_at: Mapped[datetime]
    set_by: Mapped[str] = mapped_column(String(120))
    reported_at: Mapped[datetime | None]
    reported_by: Mapped[str | None] = mapped_column(String(120))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(120))
    closing_reason: Mapped[str | None] = mapped_column(Text)
