"""Which column of a list is which field (列对应), and what a list lacks before its rows are looked at."""

from __future__ import annotations

import re
from dataclasses import dataclass

from services.project_column import COLUMNS, Column, ColumnKind, find_column, money_unit
from services.spreadsheet import Table
from services.spreadsheet_error import ColumnMissing

UNIT_LINE = re.compile(r"单位[:：]\s*((?:[亿万千]?元|万?平方米|万?㎡|户|栋|幢|米|[、,，;；/])+)(?=$|[\s)）])")
UNNAMED = re.compile(r"第\d+列")


@dataclass(frozen=True)
class Layout:
    """Which column of the table is which field, and the text that names each column's unit."""

    columns: dict[str, Column | None]
    units: dict[str, str]
    closed: bool  # a .csv: a cell beyond the heading means a row that fell apart

    def label(self, name: str) -> str:
        """What this list calls the field, or our own heading when it has no such column."""
        known = (label for label, column in self.columns.items() if column and column.field == name)
        return next(known, next(column.zh for column in COLUMNS if column.field == name))


def find_layout(table: Table) -> Layout:
    """Match the headings to the fields; of two that mean the same field, the better name wins, the other is extra."""
    columns: dict[str, Column | None] = dict.fromkeys(table.columns)
    found = [(known, label) for label in table.columns if (known := find_column(label))]
    taken: set[str] = set()
    for (column, _), label in sorted(found, key=lambda pair: pair[0][1]):
        if column.field not in taken or column.kind == ColumnKind.ignored:
            columns[label] = column
            taken.add(column.field)
    line = UNIT_LINE.search(table.preamble)
    units = {label: _unit_text(label, column, line[1] if line else "") for label, column in columns.items()}
    return Layout(columns, units, closed=table.encoding is not None)


def _unit_text(label: str, column: Column | None, unit_line: str) -> str:
    """The heading names the unit; a money column may leave it to 单位：万元 above the list."""
    leaves_it = column is not None and column.kind == ColumnKind.money and money_unit(label) is None
    return unit_line if leaves_it else label


def require_columns(layout: Layout, table: Table, *, district_known: bool) -> None:
    """Refuse a list without names, or without districts unless a default one is known. Raises ColumnMissing."""
    present = {column.field for column in layout.columns.values() if column}
    required = ["name"] if district_known else ["name", "district"]
    missing = [column for column in COLUMNS if column.field in required and column.field not in present]
    if missing:
        found = "、".join(label for label in table.columns if not UNNAMED.fullmatch(label)) or "（无）"
        names = {"missing_zh": "、".join(c.zh for c in missing), "missing_en": ", ".join(c.field for c in missing)}
        raise ColumnMissing(**names, found=found)
