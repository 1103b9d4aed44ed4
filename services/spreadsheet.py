"""Reads a project list (项目清单) from .xlsx, .xls or .csv into rows, deciding by content and not by extension."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from services import workbook_archive as archive
from services.project_column import clean_text, recognised_fields
from services.spreadsheet_error import (
    SpreadsheetBroken,
    SpreadsheetEmpty,
    SpreadsheetEncrypted,
    SpreadsheetMissing,
    SpreadsheetTooLarge,
    SpreadsheetTooLong,
    SpreadsheetUnreadable,
    SpreadsheetUnrecognised,
)
from services.spreadsheet_heading import Heading, find_heading, is_repeated
from services.spreadsheet_text import decode, read_records
from services.workbook_process import Cell, Grid, ReaderFailed, read_grids

MAX_COLUMNS = 256
HEADING_ROOM = 100  # lines above the list that do not count as rows of it
MEGABYTE = 2**20
SNIFFED_BYTES = 4096

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"MZ", "一个程序（.exe）", "a program (.exe)"),
    (b"\x7fELF", "一个程序", "a program"),
    (b"%PDF", "PDF 文档", "a PDF document"),
    (b"\x89PNG", "图片", "a picture"),
    (b"\xff\xd8\xff", "图片", "a picture"),
    (b"Rar!", "压缩包", "a compressed archive"),
    (b"7z\xbc\xaf", "压缩包", "a compressed archive"),
    (b"{\\rtf", "RTF 文档", "an RTF document"),
)
WEB_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<[!?a-z]|mime-version:)", re.IGNORECASE)
# The first record of an .xls stream, BOF of BIFF 8 or 5, and right behind it FILEPASS ([MS-XLS] 2.1.7.20.1).
XLS_PASSWORD = re.compile(
    rb"\x09\x08(?:\x10\x00\x00\x06\x05\x00.{12}|\x08\x00\x00\x05\x05\x00.{4})(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL
)


@dataclass(frozen=True)
class TableRow:
    """One row of the list: its line in the file (from 1) and, by column, the cells as typed; None is an empty cell."""

    line: int
    cells: dict[str, Cell]


@dataclass(frozen=True)
class Table:
    """A list as it stands in the file; blank lines and repeated headings are left out, nothing else.

    `sheet` is the worksheet (for .csv the file name), `encoding` only that of a .csv. `preamble` is what stands above
    the heading (单位：万元). `other_sheets` are sheets that look like project lists too and were not read.
    """

    columns: list[str]
    rows: list[TableRow]
    sheet: str
    encoding: str | None
    preamble: str = ""
    other_sheets: tuple[str, ...] = ()


def read_table(path: Path, *, max_bytes: int = 50 * MEGABYTE, max_rows: int = 20_000) -> Table:
    """Read the first sheet that has a project list; numbers of a workbook as int or Decimal, text as typed.

    The size is looked at before the content, the unpacked size while unpacking. Formulas give their stored result;
    one without a result, and an error value, stay text. In merged cells every row gets the text, but no row except
    the first gets a number, which would count it twice.

    Raises SpreadsheetMissing, SpreadsheetUnreadable, SpreadsheetUnrecognised, SpreadsheetTooLarge, SpreadsheetTooLong,
    SpreadsheetEncrypted, SpreadsheetBroken, SpreadsheetEmpty, SpreadsheetEncodingUnknown.
    """
    content = _content(path, max_bytes)
    kind = _kind(content, path.name)
    encoding = None
    if kind == "text":
        text, encoding = decode(content, path.name)
        grids = [_text_grid(text, path.name, max_rows)]
    else:
        grids = _workbook_grids(content, path.name, max_rows, packed=kind == "zip")
    return _table(grids, path.name, encoding)


def _content(path: Path, max_bytes: int) -> bytes:
    if not path.is_file():
        raise SpreadsheetMissing(path=path)
    try:
        size = path.stat().st_size
        if size > max_bytes:
            raise _too_large(path.name, size, max_bytes)
        content = path.read_bytes()
    except OSError as error:
        raise SpreadsheetUnreadable(path=path, reason=error.strerror) from error
    if not content.strip():
        raise SpreadsheetEmpty(name=path.name)
    return content


def _too_large(name: str, size: int, limit: int) -> SpreadsheetTooLarge:
    return SpreadsheetTooLarge(name=name, size_mb=-(-size // MEGABYTE), limit_mb=limit // MEGABYTE)


def _kind(content: bytes, name: str) -> str:
    """`zip`, `ole` or `text`; anything else, named by what it looks like, is refused."""
    looks = next(((zh, en) for mark, zh, en in SIGNATURES if content.startswith(mark)), None)
    if WEB_PAGE.match(content[:SNIFFED_BYTES]):
        looks = (
            "网页或 XML（许多办公系统导出的 .xls 就是网页）",
            "a web page or XML (as many office systems export it)",
        )
    if looks is None and content.startswith(ZIP):
        looks = _packed_looks(content, name)
        kind = "zip"
    elif looks is None and content.startswith(OLE):
        looks = _ole_looks(content, name)
        kind = "ole"
    else:
        kind = "text"
        if looks is None and not content.startswith(UTF16_MARKS) and b"\0" in content:
            looks = ("二进制数据", "binary data")
    if looks:
        raise SpreadsheetUnrecognised(name=name, looks_zh=looks[0], looks_en=looks[1])
    return kind


def _packed_looks(content: bytes, name: str) -> tuple[str, str] | None:
    try:
        parts = set(archive.part_names(content))
    except archive.ArchiveBroken as error:
        raise _broken(name) from error
    if "xl/workbook.xml" in parts:
        return None
    if "word/document.xml" in parts:
        return "Word 文档", "a Word document"
    if "xl/workbook.bin" in parts or "content.xml" in parts:
        return "另一种表格格式（.xlsb 或 .ods）", "another spreadsheet format (.xlsb or .ods)"
    return "压缩包", "a compressed archive"


def _ole_looks(content: bytes, name: str) -> tuple[str, str] | None:
    if "EncryptedPackage".encode("utf-16-le") in content or XLS_PASSWORD.search(content):
        raise SpreadsheetEncrypted(name=name)
    return ("Word 文档", "a Word document") if "WordDocument".encode("utf-16-le") in content else None


def _broken(name: str) -> SpreadsheetBroken:
    return SpreadsheetBroken(name=name, place_zh="", place_en="")


def _workbook_grids(content: bytes, name: str, max_rows: int, *, packed: bool) -> list[Grid]:
    try:
        if packed:
            content = archive.bounded_copy(content)
        grids = read_grids(content, max_rows=max_rows + HEADING_ROOM, max_columns=MAX_COLUMNS)
    except archive.ArchiveTooLarge as error:
        raise _too_large(name, archive.MAX_UNPACKED_BYTES + 1, archive.MAX_UNPACKED_BYTES) from error
    except archive.ArchiveEncrypted as error:
        raise SpreadsheetEncrypted(name=name) from error
    except (archive.ArchiveBroken, ReaderFailed) as error:
        raise _broken(name) from error
    for grid in grids:
        _check_extent(grid, name, max_rows)
    return grids


def _check_extent(grid: Grid, name: str, max_rows: int) -> None:
    rows, columns = grid.end
    if rows > max_rows + HEADING_ROOM or columns > MAX_COLUMNS:
        limits = {"max_rows": max_rows, "max_columns": MAX_COLUMNS}
        raise SpreadsheetTooLong(name=name, sheet=grid.name, rows=rows, columns=columns, **limits)


def _text_grid(text: str, name: str, max_rows: int) -> Grid:
    rows: list[list[Cell]] = []
    columns = 0
    for line, record in read_records(text, name):
        rows.extend([] for _ in range(line - 1 - len(rows)))  # lines inside a quoted cell keep the count
        rows.append(record)
        columns = max(columns, len(record))
        _check_extent(Grid(name, [], [], (line, columns)), name, max_rows)
    return Grid(name, rows, [], (len(rows), columns))


def _table(grids: list[Grid], name: str, encoding: str | None) -> Table:
    filled = [grid for grid in grids if any(cell is not None for row in grid.rows for cell in row)]
    if not filled:
        raise SpreadsheetEmpty(name=name)
    headings = [find_heading(grid) for grid in filled]
    fields = [recognised_fields(heading.labels) for heading in headings]
    named = [i for i, found in enumerate(fields) if "name" in found and len(found) > 1]
    chosen = named[0] if named else max(range(len(filled)), key=lambda i: len(fields[i]))
    others = tuple(filled[i].name for i in named if i != chosen)
    return _rows_below(filled[chosen], headings[chosen], encoding, others)


def _rows_below(grid: Grid, heading: Heading, encoding: str | None, others: tuple[str, ...]) -> Table:
    rows = []
    for line, row in enumerate(grid.rows[heading.line :], start=heading.line + 1):
        padded = [_filled(cell) for cell in row] + [None] * (len(heading.labels) - len(row))
        cells = dict(zip(heading.labels, padded, strict=False))
        if any(cell is not None for cell in cells.values()) and not is_repeated(cells):
            rows.append(TableRow(line, cells))
    return Table(heading.labels, rows, grid.name, encoding, heading.preamble, others)


def _filled(cell: Cell) -> Cell:
    return None if isinstance(cell, str) and not clean_text(cell) else cell
