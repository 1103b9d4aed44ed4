"""The sweep (巡检): turns lights and fires rungs, each exactly once, also after crashes and with several sweepers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Table, bindparam, func, insert, literal_column, select, update
from sqlalchemy.orm import Session

from models.clock import Clock, ClockRung
from models.pack_version import PackVersion
from models.project import Project
from policy.pack import Pack
from services.city import City
from services.clock import LIVE
from services.lapse_rule import EXPIRY, LAPSED, is_consequential
from services.outbox import enqueue_all, open_incident, row_of
from services.pack import pack_of
from services.rung import RungDay, next_mark, rung_days
from states.clock import ClockStatus, ClockSubject, Light, light_on
from states.exceptions import JiugaiError

CHECK = "clock_check"
"""The kind of event an incident about one clock retries: the clock is looked at again."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did: clocks looked at, lights turned, rungs fired (told) and skipped (caught up over).

    `broken` clocks could not be looked at; each is an incident of its own and waits for it.
    """

    checked: int = 0
    turned: int = 0
    fired: int = 0
    skipped: int = 0
    broken: int = 0

    def __add__(self, other: Swept) -> Swept:
        return Swept(
            self.checked + other.checked,
            self.turned + other.turned,
            self.fired + other.fired,
            self.skipped + other.skipped,
            self.broken + other.broken,
        )


class DueClock(NamedTuple):
    """What the sweep has to know of a clock: the columns it reads, no more."""

    id: int
    project_id: int
    limit: str
    label: str
    light: int
    warn_on: date | None
    due_on: date
    subject: str


class HeldProject(NamedTuple):
    """A project under lock, as far as its clocks need it."""

    id: int
    name: str
    pack_version_id: int


@dataclass(slots=True)
class _Findings:
    """What is to be written, gathered first: one statement for each kind of row, however many clocks there are."""

    clocks: list[dict[str, Any]] = field(default_factory=list)
    rungs: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    lapsed: list[dict[str, Any]] = field(default_factory=list)
    broken: list[tuple[DueClock, str]] = field(default_factory=list)
    turned: list[int] = field(default_factory=list)
    """The project of every clock whose light turned."""
    skipped: int = 0


_CLOCK = cast(Table, Clock.__table__)
_PROJECT = cast(Table, Project.__table__)
# written out, not bound: a plan prepared for any value could not use the index over the running clocks alone
_RUNNING: ColumnElement[str] = literal_column(f"'{ClockStatus.running}'")
_IS_DUE = (Clock.status == _RUNNING, Clock.next_check_on <= bindparam("today"))
_FIND = select(Clock.id, Clock.project_id).where(*_IS_DUE).order_by(Clock.next_check_on, Clock.id)
_FIND = _FIND.limit(bindparam("most"))
_HOLD = (
    select(Project.id, Project.name, Project.pack_version_id)
    .where(Project.id.in_(bindparam("projects", expanding=True)))
    .order_by(Project.id)
    .with_for_update(skip_locked=True)
)
_AGAIN = (
    select(
        Clock.id, Clock.project_id, Clock.limit, Clock.label, Clock.light, Clock.warn_on, Clock.due_on, Clock.subject
    )
    .where(
        Clock.id.in_(bindparam("clocks", expanding=True)),
        Clock.project_id.in_(bindparam("projects", expanding=True)),
        *_IS_DUE,
    )
    .order_by(Clock.next_check_on, Clock.id)
    .with_for_update()
)
_FIRED = select(ClockRung.clock_id, ClockRung.rung).where(ClockRung.clock_id.in_(bindparam("clocks", expanding=True)))
_SET = (
    update(_CLOCK)
    .where(_CLOCK.c.id == bindparam("clock"))
    .values(light=bindparam("shows"), next_check_on=bindparam("next"))
)
_NOTE = insert(cast(Table, ClockRung.__table__))
_WORST = (
    select(func.max(_CLOCK.c.light))
    .where(
        _CLOCK.c.project_id == _PROJECT.c.id,
        _CLOCK.c.status.in_(LIVE),
        _CLOCK.c.subject != ClockSubject.contest,  # as services.clock.refresh_light: that delay is the supervisors'
    )
    .scalar_subquery()
)
# a clock has just been looked at, so there is a live one; the fallback is for a project ended in the same moment
_SHOW = (
    update(_PROJECT)
    .where(_PROJECT.c.id.in_(bindparam("projects", expanding=True)))
    .values(light=func.coalesce(_WORST, int(Light.green)))
)


def sweep(session: Session, city: City, *, now: datetime, limit: int = 500) -> Swept:
    """Look at up to `limit` clocks whose next check is due on the city's day of `now`.

    The index narrows, the lock re-checks: a clock another sweeper has just done is not due any more, and a project
    somebody is just moving is left to the next sweep. A clock set back finds nothing to do. After an outage only the
    highest rung due is told; the lower ones are noted as skipped. A clock nobody can count (its limit is not in the
    pack any more) becomes an incident and stops none of the others. Ten statements, however many clocks.
    """
    clocks, projects = _hold_due(session, city.day(now), limit)
    if not clocks:
        return Swept()
    fired_before = _fired(session, clocks)
    versions = _versions(session, projects)
    found = _Findings()
    for clock in clocks:
        project = projects[clock.project_id]
        try:
            _look(
                city,
                project,
                pack_of(versions[project.pack_version_id]),
                clock,
                fired_before.get(clock.id, set()),
                now,
                found,
            )
        except Exception as problem:  # whatever it is, it is this clock's, and is shown
            found.broken.append((clock, _words(problem)))
    _write(session, found, projects, now)
    return Swept(len(clocks), len(found.turned), len(found.events), found.skipped, len(found.broken))


def _words(problem: Exception) -> str:
    return problem.text("zh") if isinstance(problem, JiugaiError) else f"{type(problem).__name__}: {problem}"


def _hold_due(session: Session, today: date, limit: int) -> tuple[Sequence[DueClock], Mapping[int, HeldProject]]:
    """The due clocks and their projects, locked in the order everybody locks: projects first."""
    found = session.execute(_FIND, {"today": today, "most": limit}).all()
    if not found:
        return [], {}
    wanted = {"projects": sorted({row.project_id for row in found})}
    projects = {row.id: HeldProject(*row) for row in session.execute(_HOLD, wanted)}
    asked = {"clocks": [row.id for row in found], "projects": list(projects), "today": today}
    return [DueClock(*row) for row in session.execute(_AGAIN, asked)], projects


def _versions(session: Session, projects: Mapping[int, HeldProject]) -> dict[int, PackVersion]:
    wanted = {project.pack_version_id for project in projects.values()}
    return {one.id: one for one in session.scalars(select(PackVersion).where(PackVersion.id.in_(wanted)))}


def _fired(session: Session, clocks: Sequence[DueClock]) -> dict[int, set[int]]:
    fired: dict[int, set[int]] = {}
    for row in session.execute(_FIRED, {"clocks": [clock.id for clock in clocks]}):
        fired.setdefault(row.clock_id, set()).add(row.rung)
    return fired


def _look(
    city: City, project: HeldProject, pack: Pack, clock: DueClock, fired: set[int], now: datetime, found: _Findings
) -> None:
    today = city.day(now)
    light = light_on(today, warn_on=clock.warn_on, due_on=clock.due_on)
    ladder = list(rung_days(city, pack, clock))
    due = [mark for mark in ladder if mark.day <= today and mark.place not in fired]
    upcoming = next_mark(clock, ladder, after=today)
    # nothing below can fail: a clock is written down whole or not at all
    if due:
        found.rungs += [_claim(clock, mark, due[-1], now) for mark in due]
        found.events.append(_event(project, clock, due, now))
        found.skipped += len(due) - 1
    if light is Light.red and EXPIRY not in fired and is_consequential(pack, clock.subject, clock.limit):
        found.rungs.append({"clock_id": clock.id, "rung": EXPIRY, "fired_at": now, "skipped": True})
        found.lapsed.append(_lapse(project, clock, now))
    if light != clock.light:
        found.turned.append(clock.project_id)
    found.clocks.append({"clock": clock.id, "shows": light, "next": upcoming})


def _claim(clock: DueClock, mark: RungDay, highest: RungDay, now: datetime) -> dict[str, Any]:
    return {"clock_id": clock.id, "rung": mark.place, "fired_at": now, "skipped": mark.place != highest.place}


def _event(project: HeldProject, clock: DueClock, due: list[RungDay], now: datetime) -> dict[str, Any]:
    highest = due[-1]
    title = f"{'临期预警' if highest.rung.at == 'warning' else '逾期告警'} · {project.name} · {clock.label}"
    payload = {"clock": clock.id, "rung": highest.place, "skipped": [mark.place for mark in due[:-1]]}
    return row_of("rung_fired", title, payload, now, project.id)


def _lapse(project: HeldProject, clock: DueClock, now: datetime) -> dict[str, Any]:
    """What follows from the end of the clock itself; its ladder only tells people."""
    return row_of(LAPSED, f"期限届满 · {project.name} · {clock.label}", {"clock": clock.id}, now, project.id)


def _write(session: Session, found: _Findings, projects: Mapping[int, HeldProject], now: datetime) -> None:
    if found.rungs:
        session.execute(_NOTE, found.rungs)
    enqueue_all(session, found.events + found.lapsed)
    for clock, problem in found.broken:
        title = f"期限无法巡检 · {projects[clock.project_id].name} · {clock.label}"
        open_incident(session, CHECK, title, {"clock": clock.id}, problem, now=now, project_id=clock.project_id)
        found.clocks.append({"clock": clock.id, "shows": clock.light, "next": None})
    session.execute(_SET, found.clocks)
    if found.turned:
        session.execute(_SHOW, {"projects": sorted(set(found.turned))})


def look_again(session: Session, clock_id: int, *, today: date) -> None:
    """Have the next sweep look at a clock again whose incident somebody has mended."""
    clock = session.get_one(Clock, clock_id, with_for_update=True)
    if clock.status == ClockStatus.running:
        clock.next_check_on = today
