"""Rolls and ballots as lists (名册、表决票清单): columns by the names offices use, wrong cells told with their line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

from services.project_cell import CellProblem, Value, as_text, read_cell
from services.project_column import BRACKETED, Column, ColumnKind, fold
from services.project_row_problem import RowError, row_error
from services.spreadsheet import Table, TableRow
from services.spreadsheet_error import ColumnMissing
from services.vote_ballot import Cast
from services.vote_roll import PlaceKey, RollUnit, place_key, unit_problem
from services.workbook_process import Cell
from states.vote import Choice, Collecting

CENT = 100
LENGTHS = {"building": 40, "entrance": 40, "room": 40, "holder": 60, "name": 120, "phone": 40, "collected_by": 120}
_MARKS = re.compile(r"[\s*_:;,/\\、.\-—()]+")
_TOTALS = {"合计", "小计", "总计", "共计"}

NAMES: Mapping[str, str] = {
    "building": "楼栋 栋 幢 楼号 栋号 幢号 楼 building",
    "entrance": "单元 单元号 门栋 entrance",
    "room": "室号 室 房号 房间号 户号 门牌号 门牌 room",
    "area": "专有面积 专有部分面积 建筑面积 产权面积 房屋面积 面积 area",
    "owners": "业主人数 产权人数 共有人数 人数 owners",
    "holder": "业主编号 产权人编号 holder",
    "name": "业主姓名 业主 产权人 姓名 户主 name",
    "phone": "电话 联系电话 手机 手机号 phone",
    "choice": "意见 表决意见 表决 是否同意 choice",
    "way": "方式 表决方式 征询方式 way",
    "collected_by": "收集人 征询人 经办人 collected_by",
    "on": "日期 表决日期 征询日期 填票日期 day",
    "document": "材料编号 凭证编号 document",
}
"""Column names by field, the best one first."""
_FIELD = {fold(alias): name for name, aliases in NAMES.items() for alias in aliases.split()}
CHOICES = {
    **dict.fromkeys(("同意", "赞成", "是", "愿意", "agree", "√"), Choice.agree),
    **dict.fromkeys(("反对", "不同意", "否", "不愿意", "against", "×"), Choice.against),
    **dict.fromkeys(("弃权", "abstain"), Choice.abstain),
}
SILENT = {"未投票", "未表决", "未反馈", "未参加"}
WAYS = {
    **dict.fromkeys(("纸质", "纸质表决票", "书面", "paper"), Collecting.paper),
    **dict.fromkeys(("入户", "入户征询", "上门", "door_to_door"), Collecting.door_to_door),
    **dict.fromkeys(("电子", "电子投票", "网络", "e_vote"), Collecting.e_vote),
}

_Read = TypeVar("_Read")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Listed(Generic[_Read]):
    """The rows that can be used, with their lines, and what is wrong with the others."""

    rows: list[tuple[int, _Read]]
    errors: list[RowError]


@dataclass(frozen=True, slots=True)
class BallotDefaults:
    """What holds for every ballot of a list that says nothing else."""

    way: Collecting
    collected_by: str
    on: date


def read_roll(table: Table) -> Listed[RollUnit]:
    """The units of a roll; a unit that stands twice is an error on the later line. Raises ColumnMissing."""
    reader = _Reader(table, required=("building", "room", "area"))
    found: Listed[RollUnit] = Listed([], reader.errors)
    seen: dict[PlaceKey, int] = {}
    for row in reader.rows():
        before = len(reader.errors)
        unit = _unit(reader, row)
        problem = unit_problem(unit)
        if len(reader.errors) == before and problem:
            name = "room" if not unit.room else "area"
            reader.find(row, name, "unit_unfit", problem=problem[0], problem_en=problem[1])
        elif (earlier := seen.setdefault(unit.key, row.line)) != row.line:
            reader.find(row, "room", "unit_repeated", unit=unit.place, earlier=earlier)
        if len(reader.errors) == before:
            found.rows.append((row.line, unit))
    return found


def _unit(reader: _Reader, row: TableRow) -> RollUnit:
    return RollUnit(
        building=reader.text(row, "building"),
        entrance=reader.text(row, "entrance"),
        room=reader.text(row, "room"),
        area=reader.area(row),
        owners=reader.whole(row, "owners") or 1,
        holder=reader.text(row, "holder") or None,
        name=reader.text(row, "name") or None,
        phone=reader.text(row, "phone") or None,
    )


def read_ballots(table: Table, defaults: BallotDefaults) -> Listed[Cast]:
    """The ballots of a list; rows without a choice have not voted and are left out. Raises ColumnMissing."""
    reader = _Reader(table, required=("building", "room", "choice"))
    found: Listed[Cast] = Listed([], reader.errors)
    seen: dict[PlaceKey, int] = {}
    for row in reader.rows():
        before = len(reader.errors)
        choice = reader.one_of(row, "choice", CHOICES)
        if choice is None:
            continue
        cast = Cast(
            reader.text(row, "building"),
            reader.text(row, "entrance"),
            reader.text(row, "room"),
            choice,
            reader.one_of(row, "way", WAYS) or defaults.way,
            reader.text(row, "collected_by") or defaults.collected_by,
            reader.day(row) or defaults.on,
            reader.whole(row, "document"),
        )
        earlier = seen.setdefault(place_key(cast.building, cast.entrance, cast.room), row.line)
        if earlier != row.line:
            reader.find(row, "room", "unit_repeated", unit=cast.place, earlier=earlier)
        if len(reader.errors) == before:
            found.rows.append((row.line, cast))
    return found


@dataclass
class _Reader:
    """Reads the cells of one list by field; what is wrong goes into `errors`."""

    table: Table
    required: tuple[str, ...]
    errors: list[RowError] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.columns: dict[str, str] = {}
        for label in self.table.columns:
            name = _FIELD.get(_MARKS.sub("", BRACKETED.sub("", fold(label))))
            if name:
                self.columns.setdefault(name, label)
        missing = [name for name in self.required if name not in self.columns]
        if missing:
            names = {"missing_zh": "、".join(NAMES[m].split()[0] for m in missing), "missing_en": ", ".join(missing)}
            raise ColumnMissing(**names, found="、".join(self.table.columns) or "（无）")

    def rows(self) -> list[TableRow]:
        """The rows that say something about a unit; lines of totals are none."""
        return [row for row in self.table.rows if not self._is_total(row) and self._says(row)]

    def _is_total(self, row: TableRow) -> bool:
        return any(as_text(cell).replace(" ", "") in _TOTALS for cell in row.cells.values())

    def _says(self, row: TableRow) -> bool:
        return any(as_text(row.cells.get(label)) for label in self.columns.values())

    def cell(self, row: TableRow, name: str) -> Cell:
        """What stands there; None where the list has no such column."""
        return row.cells.get(self.columns[name]) if name in self.columns else None

    def find(self, row: TableRow, name: str, code: str, **data: object) -> None:
        """Write an error down."""
        label = self.columns.get(name, NAMES[name].split()[0])
        self.errors.append(row_error(row.line, label, as_text(self.cell(row, name)), code, **data))

    def text(self, row: TableRow, name: str) -> str:
        """Text, not too long to be kept."""
        text = as_text(self.cell(row, name))
        if len(text) > LENGTHS[name]:
            self.find(row, name, "text_too_long")
            return text[: LENGTHS[name]]
        return text

    def area(self, row: TableRow) -> int:
        """The area in 0.01 m²; finer than that is an error, never rounded."""
        value = self._value(row, "area", ColumnKind.area)
        if not isinstance(value, Decimal):
            if self.cell(row, "area") is None:
                self.find(row, "area", "area_missing")
            return CENT  # told already; not to be told again as too small
        hundredths = value * CENT
        if hundredths != hundredths.to_integral_value():
            self.find(row, "area", "area_too_fine")
        return int(hundredths)

    def whole(self, row: TableRow, name: str) -> int | None:
        """A whole number, where one stands there."""
        value = self._value(row, name, ColumnKind.whole)
        return value if isinstance(value, int) else None

    def day(self, row: TableRow) -> date | None:
        """A day, where one stands there."""
        value = self._value(row, "on", ColumnKind.date)
        return value if isinstance(value, date) else None

    def one_of(self, row: TableRow, name: str, words: Mapping[str, _Value]) -> _Value | None:
        """One of these words; None where nothing stands there, or that nobody voted."""
        text = fold(as_text(self.cell(row, name)))
        if not text or text in SILENT:
            return None
        if text not in words:
            self.find(row, name, "word_unknown", expected="、".join(words))
        return words.get(text)

    def _value(self, row: TableRow, name: str, kind: ColumnKind) -> Value:
        cell = self.cell(row, name)
        if cell is None:
            return None
        label = self.columns[name]
        try:
            return read_cell(cell, Column(name, label, kind, ""), label)
        except CellProblem as problem:
            self.find(row, name, problem.code)
            return None
