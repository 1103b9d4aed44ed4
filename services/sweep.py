"""The sweep (巡检): turns lights and fires rungs, each exactly once, also after crashes and with several sweepers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, joinedload

from models.clock import Clock, ClockRung
from models.project import Project
from policy.pack import Pack
from services.city import City
from services.clock import refresh_light
from services.outbox import enqueue_all, row_of
from services.pack import pack_of
from services.rung import RungDay, next_check, rung_days
from states.clock import ClockStatus, light_on


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did: clocks looked at, lights turned, rungs fired (told) and skipped (caught up over)."""

    checked: int = 0
    turned: int = 0
    fired: int = 0
    skipped: int = 0

    def __add__(self, other: Swept) -> Swept:
        return Swept(
            self.checked + other.checked,
            self.turned + other.turned,
            self.fired + other.fired,
            self.skipped + other.skipped,
        )


def sweep(session: Session, city: City, *, now: datetime, limit: int = 500) -> Swept:
    """Look at up to `limit` clocks whose next check is due on the city's day of `now`.

    The index narrows, the lock re-checks: a clock another sweeper has just done is not due any more, and a project
    somebody is just moving is left to the next sweep. A clock set back finds nothing to do. After an outage only the
    highest rung due is told; the lower ones are noted as skipped.
    """
    clocks, projects = _hold_due(session, city.day(now), limit)
    if not clocks:
        return Swept()
    fired_before = _fired(session, clocks)
    done = Swept()
    for clock in clocks:
        project = projects[clock.project_id]
        done += _check(
            session, city, project, pack_of(project.pack_version), clock, fired_before.get(clock.id, set()), now
        )
    for project in projects.values():
        refresh_light(session, project)
    return done


def _hold_due(session: Session, today: date, limit: int) -> tuple[Sequence[Clock], dict[int, Project]]:
    """The due clocks and their projects, locked in the order everybody locks: projects first."""
    due = (Clock.status == ClockStatus.running, Clock.next_check_on <= today)
    found = session.execute(
        select(Clock.id, Clock.project_id).where(*due).order_by(Clock.next_check_on, Clock.id).limit(limit)
    ).all()
    if not found:
        return [], {}
    held = select(Project).where(Project.id.in_({row.project_id for row in found})).order_by(Project.id)
    held = held.options(joinedload(Project.pack_version)).with_for_update(skip_locked=True, of=Project)
    projects = {project.id: project for project in session.scalars(held)}
    still_due = select(Clock).where(Clock.id.in_([row.id for row in found]), Clock.project_id.in_(projects), *due)
    clocks = session.scalars(still_due.order_by(Clock.next_check_on, Clock.id).with_for_update())
    return clocks.all(), projects


def _fired(session: Session, clocks: Sequence[Clock]) -> dict[int, set[int]]:
    rows = session.execute(
        select(ClockRung.clock_id, ClockRung.rung).where(ClockRung.clock_id.in_([c.id for c in clocks]))
    )
    fired: dict[int, set[int]] = {}
    for row in rows:
        fired.setdefault(row.clock_id, set()).add(row.rung)
    return fired


def _check(
    session: Session, city: City, project: Project, pack: Pack, clock: Clock, fired: set[int], now: datetime
) -> Swept:
    today = city.day(now)
    light = light_on(today, warn_on=clock.warn_on, due_on=clock.due_on)
    turned, clock.light = int(light != clock.light), light
    due = [mark for mark in rung_days(city, pack, clock) if mark.day <= today and mark.place not in fired]
    if due:
        session.execute(insert(ClockRung), [_claim(clock, mark, due[-1], now) for mark in due])
        enqueue_all(session, [_event(project, clock, due, now)])
    clock.next_check_on = next_check(city, pack, clock, after=today)
    return Swept(checked=1, turned=turned, fired=int(bool(due)), skipped=max(len(due) - 1, 0))


def _claim(clock: Clock, mark: RungDay, highest: RungDay, now: datetime) -> dict[str, Any]:
    return {"clock_id": clock.id, "rung": mark.place, "fired_at": now, "skipped": mark.place != highest.place}


def _event(project: Project, clock: Clock, due: list[RungDay], now: datetime) -> dict[str, Any]:
    highest = due[-1]
    title = f"{'临期预警' if highest.rung.at == 'warning' else '逾期告警'} · {project.name} · {clock.label}"
    payload = {"clock": clock.id, "rung": highest.place, "skipped": [mark.place for mark in due[:-1]]}
    return row_of("rung_fired", title, payload, now, project.id)


def due_within(session: Session, *, until: date) -> Sequence[Clock]:
    """Running clocks that fall due on or before `until`, soonest first."""
    query = select(Clock).where(Clock.status == ClockStatus.running, Clock.due_on <= until)
    return session.scalars(query.order_by(Clock.due_on, Clock.id)).all()
