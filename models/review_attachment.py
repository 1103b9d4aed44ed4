"""Attachments of opinions (意见附件): files in the document store that belong to a task, not to the project."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class ReviewAttachment(Base):
    """One file put to one task. `sha256` names it in the store, where equal bytes lie once; `size` in bytes."""

    __tablename__ = "review_attachment"
    __table_args__ = (Index("ix_review_attachment_sha256", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("review_task.id"), index=True)
    filename: Mapped[str]
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[str] = mapped_column(String(120))
