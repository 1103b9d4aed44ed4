"""Every row of a project list becomes a project or a named problem; nothing that was typed is lost or guessed."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from services.project_column import COLUMNS, fold
from services.project_row import Checked, ProjectRow, RowDefaults, check_rows, generate_code
from services.project_row_problem import WORDS
from services.spreadsheet import Table, TableRow, read_table
from services.spreadsheet_error import ColumnMissing, ColumnUnitMissing

DATA = Path(__file__).parents[2] / "simulation" / "data"
QUANJIAO = RowDefaults(city="滁州", district="全椒县")


def listed(columns, *rows, preamble="", encoding=None, others=()):
    lines = [TableRow(i, dict(zip(columns, row, strict=True))) for i, row in enumerate(rows, start=2)]
    return Table(columns, lines, "清单", encoding, preamble, others)


def checked(columns, *rows, **about) -> Checked:
    return check_rows(listed(columns, *rows, **about), defaults=RowDefaults(district="天长市"))


def read_one(column, cell, **about) -> ProjectRow:
    found = checked(["小区名称", column], ["幸福里小区", cell], **about)
    assert not found.errors
    return found.rows[0][1]


def error_of(column, cell, **about) -> str:
    (error,) = checked(["小区名称", column], ["幸福里小区", cell], **about).errors
    assert (error.line, error.column, error.value) == (2, column, str(cell))
    return error.code


class TestRealLists:
    def test_74_communities_come_in_without_a_complaint(self):
        found = check_rows(read_table(DATA / "communities.csv"), defaults=RowDefaults())
        assert (len(found.rows), found.errors, found.warnings) == (74, [], [])
        row = found.rows[0][1]
        assert (row.name, row.city, row.district, row.plan_year) == ("天阳楼小区", "滁州", "天长市", 2021)
        assert (row.floor_area_m2, row.investment_fen, row.start_on) == (13000, 418 * 10**6, date(2021, 4, 30))

    def test_what_was_not_published_stays_missing(self):
        rows = [row for _, row in check_rows(read_table(DATA / "communities.csv"), defaults=RowDefaults()).rows]
        wuhu = next(row for row in rows if row.name == "华盛小区")
        assert (wuhu.households, wuhu.floor_area_m2, wuhu.investment_fen, wuhu.start_on) == (None, None, None, None)
        assert {row.built_year for row in rows if row.city == "宁波"} == {"<2000"}

    def test_quanjiao_takes_its_county_from_the_defaults_and_keeps_its_own_columns(self):
        found = check_rows(read_table(DATA / "quanjiao_projects.csv"), defaults=QUANJIAO)
        assert (len(found.rows), found.errors) == (13, [])
        row = next(row for _, row in found.rows if row.name == "王曹一期、二期")
        assert (row.district, row.households, row.extra["storm_pipe_m"]) == ("全椒县", 1500, "1526")

    def test_a_second_reading_gives_the_same_codes_and_no_two_are_equal(self):
        codes = [
            [row.code for _, row in check_rows(read_table(DATA / "communities.csv"), defaults=RowDefaults()).rows]
            for _ in range(2)
        ]
        assert codes[0] == codes[1]
        assert len(set(codes[0])) == 74

    def test_without_a_county_the_missing_column_and_the_found_ones_are_named(self):
        with pytest.raises(ColumnMissing, match=r"区县.*communities"):
            check_rows(read_table(DATA / "quanjiao_projects.csv"), defaults=RowDefaults())


class TestCells:
    @pytest.mark.parametrize("typed", ["1500", "1,500", "１，５００", "1 500户", 1500, Decimal("1500.0"), "1500\u200b"])
    def test_a_number_is_read_however_it_is_typed(self, typed):
        assert read_one("户数", typed).households == 1500

    @pytest.mark.parametrize("typed", [None, "", "—", "/", "暂无", "不详"])
    def test_not_published_is_not_zero(self, typed):
        assert read_one("户数", typed).households is None

    @pytest.mark.parametrize(
        ("column", "cell", "code"),
        [
            ("户数", "约1500", "number_unreadable"),
            ("户数", "1,50", "number_unreadable"),
            ("户数", date(2021, 4, 30), "number_unreadable"),
            ("户数", "-3", "number_out_of_range"),
            ("户数", "12.5", "number_not_whole"),
            ("户数", "=SUM(A1:A9)", "formula_without_result"),
            ("总投资（万元）", "=A1*2", "formula_without_result"),
            ("建筑面积", "#REF!", "formula_failed"),
            ("建筑面积", "9" * 15, "number_out_of_range"),
            ("计划年度", "2021-2022", "year_unreadable"),
            ("计划年度", 21, "year_unreadable"),
            ("开工日期", "2021-02-30", "date_impossible"),
            ("开工日期", 44316, "date_unreadable"),
            ("项目编号", "天长/01", "code_unusable"),
            ("社区", "居" * 101, "text_too_long"),
        ],
    )
    def test_what_cannot_be_read_is_an_error_on_that_cell(self, column, cell, code):
        assert error_of(column, cell) == code

    @pytest.mark.parametrize(
        "typed",
        [
            "2021-04-30",
            "2021/4/30",
            "2021.4.30",
            "2021年4月30日",
            "20210430",
            "２０２１-04-30 00:00:00",
            date(2021, 4, 30),
        ],
    )
    def test_a_day_is_read_however_it_is_typed(self, typed):
        assert read_one("开工日期", typed).start_on == date(2021, 4, 30)

    def test_a_month_is_no_day_and_is_kept_as_typed(self):
        found = checked(["小区名称", "计划开工时间"], ["幸福里小区", "2021年4月底"])
        row = found.rows[0][1]
        assert (row.start_on, row.extra) == (None, {"计划开工时间": "2021年4月底"})
        assert [warning.code for warning in found.warnings] == ["date_incomplete"]

    @pytest.mark.parametrize(
        ("column", "cell", "fen"),
        [
            ("总投资（万元）", Decimal("251.6"), 251_600_000),
            ("investment_wan", "103.4", 103_400_000),
            ("投资(元)", "2,516,000.25", 251_600_025),
            ("投资估算 万元", "418", 418_000_000),
            ("万达小区投资（元）·总投资", 100, 10_000),
            ("总投资", "1.2亿元", 12_000_000_000),
            ("总投资（万元）", "5000元", 500_000),
        ],
    )
    def test_money_is_fen_by_the_unit_of_the_cell_or_the_heading(self, column, cell, fen):
        assert read_one(column, cell).investment_fen == fen

    def test_the_unit_may_stand_above_the_list(self):
        row = read_one("总投资", 418, preamble="2021年清单 填报单位：元氏县住建局 单位：万元、平方米")
        assert row.investment_fen == 418 * 10**6

    def test_money_without_any_unit_is_refused_and_not_guessed(self):
        with pytest.raises(ColumnUnitMissing, match="总投资（万元）"):
            checked(["小区名称", "总投资"], ["幸福里小区", 418])

    def test_an_investment_that_is_no_number_is_kept_as_a_note(self):
        found = checked(["小区名称", "总投资（万元）"], ["锦苑小区", "<2000"])
        row = found.rows[0][1]
        assert (row.investment_fen, row.investment_note) == (None, "<2000")
        assert [warning.code for warning in found.warnings] == ["investment_kept_as_note"]

    def test_a_note_of_its_own_and_the_typed_money_are_both_kept(self):
        for columns in (["小区名称", "总投资（万元）", "投资说明"], ["小区名称", "投资说明", "总投资（万元）"]):
            cells = {"小区名称": "锦苑小区", "总投资（万元）": "<2000", "投资说明": "含中央补助"}
            row = checked(columns, [cells[column] for column in columns]).rows[0][1]
            assert {"<2000", "含中央补助"} <= set((row.investment_note or "").split("；"))

    @pytest.mark.parametrize(
        ("column", "cell", "area"),
        [
            ("建筑面积（万㎡）", "1.3", 13000),
            ("建筑面积", "13,000㎡", 13000),
            ("总建筑面积(平方米)", "1.3万平方米", 13000),
        ],
    )
    def test_area_is_in_square_metres(self, column, cell, area):
        assert read_one(column, cell).floor_area_m2 == area

    def test_hidden_characters_go_and_brackets_stay(self):
        found = checked(["小区名称"], ["\ufeff劳动局宿舍（茂林里２号）\u200b\u00a0 东院\x07"])
        assert found.rows[0][1].name == "劳动局宿舍（茂林里２号） 东院"

    def test_a_name_that_looks_like_a_formula_stays_text(self):
        assert checked(["小区名称"], ["=1+1小区"]).rows[0][1].name == "=1+1小区"


class TestColumns:
    def test_no_heading_means_two_fields(self):
        owners: dict[str, set[str]] = {}
        for column in COLUMNS:
            for alias in (column.zh, *column.aliases.split()):
                owners.setdefault(fold(alias), set()).add(column.field)
        assert {alias: fields for alias, fields in owners.items() if len(fields) > 1} == {}

    def test_of_project_and_community_name_the_project_is_the_name_and_the_other_is_kept(self):
        row = checked(["小区名称*", "项 目 名 称"], ["幸福里小区", "幸福里片区改造"]).rows[0][1]
        assert (row.name, row.extra) == ("幸福里片区改造", {"小区名称*": "幸福里小区"})

    def test_an_unknown_column_is_kept_under_its_heading(self):
        assert read_one("包抓领导", "王主任").extra == {"包抓领导": "王主任"}

    def test_a_comma_that_split_a_csv_row_is_an_error_and_beside_a_workbook_list_it_is_kept(self):
        columns = ["小区名称", "备注", "第3列"]
        assert [e.code for e in checked(columns, ["王曹一期", "二期", "甲"], encoding="utf-8").errors] == [
            "cell_without_heading"
        ]
        found = checked(columns, ["王曹一期", "二期", "甲"])
        assert found.rows[0][1].extra == {"第3列": "甲"}
        assert [warning.code for warning in found.warnings] == ["cell_outside_list"]


class TestRows:
    def test_every_problem_of_a_row_is_reported_at_once(self):
        columns = ["小区名称", "户数", "开工日期"]
        found = checked(columns, [None, "很多", "明年"])
        assert {error.code for error in found.errors} == {"name_missing", "number_unreadable", "date_unreadable"}
        assert found.rows == []

    def test_a_row_without_a_district_is_an_error_unless_a_default_is_known(self):
        table = listed(["小区名称", "区县"], ["幸福里小区", None], ["五建小区", "全椒县"])
        (error,) = check_rows(table, defaults=RowDefaults()).errors
        assert (error.line, error.code) == (2, "district_missing")
        rows = check_rows(table, defaults=RowDefaults(district="天长市")).rows
        assert [row.district for _, row in rows] == ["天长市", "全椒县"]

    def test_the_works_cannot_end_before_they_start(self):
        found = checked(["小区名称", "开工日期", "竣工日期"], ["幸福里小区", "2021-04-30", "2021-04-01"])
        assert [(error.column, error.code) for error in found.errors] == [("竣工日期", "finish_before_start")]

    def test_a_code_that_stands_twice_is_an_error_on_the_later_line(self):
        found = checked(["项目编号", "小区名称"], ["TC-01", "幸福里小区"], ["ＴＣ-01", "五建小区"])
        (error,) = found.errors
        assert (error.line, error.code) == (3, "code_repeated")
        assert "第 2 行" in error.text("zh")
        assert "line 2" in error.text("en")

    def test_the_same_row_twice_is_found_without_a_code_too(self):
        found = checked(["小区名称"], ["惠德花园（一期）"], ["惠德花园(一期) "])
        assert [(error.line, error.code) for error in found.errors] == [(3, "code_repeated")]

    def test_one_name_in_two_plan_years_is_only_pointed_out(self):
        found = checked(["小区名称", "年度"], ["惠德花园", 2021], ["惠德花园", 2022])
        assert len(found.rows) == 2
        assert [(warning.line, warning.code) for warning in found.warnings] == [(3, "name_repeated")]

    def test_totals_captions_and_numbered_empty_lines_are_no_projects(self):
        columns = ["序号", "小区名称", "户数"]
        found = checked(
            columns, ["1", "五建小区", 91], ["2", None, None], ["合 计", None, 91], ["填表人：李工", None, None]
        )
        assert [line for line, _ in found.rows] == [2]
        assert found.errors == []
        assert [(w.line, w.code) for w in found.warnings] == [(4, "total_skipped"), (5, "row_without_project")]

    def test_a_sheet_that_was_not_read_is_pointed_out(self):
        (warning,) = checked(["小区名称"], ["五建小区"], others=("2022年",)).warnings
        assert (warning.code, warning.value) == ("sheet_not_read", "2022年")

    def test_braces_in_a_cell_do_not_break_the_words(self):
        (error,) = checked(["小区名称", "户数"], ["幸福里小区", "{0} {户}"]).errors
        assert "{0} {户}" in error.zh

    def test_every_problem_has_words_in_both_languages(self):
        assert all(zh.strip() and en.strip() and zh != en for zh, en in WORDS.values())


class TestGenerateCode:
    def test_brackets_width_and_spaces_do_not_make_another_project(self):
        one, other = (
            ProjectRow(name=name, district="全椒县", city="滁州", plan_year=2019)
            for name in ("惠德花园（１期）", " 惠德花园(1期)")
        )
        assert generate_code(one) == generate_code(other) == "2019-" + generate_code(one)[5:]

    def test_place_name_and_year_each_make_another(self):
        base = {"name": "惠德花园", "district": "全椒县", "city": "滁州", "plan_year": 2019}
        changes = [{}, {"name": "惠德苑"}, {"district": "天长市"}, {"city": "芜湖"}, {"plan_year": None}]
        codes = {generate_code(ProjectRow(**{**base, **change})) for change in changes}
        assert len(codes) == 5
        assert any(code.startswith("0000-") for code in codes)
