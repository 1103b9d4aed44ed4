"""A new calendar for running clocks (日历变动重算): every open clock it reaches projected again in one operation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from models.clock import Clock, ClockEntry
from models.project import Project
from policy.calendar import CalendarOverride
from services.audit import Act, record
from services.city import City
from services.clock import LIVE, refresh_light
from services.clock_ledger import Ledgers, ledgers_of, renew, write_entries
from services.clock_projection import Projection, budget_of, project_clock
from services.pack import pack_of
from states.clock import ClockStatus, ClockSubject, EntryKind, Light, light_on

BATCH = 500
"""Clocks looked at together: so many at a time are held in memory."""
_DECEMBER = 12


@dataclass(frozen=True, slots=True)
class Shift:
    """One clock that a calendar moves: its last day and its light before and after; `why` is its line in the ledger."""

    clock: int
    project: str
    project_name: str
    label: str
    old: date
    new: date
    old_light: Light
    new_light: Light
    was_provisional: bool
    provisional: bool
    why: str

    def as_dict(self) -> dict[str, Any]:
        """The shift as data for `--json`."""
        names = ("clock", "project", "project_name", "label", "old", "new", "was_provisional", "provisional", "why")
        lights = {"old_light": self.old_light.name, "new_light": self.new_light.name}
        return {**{name: getattr(self, name) for name in names}, **lights}


@dataclass(frozen=True, slots=True)
class Recalendared:
    """What a calendar does to the open clocks: how many it reaches, and those whose last day or certainty changes."""

    reached: int
    shifts: tuple[Shift, ...]

    @property
    def moved(self) -> tuple[Shift, ...]:
        """Those whose last day changes."""
        return tuple(shift for shift in self.shifts if shift.old != shift.new)

    @property
    def turned_red(self) -> int:
        """How many turn red by it."""
        return sum(shift.new_light is Light.red and shift.old_light is not Light.red for shift in self.shifts)

    @property
    def made_exact(self) -> int:
        """How many provisional last days become exact."""
        return sum(shift.was_provisional and not shift.provisional for shift in self.shifts)

    def counts(self) -> dict[str, int]:
        """The figures of the operation."""
        return {
            "reached": self.reached,
            "moved": len(self.moved),
            "turned_red": self.turned_red,
            "made_exact": self.made_exact,
        }


def preview_calendar(session: Session, city: City, notice: CalendarOverride, *, now: datetime) -> Recalendared:
    """What `apply_calendar` would do; nothing is changed. `city` has the calendar with the notice in it."""
    today, reached = city.day(now), 0
    shifts: list[Shift] = []
    for clocks, projects, ledgers in _batches(session, notice, lock=False):
        reached += len(clocks)
        for clock in clocks:
            found = _projected(city, projects[clock.project_id], clock, ledgers)
            shift = _shift(projects[clock.project_id], clock, found, notice, today)
            shifts += [shift] if shift else []
    return Recalendared(reached, tuple(shifts))


def apply_calendar(
    session: Session, city: City, notice: CalendarOverride, *, actor: str, source: str, now: datetime
) -> Recalendared:
    """Project every open clock again that reaches into the notice's days, in the caller's one transaction.

    Those are the days of its year and of the December before, which a notice may change too. A clock whose last day or
    certainty changes gets a line in its ledger that says why; lights of projects follow; one audit entry holds the
    figures. Harmless when repeated. `city` has the calendar with the notice in it.
    """
    today, reached = city.day(now), 0
    shifts: list[Shift] = []
    for clocks, projects, ledgers in _batches(session, notice, lock=True):
        reached += len(clocks)
        lights = {clock.id: clock.light for clock in clocks}
        shifts += _renewed(session, city, clocks, projects, ledgers, _Told(notice, actor, now, today))
        for held in {clock.project_id for clock in clocks if clock.light != lights[clock.id]}:
            refresh_light(session, projects[held])
    done = Recalendared(reached, tuple(shifts))
    after = {**done.counts(), "days": len(notice.days), "source": notice.source}
    record(session, Act("calendar", str(notice.year), "calendar_loaded", actor, source, now, after=after))
    return done


@dataclass(frozen=True, slots=True)
class _Told:
    notice: CalendarOverride
    actor: str
    now: datetime
    today: date


def _renewed(
    session: Session,
    city: City,
    clocks: Sequence[Clock],
    projects: dict[int, Project],
    ledgers: Ledgers,
    told: _Told,
) -> list[Shift]:
    shifts, entries = [], []
    for clock in clocks:
        project, ledger = projects[clock.project_id], ledgers[clock.id]
        shift = _shift(project, clock, _projected(city, project, clock, ledgers), told.notice, told.today)
        if shift is not None:
            entry = ClockEntry(
                clock_id=clock.id, kind=EntryKind.recount, on=told.today, due_on=shift.new,
                reason=shift.why, actor=told.actor, recorded_at=told.now,
            )  # fmt: skip
            ledger.append(entry)
            entries.append(entry)
            shifts.append(shift)
        renew(city, pack_of(project.pack_version), clock, ledger, today=told.today)
    write_entries(session, entries)
    return shifts


def _projected(city: City, project: Project, clock: Clock, ledgers: Ledgers) -> Projection:
    limit = pack_of(project.pack_version).limit(clock.limit)
    return project_clock(city.calendar, budget_of(clock, limit), ledgers[clock.id])


def _shift(project: Project, clock: Clock, found: Projection, notice: CalendarOverride, today: date) -> Shift | None:
    if (found.due, found.provisional) == (clock.due_on, clock.provisional):
        return None
    moved = f"期满日 {clock.due_on} → {found.due}" if found.due != clock.due_on else f"期满日仍为 {found.due}"
    sure = "，由暂定转为确定" if clock.provisional and not found.provisional else ""
    return Shift(
        clock=clock.id,
        project=project.code,
        project_name=project.name,
        label=clock.label,
        old=clock.due_on,
        new=found.due,
        old_light=Light(clock.light),
        new_light=_light(clock, found, today),
        was_provisional=clock.provisional,
        provisional=found.provisional,
        why=f"载入 {notice.year} 年放假安排（{notice.source}）：{moved}{sure}",
    )


def _light(clock: Clock, found: Projection, today: date) -> Light:
    if clock.status != ClockStatus.running or clock.subject == ClockSubject.period:
        return Light(clock.light)
    return light_on(today, warn_on=found.warn, due_on=found.due)


def _batches(
    session: Session, notice: CalendarOverride, *, lock: bool
) -> Iterator[tuple[Sequence[Clock], dict[int, Project], Ledgers]]:
    """The open clocks that reach into the notice's days, project by project, so that all lock in one order."""
    since = date(notice.year - 1, _DECEMBER, 1)
    reaching = or_(Clock.due_on >= since, Clock.next_check_on >= since, Clock.provisional)
    last = 0
    while True:
        query = select(Clock.project_id).where(Clock.status.in_(LIVE), reaching, Clock.project_id > last)
        ids = session.scalars(query.distinct().order_by(Clock.project_id).limit(BATCH)).all()
        if not ids:
            return
        last = ids[-1]
        held = select(Project).where(Project.id.in_(ids)).options(joinedload(Project.pack_version))
        held = held.order_by(Project.id).execution_options(populate_existing=True)
        projects = {row.id: row for row in session.scalars(held.with_for_update(of=Project) if lock else held)}
        mine = select(Clock).where(Clock.project_id.in_(ids), Clock.status.in_(LIVE), reaching).order_by(Clock.id)
        clocks = session.scalars(mine.with_for_update() if lock else mine).all()
        yield clocks, projects, ledgers_of(session, [clock.id for clock in clocks])
