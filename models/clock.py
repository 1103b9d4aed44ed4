"""Clocks (期限): a budget, its ledger, the day it falls due with its derivation, and the rungs already fired."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from states.clock import ClockKind


class Clock(Base):
    """One clock. Days are in the city's zone; `length` counts `unit`s (policy.calendar.TimeUnit).

    `due_on` is the last day in time, `warn_on` the first yellow one, `next_check_on` the next day on which its light
    or a rung changes (None when nothing more can). `remaining` holds the days left while it is suspended. `kind` is a
    states.clock.ClockKind; a clock that is not counted hangs on the day `anchor_on`. The day it is due follows from
    these columns, its ledger and the calendar alone (services.clock_projection).
    """

    __tablename__ = "clock"
    __table_args__ = (
        Index(
            "ix_clock_due",
            "next_check_on",
            sqlite_where=text("status = 'running'"),
            postgresql_where=text("status = 'running'"),
        ),
        Index("ix_clock_project_status", "project_id", "status"),
        Index("ix_clock_subject", "subject", "subject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    subject: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int | None]
    limit: Mapped[str] = mapped_column("limit_code", String(60))
    label: Mapped[str]
    kind: Mapped[str] = mapped_column(String(20), default=ClockKind.counted)
    unit: Mapped[str] = mapped_column(String(20))
    length: Mapped[int]
    anchor_on: Mapped[date | None]
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    started_on: Mapped[date]
    warn_on: Mapped[date | None]
    due_on: Mapped[date]
    provisional: Mapped[bool] = mapped_column(default=False)
    derivation: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(20))
    light: Mapped[int]
    next_check_on: Mapped[date | None]
    remaining: Mapped[int | None]
    ended_on: Mapped[date | None]


class ClockEntry(Base):
    """One entry of a clock's ledger (states.clock.EntryKind): when, why, by whom, approved by whom, on which document.

    `days` are those left at a suspension or a resume, those granted by an extension (in the clock's unit), those an
    exclusion holds. `first_day` and `last_day` are the days excluded, both included. `due_on` is the last day as it
    was after the entry (None while suspended). `cause` tells suspensions apart that overlap.
    """

    __tablename__ = "clock_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("clock.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    on: Mapped[date] = mapped_column("entered_on")
    days: Mapped[int | None]
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    cause: Mapped[str | None] = mapped_column(String(60))
    due_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(120))
    approved_by: Mapped[str | None] = mapped_column(String(120))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    recorded_at: Mapped[datetime]


class ClockRung(Base):
    """A rung a clock has reached. The row is the claim: its uniqueness is what fires a rung exactly once.

    An extension or an exclusion that puts the rung's day ahead again gives the claim back.
    """

    __tablename__ = "clock_rung"
    __table_args__ = (UniqueConstraint("clock_id", "rung"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("clock.id"))
    rung: Mapped[int]
    fired_at: Mapped[datetime]
    skipped: Mapped[bool] = mapped_column(default=False)
    """True when a later rung was due at the same sweep, so that nobody was told for this one."""
