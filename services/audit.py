"""The audit trail (留痕): the one place that writes entries, each chained to the one before of its subject."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from states.exceptions import JiugaiError, Kind

ALGORITHM = "sha256"
FIRST = ""
"""What stands for the hash before a subject's first entry."""


class RequestReused(JiugaiError):
    """The request id already stands for another act."""

    code = "request_reused"
    kind = Kind.conflict
    zh = "请求号 {request} 已用于另一操作（{done}），本次未办理。请刷新页面后重试。"
    en = "Request id {request} already stands for another act ({done}); nothing was done. Reload and try again."


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

    The unique (subject, subject_id, seq) keeps concurrent writers from forking a chain: the second one fails whole.
    """
    seq, previous = _head(session, act.subject, act.subject_id)
    row = _row(act, seq + 1, previous)
    row["hash"] = digest(row)
    session.execute(_INSERT, row)
    return str(row["hash"])


def done_before(
    session: Session, request_id: str | None, subject: str, subject_id: str, action: str
) -> AuditEntry | None:
    """The entry written under this request id, so that a repeated request is harmless; None for a new one.

    Raises RequestReused when the id stands for another act.
    """
    if request_id is None:
        return None
    entry = session.scalar(select(AuditEntry).where(AuditEntry.request_id == request_id))
    if entry is not None and (entry.subject, entry.subject_id, entry.action) != (subject, subject_id, action):
        raise RequestReused(request=request_id, done=f"{entry.subject_id} {entry.action}")
    return entry


_ENTRY = cast(Table, AuditEntry.__table__)
_INSERT = insert(_ENTRY)
# built once: every act of every service asks for the head of its chain
_HEAD = (
    select(_ENTRY.c.seq, _ENTRY.c.hash)
    .where(_ENTRY.c.subject == bindparam("subject"), _ENTRY.c.subject_id == bindparam("subject_id"))
    .order_by(_ENTRY.c.seq.desc())
    .limit(1)
)


def _head(session: Session, subject: str, subject_id: str) -> tuple[int, str]:
    found = session.execute(_HEAD, {"subject": subject, "subject_id": subject_id}).first()
    return (found.seq, found.hash) if found else (0, FIRST)


def _row(act: Act, seq: int, previous: str) -> dict[str, Any]:
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
        "algorithm": ALGORITHM,
        "previous_hash": previous,
    }


def digest(row: dict[str, Any]) -> str:
    """The hash of an entry: every column but `id` and `hash`, as JSON with sorted keys, instants in UTC."""
    content = {name: _plain(value) for name, value in row.items() if name not in ("id", "hash")}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.new(row["algorithm"], text.encode()).hexdigest()


def _plain(value: Any) -> Any:  # noqa: ANN401 - a column may hold anything JSON knows
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value


@dataclass(frozen=True, slots=True)
class Break:
    """A place where a chain does not hold: the entry, and what is wrong with it."""

    subject: str
    subject_id: str
    seq: int
    problem: str


def verify(session: Session, *, subject: str | None = None, subject_id: str | None = None) -> Iterator[Break]:
    """Every break in the chains (of one subject where given), in order; nothing when all hold.

    A chain whose newest entries were taken away still holds by itself: that takes an anchor to see.
    """
    columns = [column for column in AuditEntry.__table__.columns if column.name != "id"]
    query = select(*columns).order_by(AuditEntry.subject, AuditEntry.subject_id, AuditEntry.seq)
    if subject is not None:
        query = query.where(AuditEntry.subject == subject)
    if subject_id is not None:
        query = query.where(AuditEntry.subject_id == subject_id)
    chain, seq, previous = ("", ""), 0, FIRST
    for found in session.execute(query.execution_options(yield_per=1000)).mappings():
        row = dict(found)
        if (row["subject"], row["subject_id"]) != chain:
            chain, seq, previous = (row["subject"], row["subject_id"]), 0, FIRST
        problem = _problem(row, seq + 1, previous)
        if problem:
            yield Break(*chain, row["seq"], problem)
        seq, previous = row["seq"], row["hash"]


def _problem(row: dict[str, Any], seq: int, previous: str) -> str:
    if row["seq"] != seq:
        return f"缺少第 {seq} 条"
    if row["previous_hash"] != previous:
        return "与上一条的哈希不衔接"
    if row["algorithm"] != ALGORITHM:
        return f"哈希算法“{row['algorithm']}”不是 {ALGORITHM}"
    if row["hash"] != digest(row):
        return "内容与哈希不符"
    return ""
