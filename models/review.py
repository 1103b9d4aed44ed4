"""Reviews (联审联批、审批): one row per round, one task per member. Parallel work is rows, not states."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.organisation import Organisation

_WAITING = text("status = 'waiting'")


class Review(Base):
    """One round of one review of one project. `status` is one of states.review.ReviewStatus.

    `mode` is one of states.review.ReviewMode; `rule` has what the pack said beside it when the round opened: `pass` as
    a fraction in text, `veto`, `lead` as a member, each only where it was said.

    `awaits` says for whom an open round whose members have all spoken waits (states.ruling.Awaits). `next_again` is
    who the next round asks (states.round.Again) where somebody chose otherwise than the pack, `next_reason` why.
    """

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("project_id", "code", "round"),
        Index(
            "uq_review_open", "project_id", "code", unique=True,
            sqlite_where=text("status = 'open'"), postgresql_where=text("status = 'open'"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id"))
    code: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))
    round: Mapped[int]
    status: Mapped[str] = mapped_column(String(20))
    mode: Mapped[str] = mapped_column(String(20))
    rule: Mapped[dict[str, Any]]
    settle: Mapped[str] = mapped_column(String(30))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    awaits: Mapped[str | None] = mapped_column(String(20))
    next_again: Mapped[str | None] = mapped_column(String(20))
    next_reason: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column()

    tasks: Mapped[list[ReviewTask]] = relationship(order_by="ReviewTask.position", back_populates="review")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class ReviewTask(Base):
    """What one member is asked, and what it answered. `member` is its department code or seat in the pack.

    `weight` and `group` say how its answer counts, where the mode of the round knows them. `status` is one of
    states.review.TaskStatus. A waiting task opens when all members named in `after` are done, and not before the first
    day of its `window` (policy.schema_route.DayWindow as JSON); `opens_on` is that day in the city's zone, set once
    nothing else keeps it waiting. `claimed_by` is the login of whoever took it from the unit's pool, `delegate` of whom
    it is delegated to until the opinion is given or the delegation taken back. `added` says where a reviewer was added
    (states.review_task.Place) and `added_by` by whom; both are None for whom the pack asks.

    An opinion carried over (`carried_from_id`, the task it was given to) keeps who gave it and when. `again_because`
    says why a member of an earlier round is asked again. `tacit` marks a silence the pack takes for approval,
    `overruled` a dissent that does not count any more (models.ruling says who decided so). `late_reason` is the reason
    a unit owes the public for being late (优化营商环境条例 36).
    """

    __tablename__ = "review_task"
    __table_args__ = (
        UniqueConstraint("review_id", "position"),
        Index("ix_review_task_organisation_status", "organisation_id", "status"),
        Index("ix_review_task_opens_on", "opens_on", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    position: Mapped[int]
    member: Mapped[str] = mapped_column(String(60))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    matter: Mapped[str]
    limit: Mapped[str] = mapped_column("limit_code", String(60))
    weight: Mapped[int | None]
    group: Mapped[str | None] = mapped_column("group_code", String(60))
    status: Mapped[str] = mapped_column(String(20))
    opinion: Mapped[str | None] = mapped_column(String(20))
    reasons: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(String(120))
    after: Mapped[list[Any]] = mapped_column("after_members", JSON, default=list, server_default=text("'[]'"))
    window: Mapped[dict[str, Any] | None] = mapped_column("window_days", JSON(none_as_null=True))
    opens_on: Mapped[date | None]
    claimed_by: Mapped[str | None] = mapped_column(String(80))
    claimed_at: Mapped[datetime | None]
    delegate: Mapped[str | None] = mapped_column(String(80))
    added: Mapped[str | None] = mapped_column(String(10))
    added_by: Mapped[str | None] = mapped_column(String(120))
    carried_from_id: Mapped[int | None] = mapped_column(ForeignKey("review_task.id"))
    again_because: Mapped[str | None] = mapped_column(Text)
    tacit: Mapped[bool] = mapped_column(default=False)
    overruled: Mapped[bool] = mapped_column(default=False)
    late_reason: Mapped[str | None] = mapped_column(Text)
    late_reason_at: Mapped[datetime | None]
    late_reason_by: Mapped[str | None] = mapped_column(String(120))

    review: Mapped[Review] = relationship(back_populates="tasks")
    organisation: Mapped[Organisation] = relationship()
