"""Clocks as people read them (期限清单): what is left of each in words, and the live ones of all projects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import Clock
from models.organisation import Organisation
from models.project import Project
from policy.calendar import TimeUnit
from services.clock import LIVE, days_left
from services.reading import Reading
from states.clock import ClockStatus, ClockSubject, Light
from states.label import Label

UNITS = {
    TimeUnit.working_day: Label("个工作日", "working day(s)"),
    TimeUnit.calendar_day: Label("天", "day(s)"),
    TimeUnit.month: Label("个月", "month(s)"),
}
_ASIDE = (ClockSubject.period, ClockSubject.order, ClockSubject.contest)
_ENDED = {
    ClockStatus.met: Label("按期办结", "done in time"),
    ClockStatus.late: Label("逾期办结", "done late"),
    ClockStatus.cancelled: Label("不再计时", "no longer counted"),
}


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock on one day. `project` is its code, `subject_id` the row it measures, `left` what is left in words,
    `remaining` days while suspended.
    """

    id: int
    project: str
    project_name: str
    label: str
    subject: ClockSubject
    subject_id: int | None
    status: ClockStatus
    light: Light
    started_on: date
    due_on: date
    ended_on: date | None
    provisional: bool
    remaining: int | None
    left: str
    derivation: str
    holder: str | None

    @property
    def is_live(self) -> bool:
        """Whether it is running or suspended."""
        return self.status in LIVE

    @property
    def is_suspended(self) -> bool:
        """Whether it stands still."""
        return self.status is ClockStatus.suspended


def list_clocks(
    session: Session, reading: Reading, *, until: date | None = None, light: Light | None = None
) -> list[ClockLine]:
    """Live clocks, soonest first; `until` is the last due day, overdue ones included."""
    query = (
        select(Clock, Project.code, Project.name, Organisation.name)
        .join(Project, Project.id == Clock.project_id)
        .outerjoin(Organisation, Organisation.id == Clock.holder_id)
        .where(Clock.status.in_(LIVE))
    )
    if until is not None:
        query = query.where(Clock.due_on <= until)
    if light is not None:
        query = query.where(Clock.light == light)
    rows = session.execute(query.order_by(Clock.due_on, Clock.id))
    return [ClockLine(**line_fields(reading, clock, code, name, holder)) for clock, code, name, holder in rows]


def line_fields(reading: Reading, clock: Clock, project: str, project_name: str, holder: str | None) -> dict[str, Any]:
    """What a ClockLine holds, by field."""
    return {
        "id": clock.id,
        "project": project,
        "project_name": project_name,
        "label": clock.label,
        "subject": ClockSubject(clock.subject),
        "subject_id": clock.subject_id,
        "status": ClockStatus(clock.status),
        "light": Light(clock.light),
        "started_on": clock.started_on,
        "due_on": clock.due_on,
        "ended_on": clock.ended_on,
        "provisional": clock.provisional,
        "remaining": clock.remaining,
        "left": left_text(reading, clock),
        "derivation": clock.derivation,
        "holder": holder,
    }


def left_text(reading: Reading, clock: Clock) -> str:
    """What is left of a clock in words: 剩 3 个工作日, 今天到期, 逾期 2 个工作日, 暂停，剩 5 天."""
    unit = rest_unit(clock)
    if clock.status == ClockStatus.suspended:
        held = clock.remaining or 0
        return reading.say(f"暂停，剩 {held} {unit.zh}", f"suspended, {held} {unit.en} left")
    if clock.status != ClockStatus.running:
        return reading.text(_ENDED[ClockStatus(clock.status)])
    if reading.today == clock.due_on:
        return reading.say("今天到期", "due today")
    left = abs(days_left(reading.city, clock, reading.today))
    zh, en = (f" {left} {unit.zh}", f"{left} {unit.en}") if left else (f"不足 1 {unit.zh}", f"less than 1 {unit.en}")
    if reading.today > clock.due_on:
        return reading.say(f"逾期{zh}", f"{en} over")
    return reading.say(f"剩{zh}", f"{en} left")


def rest_unit(clock: Clock) -> Label:
    """What is left of a clock is counted in: as `days_left` does, days where the limit is in months."""
    return UNITS[TimeUnit.calendar_day if clock.unit == TimeUnit.month else TimeUnit(clock.unit)]


def leading_clock(clocks: Iterable[ClockLine]) -> ClockLine | None:
    """The clock a project is watched by: the live one that falls due first.

    A posting, the reply to an order, the decision of a contest only where nothing else runs.
    """
    return min(
        (clock for clock in clocks if clock.is_live),
        key=lambda c: (c.subject in _ASIDE, c.is_suspended, c.due_on, c.id),
        default=None,
    )
