"""Organisations (组织机构): the tree city > district > street > community, with departments beside it."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Organisation(Base):
    """One organisation. `path` is `/1/4/9/`: its own id and those above it, so that a subtree is a prefix.

    `function` is the department code of the pack (planning, finance …) where the organisation is a department.
    """

    __tablename__ = "organisation"
    __table_args__ = (
        Index("ix_organisation_path", "path"),
        Index("ix_organisation_parent_function", "parent_id", "function"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str]
    level: Mapped[str] = mapped_column(String(20))
    function: Mapped[str | None] = mapped_column(String(60))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    path: Mapped[str] = mapped_column(String(200), default="")
