"""Projects (改造项目): where each one stands."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.community import Community
from models.organisation import Organisation
from models.pack_version import PackVersion


class Project(Base):
    """One project. Only services.project.advance changes `step`, `stage`, `resume_step` and `step_entered_at`.

    `light` is the worst light of its running clocks (states.clock.Light). `investment_fen` is money in fen.
    """

    __tablename__ = "project"
    __table_args__ = (
        Index("ix_project_board", "stage", "organisation_id", "light"),
        Index("ix_project_organisation_step", "organisation_id", "step"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"), index=True)
    pack_version_id: Mapped[int] = mapped_column(ForeignKey("pack_version.id"))
    plan_year: Mapped[int | None]
    investment_fen: Mapped[int | None] = mapped_column(BigInteger)
    investment_note: Mapped[str | None]
    step: Mapped[str] = mapped_column(String(60))
    stage: Mapped[str] = mapped_column(String(60))
    resume_step: Mapped[str | None] = mapped_column(String(60))
    step_entered_at: Mapped[datetime]
    light: Mapped[int] = mapped_column(default=1)
    enrolled_at: Mapped[datetime]
    version: Mapped[int] = mapped_column()

    organisation: Mapped[Organisation] = relationship()
    community: Mapped[Community] = relationship()
    pack_version: Mapped[PackVersion] = relationship()

    # SELECT … FOR UPDATE compiles to nothing on SQLite, so every write also checks the version
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
