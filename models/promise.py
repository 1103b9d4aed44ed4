"""Promises (容缺受理、告知承诺): papers that may follow or be replaced by a written word, with a clock of their own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Promise(Base):
    """One promise of one project under an entry `code` of its pack; at most one of each is open.

    `status` is a states.supplement.PromiseStatus, `document_id` the written promise, `promisor` who gave it (unit or
    person), `ended_by` who found it kept; a rule signs what was missed.
    """

    __tablename__ = "promise"
    __table_args__ = (
        Index("ix_promise_project", "project_id"),
        Index(
            "uq_promise_open", "project_id", "code", unique=True,
            sqlite_where=text("status = 'open'"), postgresql_where=text("status = 'open'"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    code: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    promisor: Mapped[str] = mapped_column(String(200))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(120))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(120))
    note: Mapped[str | None] = mapped_column(Text)
