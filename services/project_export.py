"""Exporting projects (导出项目): the lines of a list as a workbook, as CSV, or as JSON; cells never come alive."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

from services.atomic_file import write_atomically
from services.figure import FEN_PER_WAN
from services.workbook import OPTIONS
from states.exceptions import JiugaiError, Kind, Lang

COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("code", "项目编号", "code"),
    ("name", "项目名称", "name"),
    ("organisation_name", "区县（街道）", "organisation"),
    ("stage_label", "阶段", "stage"),
    ("step_label", "步骤", "step"),
    ("light_label", "灯", "light"),
    ("plan_year", "计划年度", "plan year"),
    ("street", "街道", "street"),
    ("buildings", "楼栋数", "buildings"),
    ("households", "户数", "households"),
    ("floor_area_m2", "建筑面积（平方米）", "floor area (m²)"),
    ("investment", "总投资（万元）", "investment (10,000 yuan)"),
    ("investment_note", "投资说明", "note on the investment"),
    ("built_year", "建成年份", "year built"),
    ("pack", "政策包", "pack"),
)
ENDINGS = (".xlsx", ".csv", ".json")
_LIVE = ("=", "+", "-", "@", "\t", "\r")


class ExportFormatUnknown(JiugaiError):
    """The file's ending is none of those that can be written."""

    code = "export_format_unknown"
    kind = Kind.invalid
    zh = "不能导出为“{ending}”。文件名请以 .xlsx、.csv 或 .json 结尾。"
    en = 'Cannot export "{ending}". The file name has to end in .xlsx, .csv or .json.'


def export_projects(path: Path, lines: Sequence[dict[str, Any]], *, lang: Lang = "zh") -> None:
    """Write project lines, decided by the ending. Raises ExportFormatUnknown, DiskFull, FileNotWritten."""
    writers = {".xlsx": _workbook, ".csv": _csv, ".json": _json}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise ExportFormatUnknown(ending=path.suffix)
    write_atomically(path, writer(lines, lang))


def _json(lines: Sequence[dict[str, Any]], _lang: Lang) -> bytes:
    return (json.dumps(list(lines), ensure_ascii=False, indent=2) + "\n").encode()


def _csv(lines: Sequence[dict[str, Any]], lang: Lang) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(_headings(lang))
    writer.writerows([_inert(cell) for cell in _cells(line)] for line in lines)
    return stream.getvalue().encode("utf-8-sig")  # without the mark Excel takes it for GBK


def _workbook(lines: Sequence[dict[str, Any]], lang: Lang) -> bytes:
    content = io.BytesIO()
    with Workbook(content, OPTIONS) as book:
        book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
        sheet = book.add_worksheet("项目清单" if lang == "zh" else "projects")
        sheet.freeze_panes(1, 2)
        sheet.set_column(0, len(COLUMNS) - 1, 16)
        sheet.write_row(0, 0, _headings(lang), book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1}))
        for number, line in enumerate(lines, start=1):
            sheet.write_row(number, 0, _cells(line))
        sheet.autofilter(0, 0, max(len(lines), 1), len(COLUMNS) - 1)
    return content.getvalue()


def _headings(lang: Lang) -> list[str]:
    return [zh if lang == "zh" else en for _, zh, en in COLUMNS]


def _cells(line: dict[str, Any]) -> list[Any]:
    fen, area = line["investment_fen"], line["floor_area_m2"]
    shown = {
        **line,
        "investment": None if fen is None else Decimal(fen) / FEN_PER_WAN,
        "floor_area_m2": None if area is None else Decimal(area),
    }
    return [shown[name] for name, _, _ in COLUMNS]


def _inert(cell: object) -> object:
    """A text that Excel would take for a formula gets an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_LIVE) else cell
