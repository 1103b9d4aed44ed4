"""Supplements (补正): the one consolidated list of a round, each item ticked with the paper that answers it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base


class Supplement(Base):
    """The list of one round: there is at most one (行政许可法 32). `status` is a states.supplement.SupplementStatus.

    `ended_at` and `ended_by` say when it was handed in, missed or fell away, and by whom; a rule signs what was missed.
    """

    __tablename__ = "supplement"
    __table_args__ = (UniqueConstraint("review_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    status: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(Text)
    issued_at: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(String(120))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(120))

    items: Mapped[list[SupplementItem]] = relationship(
        order_by="SupplementItem.position", back_populates="supplement", lazy="selectin"
    )


class SupplementItem(Base):
    """One thing that is missing: in whose words (`task_id`, None for the lead's own), which kind of document is wanted.

    `document_id` is the paper it was ticked with, None where no paper was wanted; `note` is what the applicant said.
    """

    __tablename__ = "supplement_item"
    __table_args__ = (UniqueConstraint("supplement_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    supplement_id: Mapped[int] = mapped_column(ForeignKey("supplement.id"))
    position: Mapped[int]
    task_id: Mapped[int | None] = mapped_column(ForeignKey("review_task.id"))
    says: Mapped[str] = mapped_column(Text)
    document: Mapped[str | None] = mapped_column("document_kind", String(60))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    note: Mapped[str | None] = mapped_column(Text)
    ticked_at: Mapped[datetime | None]
    ticked_by: Mapped[str | None] = mapped_column(String(120))

    supplement: Mapped[Supplement] = relationship(back_populates="items")
