"""The audit trail (留痕): what was done, by whom, why; each entry carries the hash of the one before."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class AuditEntry(Base):
    """One entry of one subject's chain. Written only by services.audit.record; triggers refuse UPDATE and DELETE.

    `source:subject:action` is the tag, such as `web:project:submit_application`. `occurred_at` is when it happened,
    `recorded_at` when it was written down. `hash` covers every other column but `id`.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("subject", "subject_id", "seq"),
        Index(
            "uq_audit_entry_request", "request_id", unique=True,
            sqlite_where=text("request_id IS NOT NULL"), postgresql_where=text("request_id IS NOT NULL"),
        ),
        Index("ix_audit_entry_recorded_at", "recorded_at"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[str] = mapped_column(String(80))
    seq: Mapped[int]
    source: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(80))
    actor: Mapped[str] = mapped_column(String(120))
    on_behalf_of: Mapped[str | None] = mapped_column(String(120))
    reason: Mapped[str | None] = mapped_column(Text)
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    pack: Mapped[str | None] = mapped_column(String(80))
    request_id: Mapped[str | None] = mapped_column(String(120))
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    algorithm: Mapped[str] = mapped_column(String(20))
    previous_hash: Mapped[str] = mapped_column(String(128))
    hash: Mapped[str] = mapped_column(String(128))
