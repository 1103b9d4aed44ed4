"""Copies (抄送): who reads along with a round of review without being asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.person import Person


class ReviewCopy(Base):
    """One person who gets the messages of one round and may not answer by it."""

    __tablename__ = "review_copy"
    __table_args__ = (UniqueConstraint("review_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    copied_at: Mapped[datetime]
    copied_by: Mapped[str] = mapped_column(String(120))

    person: Mapped[Person] = relationship()
