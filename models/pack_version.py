"""Pack versions (政策版本): the frozen copy of each activated pack: a project keeps the rules it began under."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class PackVersion(Base):
    """One activated version: the whole document, its digest, who activated it."""

    __tablename__ = "pack_version"
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(20))
    digest: Mapped[str] = mapped_column(String(64))
    document: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    activated_at: Mapped[datetime]
    activated_by: Mapped[str] = mapped_column(String(120))
    current: Mapped[bool] = mapped_column(default=False)
    """New projects of this name start under the current version."""
