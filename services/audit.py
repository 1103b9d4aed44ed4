"""The audit trail (留痕): the one place that writes entries, each chained to the one before of its subject."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.engine import AUDIT_ALGORITHM
from services.audit_chain import FIRST, Break, verify
from services.audit_digest import SHA256, digest
from services.lock import hold_chain
from states.exceptions import JiugaiError, Kind

__all__ = [
    "FIRST", "Act", "Break", "LateUnexplained", "NotYetHappened", "Reading", "RequestReused", "digest", "done_before",
    "entries_under", "is_late", "record", "record_all", "record_reading", "verify",
]  # fmt: skip

LATE_AFTER = timedelta(days=1)
"""An act written down longer than this after it happened is a late recording (补录); assumed, no text sets it."""
AHEAD = timedelta(minutes=15)
"""Clocks of two machines may differ by so much: only what lies further ahead has not happened yet."""


class RequestReused(JiugaiError):
    """The request id already stands for another act."""

    code = "request_reused"
    kind = Kind.conflict
    zh = "请求号 {request} 已用于另一操作（{done}），本次未办理。请刷新页面后重试。"
    en = "Request id {request} already stands for another act ({done}); nothing was done. Reload and try again."


class LateUnexplained(JiugaiError):
    """A late recording without a reason."""

    code = "late_unexplained"
    kind = Kind.invalid
    zh = (
        "“{action}”发生于 {occurred}，早于登记时间 1 天以上，属于补录，须写明补录理由。本次未登记，请补充理由后再提交。"
    )
    en = '"{action}" happened at {occurred}, over a day ago: give a reason for recording it late. Nothing was done.'


class NotYetHappened(JiugaiError):
    """An act said to have happened in the future."""

    code = "not_yet_happened"
    kind = Kind.invalid
    zh = "“{action}”的发生时间 {occurred} 还没有到。请核对日期后再提交；本次未登记。"
    en = '"{action}" is said to have happened at {occurred}, which is still to come. Check the date; nothing was done.'


@dataclass(frozen=True, slots=True)
class Act:
    """One thing done to one subject. `before` and `after` are JSON-safe and hold only what changed.

    `source` is the edge it came through (web, cli, flow, import), `request_id` is unique over all entries.
    """

    subject: str
    subject_id: str
    action: str
    actor: str
    source: str
    now: datetime
    reason: str = ""
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    occurred_at: datetime | None = None
    on_behalf_of: str | None = None
    pack: str | None = None
    request_id: str | None = None


def record(session: Session, act: Act) -> str:
    """Append the entry of `act` to its subject's chain and return the entry's hash.

    Writers of one chain wait for each other; the unique (subject, subject_id, seq) would let none fork it.
    Raises LateUnexplained for a late recording without a reason, NotYetHappened for one that lies ahead.
    """
    return record_all(session, [act])


def record_all(session: Session, acts: Sequence[Act]) -> str:
    """Append the entries of several acts on one subject, in their order, with two statements; the last one's hash.

    Raises what `record` raises, before anything is written. Without acts nothing happens and the hash is empty.
    """
    if not acts:
        return FIRST
    for act in acts:
        if act.occurred_at is not None:
            _require_timely(act, act.occurred_at)
    hold_chain(session, acts[0].subject, acts[0].subject_id)
    seq, previous = _head(session, acts[0].subject, acts[0].subject_id)
    rows, algorithm = [], session.info.get(AUDIT_ALGORITHM, SHA256)
    for place, act in enumerate(acts, start=1):
        row = _row(act, seq + place, previous, algorithm)
        row["hash"] = previous = digest(row)
        rows.append(row)
    session.execute(_INSERT, rows)
    return previous


def done_before(
    session: Session, request_id: str | None, subject: str, subject_id: str, action: str
) -> AuditEntry | None:
    """The entry written under this request id, so that a repeated request is harmless; None for a new one.

    Raises RequestReused when the id stands for another act.
    """
    if request_id is None:
        return None
    number = session.scalar(_DONE, {"request_id": request_id})
    if number is None:  # nearly always: the entry itself is only loaded where it is there
        return None
    entry = session.get_one(AuditEntry, number)
    if (entry.subject, entry.subject_id, entry.action) != (subject, subject_id, action):
        raise RequestReused(request=request_id, done=f"{entry.subject_id} {entry.action}")
    return entry


def entries_under(session: Session, request_ids: Iterable[str | None]) -> dict[str, AuditEntry]:
    """The entries written under these request ids, by id: one statement, none without ids."""
    ids = {request_id for request_id in request_ids if request_id is not None}
    if not ids:
        return {}
    found = session.scalars(select(AuditEntry).where(AuditEntry.request_id.in_(ids)))
    return {str(entry.request_id): entry for entry in found}


_ENTRY = cast(Table, AuditEntry.__table__)
_INSERT = insert(_ENTRY)
# built once: every act of every service asks whether it was done before, and for the head of its chain
_DONE = select(_ENTRY.c.id).where(_ENTRY.c.request_id == bindparam("request_id"))
_HEAD = (
    select(_ENTRY.c.seq, _ENTRY.c.hash)
    .where(_ENTRY.c.subject == bindparam("subject"), _ENTRY.c.subject_id == bindparam("subject_id"))
    .order_by(_ENTRY.c.seq.desc())
    .limit(1)
)


def _head(session: Session, subject: str, subject_id: str) -> tuple[int, str]:
    found = session.execute(_HEAD, {"subject": subject, "subject_id": subject_id}).first()
    return (found.seq, found.hash) if found else (0, FIRST)


def _row(act: Act, seq: int, previous: str, algorithm: str) -> dict[str, Any]:
    return {
        "subject": act.subject,
        "subject_id": act.subject_id,
        "seq": seq,
        "source": act.source,
        "action": act.action,
        "actor": act.actor,
        "on_behalf_of": act.on_behalf_of,
        "reason": act.reason or None,
        "before": act.before,
        "after": act.after,
        "pack": act.pack,
        "request_id": act.request_id,
        "occurred_at": act.occurred_at or act.now,
        "recorded_at": act.now,
        "algorithm": algorithm,
        "previous_hash": previous,
    }


def is_late(occurred_at: datetime, recorded_at: datetime) -> bool:
    """Whether an entry is a late recording (补录): flagged wherever it is read, counted per unit."""
    return recorded_at - occurred_at > LATE_AFTER


def _require_timely(act: Act, occurred_at: datetime) -> None:
    if occurred_at > act.now + AHEAD:
        raise NotYetHappened(action=act.action, occurred=f"{occurred_at:%Y-%m-%d %H:%M %Z}")
    if is_late(occurred_at, act.now) and not act.reason.strip():
        raise LateUnexplained(action=act.action, occurred=f"{occurred_at:%Y-%m-%d %H:%M %Z}")


@dataclass(frozen=True, slots=True)
class Reading:
    """That somebody saw what not everybody may see: personal data unmasked, an export, an evidence pack.

    `reader` is the login; `what` names it as an identifier (`owner_phone`, `evidence`); `of` and `of_id` say whose.
    """

    reader: str
    what: str
    of: str
    of_id: str
    source: str
    now: datetime
    reason: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    on_behalf_of: str | None = None
    request_id: str | None = None


def record_reading(session: Session, reading: Reading) -> str:
    """Append the entry of a reading to the reader's own chain and return its hash.

    It stands in the reader's chain, not in that of what was read: a project's history is not changed by being read.
    """
    act = Act(
        "reading",
        reading.reader,
        f"{reading.what}_read",
        reading.reader,
        reading.source,
        reading.now,
        reason=reading.reason,
        after={"of": reading.of, "id": reading.of_id, **reading.details},
        on_behalf_of=reading.on_behalf_of,
        request_id=reading.request_id,
    )
    return record(session, act)
