"""Supervision (督查): notices of rungs to people, supervision orders, circulars, and contests."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.organisation import Organisation


class Alert(Base):
    """One notice of one rung (预警通知) to one person. `rung` is its place in the clock's ladder, `skipped` the places
    an outage left untold.

    `message_id` is the inbox message it came in. A notice beyond the pack's budget has none of its own: it is `merged`,
    and listed in the one whose id it has as soon as there is one. `told_on` is the city's day. Whether it is still open
    follows from its clock (services.alert_list).
    """

    __tablename__ = "alert"
    __table_args__ = (
        UniqueConstraint("event_id", "person_id"),
        Index("ix_alert_budget", "person_id", "project_id", "told_on"),
        Index("ix_alert_clock", "clock_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int]
    clock_id: Mapped[int] = mapped_column(ForeignKey("clock.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    rung: Mapped[int]
    skipped: Mapped[dict[str, Any]]
    merged: Mapped[bool] = mapped_column(default=False)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("inbox_message.id"))
    told_on: Mapped[date]
    told_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    snoozed_until: Mapped[date | None]
    snooze_reason: Mapped[str | None] = mapped_column(Text)


class SupervisionOrder(Base):
    """One supervision order (督办单). `status` is a states.order.OrderStatus, `colour` a states.order.OrderColour.

    `number` runs from 1 in each `year` of each issuer, without gaps; `code` is how it is written. `clock_id` is the
    overdue matter (None where a supervisor issued it without one), `rung` the place in its ladder that issued it.
    `unit` owes the reply. `papers` are the documents of the newest reply; `rounds` counts how often one was sent back.
    """

    __tablename__ = "supervision_order"
    __table_args__ = (
        UniqueConstraint("issuer_id", "year", "number"),
        Index("ix_supervision_order_status", "status", "unit_id"),
        Index("ix_supervision_order_project", "project_id"),
        Index("ix_supervision_order_clock", "clock_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    issuer_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    year: Mapped[int]
    number: Mapped[int]
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    clock_id: Mapped[int | None] = mapped_column(ForeignKey("clock.id"))
    rung: Mapped[int | None]
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    colour: Mapped[int]
    status: Mapped[str] = mapped_column(String(20))
    matter: Mapped[str] = mapped_column(Text)
    demand: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    issued_at: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(String(120))
    received_at: Mapped[datetime | None]
    received_by: Mapped[str | None] = mapped_column(String(120))
    measures: Mapped[str | None] = mapped_column(Text)
    reply: Mapped[str | None] = mapped_column(Text)
    papers: Mapped[dict[str, Any]]
    replied_at: Mapped[datetime | None]
    replied_by: Mapped[str | None] = mapped_column(String(120))
    rounds: Mapped[int] = mapped_column(default=0)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(120))
    ended_at: Mapped[datetime | None]

    issuer: Mapped[Organisation] = relationship(foreign_keys=[issuer_id])
    unit: Mapped[Organisation] = relationship(foreign_keys=[unit_id])


class Circular(Base):
    """A circular (通报): the orders and overdue matters of one unit as they stood on the day, frozen in `content`."""

    __tablename__ = "circular"
    __table_args__ = (
        UniqueConstraint("issuer_id", "year", "number"),
        Index("ix_circular_unit", "unit_id", "issued_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    issuer_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    year: Mapped[int]
    number: Mapped[int]
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    issued_on: Mapped[date]
    issued_at: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]]

    issuer: Mapped[Organisation] = relationship(foreign_keys=[issuer_id])
    unit: Mapped[Organisation] = relationship(foreign_keys=[unit_id])


class Contest(Base):
    """A contest (复核申请) of a red light (`clock_id`) or of an order (`order_id`, with its clock where it has one).

    `about` is a states.contest.ContestAbout, `status` a ContestStatus. `papers` are the evidence. `first_day` to
    `last_day` are the days a decision took out of the clock.
    """

    __tablename__ = "contest"
    __table_args__ = (Index("ix_contest_status", "status"), Index("ix_contest_project", "project_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    about: Mapped[str] = mapped_column(String(20))
    clock_id: Mapped[int | None] = mapped_column(ForeignKey("clock.id"))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("supervision_order.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    decider_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    status: Mapped[str] = mapped_column(String(20))
    grounds: Mapped[str] = mapped_column(Text)
    papers: Mapped[dict[str, Any]]
    filed_at: Mapped[datetime]
    filed_by: Mapped[str] = mapped_column(String(120))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(120))
    reasons: Mapped[str | None] = mapped_column(Text)
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]

    unit: Mapped[Organisation] = relationship(foreign_keys=[unit_id])
    decider: Mapped[Organisation] = relationship(foreign_keys=[decider_id])
