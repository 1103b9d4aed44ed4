"""Writing many rows (批量写入): new rows of one table in one statement, also where the flush would write one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar, cast

from sqlalchemy import Insert, Table, insert, inspect
from sqlalchemy.orm import Mapper, Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from models.base import Base

_Row = TypeVar("_Row", bound=Base)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How rows of one table are written: worked out once, because that costs more than writing them.

    `columns` are the names of the columns with those of their attributes, `defaults` what fills an attribute that was
    not set, `names` the attributes of the columns that come back with the number.
    """

    columns: tuple[tuple[str, str], ...]
    defaults: tuple[tuple[str, Any], ...]
    names: tuple[str, ...]
    statement: Insert


def insert_all(session: Session, rows: Sequence[_Row], *, known_by: Sequence[str]) -> Sequence[_Row]:
    """Write new rows of one table with one statement; they then belong to the session, with their numbers.

    `known_by` are attributes that together tell the rows apart: databases return numbers in any order. SQLite's flush
    writes row by row, because it has to keep the order; so this is for what comes in dozens. Relationships of the rows
    are left as they are: the columns behind them have to be set.
    """
    if not rows:
        return rows
    plan = _plan(type(rows[0]), tuple(known_by))
    for row in rows:
        _fill(plan, row)
    values = [{column: getattr(row, name) for column, name in plan.columns} for row in rows]
    waiting: defaultdict[tuple[Any, ...], list[_Row]] = defaultdict(list)
    for row in reversed(rows):
        waiting[tuple(getattr(row, name) for name in plan.names)].append(row)
    for number, *key in session.execute(plan.statement, values):
        row = waiting[tuple(key)].pop()
        set_committed_value(row, "id", number)
        make_transient_to_detached(row)
    session.add_all(rows)
    return rows


@lru_cache(maxsize=64)
def _plan(model: type[Base], known_by: tuple[str, ...]) -> _Plan:
    mapper = cast("Mapper[Any]", inspect(model))
    table = cast(Table, mapper.local_table)
    columns = {column.key: mapper.get_property_by_column(column).key for column in table.columns}
    attributes = [one for one in mapper.column_attrs if one.key != "id"]
    keyed = [column for column in table.columns if columns[column.key] in known_by]
    return _Plan(
        tuple((column, name) for column, name in columns.items() if name != "id"),
        tuple((one.key, getattr(one.columns[0].default, "arg", None)) for one in attributes),
        tuple(columns[column.key] for column in keyed),
        insert(table).returning(table.c.id, *keyed),
    )


def _fill(plan: _Plan, row: Base) -> None:
    """Give every column that was not set its default, as the flush would."""
    given = row.__dict__
    for name, default in plan.defaults:
        if name not in given:
            setattr(row, name, cast("Callable[[None], Any]", default)(None) if callable(default) else default)
