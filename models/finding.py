"""Findings (事项): objections, defects and requests, from raised over rectified to closed after re-inspection."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Finding(Base):
    """One finding. `status` is one of states.finding.FindingStatus; `step` is where it was raised."""

    __tablename__ = "finding"
    __table_args__ = (Index("ix_finding_project_status", "project_id", "status", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    kind: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(20))
    step: Mapped[str] = mapped_column(String(60))
    raised_at: Mapped[datetime]
    raised_by: Mapped[str] = mapped_column(String(120))
    rectified_at: Mapped[datetime | None]
    rectified_by: Mapped[str | None] = mapped_column(String(120))
    answer: Mapped[str | None] = mapped_column(Text)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(120))
