"""Clocks (期限): started with a derivation, stopped, suspended and resumed with every working day accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, case, func, insert, select, update
from sqlalchemy.orm import Session

from models.clock import Clock, ClockEntry
from models.project import Project
from policy.calendar import DueDay, TimeUnit
from policy.pack import Pack
from policy.schema import LimitEntry
from services.city import City
from services.rung import next_check
from states.clock import ClockStatus, ClockSubject, Light, light_on

LIVE = (ClockStatus.running, ClockStatus.suspended)
_CLOCK = cast(Table, Clock.__table__)


@dataclass(frozen=True, slots=True)
class Matter:
    """What a clock is for: its subject, the row behind it, who holds the matter, words put before the limit's name."""

    subject: ClockSubject
    subject_id: int | None = None
    holder_id: int | None = None
    about: str = ""


def start_clock(
    session: Session, city: City, project: Project, pack: Pack, limit: str, matter: Matter, *, on: date
) -> Clock:
    """Start the clock of `limit` on the day `on` (not counted itself) and return it."""
    return start_clocks(session, city, project, pack, [(limit, matter)], on=on)[0]


def start_clocks(
    session: Session, city: City, project: Project, pack: Pack, wanted: Sequence[tuple[str, Matter]], *, on: date
) -> list[Clock]:
    """Start several clocks on the same day, written with one flush."""
    clocks = [_new_clock(city, project, pack, pack.limit(limit), matter, on) for limit, matter in wanted]
    session.add_all(clocks)
    session.flush()
    return clocks


def _new_clock(city: City, project: Project, pack: Pack, limit: LimitEntry, matter: Matter, on: date) -> Clock:
    unit = TimeUnit(limit.span.unit)
    derivation = city.calendar.derive(on, limit.span.days, unit)
    clock = Clock(
        project_id=project.id,
        subject=matter.subject,
        subject_id=matter.subject_id,
        limit=limit.code,
        label=f"{matter.about} {limit.label}".strip(),
        unit=unit,
        length=limit.span.days,
        holder_id=matter.holder_id,
        started_on=on,
        due_on=derivation.due,
        provisional=derivation.provisional,
        derivation=derivation.text,
        status=ClockStatus.running,
        light=Light.green,
    )
    if matter.subject is not ClockSubject.period:  # a posting is meant to run out: that is nobody's delay
        clock.warn_on = warning_day(city, limit, on, clock.due_on)
    _show(city, pack, clock, on)
    return clock


def _show(city: City, pack: Pack, clock: Clock, today: date) -> None:
    """Set its light and its next check, after a start or a new due day."""
    clock.light = Light.green
    if clock.subject == ClockSubject.period:
        return
    clock.light = light_on(today, warn_on=clock.warn_on, due_on=clock.due_on)
    clock.next_check_on = next_check(city, pack, clock)


def warning_day(city: City, limit: LimitEntry, start: date, due: date) -> date | None:
    """The first yellow day: where `yellow_share` of the span is used or `yellow_days` remain, whichever is earlier.

    In working days it is a working day itself: who is reminded one day before a Monday has to hear of it on Friday.
    Never the day of the start itself, and never after the due day.
    """
    unit, span = TimeUnit(limit.span.unit), limit.span.days
    marks = []
    if limit.yellow_share is not None:
        used = -(-limit.yellow_share.numerator * span // limit.yellow_share.denominator)  # rounded up, exactly
        marks.append(_mark(city, start, used, unit))
    if limit.yellow_days is not None:
        marks.append(_before(city, due, limit.yellow_days, unit))
    first = _mark(city, start, 1, unit) if unit is TimeUnit.working_day else start + timedelta(days=1)
    return min(max(min(marks), first), due) if marks else None


def _mark(city: City, start: date, used: int, unit: TimeUnit) -> date:
    if unit is TimeUnit.working_day:
        return city.calendar.add_working_days(start, used).day
    if unit is TimeUnit.month:
        return city.calendar.add_months(start, used).day
    return start + timedelta(days=used)


def _before(city: City, due: date, days: int, unit: TimeUnit) -> date:
    if unit is not TimeUnit.working_day:
        return due - timedelta(days=days)
    day = due
    while city.calendar.working_days_between(day, due) < days or not _is_worked(city, day):
        day -= timedelta(days=1)
    return day


def _is_worked(city: City, day: date) -> bool:
    # unlike is_working_day this also answers, provisionally, for a year without a notice
    return city.calendar.working_days_between(day - timedelta(days=1), day) == 1


# Statements of the hot path are built once: building one costs more than running it.
_LIVE = (_CLOCK.c.project_id == bindparam("of_project")) & _CLOCK.c.status.in_(LIVE)
_OVER = (
    (_CLOCK.c.status == ClockStatus.running)  # a suspended clock cannot have run out meanwhile
    & (_CLOCK.c.due_on < bindparam("day"))
    & (_CLOCK.c.subject != ClockSubject.period)
)
_STOP = update(_CLOCK).where(_LIVE, _CLOCK.c.subject.in_(bindparam("subjects", expanding=True)))
_STOP = _STOP.values(ended_on=bindparam("day"), status=case((_OVER, ClockStatus.late), else_=ClockStatus.met))
_CANCEL = update(_CLOCK).where(_LIVE).values(status=ClockStatus.cancelled, ended_on=bindparam("day"))
_WORST = select(func.max(_CLOCK.c.light)).where(_LIVE)


def stop_clocks(session: Session, project_id: int, *subjects: ClockSubject, on: date) -> None:
    """Stop a project's live clocks of these subjects: met when in time, late when not."""
    session.execute(_STOP, {"of_project": project_id, "subjects": subjects, "day": on})


def stop_clock(session: Session, project_id: int, subject: ClockSubject, subject_id: int, *, on: date) -> None:
    """Stop the live clock of one review or task: met when in time, late when not."""
    mine = _STOP.where(_CLOCK.c.subject_id == subject_id)
    session.execute(mine, {"of_project": project_id, "subjects": [subject], "day": on})


def cancel_clock(session: Session, project_id: int, subject: ClockSubject, subject_id: int, *, on: date) -> None:
    """Cancel the live clock of one review or task whose matter fell away."""
    mine = _CANCEL.where(_CLOCK.c.subject == subject, _CLOCK.c.subject_id == subject_id)
    session.execute(mine, {"of_project": project_id, "day": on})


def cancel_clocks(session: Session, project_id: int, *, on: date) -> None:
    """Cancel every live clock of a project that has come to an end."""
    session.execute(_CANCEL, {"of_project": project_id, "day": on})


def suspend_clocks(session: Session, city: City, project_id: int, *, reason: str, actor: str, now: datetime) -> None:
    """Suspend every running clock of a project, keeping the days left. A clock already over its limit keeps running.

    Suspending after the limit would turn an overdue matter into one in time (逾期后申请按逾期计).
    """
    today = city.day(now)
    for clock in _clocks(session, project_id, ClockStatus.running):
        if clock.due_on < today:
            continue
        clock.remaining = days_left(city, clock, today)
        clock.status, clock.light, clock.next_check_on = ClockStatus.suspended, Light.grey, None
        _enter(session, clock, "suspend", today, clock.remaining, reason, actor, now)


def resume_clocks(
    session: Session, city: City, pack: Pack, project_id: int, *, reason: str, actor: str, now: datetime
) -> None:
    """Let every suspended clock run again for exactly the days it had left; the derivation says so.

    Its warning keeps its distance from the due day: time that stood still brings no yellow light nearer.
    """
    today = city.day(now)
    for clock in _clocks(session, project_id, ClockStatus.suspended):
        left = clock.remaining or 0
        due = _plus(city, today, left, TimeUnit(clock.unit))
        clock.derivation += f"；暂停后于 {today} 恢复，剩余 {left} 日 → {due.day}"
        clock.warn_on = _warn_again(city, clock, due.day)
        clock.due_on, clock.provisional = due.day, clock.provisional or due.provisional
        clock.status, clock.remaining = ClockStatus.running, None
        _show(city, pack, clock, today)
        _enter(session, clock, "resume", today, left, reason, actor, now)


def _warn_again(city: City, clock: Clock, due: date) -> date | None:
    if clock.warn_on is None or due == clock.due_on:
        return clock.warn_on
    if clock.unit == TimeUnit.working_day:
        kept = city.calendar.working_days_between(clock.warn_on, clock.due_on)
        return _before(city, due, kept, TimeUnit.working_day)
    return due - (clock.due_on - clock.warn_on)


def days_left(city: City, clock: Clock, today: date) -> int:
    """Days left after `today` in the clock's own unit (months count as calendar days); negative once it is over."""
    if clock.unit == TimeUnit.working_day:
        return city.calendar.working_days_between(today, clock.due_on)
    return (clock.due_on - today).days


def _plus(city: City, start: date, days: int, unit: TimeUnit) -> DueDay:
    if not days:  # suspended on its last day: that day is still whole, and none ends on a rest day
        return city.calendar.roll_forward(start)
    return city.calendar.due(
        start, days, TimeUnit.working_day if unit is TimeUnit.working_day else TimeUnit.calendar_day
    )


def _clocks(session: Session, project_id: int, status: ClockStatus) -> Sequence[Clock]:
    query = select(Clock).where(Clock.project_id == project_id, Clock.status == status)
    return session.scalars(query.order_by(Clock.id).with_for_update()).all()


def _enter(
    session: Session, clock: Clock, kind: str, on: date, days: int, reason: str, actor: str, now: datetime
) -> None:
    row = {"clock_id": clock.id, "kind": kind, "on": on, "days": days, "reason": reason, "actor": actor}
    session.execute(insert(ClockEntry), {**row, "recorded_at": now})


def refresh_light(session: Session, project: Project) -> None:
    """Set the project's light to the worst one of its live clocks; where there is none, green, or grey while halted."""
    session.flush()
    light = session.scalar(_WORST, {"of_project": project.id})
    without = Light.green if project.resume_step is None else Light.grey
    project.light = without if light is None else light
