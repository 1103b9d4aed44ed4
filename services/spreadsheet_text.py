"""Reads a .csv list (逗号分隔文本) as cells: its encoding, its separator, and the line each record starts on."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator

from services.project_column import recognised_fields
from services.spreadsheet_error import SpreadsheetBroken, SpreadsheetEncodingUnknown
from services.workbook_process import Cell

SEPARATORS = ",\t;，"
HEAD_LINES = 30
CELL_LENGTH = 32_767  # what a cell of Excel holds, and so what the error workbook can give back
ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),  # Excel's "Unicode text"
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"", "utf-8"),
    (b"", "gb18030"),
)
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


def decode(content: bytes, name: str) -> tuple[str, str]:
    """The text and its encoding: by byte order mark, else UTF-8, else GB18030. Raises SpreadsheetEncodingUnknown."""
    for mark, encoding in ENCODINGS:
        if content.startswith(mark):
            try:
                return content.decode(encoding), encoding
            except UnicodeDecodeError:
                continue
    raise SpreadsheetEncodingUnknown(name=name)


def read_records(text: str, name: str) -> Iterator[tuple[int, list[Cell]]]:
    """Each record with its first line (from 1, as an editor shows it). Comment lines before the list are skipped.

    Raises SpreadsheetBroken with the line where a quotation mark is not closed or a cell has no end.
    """
    lines = _without_comments(LINE.findall(text))
    reader = csv.reader(lines, delimiter=_separator(lines[:HEAD_LINES]), strict=True)
    line = 1
    try:
        for record in reader:
            if any(len(cell) > CELL_LENGTH for cell in record):
                raise _broken(name, line)
            yield line, [cell or None for cell in record]
            line = reader.line_num + 1
    except csv.Error as error:
        raise _broken(name, line) from error


def _broken(name: str, line: int) -> SpreadsheetBroken:
    """Nearly always a quotation mark that swallows the lines below it."""
    zh, en = (
        f"（第 {line} 行的引号没有成对，或一格太长）",
        f" (line {line}: unbalanced quotation mark, or a long cell)",
    )
    return SpreadsheetBroken(name=name, place_zh=zh, place_en=en)


def _without_comments(lines: list[str]) -> list[str]:
    first = next((i for i, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")), len(lines))
    return ["\n"] * first + lines[first:]


def _separator(head: list[str]) -> str:
    """The mark that makes the most headings of some line; notes may hold more commas than the list has tabs."""
    return max(SEPARATORS, key=lambda mark: max((len(recognised_fields(line.split(mark))) for line in head), default=0))
