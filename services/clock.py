"""Clocks (期限): started with a derivation, and stopped: met, late, or fallen away. Their ledger is in clock_ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import Table, bindparam, case, func, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from models.clock import Clock
from models.project import Project
from policy.calendar import TimeUnit
from policy.pack import Pack
from policy.schema import LimitEntry
from services.bulk import insert_all
from services.city import City
from services.clock_anchor import anchor_day
from services.clock_projection import Projection, budget_of, project_clock
from services.rung import next_check
from states.clock import ClockKind, ClockStatus, ClockSubject, Light, light_on

LIVE = (ClockStatus.running, ClockStatus.suspended)
_CLOCK = cast(Table, Clock.__table__)


@dataclass(frozen=True, slots=True)
class Course:
    """A length of its own for one clock: `length` `unit`s after `start`, instead of what the limit says."""

    start: date
    length: int
    unit: TimeUnit


@dataclass(frozen=True, slots=True)
class Matter:
    """What a clock is for: its subject, the row behind it, who holds the matter, words put before the limit's name."""

    subject: ClockSubject
    subject_id: int | None = None
    holder_id: int | None = None
    about: str = ""
    course: Course | None = None


def start_clock(
    session: Session, city: City, project: Project, pack: Pack, limit: str, matter: Matter, *, on: date
) -> Clock | None:
    """Start the clock of `limit` on the day `on` (not counted itself).

    None when the limit hangs on a fact nobody has recorded yet; the clock then starts with the fact.
    """
    return next(iter(start_clocks(session, city, project, pack, [(limit, matter)], on=on)), None)


def start_clocks(
    session: Session, city: City, project: Project, pack: Pack, wanted: Sequence[tuple[str, Matter]], *, on: date
) -> list[Clock]:
    """Start several clocks on the same day, written with one statement."""
    clocks = []
    for limit, matter in wanted:
        entry = pack.limit(limit)
        is_dated = entry.span.is_dated and matter.course is None
        anchor = anchor_day(session, project, pack, entry, on=on) if is_dated else None
        if anchor or not is_dated:
            clocks.append(_new_clock(city, project, pack, entry, matter, anchor, on))
    session.flush()
    insert_all(session, clocks, known_by=("subject", "subject_id", "limit"))
    return clocks


def _new_clock(
    city: City, project: Project, pack: Pack, limit: LimitEntry, matter: Matter, anchor: date | None, on: date
) -> Clock:
    course = matter.course or Course(on, limit.span.days, TimeUnit(limit.span.unit))
    clock = Clock(
        project_id=project.id,
        subject=matter.subject,
        subject_id=matter.subject_id,
        limit=limit.code,
        label=f"{matter.about} {limit.label}".strip(),
        kind=ClockKind(limit.span.kind) if anchor else ClockKind.counted,
        unit=course.unit,
        length=course.length,
        anchor_on=anchor,
        holder_id=matter.holder_id,
        started_on=course.start,
        status=ClockStatus.running,
    )
    show(city, pack, clock, project_clock(city.calendar, budget_of(clock, limit)), on)
    return clock


def show(city: City, pack: Pack, clock: Clock, found: Projection, today: date) -> None:
    """Set a live clock's days, its light and its next check to what was projected."""
    clock.due_on, clock.warn_on = found.due, found.warn
    clock.provisional, clock.derivation = found.provisional, found.text
    clock.light, clock.next_check_on = Light.grey, None
    if clock.status != ClockStatus.running:
        return
    clock.light = Light.green
    if clock.subject != ClockSubject.period:  # a posting is meant to run out: that is nobody's delay
        clock.light = light_on(today, warn_on=clock.warn_on, due_on=clock.due_on)
        clock.next_check_on = next_check(city, pack, clock)


def days_left(city: City, clock: Clock, today: date) -> int:
    """Days left after `today` in the clock's own unit (months count as calendar days); negative once it is over."""
    if clock.unit == TimeUnit.working_day:
        return city.calendar.working_days_between(today, clock.due_on)
    return (clock.due_on - today).days


# Statements of the hot path are built once: building one costs more than running it.
_LIVE = (_CLOCK.c.project_id == bindparam("of_project")) & _CLOCK.c.status.in_(LIVE)
_OVER = (
    (_CLOCK.c.status == ClockStatus.running)  # a suspended clock cannot have run out meanwhile
    & (_CLOCK.c.due_on < bindparam("day"))
    & (_CLOCK.c.subject != ClockSubject.period)
)
_STOP = update(_CLOCK).where(_LIVE, _CLOCK.c.subject.in_(bindparam("subjects", expanding=True)))
_STOP = _STOP.values(ended_on=bindparam("day"), status=case((_OVER, ClockStatus.late), else_=ClockStatus.met))
_STOP_OF = _STOP.where(_CLOCK.c.subject_id.in_(bindparam("ids", expanding=True)))
_CANCEL = update(_CLOCK).where(_LIVE).values(status=ClockStatus.cancelled, ended_on=bindparam("day"))
# who decides a contest late must not turn the light of the project that filed it
_WORST = select(func.max(_CLOCK.c.light)).where(_LIVE, _CLOCK.c.subject != ClockSubject.contest)

_PROJECT = cast(Table, Project.__table__)
_SHOW = update(_PROJECT).where(_PROJECT.c.id == bindparam("of_project")).values(light=bindparam("shows"))


def stop_clocks(session: Session, project_id: int, *subjects: ClockSubject, on: date) -> None:
    """Stop a project's live clocks of these subjects: met when in time, late when not."""
    session.execute(_STOP, {"of_project": project_id, "subjects": subjects, "day": on})


def stop_clock(session: Session, project_id: int, subject: ClockSubject, *subject_ids: int, on: date) -> None:
    """Stop the live clock of a review or of tasks: met when in time, late when not."""
    session.execute(_STOP_OF, {"of_project": project_id, "subjects": [subject], "ids": subject_ids, "day": on})


def cancel_clock(session: Session, project_id: int, subject: ClockSubject, *subject_ids: int, on: date) -> None:
    """Cancel the live clock of a review or of tasks whose matter fell away."""
    mine = _CANCEL.where(_CLOCK.c.subject == subject, _CLOCK.c.subject_id.in_(subject_ids))
    session.execute(mine, {"of_project": project_id, "day": on})


def cancel_clocks(session: Session, project_id: int, *, on: date) -> None:
    """Cancel every live clock of a project that has come to an end."""
    session.execute(_CANCEL, {"of_project": project_id, "day": on})


def refresh_light(session: Session, project: Project) -> None:
    """Set the project's light to the worst one of its live clocks; where there is none, green, or grey while halted."""
    session.flush()
    light = session.scalar(_WORST, {"of_project": project.id})
    without = Light.green if project.resume_step is None else Light.grey
    shown = without if light is None else light
    if shown != project.light:  # by a statement of its own: a flush costs thrice as much
        session.execute(_SHOW, {"of_project": project.id, "shows": shown})
        set_committed_value(project, "light", shown)
