"""The template imports as it is, and an error workbook, corrected, imports again; nothing in them ever becomes live."""

import resource
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.atomic_file import write_atomically
from services.project_row import RowDefaults, check_rows
from services.spreadsheet import Table, TableRow, read_table
from services.spreadsheet_error import DiskFull, FileNotWritten
from services.workbook import write_error_workbook, write_template

COLUMNS = ["小区名称", "区县", "户数", "总投资（万元）", "开工日期", "备注"]
WRONG = ["幸福里小区", "天长市", "约105", Decimal("251.6"), date(2021, 4, 30), "=cmd|' /C calc'!A0"]


def listed(*rows):
    return Table(
        COLUMNS, [TableRow(i, dict(zip(COLUMNS, row, strict=True))) for i, row in enumerate(rows, start=7)], "", None
    )


def sheet_xml(path):
    with zipfile.ZipFile(path) as archive:
        return archive.read("xl/worksheets/sheet1.xml").decode()


class TestTemplate:
    def test_it_imports_cleanly_and_its_example_is_no_project(self, tmp_path):
        write_template(tmp_path / "模板.xlsx")
        table = read_table(tmp_path / "模板.xlsx")
        found = check_rows(table, defaults=RowDefaults())
        assert (len(table.rows), found.rows, found.errors, found.warnings) == (1, [], [], [])

    def test_its_example_would_be_a_right_row(self, tmp_path):
        write_template(tmp_path / "模板.xlsx")
        table = read_table(tmp_path / "模板.xlsx")
        typed = replace(table, rows=[TableRow(2, table.rows[0].cells | {"项目编号": "TC-2026-01"})])
        ((_, row),) = check_rows(typed, defaults=RowDefaults()).rows
        assert (row.name, row.investment_fen, row.floor_area_m2) == (
            "幸福里小区（一期、二期）",
            1_251_600_000,
            Decimal("43500.5"),
        )
        assert row.extra == {}

    def test_numbers_and_dates_are_checked_while_typing(self, tmp_path):
        write_template(tmp_path / "模板.xlsx")
        sheet = sheet_xml(tmp_path / "模板.xlsx")
        assert [sheet.count(f'type="{kind}"') for kind in ("whole", "decimal", "date")] == [3, 1, 2]


class TestErrorWorkbook:
    def write(self, path):
        table = listed(["五建小区", "天长市", 91, None, None, None], WRONG)
        write_error_workbook(path, table, check_rows(table, defaults=RowDefaults()))
        return read_table(path)

    def test_only_the_failing_rows_are_there_as_typed_with_line_and_reason(self, tmp_path):
        (row,) = self.write(tmp_path / "错误.xlsx").rows
        assert [row.cells[column] for column in COLUMNS] == WRONG
        assert row.cells["原行号"] == 8
        assert str(row.cells["错误说明"]).startswith("户数：“约105”不是一个数")

    def test_the_wrong_cell_is_coloured_and_carries_the_words_in_both_languages(self, tmp_path):
        self.write(tmp_path / "错误.xlsx")
        with zipfile.ZipFile(tmp_path / "错误.xlsx") as archive:
            comments = archive.read("xl/comments1.xml").decode()
        assert 'ref="D2"' in comments
        assert "is no number" in comments
        assert "不是一个数" in comments

    def test_no_text_becomes_a_formula(self, tmp_path):
        self.write(tmp_path / "错误.xlsx")
        assert "<f>" not in sheet_xml(tmp_path / "错误.xlsx")

    def test_corrected_it_imports_without_its_two_own_columns(self, tmp_path):
        table = self.write(tmp_path / "错误.xlsx")
        corrected = replace(table, rows=[TableRow(2, table.rows[0].cells | {"户数": 105})])
        ((_, row),) = check_rows(corrected, defaults=RowDefaults()).rows
        assert (row.households, row.investment_fen, row.start_on) == (105, 251_600_000, date(2021, 4, 30))
        assert (row.note, row.extra) == ("=cmd|' /C calc'!A0", {})

    def test_still_wrong_it_does_not_grow_more_columns(self, tmp_path):
        table = self.write(tmp_path / "错误.xlsx")
        write_error_workbook(tmp_path / "再错.xlsx", table, check_rows(table, defaults=RowDefaults()))
        assert read_table(tmp_path / "再错.xlsx").columns == ["原行号", *COLUMNS, "错误说明"]


class TestWriteAtomically:
    def test_a_full_disk_is_said_and_the_earlier_file_stays_whole(self, tmp_path):
        path = tmp_path / "错误.xlsx"
        path.write_bytes(b"earlier")
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
        try:
            with pytest.raises(DiskFull, match="磁盘空间不足"):
                write_atomically(path, bytes(5000))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("错误.xlsx", b"earlier")]

    def test_a_folder_in_the_way_is_said(self, tmp_path):
        with pytest.raises(FileNotWritten, match="没有写成"):
            write_template(tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_missing_folders_are_made(self, tmp_path):
        write_template(tmp_path / "导出" / "模板.xlsx")
        assert [file.name for file in (tmp_path / "导出").iterdir()] == ["模板.xlsx"]
