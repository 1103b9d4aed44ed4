"""Writes the workbooks people fill in: the import template (导入模板) and the error workbook (错误清单)."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from services.atomic_file import write_atomically
from services.project_row import EXAMPLE_MARK, Checked
from services.project_row_problem import RowError
from services.spreadsheet import Table, TableRow
from services.workbook_process import Cell

OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,  # a cell `=1+1` or `@cmd` stays what was typed
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
ROWS_CHECKED = 20_000
EXACT_IN_EXCEL = 10**15
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2100, 12, 31)
LINE_HEADING, PROBLEM_HEADING = "原行号", "错误说明"
WIDTH, PROBLEM_WIDTH = 14, 60


@dataclass(frozen=True)
class _TemplateColumn:
    """A column of the template: heading, how it is filled in, an example, and what Excel lets in."""

    heading: str
    how: str
    example: Cell
    check: str = ""


TEMPLATE: tuple[_TemplateColumn, ...] = (
    _TemplateColumn("项目编号", "可不填，由系统生成；填了就以它认项目", f"{EXAMPLE_MARK}（导入时忽略此行）"),
    _TemplateColumn("项目名称*", "必填。一个项目一行；“一期、二期”写在一格里", "幸福里小区（一期、二期）"),
    _TemplateColumn("城市", "地级市", "滁州"),
    _TemplateColumn("区县*", "必填；导入时指定了默认区县的可以不填", "天长市"),
    _TemplateColumn("街道", "街道或乡镇", "天长街道"),
    _TemplateColumn("社区", "社区居委会", "幸福社区"),
    _TemplateColumn("计划年度", "四位数字", 2026, "year"),
    _TemplateColumn("楼栋数", "整数；没有公布就空着，不要填 0", 12, "whole"),
    _TemplateColumn("户数", "整数；没有公布就空着，不要填 0", 560, "whole"),
    _TemplateColumn("建筑面积（平方米）", "数字", Decimal("43500.5"), "decimal"),
    _TemplateColumn("总投资（万元）", "数字；写成“<2000”之类的会记入投资说明", Decimal("1251.6")),
    _TemplateColumn("投资说明", "资金来源、估算口径等", "其中中央补助 300 万元"),
    _TemplateColumn("建成年份", "可以写“1998”“1995-1998”“<2000”", "1998"),
    _TemplateColumn("开工日期", "年-月-日", date(2026, 5, 6), "date"),
    _TemplateColumn("完工日期", "年-月-日，不早于开工日期", date(2026, 11, 30), "date"),
    _TemplateColumn("来源", "文件名、文号或网址", "2026年度改造计划"),
    _TemplateColumn("备注", "其他要说明的；也可以自己加列，系统原样保存", ""),
)
CHECKS: dict[str, dict[str, object]] = {
    "year": {"validate": "integer", "criteria": "between", "minimum": 1950, "maximum": 2100},
    "whole": {"validate": "integer", "criteria": ">=", "value": 0},
    "decimal": {"validate": "decimal", "criteria": ">=", "value": 0},
    "date": {"validate": "date", "criteria": "between", "minimum": FIRST_DAY, "maximum": LAST_DAY},
}


def write_template(path: Path) -> None:
    """Write an .xlsx to fill in: headings, one marked example that the import leaves out, and an explanation sheet.

    Raises DiskFull or FileNotWritten.
    """
    with _workbook(path) as book:
        _write_list(book)
        _write_explanation(book)


def write_error_workbook(path: Path, table: Table, checked: Checked) -> None:
    """Write the failing rows as they were typed, with their lines, each wrong cell marked and explained.

    Corrected, the file is imported as it is: the two columns added here are ignored. Raises DiskFull, FileNotWritten.
    """
    problems: dict[int, list[RowError]] = {}
    for error in checked.errors:
        problems.setdefault(error.line, []).append(error)
    typed = [name for name in table.columns if name not in {LINE_HEADING, PROBLEM_HEADING}]
    columns = [LINE_HEADING, *typed, PROBLEM_HEADING]
    with _workbook(path) as book:
        pen = _Pen(book, book.add_worksheet("需改正的行"))
        pen.headings(columns)
        pen.sheet.set_column(len(columns) - 1, len(columns) - 1, PROBLEM_WIDTH)
        failing = (row for row in table.rows if row.line in problems)
        for number, row in enumerate(failing, start=1):
            _write_failing(pen, number, row, columns, problems[row.line])


@contextmanager
def _workbook(path: Path) -> Iterator[Workbook]:
    content = io.BytesIO()
    with Workbook(content, OPTIONS) as book:
        yield book
    write_atomically(path, content.getvalue())


class _Pen:
    """Writes cells of one sheet as typed: text never turns into a formula, a link or a number."""

    def __init__(self, book: Workbook, sheet: Worksheet) -> None:
        self.sheet = sheet
        self.bold = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True})
        self.grey = book.add_format({"italic": True, "font_color": "#7F7F7F"})
        self.wrap = book.add_format({"text_wrap": True, "valign": "top"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.grey_day = book.add_format({"num_format": "yyyy-mm-dd", "italic": True, "font_color": "#7F7F7F"})
        self.wrong = book.add_format({"bg_color": "#FFC7CE"})
        self.wrong_day = book.add_format({"bg_color": "#FFC7CE", "num_format": "yyyy-mm-dd"})

    def headings(self, labels: list[str]) -> None:
        self.sheet.freeze_panes(1, 0)
        self.sheet.set_column(0, len(labels) - 1, WIDTH)
        for column, label in enumerate(labels):
            self.sheet.write_string(0, column, label, self.bold)

    def cell(self, row: int, column: int, cell: Cell, *, look: str = "") -> None:
        style = {"wrong": self.wrong, "grey": self.grey}.get(look)
        if cell is None:
            self.sheet.write_blank(row, column, None, style)
        elif isinstance(cell, date):
            days = {"wrong": self.wrong_day, "grey": self.grey_day}
            self.sheet.write_datetime(row, column, cell, days.get(look, self.day))
        elif isinstance(cell, int | Decimal) and -EXACT_IN_EXCEL < cell < EXACT_IN_EXCEL:
            self.sheet.write_number(row, column, cell, style)
        else:
            self.sheet.write_string(row, column, str(cell), style)


def _write_failing(pen: _Pen, number: int, row: TableRow, columns: list[str], errors: list[RowError]) -> None:
    wrong: dict[str, list[RowError]] = {}
    for error in errors:
        wrong.setdefault(error.column, []).append(error)
    pen.cell(number, 0, row.line)
    for position, label in enumerate(columns[1:-1], start=1):
        pen.cell(number, position, row.cells.get(label), look="wrong" if label in wrong else "")
        if label in wrong:
            words = "\n".join(f"{error.zh}\n{error.en}" for error in wrong[label])
            pen.sheet.write_comment(number, position, words, {"x_scale": 2})
    problem = "\n".join(f"{error.column}：{error.zh}" for error in errors)
    pen.sheet.write_string(number, len(columns) - 1, problem, pen.wrap)


def _write_list(book: Workbook) -> None:
    pen = _Pen(book, book.add_worksheet("项目清单"))
    pen.headings([column.heading for column in TEMPLATE])
    for position, column in enumerate(TEMPLATE):
        pen.cell(1, position, column.example or None, look="grey")
        if column.check:
            words = {"error_title": "请检查", "error_message": f"{column.heading.rstrip('*')}：{column.how}"}
            pen.sheet.data_validation(1, position, ROWS_CHECKED, position, CHECKS[column.check] | words)


def _write_explanation(book: Workbook) -> None:
    pen = _Pen(book, book.add_worksheet("填写说明"))
    pen.headings(["列", "怎么填"])
    pen.sheet.set_column(1, 1, PROBLEM_WIDTH)
    for number, column in enumerate(TEMPLATE, start=1):
        pen.cell(number, 0, column.heading)
        pen.cell(number, 1, column.how)
    pen.cell(len(TEMPLATE) + 1, 1, "带 * 的列必须填。表头可以改顺序，可以增加列，请不要合并单元格。")
