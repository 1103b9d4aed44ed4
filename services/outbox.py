"""The outbox (待办事件): events written with their cause, claimed in batches, acknowledged with their effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    Table,
    bindparam,
    insert,
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session

from models.outbox import Acknowledgement, Incident, OutboxEvent
from states.exceptions import JiugaiError, Kind

_INSERT = insert(cast(Table, OutboxEvent.__table__))
_ACKNOWLEDGE = insert(cast(Table, Acknowledgement.__table__))


class EventStatus(StrEnum):
    """How an event stands: waiting for its time, claimed by a relay, done, or parked as an incident."""

    waiting = "waiting"
    claimed = "claimed"
    done = "done"
    parked = "parked"


_DONE = update(OutboxEvent).where(OutboxEvent.id == bindparam("event"))
_DONE = _DONE.values(status=EventStatus.done, last_error=None)

REACTION = "reaction"
"""The lane of everything but deliveries; a delivery's lane is its channel, so that a slow one delays only itself."""
TITLE_LENGTH = 400
"""As long as the column is: a longer name must not keep a project from moving."""
LEASE = timedelta(minutes=2)
"""How long a claim holds: after that the reconciler drives the event again."""
# written out, not bound: a plan prepared for any value could not use an index over the waiting ones alone
_WAITING: ColumnElement[str] = literal_column(f"'{EventStatus.waiting}'")
_CLAIMED: ColumnElement[str] = literal_column(f"'{EventStatus.claimed}'")
BACK_OFF = (2, 10, 60, 300, 900)
"""Seconds to wait after the first, second … failure; one more failure parks the event."""


SILENT = ("incident_opened", "delivery_requested")
"""Kinds whose failure is only shown, not told: telling would take the very thing that failed."""


class IncidentUnknown(JiugaiError):
    """No open incident of that number."""

    code = "incident_unknown"
    kind = Kind.missing
    zh = "没有编号为 {incident} 的未处理故障。请用 jiugai notify outbox 查看。"
    en = "There is no open incident {incident}. See `jiugai notify outbox`."


@dataclass(frozen=True, slots=True)
class Lanes:
    """Which lanes a relay takes: those in `only`, or all but those in `but`; every lane when nothing is said."""

    only: tuple[str, ...] = ()
    but: tuple[str, ...] = ()

    def take(self) -> ColumnElement[bool]:
        """The condition on events."""
        if self.only:
            return OutboxEvent.lane.in_(self.only)
        return OutboxEvent.lane.not_in(self.but) if self.but else true()


EVERY_LANE = Lanes()


@dataclass(frozen=True, slots=True)
class Event:
    """A claimed event as a flow gets it. `attempt` counts from 1."""

    id: int
    kind: str
    title: str
    project_id: int | None
    payload: dict[str, Any]
    attempt: int
    created_at: datetime
    available_at: datetime


def enqueue(
    session: Session, kind: str, title: str, payload: dict[str, Any], *, now: datetime, project_id: int | None = None
) -> None:
    """Put one event into the outbox, in the caller's transaction."""
    session.execute(_INSERT, row_of(kind, title, payload, now, project_id))


def enqueue_all(session: Session, events: Sequence[dict[str, Any]]) -> None:
    """Put several events, made by `row_of`, into the outbox with one statement."""
    if events:
        session.execute(_INSERT, list(events))


def row_of(
    kind: str, title: str, payload: dict[str, Any], now: datetime, project_id: int | None, *, lane: str = REACTION
) -> dict[str, Any]:
    """The row of one event, for `enqueue_all`."""
    return {
        "kind": kind,
        "lane": lane,
        "title": title[:TITLE_LENGTH],
        "payload": payload,
        "project_id": project_id,
        "created_at": now,
        "available_at": now,
        "status": EventStatus.waiting,
        "attempt": 0,
        "failures": 0,
    }


def has_due(session: Session, *, now: datetime, lanes: Lanes = EVERY_LANE) -> bool:
    """Whether there is anything to claim; reads only, so that an idle relay takes no lock."""
    return session.scalar(_looking(lanes), {"now": now}) is not None


def claim(
    session: Session,
    relay: str,
    *,
    now: datetime,
    limit: int = 100,
    lease: timedelta = LEASE,
    lanes: Lanes = EVERY_LANE,
) -> list[Event]:
    """Claim up to `limit` events that are due, oldest first, for `relay`; also claims whose lease has run out.

    Several relays may claim at once: on PostgreSQL they skip each other's rows, on SQLite one waits for the other.
    """
    rows = session.scalars(_claiming(lanes), {"now": now, "most": limit}).all()
    for row in rows:
        row.status, row.attempt = EventStatus.claimed, row.attempt + 1
        row.claimed_by, row.claimed_until = relay, now + lease
    return [_as_event(row) for row in rows]


@lru_cache(maxsize=16)
def _claiming(lanes: Lanes) -> Select[tuple[OutboxEvent]]:
    """The statement of a claim, built once for each set of lanes: relays ask all day, mostly for nothing."""
    query = select(OutboxEvent).where(_is_due(), lanes.take()).order_by(OutboxEvent.id).limit(bindparam("most"))
    return query.with_for_update(skip_locked=True)


@lru_cache(maxsize=16)
def _looking(lanes: Lanes) -> Select[tuple[int]]:
    return select(OutboxEvent.id).where(_is_due(), lanes.take()).limit(1)


def _is_due() -> ColumnElement[bool]:
    now: BindParameter[datetime] = bindparam("now")
    waiting = (OutboxEvent.status == _WAITING) & (OutboxEvent.available_at <= now)
    expired = (OutboxEvent.status == _CLAIMED) & (OutboxEvent.claimed_until <= now)
    return or_(waiting, expired)


def _as_event(row: OutboxEvent) -> Event:
    return Event(
        row.id, row.kind, row.title, row.project_id, row.payload, row.attempt, row.created_at, row.available_at
    )


def load_events(session: Session, event_ids: Sequence[int]) -> list[Event]:
    """The events of these numbers that are not acknowledged yet, oldest first."""
    query = select(OutboxEvent).where(OutboxEvent.id.in_(event_ids), OutboxEvent.status != EventStatus.done)
    return [_as_event(row) for row in session.scalars(query.order_by(OutboxEvent.id))]


def release(session: Session, event_ids: Sequence[int], *, until: datetime, by: str | None = None) -> None:
    """Give claimed events back untried, to be claimed from `until` on: it was not the event that failed.

    With `by`, only what that relay still holds: another one may have taken it over when the lease ran out.
    """
    claimed = [OutboxEvent.id.in_(event_ids), OutboxEvent.status == EventStatus.claimed]
    if by is not None:
        claimed.append(OutboxEvent.claimed_by == by)
    session.execute(update(OutboxEvent).where(*claimed).values(status=EventStatus.waiting, available_at=until))


def release_claims(session: Session, relays: str, *, until: datetime) -> None:
    """Give back what relays like `relays` (SQL pattern) had claimed: a runner that starts knows that they are gone."""
    claimed = (OutboxEvent.claimed_by.like(relays), OutboxEvent.status == EventStatus.claimed)
    session.execute(update(OutboxEvent).where(*claimed).values(status=EventStatus.waiting, available_at=until))


def is_acknowledged(session: Session, event_id: int) -> bool:
    """Whether the event's effect is already in the database."""
    return session.get(Acknowledgement, event_id) is not None


def acknowledge(session: Session, event_id: int, *, now: datetime, flow_run: str | None, result: str) -> None:
    """Write the acknowledgement, in the transaction of the effect. Raises IntegrityError when it is already there."""
    row = {"event_id": event_id, "handled_at": now, "flow_run": flow_run, "result": result}
    session.execute(_ACKNOWLEDGE, row)
    session.execute(_DONE, {"event": event_id})


def fail(
    session: Session,
    event_id: int,
    error: str,
    *,
    now: datetime,
    at_least: int = 0,
    waits: Sequence[int] = BACK_OFF,
) -> bool:
    """Put a failed event back with a growing wait, or park it as an incident that operators are told of.

    `waits` are the seconds to wait after the first, second … failure; none parks it at once. `at_least` is the number
    of seconds a provider has asked for; the wait is never shorter.
    Returns whether it is parked. What came too late (the event is done, or parked already) changes nothing.
    """
    row = session.get_one(OutboxEvent, event_id, with_for_update=True)
    if row.status in (EventStatus.done, EventStatus.parked):
        return row.status == EventStatus.parked
    row.last_error, row.failures = error[:4000], row.failures + 1
    if row.failures <= len(waits):
        wait = max(waits[row.failures - 1], at_least)
        row.status, row.available_at = EventStatus.waiting, now + timedelta(seconds=wait)
        return False
    _park(session, row, now)
    return True


def _park(session: Session, row: OutboxEvent, now: datetime) -> None:
    row.status = EventStatus.parked
    error = row.last_error or ""
    session.add(Incident(event_id=row.id, project_id=row.project_id, title=row.title, error=error, opened_at=now))
    if row.kind not in SILENT:
        enqueue(session, "incident_opened", f"联动故障 · {row.title}", {"event_id": row.id}, now=now)


def open_incident(
    session: Session, kind: str, title: str, payload: dict[str, Any], error: str, *, now: datetime, project_id: int
) -> None:
    """Park as an incident what failed without an event of its own; tried again, it is an event of `kind`."""
    row = OutboxEvent(**row_of(kind, title, payload, now, project_id), last_error=error[:4000])
    session.add(row)
    session.flush()
    _park(session, row, now)


def retry_incident(session: Session, incident_id: int, *, actor: str, now: datetime) -> None:
    """Close the incident and have its event tried again from the start. Raises IncidentUnknown."""
    incident = session.get(Incident, incident_id, with_for_update=True)
    if incident is None or incident.closed_at is not None:
        raise IncidentUnknown(incident=incident_id)
    incident.closed_at, incident.closed_by = now, actor
    event = session.get_one(OutboxEvent, incident.event_id)
    if event.status == EventStatus.parked:  # a late handler may have done it after all
        event.status, event.failures, event.available_at = EventStatus.waiting, 0, now


def retry_incidents(session: Session, *, actor: str, now: datetime) -> int:
    """Close every open incident and have its event tried again; returns how many."""
    found = open_incidents(session)
    for incident in found:
        retry_incident(session, incident.id, actor=actor, now=now)
    return len(found)


def open_incidents(session: Session) -> Sequence[Incident]:
    """Every incident nobody has closed yet, oldest first."""
    return session.scalars(select(Incident).where(Incident.closed_at.is_(None)).order_by(Incident.id)).all()


def next_due(session: Session) -> datetime | None:
    """When the next waiting event may be claimed; None when none is waiting."""
    waiting = select(OutboxEvent.available_at).where(OutboxEvent.status == EventStatus.waiting)
    return session.scalars(waiting.order_by(OutboxEvent.available_at).limit(1)).first()
