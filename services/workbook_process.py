"""Reads .xlsx and .xls workbooks (工作簿) with calamine in a process of its own.

A damaged workbook, or one with a single cell in the last corner of the sheet, makes the native reader ask for memory
the machine does not have and abort: the process that asked dies. So it is a child with a ceiling, never the web server.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal
from pathlib import Path
from typing import Any

Cell = str | int | Decimal | date | None
MergedRange = tuple[tuple[int, int], tuple[int, int]]

MEMORY_BYTES = 2 * 2**30
CPU_SECONDS = 60
EXCEL_DIGITS = Context(prec=15)
"""Excel itself keeps and shows 15 digits; the rest of a stored float is noise (251.60000000000002)."""


@dataclass(frozen=True)
class Grid:
    """One sheet as cells: `rows[i]` is the line `i + 1`; `merged` holds inclusive ranges of 0-based (row, column).

    `end` is the last used (row, column), 1-based; when it is beyond the limits the rows were not read.
    """

    name: str
    rows: list[list[Cell]]
    merged: list[MergedRange]
    end: tuple[int, int]


class ReaderFailed(Exception):
    """The reader gave up on a damaged workbook, or was stopped at its ceiling."""


def read_grids(workbook: bytes, *, max_rows: int, max_columns: int) -> list[Grid]:
    """The visible worksheets of a workbook, in its order; numbers as int or Decimal, never float.

    Raises ReaderFailed.
    """
    command = [sys.executable, "-I", str(Path(__file__)), str(max_rows), str(max_columns)]
    try:
        child = subprocess.run(command, input=workbook, capture_output=True, timeout=CPU_SECONDS, check=False)  # noqa: S603 - our own file, no shell
        answer = json.loads(child.stdout, parse_float=_number, parse_constant=str, object_hook=_date)
    except (subprocess.TimeoutExpired, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ReaderFailed from error
    return [_grid(*sheet) for sheet in answer]


def _grid(name: str, end: list[int], merged: list[Any], rows: list[list[Any]]) -> Grid:
    cells = [[_cell(value) for value in row] for row in rows]
    return Grid(name, cells, [(tuple(first), tuple(last)) for first, last in merged], (end[0], end[1]))


def _cell(value: Any) -> Cell:  # noqa: ANN401 - what JSON gives
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return None if value == "" else value


def _number(literal: str) -> int | Decimal:
    number = EXCEL_DIGITS.create_decimal(literal)
    return int(number) if number == number.to_integral_value() else number


def _date(cell: dict[str, str]) -> date | str:
    moment = datetime.fromisoformat(cell["on"])
    return moment.date() if moment.time() == time() else moment.isoformat(" ")


def main(max_rows: int, max_columns: int) -> None:
    """The child: a workbook on stdin, its sheets as JSON on stdout; nothing on stdout when it cannot be read."""
    _limit_memory()
    sheets = _read(sys.stdin.buffer.read(), max_rows, max_columns)
    sys.stdout.write(json.dumps(sheets, default=_encode))


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # not a POSIX system: the time limit and the row limit remain
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _read(workbook: bytes, max_rows: int, max_columns: int) -> list[object]:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum, load_workbook

    book = load_workbook(io.BytesIO(workbook))
    sheets: list[object] = []
    for about in book.sheets_metadata:
        if about.typ != SheetTypeEnum.WorkSheet or about.visible != SheetVisibleEnum.Visible:
            continue
        sheet = book.get_sheet_by_name(about.name)
        rows, columns = (number + 1 for number in sheet.end or (-1, -1))
        fits = rows <= max_rows and columns <= max_columns
        cells = sheet.to_python(skip_empty_area=False) if fits else []
        sheets.append((about.name, (rows, columns), sheet.merged_cell_ranges or [], cells))
    return sheets


def _encode(value: date | time | timedelta) -> object:
    return {"on": value.isoformat()} if isinstance(value, date) else str(value)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
