"""Documents (材料): what is on file; the bytes lie beside the database under their hash."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Document(Base):
    """One version of one document of a project. `sha256` names the file in the store; `size` in bytes."""

    __tablename__ = "document"
    __table_args__ = (UniqueConstraint("project_id", "kind", "version"), Index("ix_document_sha256", "sha256"))

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    kind: Mapped[str] = mapped_column(String(60))
    version: Mapped[int]
    filename: Mapped[str]
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[str] = mapped_column(String(120))
    withdrawn_at: Mapped[datetime | None]
