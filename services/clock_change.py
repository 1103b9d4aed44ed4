"""Changes of a clock's limit (延期、不计时): asked for in time, with reason and paper, approved by somebody else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.clock import Clock, ClockEntry
from models.document import Document
from models.organisation import Organisation
from models.project import Project
from policy.pack import Pack
from services.audit import Act, RequestReused, done_before, record
from services.city import City
from services.clock import LIVE, refresh_light
from services.clock_change_error import (
    ApproverSame,
    ClockDocumentMissing,
    ClockEnded,
    ClockForbidden,
    ExclusionUnfit,
    ExtensionNotAllowed,
    ExtensionTooLong,
    ExtensionUnfit,
    LimitPassed,
    ReasonMissing,
)
from services.clock_ledger import is_over, ledgers_of, release_rungs, renew, write_entries
from services.clock_sheet import ClockMissing
from services.identity import Actor, Capacity, Grant, capacities_by
from services.lock import hold_project
from services.pack import pack_of
from states.clock import EntryKind
from states.role import Role

LONGEST_EXCLUSION = 366
"""Calendar days one exclusion may hold: a longer one is a slip of the pen or a matter for a suspension."""


@dataclass(frozen=True, slots=True)
class Change:
    """Who asks for a change of which clock, why, when; `document` is the kind of a document on file that shows it."""

    clock: int
    actor: Actor
    reason: str
    now: datetime
    source: str = "web"
    request_id: str | None = None
    document: str | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    """A clock under the lock of its project, with its ledger."""

    project: Project
    pack: Pack
    clock: Clock
    ledger: list[ClockEntry]


def extend_clock(session: Session, city: City, change: Change, *, days: int, approver: Actor) -> Clock:
    """Prolong a clock by `days` of its unit, as far as the pack's `extension` of the limit goes (行政许可法 42).

    Asked before the limit has passed; approved by somebody else who may. A repeated request changes nothing twice.
    Raises ClockMissing, RequestReused, ClockForbidden, ReasonMissing, ClockEnded, LimitPassed, ExtensionNotAllowed,
    ExtensionUnfit, ExtensionTooLong, ApproverSame, ClockDocumentMissing.
    """
    held, done = _hold(session, change, "clock_extended")
    if done:
        return held.clock
    capacity = _require_in_time(session, city, held, change, EntryKind.extend)
    _require_extension(held, days)
    signed = _require_approver(session, held, approver, capacity.logins(change.actor))
    entry = _entry(session, city, held, change, EntryKind.extend)
    entry.days, entry.approved_by = days, approver.login
    after = {"days": days, "approved_by": approver.login}
    if signed.on_behalf_of:
        after["approved_on_behalf_of"] = signed.on_behalf_of
    return _write(session, city, held, change, entry, "clock_extended", after, capacity)


def exclude_days(session: Session, city: City, change: Change, *, first: date, last: date) -> Clock:
    """Leave the whole days `first` to `last`, both included, out of a clock's count (行政许可法 45).

    For a hearing, a tender, an inspection, an appraisal, an expert review: the applicant has to be told how long.
    Entered before the limit has passed. A repeated request changes nothing twice. Raises ClockMissing, RequestReused,
    ClockForbidden, ReasonMissing, ClockEnded, LimitPassed, ExclusionUnfit, ClockDocumentMissing.
    """
    held, done = _hold(session, change, "clock_excluded")
    if done:
        return held.clock
    capacity = _require_in_time(session, city, held, change, EntryKind.exclude)
    clock, days = held.clock, (last - first).days + 1
    if not (clock.started_on < first <= min(clock.due_on, last) and days <= LONGEST_EXCLUSION):
        raise ExclusionUnfit(first=first, last=last, start=clock.started_on, due=clock.due_on, most=LONGEST_EXCLUSION)
    entry = _entry(session, city, held, change, EntryKind.exclude)
    entry.first_day, entry.last_day, entry.days = first, last, days
    span = {"from": first.isoformat(), "to": last.isoformat()}
    return _write(session, city, held, change, entry, "clock_excluded", span, capacity)


def _hold(session: Session, change: Change, action: str) -> tuple[_Held, AuditEntry | None]:
    found = session.get(Clock, change.clock)
    if found is None:
        raise ClockMissing(clock=change.clock)
    project = hold_project(session, found.project_id)
    query = select(Clock).where(Clock.id == change.clock).with_for_update()
    clock = session.scalars(query.execution_options(populate_existing=True)).one()
    done = done_before(session, change.request_id, "project", project.code, action)
    if done is not None and done.after["clock"] != clock.id:
        raise RequestReused(request=change.request_id, done=f"{done.subject_id} {done.action}")
    ledger = ledgers_of(session, [clock.id])[clock.id]
    return _Held(project, pack_of(project.pack_version), clock, ledger), done


def _require_in_time(session: Session, city: City, held: _Held, change: Change, kind: EntryKind) -> Capacity:
    capacity = _require_handler(session, held, change.actor)[0]
    if not change.reason.strip():
        raise ReasonMissing(what=kind.label.zh, what_en=kind.label.text("en"))
    if held.clock.status not in LIVE:
        raise ClockEnded(clock=held.clock.label)
    if is_over(held.clock, city.day(change.now)):
        raise LimitPassed(
            clock=held.clock.label, due=held.clock.due_on, what=kind.label.zh, what_en=kind.label.text("en")
        )
    return capacity


def _require_approver(session: Session, held: _Held, approver: Actor, askers: frozenset[str]) -> Capacity:
    """Somebody else who may, also not for the one who asks: a stand-in does not approve for whom they stand in."""
    free = [one for one in _require_handler(session, held, approver) if not one.logins(approver) & askers]
    if not free:
        raise ApproverSame(actor=approver.name or approver.login)
    return free[0]


def _require_extension(held: _Held, days: int) -> None:
    limit = held.pack.limit(held.clock.limit)
    if limit.extension is None:
        raise ExtensionNotAllowed(clock=held.clock.label, pack=held.pack.id)
    if days < 1:
        raise ExtensionUnfit(days=days)
    used = [entry.days or 0 for entry in held.ledger if entry.kind == EntryKind.extend]
    most, times = limit.extension.days, limit.extension.times
    if days > most or len(used) >= times:
        source = held.pack.source(limit.extension.source).label
        raise ExtensionTooLong(clock=held.clock.label, days=days, most=most, times=times, used=len(used), source=source)


def _require_handler(session: Session, held: _Held, actor: Actor) -> tuple[Capacity, ...]:
    """Whoever handles the matter or stands above it: a coordinator above the project, somebody of the holder's."""
    holder = session.get(Organisation, held.clock.holder_id) if held.clock.holder_id else None
    place = held.project.organisation.path

    def fits(grant: Grant) -> bool:
        above = grant.role is Role.coordinator and place.startswith(grant.path)
        handles = grant.role in (Role.coordinator, Role.reviewer)
        return above or (handles and holder is not None and holder.path.startswith(grant.path))

    capacities = capacities_by(actor, fits)
    if capacities and not actor.is_system:
        return capacities
    unit = holder.name if holder else held.project.organisation.name
    raise ClockForbidden(actor=actor.name or actor.login, clock=held.clock.label, unit=unit)


def _entry(session: Session, city: City, held: _Held, change: Change, kind: EntryKind) -> ClockEntry:
    return ClockEntry(
        clock_id=held.clock.id,
        kind=kind,
        on=city.day(change.now),
        reason=change.reason.strip(),
        actor=change.actor.login,
        document_id=_document(session, held.project, change.document) if change.document else None,
        recorded_at=change.now,
    )


def _document(session: Session, project: Project, kind: str) -> int:
    on_file = (Document.project_id == project.id, Document.kind == kind, Document.withdrawn_at.is_(None))
    found = session.scalar(select(Document.id).where(*on_file).order_by(Document.version.desc()).limit(1))
    if found is None:
        raise ClockDocumentMissing(document=kind, project=project.name)
    return found


def _write(
    session: Session,
    city: City,
    held: _Held,
    change: Change,
    entry: ClockEntry,
    action: str,
    after: dict[str, Any],
    capacity: Capacity,
) -> Clock:
    clock, before, today = held.clock, held.clock.due_on, city.day(change.now)
    held.ledger.append(entry)
    entry.due_on = renew(city, held.pack, clock, held.ledger, today=today).due
    write_entries(session, [entry])
    release_rungs(session, city, held.pack, clock, today=today)
    act = Act(
        "project", held.project.code, action, change.actor.login, change.source, change.now, reason=entry.reason,
        before={"clock": clock.id, "due_on": before.isoformat()},
        after={"clock": clock.id, "limit": clock.limit, **after, "document": entry.document_id,
               "due_on": clock.due_on.isoformat()},
        pack=held.pack.id, request_id=change.request_id, on_behalf_of=capacity.on_behalf_of,
    )  # fmt: skip
    record(session, act)
    refresh_light(session, held.project)
    session.flush()
    return clock
