"""Reviews (联审联批、审批): one row per round, one task per member. Parallel work is rows, not states."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.organisation import Organisation


class Review(Base):
    """One round of one review of one project. `status` is one of states.review.ReviewStatus.

    `mode` is one of states.review.ReviewMode; `rule` has what the pack said beside it when the round opened: `pass` as
    a fraction in text, `veto`, `lead` as a member, each only where it was said.
    """

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("project_id", "code", "round"),
        Index(
            "uq_review_open", "project_id", "code", unique=True,
            sqlite_where=text("status = 'open'"), postgresql_where=text("status = 'open'"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    code: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))
    round: Mapped[int]
    status: Mapped[str] = mapped_column(String(20))
    mode: Mapped[str] = mapped_column(String(20))
    rule: Mapped[dict[str, Any]]
    settle: Mapped[str] = mapped_column(String(30))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    tasks: Mapped[list[ReviewTask]] = relationship(order_by="ReviewTask.position", back_populates="review")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class ReviewTask(Base):
    """What one member is asked, and what it answered. `member` is its department code or seat in the pack.

    `weight` and `group` say how its answer counts, where the mode of the round knows them.
    """

    __tablename__ = "review_task"
    __table_args__ = (
        UniqueConstraint("review_id", "position"),
        Index("ix_review_task_organisation_status", "organisation_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    position: Mapped[int]
    member: Mapped[str] = mapped_column(String(60))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    matter: Mapped[str]
    limit: Mapped[str] = mapped_column("limit_code", String(60))
    weight: Mapped[int | None]
    group: Mapped[str | None] = mapped_column("group_code", String(60))
    status: Mapped[str] = mapped_column(String(20))
    opinion: Mapped[str | None] = mapped_column(String(20))
    reasons: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(String(120))

    review: Mapped[Review] = relationship(back_populates="tasks")
    organisation: Mapped[Organisation] = relationship()
