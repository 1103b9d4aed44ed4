"""Counts over the record (统计汇总): filled from clocks and rounds in one go, and read by every statistic."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class InsightTally(Base):
    """How often something took so long, or came so many times. Written only by services.insight_fill, whole.

    `kind` is `step`, `review` or `task` for ended clocks, counted twice: by their limit, which is the `code`, and by
    their holder, with an empty code. `outcome` is how they ended (met, late), `number` the working days they took.
    For `round`: the review, how it ended, which round. For `again`: the limit of a step or review, and how often one
    project came to it. `times` counts clocks, rounds, projects. `year` is that of the end in the city's zone, for
    `again` of the last beginning. Organisations are ids; they are no foreign keys.
    """

    __tablename__ = "insight_tally"
    __table_args__ = (Index("ix_insight_tally_kind", "kind", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(60))
    holder_id: Mapped[int | None]
    district_id: Mapped[int]
    year: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(20))
    number: Mapped[int]
    times: Mapped[int]


class InsightPath(Base):
    """A way through the procedure (变体): the limits of steps and reviews of ended projects, and how many took it."""

    __tablename__ = "insight_path"

    id: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(Text)
    district_id: Mapped[int]
    year: Mapped[int]
    times: Mapped[int]


class InsightMark(Base):
    """When the counts were filled (`id` is 1), and from how many projects and clocks."""

    __tablename__ = "insight_mark"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    filled_at: Mapped[datetime]
    projects: Mapped[int]
    clocks: Mapped[int]
