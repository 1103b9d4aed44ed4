"""Tables copied (数据复制): every row of a database into another of either kind, to the byte where it is hashed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    func,
    insert,
    literal,
    select,
    text,
    type_coerce,
)
from sqlalchemy.sql.dml import Insert

import models.tables  # noqa: F401 - so that every table is known to the metadata
from models.base import Base

STEP = 1000
"""Rows carried at once."""
Carried = Callable[[int], None]


def tables() -> Sequence[Table]:
    """Every table of the record, each after those it refers to."""
    return Base.metadata.sorted_tables


def row_count(connection: Connection) -> int:
    """How many rows there are in all tables."""
    return sum(_count(connection, table) for table in tables())


def is_empty(connection: Connection) -> bool:
    """Whether no table holds a row."""
    return not any(connection.scalar(select(literal(1)).select_from(table).limit(1)) for table in tables())


def copy_rows(source: Connection, target: Connection, *, report: Carried) -> int:
    """Carry every row over, ids and all, into tables of the same version that are empty; returns how many.

    References are checked by the target at the end, and its sequences go on where the source's stood. JSON is carried
    as the text it is. `report` is told of every so many rows. Nothing is committed.
    """
    carried = 0
    with _references_at_the_end(target):
        for table in tables():
            carried += _carry(source, target, table, report)
    for table in tables():
        _go_on(source, target, table)
    return carried


def differing(source: Connection, target: Connection) -> list[str]:
    """The tables that do not hold as many rows here as there."""
    return [table.name for table in tables() if _count(source, table) != _count(target, table)]


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _carry(source: Connection, target: Connection, table: Table, report: Carried) -> int:
    read, write, carried = _reading(source, table), _writing(target, table), 0
    with source.execution_options(yield_per=STEP).execute(read) as found:
        for rows in found.partitions():
            target.execute(write, [dict(row._mapping) for row in rows])
            carried += len(rows)
            report(len(rows))
    return carried


def _reading(source: Connection, table: Table) -> Select[Any]:
    as_text = cast if _is_postgres(source) else type_coerce
    columns: list[ColumnElement[Any]] = [
        as_text(column, Text).label(f"given_{column.name}")
        if isinstance(column.type, JSON)
        else column.label(f"given_{column.name}")
        for column in table.columns
    ]
    return select(*columns).order_by(*table.primary_key.columns)


def _writing(target: Connection, table: Table) -> Insert:
    values: dict[str, ColumnElement[Any]] = {}
    for column in table.columns:
        is_json = isinstance(column.type, JSON)
        value = bindparam(f"given_{column.name}", type_=Text() if is_json else column.type)
        values[column.name] = cast(value, JSON) if is_json and _is_postgres(target) else value
    return insert(table).values(values)


def _is_postgres(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


@contextmanager
def _references_at_the_end(target: Connection) -> Iterator[None]:
    """Rows that refer to later ones are taken; whether every reference holds is checked when the block ends."""
    if not _is_postgres(target):
        target.execute(text("PRAGMA defer_foreign_keys = ON"))  # until the transaction ends, when it is checked
        yield
        return
    references = target.execute(_REFERENCES).all()
    for table, name in references:
        target.execute(text(f"ALTER TABLE {table} ALTER CONSTRAINT {name} DEFERRABLE INITIALLY DEFERRED"))
    yield
    target.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    for table, name in references:
        target.execute(text(f"ALTER TABLE {table} ALTER CONSTRAINT {name} NOT DEFERRABLE"))


_REFERENCES = text(
    "SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint "
    "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
)


def _go_on(source: Connection, target: Connection, table: Table) -> None:
    """Let the numbers PostgreSQL gives go on after the highest one ever given; SQLite looks by itself."""
    sequence = _sequence(target, table)
    if sequence is None:
        return
    (number,) = table.primary_key.columns
    highest = source.scalar(select(func.max(number))) or 0
    given = _sequence(source, table)
    if given is not None:  # it may be ahead: numbers of rows taken back are not given twice
        highest = max(highest, source.scalar(text(f"SELECT last_value - (NOT is_called)::int FROM {given}")) or 0)  # noqa: S608 - as PostgreSQL named it
    if highest:
        target.execute(text("SELECT setval(:sequence, :highest)"), {"sequence": sequence, "highest": highest})


def _sequence(connection: Connection, table: Table) -> str | None:
    columns = list(table.primary_key.columns)
    if not _is_postgres(connection) or len(columns) != 1:
        return None
    named = {"table": table.name, "column": columns[0].name}
    found: str | None = connection.scalar(text("SELECT pg_get_serial_sequence(:table, :column)"), named)
    return found
