"""Owners' votes (业主表决): rolls of units that never change once used, rounds, and ballots with every correction."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base


class OwnerRoll(Base):
    """One version of a project's roll (业主名册). Once a poll has used it, a change makes the next version."""

    __tablename__ = "owner_roll"
    __table_args__ = (UniqueConstraint("project_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    version: Mapped[int]
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(120))


class Household(Base):
    """One unit of a roll (户): `area` of its exclusive part in 0.01 m², `owners` who hold it together.

    Units with the same `holder` (业主编号) belong to the same owner, who has one head. `name` and `phone` are personal
    data: services give them masked.
    """

    __tablename__ = "household"
    __table_args__ = (UniqueConstraint("roll_id", "building", "entrance", "room"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    roll_id: Mapped[int] = mapped_column(ForeignKey("owner_roll.id"))
    building: Mapped[str] = mapped_column(String(40))
    entrance: Mapped[str] = mapped_column(String(40))
    room: Mapped[str] = mapped_column(String(40))
    owners: Mapped[int]
    area: Mapped[int]
    holder: Mapped[str | None] = mapped_column(String(60))
    name: Mapped[str | None] = mapped_column(String(120))
    phone: Mapped[str | None] = mapped_column(String(40))


class Poll(Base):
    """One round of a vote at one place: the rule of its opening, the roll it counts, and what it is about.

    `status` is a states.vote.PollStatus. `building` and `entrance` are empty where everybody votes. `rule` has the
    thresholds as fractions in text; `about` the papers by version and hash and the facts as they were; `result` and
    `digest` (SHA-256 over roll and ballots) are written when the round is closed and never again.
    """

    __tablename__ = "poll"
    __table_args__ = (
        UniqueConstraint("project_id", "consent", "building", "entrance", "round"),
        Index(
            "uq_poll_open", "project_id", "consent", "building", "entrance", unique=True,
            sqlite_where=text("status = 'open'"), postgresql_where=text("status = 'open'"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    roll_id: Mapped[int] = mapped_column(ForeignKey("owner_roll.id"), index=True)
    consent: Mapped[str] = mapped_column(String(60))
    building: Mapped[str] = mapped_column(String(40))
    entrance: Mapped[str] = mapped_column(String(40))
    round: Mapped[int]
    status: Mapped[str] = mapped_column(String(20))
    rule: Mapped[dict[str, Any]]
    about: Mapped[dict[str, Any]]
    opened_at: Mapped[datetime]
    opened_by: Mapped[str] = mapped_column(String(120))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(120))
    result: Mapped[dict[str, Any] | None]
    digest: Mapped[str | None] = mapped_column(String(64))

    roll: Mapped[OwnerRoll] = relationship()


class Ballot(Base):
    """What one unit said in one round. A correction is a new row; `superseded_at` marks the one it replaces.

    `choice` is a states.vote.Choice, `way` a states.vote.Collecting, `cast_on` a day in the city's zone.
    """

    __tablename__ = "ballot"
    __table_args__ = (
        Index(
            "uq_ballot_current", "poll_id", "household_id", unique=True,
            sqlite_where=text("superseded_at IS NULL"), postgresql_where=text("superseded_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"))
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"))
    choice: Mapped[str] = mapped_column(String(20))
    way: Mapped[str] = mapped_column(String(20))
    collected_by: Mapped[str] = mapped_column(String(120))
    cast_on: Mapped[date]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    reason: Mapped[str | None] = mapped_column(Text)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(120))
    superseded_at: Mapped[datetime | None]
