"""Rolls and ballots from lists: real files, every wrong cell named with its line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from services.spreadsheet import read_table
from services.spreadsheet_error import ColumnMissing
from services.vote_roll import RollUnit
from services.vote_sheet import BallotDefaults, read_ballots, read_roll
from states.vote import Choice, Collecting

DEFAULTS = BallotDefaults(Collecting.paper, "小李", date(2026, 3, 2))


def csv(folder: Path, *lines: str) -> Path:
    path = folder / "名册.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


class TestRoll:
    def test_a_csv_as_offices_write_it(self, tmp_path: Path) -> None:
        path = csv(
            tmp_path,
            "幸福里小区业主名册",
            "楼栋,单元,室号,专有部分面积（㎡）,共有人数,产权人,联系电话,业主编号",
            '1号楼,1单元,101,"1,080.50",2,张建国,13800138000,A-7',
            "1号楼,,102,85.5平方米,,,,",
            "合计,,,1166.00,,,,",
        )
        found = read_roll(read_table(path))
        assert found.errors == []
        assert found.rows == [
            (3, RollUnit("1号楼", "1单元", "101", 1080_50, 2, "A-7", "张建国", "13800138000")),
            (4, RollUnit("1号楼", "", "102", 85_50)),
        ]

    def test_a_workbook_with_numbers_for_rooms(self, tmp_path: Path) -> None:
        path = tmp_path / "roll.xlsx"
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["栋", "单元", "房号", "建筑面积", "手机"])
            sheet.write_row(1, 0, [3, 2, 501, 90.55, "13800138000"])
        found = read_roll(read_table(path))
        assert [unit for _, unit in found.rows] == [RollUnit("3", "2", "501", 90_55, phone="13800138000")]

    @pytest.mark.parametrize(
        ("row", "code"),
        [
            ("1号楼,1单元,103,90.005,1", "area_too_fine"),
            ("1号楼,1单元,103,-90,1", "number_out_of_range"),
            ("1号楼,1单元,103,0,1", "unit_unfit"),
            ("1号楼,1单元,103,九十,1", "number_unreadable"),
            ("1号楼,1单元,103,,1", "area_missing"),
            ("1号楼,1单元,,90,1", "unit_unfit"),
            ("1号楼,1单元,103,90,1.5", "number_not_whole"),
            ("１号楼,1,101,90,1", "unit_repeated"),
        ],
    )
    def test_a_wrong_row_is_named_by_its_line_and_the_others_are_read(
        self, tmp_path: Path, row: str, code: str
    ) -> None:
        path = csv(tmp_path, "楼栋,单元,室号,面积,业主人数", "1号楼,1单元,101,90,1", row, "1号楼,1单元,102,90,1")
        found = read_roll(read_table(path))
        assert [(error.line, error.code) for error in found.errors] == [(3, code)]
        assert [unit.room for _, unit in found.rows] == ["101", "102"]

    def test_without_areas_it_is_no_roll(self, tmp_path: Path) -> None:
        with pytest.raises(ColumnMissing, match="专有面积"):
            read_roll(read_table(csv(tmp_path, "楼栋,单元,室号", "1,1,101")))


class TestBallots:
    def test_a_list_with_its_own_days_and_ways_and_who_has_not_voted(self, tmp_path: Path) -> None:
        path = csv(
            tmp_path,
            "楼栋,单元,室号,意见,日期,方式,征询人,凭证编号",
            "1,1,101,同意,2026-03-01,入户,老王,12",
            "1,1,102,不同意,,,,",
            "1,1,201,未反馈,,,,",
            "1,1,202,,,,,",
        )
        found = read_ballots(read_table(path), DEFAULTS)
        assert found.errors == []
        first, second = (cast for _, cast in found.rows)
        assert (first.choice, first.on, first.way, first.collected_by, first.document) == (
            Choice.agree, date(2026, 3, 1), Collecting.door_to_door, "老王", 12,
        )  # fmt: skip
        assert (second.choice, second.on, second.way, second.collected_by) == (
            Choice.against, date(2026, 3, 2), Collecting.paper, "小李",
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("row", "code"),
        [
            ("1,1,102,随便,", "word_unknown"),
            ("1,1,101,反对,", "unit_repeated"),
            ("1,1,102,同意,2026-02-30", "date_impossible"),
        ],
    )
    def test_a_wrong_ballot_is_named_by_its_line(self, tmp_path: Path, row: str, code: str) -> None:
        path = csv(tmp_path, "楼栋,单元,室号,意见,日期", "1,1,101,同意,", row)
        found = read_ballots(read_table(path), DEFAULTS)
        assert [(error.line, error.code) for error in found.errors] == [(3, code)]
        assert len(found.rows) == 1
