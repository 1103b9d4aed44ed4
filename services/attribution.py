"""Whose days they were (天数归属): every working day of a project is the applicant's, the departments', or excluded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.clock import Clock, ClockEntry
from models.organisation import Organisation
from models.project import Project
from policy.pack import Pack
from services.city import City
from services.clock_count import ONE, Pause
from services.clock_ledger import ledgers_of
from services.clock_projection import open_causes, taken_out
from services.identity import holder_of
from services.pack import pack_of
from states.clock import HALT, SUPPLEMENT, ClockSubject, EntryKind
from states.label import Label
from states.procedure import StepKind


class Side(StrEnum):
    """Whose day it was. The applicant is who carries the project: street, district, community."""

    applicant = "applicant"
    department = "department"
    excluded = "excluded"

    @property
    def label(self) -> Label:
        """The side in words."""
        return _SIDES[self]


_SIDES = {
    Side.applicant: Label("申报方", "applicant"),
    Side.department: Label("审查部门", "departments"),
    Side.excluded: Label("不计时", "excluded"),
}
_SUSPENDED = Label("项目暂停", "project suspended")


@dataclass(frozen=True, slots=True)
class HolderDays:
    """The working days one holder had the matter; for excluded days `holder` is what they were excluded for."""

    side: Side
    holder: str
    days: int


@dataclass(frozen=True, slots=True)
class Attribution:
    """The working days in (since, until] of one project, each on one side: the three sum up to `total`.

    Departments asked at the same time share a day, so that `holders` may have more of them than `department`.
    """

    project: str
    since: date
    until: date
    total: int
    applicant: int
    department: int
    excluded: int
    holders: tuple[HolderDays, ...]


class _Held(NamedTuple):
    """Somebody holds the matter from the day after `since` to `until`; who is a step's code, or a department."""

    since: date
    until: date
    who: str


class _Out(NamedTuple):
    pause: Pause
    cause: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Task:
    held: _Held
    out: tuple[_Out, ...]


def days_by_holder(session: Session, city: City, project: Project, *, until: date) -> Attribution:
    """Attribute every working day of a project after its enrolment up to `until`, or to its end where that is earlier.

    The day a matter arrives is not counted for who receives it (民法典 201). A department's day is one on which a task
    was open; a supplement makes it the applicant's; a suspended project and days taken out of the clock are excluded.
    """
    pack = pack_of(project.pack_version)
    steps = list(_stays(session, city, project, pack, until))
    since, until = city.day(project.enrolled_at), steps[-1].until if steps else until
    tasks, excluded = _clocks(session, project, until)
    names = {stay.who: _holder(session, project, pack, stay.who) for stay in steps}
    sides: Counter[Side] = Counter()
    holders: Counter[tuple[Side, str]] = Counter()
    day = since + ONE
    while day <= until:
        if city.calendar.working_days_between(day - ONE, day):  # also answers, provisionally, for an unpublished year
            stay = next((one for one in steps if one.since < day <= one.until), steps[-1])
            side, whose = _whose(pack, stay.who, tasks, excluded, names, day)
            sides[side] += 1
            holders.update((side, name) for name in whose)
        day += ONE
    lines = tuple(HolderDays(side, name, days) for (side, name), days in sorted(holders.items(), key=_worst))
    total = sides.total()
    parts = (sides[Side.applicant], sides[Side.department], sides[Side.excluded])
    return Attribution(project.code, since, until, total, *parts, lines)


def _worst(item: tuple[tuple[Side, str], int]) -> tuple[int, int, str]:
    (side, name), days = item
    return list(Side).index(side), -days, name


def _whose(
    pack: Pack,
    step: str,
    tasks: Sequence[_Task],
    excluded: Sequence[_Out],
    names: Mapping[str, str],
    day: date,
) -> tuple[Side, set[str]]:
    if pack.procedure.step[step].kind is StepKind.halt:
        return Side.excluded, {_SUSPENDED.zh}
    running = [task for task in tasks if task.held.since < day <= task.held.until]
    out = [_out_on(task.out, day) for task in running]
    active = {task.held.who for task, found in zip(running, out, strict=True) if found is None}
    if active:
        return Side.department, active
    found = [one for one in out if one] or [one for one in [_out_on(excluded, day)] if one]
    if not found or any(one.cause == SUPPLEMENT for one in found):
        return Side.applicant, {names[step]}
    return Side.excluded, {one.reason for one in found}


def _out_on(out: Sequence[_Out], day: date) -> _Out | None:
    return next((one for one in out if one.pause.first <= day <= one.pause.last), None)


def _stays(session: Session, city: City, project: Project, pack: Pack, until: date) -> Iterator[_Held]:
    """How long the project stood in each step, from its history; nothing after its end."""
    mine = (AuditEntry.subject == "project", AuditEntry.subject_id == project.code)
    entries = session.execute(select(AuditEntry.occurred_at, AuditEntry.after).where(*mine).order_by(AuditEntry.seq))
    moves = [(city.day(row.occurred_at), row.after["step"]) for row in entries if row.after.get("step")]
    for (day, step), following in zip(moves, [*moves[1:], None], strict=True):
        if step not in pack.procedure.step or pack.procedure.step[step].kind is StepKind.end:
            return
        yield _Held(day, min(following[0], until) if following else until, step)


def _clocks(session: Session, project: Project, until: date) -> tuple[list[_Task], list[_Out]]:
    """The departments' tasks, and what was taken out of the clock of a step or a whole review."""
    query = select(Clock, Organisation.name).outerjoin(Organisation, Organisation.id == Clock.holder_id)
    rows = session.execute(query.where(Clock.project_id == project.id).order_by(Clock.id)).all()
    ledgers = ledgers_of(session, [clock.id for clock, _ in rows])
    tasks: list[_Task] = []
    excluded: list[_Out] = []
    for clock, name in rows:
        out = tuple(_taken(ledgers[clock.id], until))
        if clock.subject == ClockSubject.task:
            tasks.append(_Task(_Held(clock.started_on, clock.ended_on or until, name or clock.label), out))
        elif clock.subject in (ClockSubject.step, ClockSubject.review):
            excluded.extend(out)
    return tasks, excluded


def _taken(ledger: Sequence[ClockEntry], until: date) -> Iterator[_Out]:
    """The days taken out of one clock, also by a contest; those of a halt are seen in the steps."""
    for entry in ledger:
        if entry.kind == EntryKind.overturn and entry.first_day and entry.last_day:
            yield _Out(Pause(entry.first_day, entry.last_day), "", entry.reason)
    for one in taken_out(ledger):
        cause = "" if one.entry.kind == EntryKind.exclude else one.entry.cause or HALT
        if cause != HALT:
            yield _Out(one.pause, cause, one.reason)
    reasons = {entry.cause or HALT: entry.reason for entry in ledger if entry.kind == EntryKind.suspend}
    for cause, begun in open_causes(ledger).items():
        if cause != HALT:
            yield _Out(Pause(begun + ONE, until), cause, reasons[cause])


def _holder(session: Session, project: Project, pack: Pack, step: str) -> str:
    return holder_of(session, project.organisation, pack.procedure.step[step]).name
