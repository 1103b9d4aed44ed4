"""Communities (小区): enrolled once in the register, whatever is later done to them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class Community(Base):
    """One community. Missing numbers stay missing; floor area in square metres."""

    __tablename__ = "community"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str]
    street: Mapped[str | None]
    buildings: Mapped[int | None]
    households: Mapped[int | None]
    floor_area_m2: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    built_year: Mapped[str | None] = mapped_column(String(40))
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict)
    source: Mapped[str | None] = mapped_column(String(2000))
    note: Mapped[str | None] = mapped_column(String(4000))
    enrolled_at: Mapped[datetime]
