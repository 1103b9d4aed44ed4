"""Public postings (公示): which papers hung where from which day, and the objections raised against them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.clock import Clock
from models.finding import Finding


class Posting(Base):
    """One posting. `status` is one of states.posting.PostingStatus; `papers` has version and hash by document.

    Its period is the clock `clock_id`. `from_on` (city's zone) is not counted.
    """

    __tablename__ = "posting"
    __table_args__ = (UniqueConstraint("project_id", "code", "round"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    code: Mapped[str] = mapped_column(String(60))
    round: Mapped[int]
    status: Mapped[str] = mapped_column(String(20))
    place: Mapped[str]
    from_on: Mapped[date]
    papers: Mapped[dict[str, Any]]
    clock_id: Mapped[int] = mapped_column(ForeignKey("clock.id"))
    opened_at: Mapped[datetime]
    opened_by: Mapped[str] = mapped_column(String(120))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(120))
    reason: Mapped[str | None] = mapped_column(Text)

    clock: Mapped[Clock] = relationship()


class Objection(Base):
    """One objection to a posting, beside its finding. `objector` None is anonymous; a name is given masked.

    `upheld` is None while nobody has decided.
    """

    __tablename__ = "objection"

    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"), index=True)
    objector: Mapped[str | None] = mapped_column(String(120))
    phone: Mapped[str | None] = mapped_column(String(40))
    upheld: Mapped[bool | None]

    finding: Mapped[Finding] = relationship()
    posting: Mapped[Posting] = relationship()
