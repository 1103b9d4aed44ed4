"""Maps and checks the rows of a project list (项目行): what is right goes on, what is wrong is named cell by cell."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from services.project_cell import CellProblem, Value, as_text, read_cell
from services.project_column import Column, ColumnKind, fold
from services.project_layout import UNNAMED, Layout, find_layout, require_columns
from services.project_row_problem import WARNINGS, RowError, row_error
from services.spreadsheet import Table, TableRow
from services.spreadsheet_error import ColumnUnitMissing
from services.workbook_process import Cell

EXAMPLE_MARK = "示例"
TOTALS = {"合计", "小计", "总计", "共计", "累计"}
PLACE_FIELDS = {"city", "district", "street"}
HAS_WORD = re.compile(r"\w")


class ProjectRow(BaseModel):
    """One project of a list. None is "not published", never zero.

    `investment_fen` is in fen, `floor_area_m2` in square metres; days are of the city's calendar. What is not a
    number under 总投资 (`<2000`) is kept in `investment_note`; columns without a field are in `extra`, as typed.
    """

    model_config = ConfigDict(frozen=True)

    code: str | None = None
    name: str
    city: str | None = None
    district: str
    street: str | None = None
    community: str | None = None
    plan_year: int | None = None
    buildings: int | None = None
    households: int | None = None
    floor_area_m2: Decimal | None = None
    investment_fen: int | None = None
    investment_note: str | None = None
    built_year: str | None = None
    start_on: date | None = None
    finish_on: date | None = None
    source: str | None = None
    note: str | None = None
    extra: dict[str, str] = {}


@dataclass(frozen=True)
class RowDefaults:
    """What holds for every row that leaves it empty: a county's own list names no county."""

    city: str | None = None
    district: str | None = None
    street: str | None = None
    plan_year: int | None = None


@dataclass(frozen=True)
class Checked:
    """The rows to store, with their lines; a row with an error is not among them. Warnings stop nothing."""

    rows: list[tuple[int, ProjectRow]]
    errors: list[RowError]
    warnings: list[RowError]


@dataclass
class _Draft:
    """A row while it is read."""

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    findings: list[RowError] = field(default_factory=list)
    money_words: str = ""

    def find(self, column: str, value: str, code: str, **data: Any) -> None:  # noqa: ANN401 - what the words name
        self.findings.append(row_error(self.line, column, value, code, **data))


def generate_code(row: ProjectRow) -> str:
    """A code for a project that came without: the same place, name and year always give the same one.

    `<plan year or 0000>-<first 8 hex digits of SHA-256 over city|district|name|plan year>`, each part folded (NFKC,
    white space, case), so that 惠德花园（一期） typed with other brackets is the same project.
    """
    year = "" if row.plan_year is None else str(row.plan_year)
    identity = "|".join((fold(row.city or ""), fold(row.district), fold(row.name), year))
    return f"{year or '0000'}-{hashlib.sha256(identity.encode()).hexdigest()[:8].upper()}"


def check_rows(table: Table, *, defaults: RowDefaults) -> Checked:
    """Read every row of the table; every finding of a row is reported, not only the first.

    Rows without a code get `generate_code`. Example rows of the template and lines of totals are left out. A code that
    stands twice is an error on the later line, naming the earlier.
    Raises ColumnMissing and ColumnUnitMissing, which concern the whole list.
    """
    layout = find_layout(table)
    require_columns(layout, table, district_known=bool(defaults.district))
    drafts = [_read(row, layout, defaults) for row in table.rows if not _is_example(row, layout)]
    warnings = [row_error(0, "", sheet, "sheet_not_read") for sheet in table.other_sheets]
    checked = Checked([], [], warnings)
    codes: dict[str, int] = {}
    names: dict[tuple[str, str, str], int] = {}
    for draft in drafts:
        _settle(draft, layout, checked, codes)
    for line, row in checked.rows:
        place = fold(row.city or ""), fold(row.district), fold(row.name)
        earlier = names.setdefault(place, line)
        if earlier != line:
            warnings.append(row_error(line, layout.label("name"), row.name, "name_repeated", earlier=earlier))
    return checked


def _is_example(row: TableRow, layout: Layout) -> bool:
    return as_text(row.cells.get(layout.label("code"))).startswith(EXAMPLE_MARK)


def _read(row: TableRow, layout: Layout, defaults: RowDefaults) -> _Draft:
    draft = _Draft(row.line)
    for label, column in layout.columns.items():
        cell = row.cells.get(label)
        if cell is not None:
            _read_one(draft, label, column, cell, layout)
    if draft.money_words:
        notes = draft.money_words, draft.values.get("investment_note")
        draft.values["investment_note"] = "；".join(note for note in notes if note)
    if not _is_project(draft, row, layout):
        return draft
    for name in ("city", "district", "street", "plan_year"):
        if draft.values.get(name) is None:
            draft.values[name] = getattr(defaults, name)
    _check_whole(draft, row, layout)
    return draft


def _read_one(draft: _Draft, label: str, column: Column | None, cell: Cell, layout: Layout) -> None:
    if column is None or column.kind in {ColumnKind.extra, ColumnKind.ignored}:
        _keep(draft, label, column, cell, layout)
        return
    try:
        value: Value = read_cell(cell, column, layout.units[label])
    except CellProblem as problem:
        _misread(draft, label, column, cell, problem.code)
    else:
        draft.values[column.field] = value


def _keep(draft: _Draft, label: str, column: Column | None, cell: Cell, layout: Layout) -> None:
    if column is not None and column.kind == ColumnKind.ignored:
        return
    if column is None and UNNAMED.fullmatch(label):
        draft.find(label, str(cell), "cell_without_heading" if layout.closed else "cell_outside_list")
    draft.extra[column.field if column else label] = as_text(cell)


def _misread(draft: _Draft, label: str, column: Column, cell: Cell, code: str) -> None:
    """Money and days that say less than a number or a day are kept in words; anything else is an error."""
    if code == "unit_missing":
        raise ColumnUnitMissing(column=label)
    if code == "number_unreadable" and column.kind == ColumnKind.money:
        draft.money_words = as_text(cell)
        code = "investment_kept_as_note"
    if code == "date_incomplete":
        draft.extra[label] = as_text(cell)
    draft.values.setdefault(column.field, None)
    draft.find(label, str(cell), code)


def _is_project(draft: _Draft, row: TableRow, layout: Layout) -> bool:
    """Totals, captions and numbered empty lines are no projects; what stands in them is reported, not imported."""
    typed = [(label, as_text(cell)) for label, cell in row.cells.items() if cell is not None]
    named = {label: text for label, text in typed if (column := layout.columns[label]) and column.field == "name"}
    first = (typed[0][1], *named.values())
    total = any(text.replace(" ", "") in TOTALS for text in first)
    filled = {name for name, value in draft.values.items() if value is not None}
    if not total and (not filled <= PLACE_FIELDS or any(f.code not in WARNINGS for f in draft.findings)):
        return True
    draft.values.clear()
    draft.findings.clear()
    says = " ".join(text for label, text in typed if not (text.isdigit() and _is_ignored(layout, label)))
    if says:
        draft.find("", says, "total_skipped" if total else "row_without_project")
    return False


def _is_ignored(layout: Layout, label: str) -> bool:
    column = layout.columns[label]
    return column is not None and column.kind == ColumnKind.ignored


def _check_whole(draft: _Draft, row: TableRow, layout: Layout) -> None:
    found = {finding.column for finding in draft.findings}
    for name in ("name", "district"):
        label, value = layout.label(name), draft.values.get(name)
        if label not in found and (value is None or not HAS_WORD.search(value)):
            draft.find(label, as_text(row.cells.get(label)), f"{name}_missing")
    start, finish = draft.values.get("start_on"), draft.values.get("finish_on")
    if start and finish and finish < start:
        draft.find(layout.label("finish_on"), str(finish), "finish_before_start", start=start)


def _settle(draft: _Draft, layout: Layout, checked: Checked, codes: dict[str, int]) -> None:
    errors = [finding for finding in draft.findings if finding.code not in WARNINGS]
    checked.warnings.extend(finding for finding in draft.findings if finding.code in WARNINGS)
    checked.errors.extend(errors)
    if errors or not draft.values:
        return
    row = ProjectRow(**draft.values, extra=draft.extra)
    row = row if row.code else row.model_copy(update={"code": generate_code(row)})
    code = str(row.code)
    earlier = codes.setdefault(code, draft.line)
    if earlier == draft.line:
        checked.rows.append((draft.line, row))
    else:
        label = layout.label("code" if draft.values.get("code") else "name")
        value = code if draft.values.get("code") else row.name
        checked.errors.append(row_error(draft.line, label, value, "code_repeated", earlier=earlier, project_code=code))
