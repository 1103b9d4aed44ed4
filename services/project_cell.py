"""Reads single cells of a project list (单元格): numbers, money, years and dates as people type them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from services.project_column import Column, ColumnKind, area_unit, clean_text, fold, money_unit
from services.workbook_process import Cell

Value = str | int | Decimal | date | None

NOT_PUBLISHED = {
    "",
    *["-", "--", "—", "——", "/", "\\", "无", "暂无", "不详", "未知", "空", "n/a", "na", "null", "none", "nan"],
}
FIRST_YEAR, LAST_YEAR = 1950, 2100
MAX_NUMBER = 10**12
TEXT_LENGTH = {"code": 64, "name": 200, "note": 2000, "source": 2000, "investment_note": 2000}
USUAL_LENGTH = 100

NUMBER = re.compile(r"(?P<number>[+-]?(?:\d{1,3}(?:[, ]\d{3})+|\d{1,15})(?:\.\d{1,15})?)\s*(?P<unit>(?:m2|\D){0,6})")
YEAR = re.compile(r"(\d{4})(?:\.0)?\s*年?度?")
DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:[ t]\d{1,2}:\d{2}(?::\d{2})?)?"
    r"|(\d{4})(\d{2})(\d{2})"
)
YEAR_SOMEWHERE = re.compile(r"(?:19|20)\d{2}(?!\d)")
CODE = re.compile(r"\w[\w.\-()#]*")
WHOLE_UNITS = {"", "户", "栋", "幢", "座", "个", "家", "处"}
AREA_UNITS = {"", "m2", "平方米", "平米", "平", "万m2", "万平方米", "万平米", "万平"}
MONEY_UNITS = {"", "元", "千元", "万元", "万", "亿元", "亿"}


class CellProblem(Exception):
    """A cell cannot be taken as what its column holds; `code` is a key of `project_row_problem.WORDS`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def read_cell(cell: Cell, column: Column, heading: str) -> Value:
    """What the cell says, in the field's own unit (m², fen); None when nothing is published.

    `heading` is the text that names the unit. Raises CellProblem.
    """
    reader = READERS.get(column.kind)
    if reader is None:
        return _text(cell, column.field)
    typed = fold(as_text(cell))
    if typed in NOT_PUBLISHED:
        return None
    if typed.startswith(("=", "#")):
        raise CellProblem("formula_without_result" if typed[0] == "=" else "formula_failed")
    return reader(cell, heading)


def as_text(cell: Cell) -> str:
    """A cell as text: dates in ISO form, decimals without exponent, text without what cannot be seen."""
    if cell is None:
        return ""
    return clean_text(cell) if isinstance(cell, str) else format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def _text(cell: Cell, field: str) -> str | None:
    text = as_text(cell)
    if len(text) > TEXT_LENGTH.get(field, USUAL_LENGTH):
        raise CellProblem("text_too_long")
    return text or None


def _code(cell: Cell, _heading: str) -> str:
    code = unicodedata.normalize("NFKC", as_text(cell))
    if len(code) > TEXT_LENGTH["code"] or not CODE.fullmatch(code):
        raise CellProblem("code_unusable")
    return code


def _number(cell: Cell, units: set[str]) -> tuple[Decimal, str]:
    """The number, not negative, and the unit written behind it."""
    text = fold(as_text(cell))
    match = NUMBER.fullmatch(text)
    if isinstance(cell, date) or not match or match["unit"] not in units:
        raise CellProblem("number_unreadable")
    number = Decimal(match["number"].replace(",", "").replace(" ", ""))
    if not 0 <= number < MAX_NUMBER:
        raise CellProblem("number_out_of_range")
    return number, match["unit"]


def _whole(cell: Cell, _heading: str) -> int:
    number, _ = _number(cell, WHOLE_UNITS)
    if number != number.to_integral_value():
        raise CellProblem("number_not_whole")
    return int(number)


def _area(cell: Cell, heading: str) -> Decimal:
    number, unit = _number(cell, AREA_UNITS)
    return number * area_unit(unit or heading)


def _money(cell: Cell, heading: str) -> int:
    """Fen; what is typed finer than a fen is rounded half up."""
    number, unit = _number(cell, MONEY_UNITS)
    in_fen = money_unit(unit or heading)
    if in_fen is None:
        raise CellProblem("unit_missing")
    return int((number * in_fen).to_integral_value(ROUND_HALF_UP))


def _year(cell: Cell, _heading: str) -> int:
    match = YEAR.fullmatch(fold(as_text(cell)))
    year = int(match[1]) if match else cell.year if isinstance(cell, date) else 0
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CellProblem("year_unreadable")
    return year


def _day(cell: Cell, _heading: str) -> date:
    text = fold(as_text(cell))
    match = DAY.fullmatch(text)
    if not match:
        raise CellProblem("date_incomplete" if YEAR_SOMEWHERE.search(text) else "date_unreadable")
    try:
        day = date(*(int(part) for part in match.groups() if part))
    except ValueError as error:
        raise CellProblem("date_impossible") from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise CellProblem("date_impossible")
    return day


READERS: dict[ColumnKind, Callable[[Cell, str], Value]] = {
    ColumnKind.code: _code,
    ColumnKind.year: _year,
    ColumnKind.whole: _whole,
    ColumnKind.area: _area,
    ColumnKind.money: _money,
    ColumnKind.date: _day,
}
