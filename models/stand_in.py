"""Stand-ins (代理): who acts for whom on which days, why, named by whom, ended early by whom."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.person import Person


class StandIn(Base):
    """One appointment. Days are in the city's zone, both included; it holds on them unless `ended_at` is set.

    `scope` narrows what is lent: `roles` (names) and `organisations` (ids), each empty for all the absent person holds.
    """

    __tablename__ = "stand_in"
    __table_args__ = (
        Index("ix_stand_in_substitute", "substitute_id", "last_day"),
        Index("ix_stand_in_absent", "absent_id", "last_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    absent_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    substitute_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    scope: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(Text)
    named_at: Mapped[datetime]
    named_by: Mapped[str] = mapped_column(String(120))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(120))
    ended_reason: Mapped[str | None] = mapped_column(Text)

    absent: Mapped[Person] = relationship(foreign_keys=[absent_id])
    substitute: Mapped[Person] = relationship(foreign_keys=[substitute_id])
