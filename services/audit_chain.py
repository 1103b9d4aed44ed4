"""Chains verified (链校验): every entry follows the one before of its subject, and holds what its hash says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import JSON, ColumnElement, Connection, Label, Select, Table, literal, literal_column, select, tuple_
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models.anchor import AuditLeaf
from models.audit import AuditEntry
from services.audit_digest import ALGORITHMS, AlgorithmUnavailable, Unreadable, stored_digest

FIRST = ""
"""What stands for the hash before a subject's first entry."""
STEP = 2000
"""Entries read by one statement."""
CLOCK_SLACK = timedelta(minutes=15)
"""How far an entry's clock may be behind the one before: machines differ, and a writer waits for its lock."""


@dataclass(frozen=True, slots=True)
class Break:
    """A place where the record does not hold: the entry, and what is wrong with it.

    `seq` is the entry's number in its chain; for an anchor or the tree, which are subjects here too, their own number.
    """

    subject: str
    subject_id: str
    seq: int
    problem: str


Report = Callable[[int], None]


def unwatched(_entries: int) -> None:
    """For who does not want to know how far it has come."""


def verify(
    session: Session,
    *,
    subject: str | None = None,
    subject_id: str | None = None,
    since: int | None = None,
    report: Report = unwatched,
) -> Iterator[Break]:
    """Every break in the chains (of one subject where given), in order; nothing when all hold.

    With `since` only the entries are looked at that are not among the first `since` of the tree. A chain whose newest
    entries were taken away still holds by itself: that takes an anchor to see. `report` is told of every so many
    entries looked at.
    """
    wanted = _wanted(subject, subject_id, since)
    chain, seq, previous, at = ("", ""), 0, FIRST, ""
    for rows in _chunks(session, wanted):
        for row in rows:
            if isinstance(row, Unread):
                yield row.where
                continue
            _, subject, subject_id, number, *_, recorded_at, algorithm, link, hash_ = row
            if (subject, subject_id) != chain:
                chain = (subject, subject_id)
                seq, previous, at = _before(session, row) if since else (0, FIRST, "")
            problem = _link_problem(number, link, seq + 1, previous) or _content_problem(row, algorithm, hash_)
            problem = problem or _clock_problem(at, recorded_at)
            if problem:
                yield Break(str(subject), str(subject_id), _number(number), problem)
            seq, previous, at = _number(number), hash_, recorded_at
        report(len(rows))


def _wanted(subject: str | None, subject_id: str | None, since: int | None) -> list[ColumnElement[bool]]:
    wanted = []
    if subject is not None:
        wanted.append(AuditEntry.subject == subject)
    if subject_id is not None:
        wanted.append(AuditEntry.subject_id == subject_id)
    if since is not None:
        earlier = select(AuditLeaf).where(AuditLeaf.entry_id == AuditEntry.id, AuditLeaf.position < since)
        wanted.append(~earlier.exists())
    return wanted


def _before(session: Session, row: Any) -> tuple[int, str, str]:  # noqa: ANN401
    """Where the chain stood before an entry: number and hash of the one it follows."""
    query = select(AuditEntry.seq, AuditEntry.hash).where(
        AuditEntry.subject == row.subject, AuditEntry.subject_id == row.subject_id, AuditEntry.seq < row.seq
    )
    found = session.execute(query.order_by(AuditEntry.seq.desc()).limit(1)).first()
    return (found.seq, found.hash, "") if found else (0, FIRST, "")


def _link_problem(number: object, link: object, seq: int, previous: str) -> str:
    if number != seq:
        return f"缺少第 {seq} 条"
    return "" if link == previous else "与上一条的哈希不衔接"


def _content_problem(row: Sequence[Any], algorithm: object, hash_: object) -> str:
    if algorithm not in ALGORITHMS:
        return f"哈希算法“{algorithm}”不是 {'、'.join(ALGORITHMS)}"
    try:
        return "" if hash_ == stored_digest(row) else "内容与哈希不符"
    except Unreadable as unreadable:
        return f"内容无法读取（{unreadable}），与写入时不同"
    except AlgorithmUnavailable as missing:
        return missing.text("zh")


def _clock_problem(before: object, now: object) -> str:
    # text of one form compares as the instants do, so that only the rare step back is read
    if not before or now == before or (isinstance(now, str) and isinstance(before, str) and now > before):
        return ""
    earlier, later = moment(before), moment(now)
    if earlier is None or later is None or later >= earlier - CLOCK_SLACK:
        return ""
    return f"记录时间比上一条早 {_in_words(earlier - later)}，时钟被回拨"


def _in_words(span: timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    return f"{minutes} 分钟" if minutes < 120 else f"{minutes // 60} 小时"  # noqa: PLR2004 - two hours


def moment(value: object) -> datetime | None:
    """An instant as the driver gives it; None for what is none. SQLite keeps no zone: both sides then have none."""
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return None


def _number(seq: object) -> int:
    return seq if isinstance(seq, int) else 0


# Columns without their types: what cannot be read has to be named, and must not end the whole verification.
_TABLE = cast(Table, AuditEntry.__table__)
COLUMNS: tuple[Label[Any], ...] = tuple(
    literal_column(f"audit_entry.{column.name}").label(column.name) for column in _TABLE.columns
)
# PostgreSQL keeps JSON as it was written, but its driver reads it: as text it is compared to the byte there, too.
_AS_TEXT = tuple(
    literal_column(f"CAST(audit_entry.{column.name} AS TEXT)").label(column.name)
    if isinstance(column.type, JSON)
    else raw
    for column, raw in zip(_TABLE.columns, COLUMNS, strict=True)
)
_KEY = (_TABLE.c.subject, _TABLE.c.subject_id, _TABLE.c.seq)


def _chunks(session: Session, wanted: Sequence[ColumnElement[bool]]) -> Iterator[Sequence[Any]]:
    """Rows in the order of their chains; each one that cannot be read is an Unread in its place."""
    query = _entries(session.connection()).where(*wanted).order_by(*_KEY).limit(STEP)
    rows = _rows(session, query)
    while rows:
        yield rows
        rows = _rows(session, query.where(tuple_(*_KEY) > _key_of(rows[-1]))) if len(rows) == STEP else []


def _entries(connection: Connection) -> Select[Any]:
    columns = _AS_TEXT if connection.dialect.name == "postgresql" else COLUMNS
    return select(*columns).select_from(_TABLE)


def _key_of(row: Any) -> Any:  # noqa: ANN401
    """Where to read on: as values, which the index finds at once; where they cannot be read, inside the database."""
    if isinstance(row, Unread):
        return select(*_KEY).where(_TABLE.c.id == row.id).scalar_subquery()
    return tuple_(*(literal(value) for value in (row.subject, row.subject_id, row.seq)))


def _rows(session: Session, query: Select[Any]) -> Sequence[Any]:
    connection = session.connection()  # the ORM would look at every row once more
    try:
        return connection.execute(query).all()
    except (DBAPIError, ValueError):  # somewhere in it is what the driver cannot read: row by row, then
        return [_row(connection, number) for number in connection.scalars(query.with_only_columns(_TABLE.c.id)).all()]


class Unread(NamedTuple):
    """An entry the driver cannot read."""

    id: int
    where: Break


def _row(connection: Connection, number: int) -> Any:  # noqa: ANN401
    try:
        return connection.execute(_entries(connection).where(_TABLE.c.id == number)).one()
    except (DBAPIError, ValueError):
        return Unread(number, _unreadable(connection, number))


def _unreadable(connection: Connection, number: int) -> Break:
    problem = "内容无法读取，与写入时不同"
    try:
        subject, subject_id, seq = connection.execute(select(*_KEY).where(_TABLE.c.id == number)).one()
        return Break(subject, subject_id, seq, problem)
    except (DBAPIError, ValueError):
        return Break("?", f"数据库编号 {number}", 0, problem)
