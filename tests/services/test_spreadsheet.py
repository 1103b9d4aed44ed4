"""A project list is read whatever office program wrote it, and whatever is no list is refused in one clear sentence."""

import csv
import io
import struct
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
import xlwt
from xlwt import CompoundDoc

from services import spreadsheet_error as errors
from services import workbook_archive
from services.spreadsheet import Table, read_table
from states.exceptions import JiugaiError, Kind

DATA = Path(__file__).parents[2] / "simulation" / "data"
HEAD = ["小区名称", "区县", "户数", "投资（万元）"]
ROWS = [["幸福里小区", "天长市", "105", "418"], ["王曹一期、二期", "全椒县", "1,500", "<2000"]]


def written(path: Path, rows: list[list[str]], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def workbook(path: Path, rows: list[list[object]], sheet: str = "清单") -> Path:
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        page = book.add_worksheet(sheet)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                page.write(i, j, cell, *([day] if isinstance(cell, date) else []))
    return path


def edited(source: Path, target: Path, old: bytes, new: bytes) -> Path:
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "w") as copy:
        for part in archive.infolist():
            copy.writestr(part.filename, archive.read(part).replace(old, new))
    return target


def cells(table: Table) -> list[list[object]]:
    return [list(row.cells.values()) for row in table.rows]


class TestText:
    @pytest.mark.parametrize(
        ("encoding", "found"),
        [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("utf-16", "utf-16")],
    )
    def test_every_encoding_offices_use_gives_the_same_rows(self, tmp_path, encoding, found):
        table = read_table(written(tmp_path / "清单.csv", [HEAD, *ROWS], encoding))
        assert (table.columns, cells(table), table.encoding) == (HEAD, ROWS, found)

    def test_tabs_separate_although_the_notes_hold_more_commas(self, tmp_path):
        rows = [[*HEAD, "备注"], [*ROWS[0], "水,电,气,路,网,梯,灯,绿化,门禁"]]
        assert cells(read_table(written(tmp_path / "a.csv", rows, delimiter="\t"))) == rows[1:]

    def test_comment_and_title_above_the_heading_keep_the_line_numbers(self, tmp_path):
        text = '# 某县, "2019 年\n2021年清单（单位：万元）\n\n小区名称,区县\n"五建\n小区",天长市\n\n缫丝厂,天长市\n'
        path = tmp_path / "a.csv"
        path.write_text(text, encoding="utf-8")
        table = read_table(path)
        assert [(row.line, row.cells["小区名称"]) for row in table.rows] == [(5, "五建\n小区"), (8, "缫丝厂")]
        assert "单位：万元" in table.preamble

    def test_a_heading_repeated_on_each_page_is_no_row(self, tmp_path):
        table = read_table(written(tmp_path / "a.csv", [HEAD, ROWS[0], HEAD, ROWS[1]]))
        assert cells(table) == ROWS

    def test_an_open_quotation_mark_is_named_with_its_line(self, tmp_path):
        path = tmp_path / "a.csv"
        path.write_text('小区名称,区县\n幸福里小区,天长市\n"五建小区,天长市\n', encoding="utf-8")
        with pytest.raises(errors.SpreadsheetBroken, match="第 3 行"):
            read_table(path)


class TestRealLists:
    def test_the_74_communities_of_five_cities_are_there_with_their_brackets(self):
        table = read_table(DATA / "communities.csv")
        names = [row.cells["name"] for row in table.rows]
        assert (len(names), table.encoding) == (74, "utf-8-sig")
        assert "棉纺厂过渡房(汉马路41.43号)" in names
        assert table.rows[0].cells["floor_area_m2"] == "13000"

    def test_the_list_below_a_comment_line_is_found(self):
        table = read_table(DATA / "quanjiao_projects.csv")
        assert table.columns[:3] == ["plan_year", "communities", "households"]
        assert (table.rows[1].line, table.rows[1].cells["communities"]) == (4, "王曹一期、二期")
        assert table.rows[0].cells["households"] is None


class TestWorkbook:
    def test_numbers_are_exact_and_dates_are_days(self, tmp_path):
        row = ["幸福里小区", 105.0, 251.6, 0.1 + 0.2, date(2021, 4, 30), True]
        path = workbook(tmp_path / "a.xlsx", [["小区名称", "户数", "投资", "面积", "开工", "完"], row])
        typed = cells(read_table(path))[0]
        assert typed == ["幸福里小区", 105, Decimal("251.6"), Decimal("0.3"), date(2021, 4, 30), "TRUE"]
        assert not any(isinstance(cell, float) for cell in typed)

    def test_a_moment_keeps_its_time_as_text(self, tmp_path):
        with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
            page = book.add_worksheet()
            page.write_row(0, 0, ["小区名称", "开工日期"])
            page.write(1, 0, "幸福里小区")
            moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
            page.write_datetime(1, 1, datetime(2021, 4, 30, 8, 30), moment)  # noqa: DTZ001 - as Excel stores it
        assert cells(read_table(tmp_path / "a.xlsx"))[0][1] == "2021-04-30 08:30:00"

    @pytest.mark.parametrize("name", ["a.xls", "a.xlsx", "a.csv", "没有后缀"])
    def test_the_content_decides_and_not_the_extension(self, tmp_path, name):
        book = xlwt.Workbook()
        page = book.add_sheet("清单")
        for i, row in enumerate([HEAD, ROWS[0]]):
            for j, cell in enumerate(row):
                page.write(i, j, int(cell) if cell == "105" else cell)
        book.save(str(tmp_path / name))
        assert cells(read_table(tmp_path / name)) == [["幸福里小区", "天长市", 105, "418"]]

    def test_formulas_give_their_result_and_are_text_without_one(self, tmp_path):
        with xlsxwriter.Workbook(tmp_path / "a.xlsx", {"strings_to_formulas": False}) as book:
            page = book.add_worksheet()
            page.write_row(0, 0, ["小区名称", "户数", "楼栋数", "建筑面积", "备注"])
            page.write_row(1, 0, ["@幸福里", "", "", "", "=cmd|' /C calc'!A0"])
            page.write_formula(1, 1, "=50+55", None, 105)
            page.write_formula(1, 2, "=SUM(1,2)", None, 7)
            page.write_formula(1, 3, "=1/0", None, "#DIV/0!")
        path = edited(tmp_path / "a.xlsx", tmp_path / "b.xlsx", b"<f>SUM(1,2)</f><v>7</v>", b"<f>SUM(1,2)</f>")
        assert cells(read_table(path)) == [["@幸福里", 105, "=SUM(1,2)", "#DIV/0!", "=cmd|' /C calc'!A0"]]

    def test_merged_text_goes_to_every_row_and_a_merged_number_only_to_the_first(self, tmp_path):
        with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
            page = book.add_worksheet()
            page.write_row(0, 0, ["区县", "小区名称", "户数"])
            page.merge_range(1, 0, 2, 0, "天长市")
            page.merge_range(1, 2, 2, 2, 185)
            page.write(1, 1, "天阳楼小区")
            page.write(2, 1, "城东商贸城小区")
        assert cells(read_table(tmp_path / "a.xlsx")) == [
            ["天长市", "天阳楼小区", 185],
            ["天长市", "城东商贸城小区", None],
        ]

    def test_a_heading_merged_over_two_lines_is_one(self, tmp_path):
        with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
            page = book.add_worksheet()
            page.merge_range(0, 0, 0, 4, "天长市老旧小区改造清单")
            for column, label in enumerate(["小区名称", "区县"]):
                page.merge_range(1, column, 2, column, label)
            page.merge_range(1, 2, 1, 3, "投资（万元）")
            page.write_row(2, 2, ["总投资", "中央补助", "备注"])
            page.write_row(3, 0, ["幸福里小区", "天长市", 418, 100, ""])
        table = read_table(tmp_path / "a.xlsx")
        assert table.columns == ["小区名称", "区县", "投资（万元）·总投资", "投资（万元）·中央补助", "备注"]
        assert [row.line for row in table.rows] == [4]

    def test_the_sheet_with_projects_is_read_and_another_one_is_named(self, tmp_path):
        with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
            book.add_worksheet("说明").write(0, 0, "请各区填报")
            for name in ("2021年", "2022年"):
                book.add_worksheet(name).write_row(0, 0, HEAD)
                book.get_worksheet_by_name(name).write_row(1, 0, ROWS[0])
        table = read_table(tmp_path / "a.xlsx")
        assert (table.sheet, table.other_sheets) == ("2021年", ("2022年",))

    def test_two_equal_headings_stay_two_columns(self, tmp_path):
        path = workbook(tmp_path / "a.xlsx", [["小区名称", "备注", "备注"], ["幸福里小区", "一", "二"]])
        assert read_table(path).rows[0].cells == {"小区名称": "幸福里小区", "备注": "一", "备注（2）": "二"}


def encrypted_xls(path: Path) -> Path:
    """A BIFF8 workbook whose stream announces a password right after its first record."""
    book = xlwt.Workbook()
    book.add_sheet("清单").write(0, 0, "小区名称")
    stream = book.get_biff_data()
    first = 4 + struct.unpack_from("<H", stream, 2)[0]
    filepass = struct.pack("<HHHHH", 0x2F, 54, 1, 1, 1) + bytes(48)
    CompoundDoc.XlsDoc().save(str(path), stream[:first] + filepass + stream[first:])
    return path


class TestRefusals:
    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"MZ\x90\x00" + bytes(400), "程序"),
            (b"%PDF-1.7 ...", "PDF"),
            (b"\x00\x01\x02" * 50, "二进制"),
            ("<html><meta charset=gbk><table><tr><td>小区名称</td></tr></table></html>".encode("gbk"), "网页"),
            (b'\xef\xbb\xbf\r\n<?xml version="1.0"?><Workbook/>', "网页或 XML"),
        ],
    )
    def test_what_is_no_spreadsheet_is_named_by_what_it_is(self, tmp_path, content, says):
        (tmp_path / "清单.xls").write_bytes(content)
        with pytest.raises(errors.SpreadsheetUnrecognised, match=says) as refusal:
            read_table(tmp_path / "清单.xls")
        assert refusal.value.kind is Kind.invalid
        assert "清单.xls" in refusal.value.text("en")

    def test_a_word_document_and_a_plain_archive_are_told_apart(self, tmp_path):
        for part, says in (("word/document.xml", "Word"), ("清单.csv", "压缩包")):
            with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
                archive.writestr(part, "小区名称")
            with pytest.raises(errors.SpreadsheetUnrecognised, match=says):
                read_table(tmp_path / "a.xlsx")

    def test_a_200_mb_file_is_refused_by_its_size_alone(self, tmp_path):
        with (tmp_path / "a.csv").open("wb") as sparse:
            sparse.truncate(200 * 2**20)
        with pytest.raises(errors.SpreadsheetTooLarge, match="200 MB"):
            read_table(tmp_path / "a.csv")

    def test_a_zip_bomb_is_stopped_while_it_unpacks(self, tmp_path, monkeypatch):
        monkeypatch.setattr(workbook_archive, "MAX_UNPACKED_BYTES", 2**20)
        source = workbook(tmp_path / "a.xlsx", [HEAD, *ROWS])
        bomb = edited(source, tmp_path / "b.xlsx", b"<sheetData>", b"<sheetData>" + b" " * 2**21)
        with pytest.raises(errors.SpreadsheetTooLarge):
            read_table(bomb)

    def test_an_archive_that_lies_about_its_sizes_reaches_the_reader_only_as_unpacked(self, tmp_path):
        source = workbook(tmp_path / "a.xlsx", [HEAD, *ROWS])
        with zipfile.ZipFile(io.BytesIO(workbook_archive.bounded_copy(source.read_bytes()))) as copy:
            assert all(part.compress_type == zipfile.ZIP_STORED for part in copy.infolist())
            assert copy.testzip() is None

    def test_one_cell_in_the_last_corner_does_not_take_the_process_down(self, tmp_path):
        source = workbook(tmp_path / "a.xlsx", [["小区名称", "区县"], ["幸福里小区", "天长市"]])
        far = edited(source, tmp_path / "b.xlsx", b'r="B2"', b'r="XFD1048576"')
        with pytest.raises(JiugaiError) as refusal:
            read_table(far)
        assert refusal.value.code in {"spreadsheet_broken", "spreadsheet_too_long"}

    def test_too_many_rows_and_columns_say_how_far_the_sheet_reaches(self, tmp_path):
        with pytest.raises(errors.SpreadsheetTooLong, match="第 300 行"):
            read_table(workbook(tmp_path / "a.xlsx", [HEAD, *[["幸福里小区"]] * 299]), max_rows=50)
        with pytest.raises(errors.SpreadsheetTooLong, match="第 300 列"):
            read_table(written(tmp_path / "a.csv", [["小区名称", *["列"] * 299]]))

    def test_an_encrypted_workbook_asks_for_the_password_to_be_removed(self, tmp_path):
        (tmp_path / "a.xlsx").write_bytes(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le") + bytes(500)
        )
        with pytest.raises(errors.SpreadsheetEncrypted, match="密码"):
            read_table(tmp_path / "a.xlsx")
        with pytest.raises(errors.SpreadsheetEncrypted, match="密码"):
            read_table(encrypted_xls(tmp_path / "b.xls"))

    def test_a_damaged_workbook_is_called_damaged(self, tmp_path):
        whole = workbook(tmp_path / "a.xlsx", [HEAD, *ROWS]).read_bytes()
        old = xlwt.Workbook()
        old.add_sheet("清单").write(0, 0, "小区名称")
        old.save(str(tmp_path / "a.xls"))
        for broken in (whole[: len(whole) // 2], (tmp_path / "a.xls").read_bytes()[:1500]):
            (tmp_path / "b.xlsx").write_bytes(broken)
            with pytest.raises(errors.SpreadsheetBroken, match="损坏"):
                read_table(tmp_path / "b.xlsx")

    def test_nothing_at_all_is_called_empty(self, tmp_path):
        (tmp_path / "a.csv").write_bytes(b"")
        (tmp_path / "b.csv").write_bytes(b"\xef\xbb\xbf,,\r\n,,\r\n")
        workbook(tmp_path / "c.xlsx", [])
        for name in ("a.csv", "b.csv", "c.xlsx"):
            with pytest.raises(errors.SpreadsheetEmpty, match="空的"):
                read_table(tmp_path / name)

    def test_a_missing_file_and_a_folder_are_missing(self, tmp_path):
        for path in (tmp_path / "没有.xlsx", tmp_path):
            with pytest.raises(errors.SpreadsheetMissing) as refusal:
                read_table(path)
            assert refusal.value.kind is Kind.missing

    def test_bytes_of_no_chinese_encoding_are_refused(self, tmp_path):
        (tmp_path / "a.csv").write_bytes(b"name,district\n\xff\xff\xfe\x80\x80,\xff\n")
        with pytest.raises(errors.SpreadsheetEncodingUnknown, match="GB18030"):
            read_table(tmp_path / "a.csv")
