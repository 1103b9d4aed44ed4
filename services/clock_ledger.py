"""The ledger of a clock (期限台账): suspended and resumed for a cause, every entry with its reason and its actor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import Table, delete, insert, inspect, select
from sqlalchemy.orm import Session

from models.clock import Clock, ClockEntry, ClockRung
from policy.pack import Pack
from services.city import City
from services.clock import LIVE, days_left, show
from services.clock_projection import Projection, budget_of, counted, open_causes, project_clock
from services.lapse_rule import EXPIRY
from services.rung import rung_days
from states.clock import HALT, ClockStatus, EntryKind, Light

_ENTRY = cast(Table, ClockEntry.__table__)
Ledgers = dict[int, list[ClockEntry]]
"""The entries of several clocks by the clock's id, oldest first."""


@dataclass(frozen=True, slots=True)
class Note:
    """Why clocks stop or go on, who did it, when; `cause` tells suspensions apart that overlap."""

    reason: str
    actor: str
    now: datetime
    cause: str = HALT


def suspend_clocks(
    session: Session,
    city: City,
    project_id: int,
    note: Note,
    *,
    only: Collection[int] | None = None,
) -> None:
    """Suspend a project's live clocks (`only` those of these ids) for a cause; a clock over its limit keeps running.

    Suspending after the limit would turn an overdue matter into one in time (逾期后申请按逾期计). One that stands still
    for another cause already runs again only when both have ended. The caller's move or act is the audit entry.
    """
    today, cause = city.day(note.now), note.cause
    clocks = [clock for clock in _live(session, project_id, only) if not is_over(clock, today)]
    ledgers = ledgers_of(session, [clock.id for clock in clocks if clock.status == ClockStatus.suspended])
    entries = []
    for clock in clocks:
        if cause in open_causes(ledgers[clock.id]):
            continue
        if clock.status == ClockStatus.running:
            clock.remaining = days_left(city, clock, today)
        clock.status, clock.light, clock.next_check_on = ClockStatus.suspended, Light.grey, None
        entries.append(
            ClockEntry(
                clock_id=clock.id, kind=EntryKind.suspend, on=today, days=clock.remaining, cause=cause,
                reason=note.reason, actor=note.actor, recorded_at=note.now,
            )
        )  # fmt: skip
    write_entries(session, entries)


def resume_clocks(
    session: Session,
    city: City,
    pack: Pack,
    project_id: int,
    note: Note,
    *,
    only: Collection[int] | None = None,
) -> None:
    """End a suspension: the clocks run again for exactly the days they had left, unless another cause still holds.

    The day of the suspension was counted, the day of the resume is not; time that stood still brings no light nearer.
    """
    today, cause = city.day(note.now), note.cause
    clocks = [clock for clock in _live(session, project_id, only) if clock.status == ClockStatus.suspended]
    ledgers = ledgers_of(session, [clock.id for clock in clocks])
    written = []
    for clock in clocks:
        ledger = ledgers[clock.id]
        if cause not in open_causes(ledger):
            continue
        entry = ClockEntry(
            clock_id=clock.id, kind=EntryKind.resume, on=today, cause=cause,
            reason=note.reason, actor=note.actor, recorded_at=note.now,
        )  # fmt: skip
        ledger.append(entry)
        if not open_causes(ledger):
            clock.status, clock.remaining = ClockStatus.running, None
            entry.due_on = renew(city, pack, clock, ledger, today=today).due
        entry.days = left_after(city, pack, clock, ledger, today)
        written.append(entry)
    write_entries(session, written)


def renew(city: City, pack: Pack, clock: Clock, ledger: Sequence[ClockEntry], *, today: date) -> Projection:
    """Project a live clock again from its budget and its whole ledger, and set its row to it."""
    found = project_clock(city.calendar, budget_of(clock, pack.limit(clock.limit)), ledger)
    show(city, pack, clock, found, today)
    begun = open_causes(ledger)
    if begun:
        clock.remaining = left_after(city, pack, clock, ledger, min(begun.values()))
    return found


def left_after(city: City, pack: Pack, clock: Clock, ledger: Sequence[ClockEntry], today: date) -> int:
    """Days still to be counted after `today`, excluded days ahead left out; negative once it is over."""
    return counted(city.calendar, budget_of(clock, pack.limit(clock.limit)), ledger).left(today)


def release_rungs(session: Session, city: City, pack: Pack, clock: Clock, *, today: date) -> None:
    """Forget the rungs fired for an earlier last day whose day is ahead again: who was reminded has to be once more."""
    ahead = [mark.place for mark in rung_days(city, pack, clock) if mark.day > today]
    ahead += [EXPIRY] if clock.due_on >= today else []
    session.execute(delete(ClockRung).where(ClockRung.clock_id == clock.id, ClockRung.rung.in_(ahead)))


def is_over(clock: Clock, today: date) -> bool:
    """Whether a clock's limit has passed; one that stands still cannot run out."""
    return clock.status == ClockStatus.running and clock.due_on < today


def ledgers_of(session: Session, clocks: Iterable[int]) -> Ledgers:
    """The ledgers of these clocks: one statement, none without clocks."""
    found: Ledgers = defaultdict(list)
    ids = list(clocks)
    if ids:
        query = select(ClockEntry).where(ClockEntry.clock_id.in_(ids)).order_by(ClockEntry.id)
        for entry in session.scalars(query):
            found[entry.clock_id].append(entry)
    return found


def write_entries(session: Session, entries: Sequence[ClockEntry]) -> None:
    """Append entries in one statement."""
    if entries:
        session.execute(insert(_ENTRY), [_row(entry) for entry in entries])


def _row(entry: ClockEntry) -> dict[str, object]:
    mapper = inspect(ClockEntry)
    return {
        column.name: getattr(entry, mapper.get_property_by_column(column).key)
        for column in _ENTRY.columns
        if column.name != "id"
    }


def _live(session: Session, project_id: int, only: Collection[int] | None) -> Sequence[Clock]:
    query = select(Clock).where(Clock.project_id == project_id, Clock.status.in_(LIVE))
    if only is not None:
        query = query.where(Clock.id.in_(only))
    return session.scalars(query.order_by(Clock.id).with_for_update()).all()
