"""`jiugai project`: lists imported and exported, a project shown, moved, and its record kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.spreadsheet import read_table
from tests.cli.conftest import Jiugai

DATA = Path(__file__).parents[2] / "simulation" / "data"
CODE = "SN-2026-001"
AS_STREET = ("--as", "li.street")


def sheet(path: Path, *rows: str, head: str = "项目名称,区县,户数") -> Path:
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


class TestImport:
    @pytest.mark.parametrize(
        ("name", "rows", "options"),
        [("communities.csv", 74, ()), ("quanjiao_projects.csv", 13, ("--city", "滁州", "--district", "全椒县"))],
    )
    def test_a_real_list_comes_in_once_and_is_unchanged_the_second_time(
        self, jiugai: Jiugai, name: str, rows: int, options: tuple[str, ...]
    ) -> None:
        first = jiugai("project", "import", DATA / name, "--create-organisations", *options, "--json")
        assert (first.code, first.json["added"], first.json["failed"]) == (0, rows, 0)
        second = jiugai("project", "import", DATA / name, *options, "--json")
        assert (second.code, second.json["added"], second.json["unchanged"]) == (0, 0, rows)
        assert jiugai("audit", "verify").code == 0

    def test_a_dry_run_says_the_same_and_writes_nothing(self, jiugai: Jiugai, tmp_path: Path) -> None:
        path = sheet(tmp_path / "清单.csv", "幸福里小区,南山区,120")
        done = jiugai("project", "import", path, "--dry-run", "--json")
        assert (done.code, done.json["added"], done.json["dry_run"]) == (0, 1, True)
        assert jiugai("project", "list", "--json").json == []

    def test_a_wrong_row_leaves_the_others_alone_and_comes_back_to_be_corrected(
        self, jiugai: Jiugai, tmp_path: Path
    ) -> None:
        path = sheet(tmp_path / "清单.csv", "幸福里小区,南山区,120", "和平里小区,南山区,许多", "东风小区,西山区,80")
        done = jiugai("project", "import", path, "--errors", tmp_path / "改正.xlsx", "--json")
        assert (done.code, done.json["added"], done.json["failed"]) == (1, 1, 2)
        corrected = read_table(tmp_path / "改正.xlsx")
        assert [row.cells["项目名称"] for row in corrected.rows] == ["和平里小区", "东风小区"]
        shown = jiugai("project", "import", path)
        assert "西山区" in shown.out
        assert "“许多”不是一个数" in shown.out

    def test_a_person_imports_only_into_the_own_district(self, jiugai: Jiugai, tmp_path: Path) -> None:
        path = sheet(tmp_path / "清单.csv", "幸福里小区,南山区,120", "北苑小区,北山区,60")
        done = jiugai("project", "import", path, "--as", "wang.district", "--json")
        assert (done.code, done.json["added"], done.json["failed"]) == (1, 1, 1)
        assert done.json["rows"][1]["error"]["code"] == "keeping_forbidden"

    def test_a_formula_without_a_result_is_named_and_never_run(self, jiugai: Jiugai, tmp_path: Path) -> None:
        path = sheet(tmp_path / "清单.csv", "幸福里小区,南山区,=60+60")
        done = jiugai("project", "import", path)
        assert (done.code, "没有计算结果的公式" in done.out) == (1, True)

    @pytest.mark.parametrize(
        ("lang", "words"),
        [("zh", "不是表格文件，内容是PDF 文档"), ("en", "is not a spreadsheet; it is a PDF document")],
    )
    def test_a_file_that_is_no_spreadsheet_is_refused(
        self, jiugai: Jiugai, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str, words: str
    ) -> None:
        monkeypatch.setenv("JIUGAI_LANG", lang)
        path = tmp_path / "清单.xlsx"
        path.write_bytes(b"%PDF-1.7 a plan")
        done = jiugai("project", "import", path)
        assert (done.code, words in done.err) == (2, True)

    def test_a_file_over_the_limit_is_refused_before_it_is_read(
        self, jiugai: Jiugai, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("JIUGAI_MAX_IMPORT_MB", "1")
        path = tmp_path / "清单.csv"
        path.write_bytes(b"x" * (2**20 + 1))
        done = jiugai("project", "import", path)
        assert (done.code, "上限 1 MB" in done.err) == (2, True)

    def test_a_missing_file_is_not_found(self, jiugai: Jiugai, tmp_path: Path) -> None:
        assert jiugai("project", "import", tmp_path / "没有.xlsx").code == 4

    def test_the_template_can_be_imported_as_it_is(self, jiugai: Jiugai, tmp_path: Path) -> None:
        assert jiugai("project", "template", tmp_path / "模板.xlsx").code == 0
        done = jiugai("project", "import", tmp_path / "模板.xlsx", "--json")
        assert (done.code, done.json["rows"]) == (0, [])


class TestShow:
    def test_has_facts_clocks_and_what_is_unmet(self, enrolled: Jiugai) -> None:
        found = enrolled("project", "show", CODE, "--json").json
        assert {fact["code"]: fact["value"] for fact in found["facts"]}["households"] == 120
        assert found["clocks"][0]["label"] == "调查期限"
        move = next(move for move in found["moves"] if move["trigger"] == "finish_survey")
        assert [refusal["code"] for refusal in move["refusals"]] == ["document_missing"]
        assert "幸福里小区" in enrolled("project", "show", CODE).out

    def test_list_narrows_by_place_stage_light_and_words(self, enrolled: Jiugai) -> None:
        for args in (("--district", "南山区"), ("--stage", "宣传动员"), ("--light", "green"), ("--search", "幸福")):
            assert [one["code"] for one in enrolled("project", "list", *args, "--json").json] == [CODE]
        assert enrolled("project", "list", "--search", "和平", "--json").json == []
        assert enrolled("project", "list", "--district", "西山区").code == 4
        assert enrolled("project", "list", "--stage", "飞行").code == 4
        assert enrolled("project", "list", "--light", "blue").code == 2


class TestAdvance:
    def test_from_why_to_moved(self, enrolled: Jiugai, tmp_path: Path) -> None:
        why = enrolled("project", "why", CODE, "finish_survey", *AS_STREET, "--json")
        assert (why.code, why.json["permitted"], why.json["open"]) == (3, True, False)
        assert enrolled("project", "why", CODE, "finish_survey", "--as", "sun.planning").code == 6
        report = tmp_path / "调查报告.pdf"
        report.write_bytes(b"%PDF-1.7 survey")
        assert enrolled("project", "attach", CODE, "survey_report", report, *AS_STREET).code == 0
        assert enrolled("project", "why", CODE, "finish_survey", *AS_STREET).code == 0
        press = ("project", "advance", CODE, "finish_survey", *AS_STREET, "--request-id", "press-1", "--json")
        assert enrolled(*press).json["after"] == "design"
        assert enrolled(*press).json["repeated"]
        actions = [entry["action"] for entry in enrolled("project", "history", CODE, "--json").json]
        assert actions == ["enrolled", "facts_recorded", "document_attached", "finish_survey"]
        assert "完成调查" in enrolled("project", "history", CODE).out

    def test_a_move_that_does_not_leave_the_step_is_refused_with_those_that_do(self, enrolled: Jiugai) -> None:
        done = enrolled("project", "advance", CODE, "submit_plan", "--as", "wang.district")
        assert done.code == 3
        assert "完成调查" in done.err

    def test_missing_documents_are_named_in_english_too(
        self, enrolled: Jiugai, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("JIUGAI_LANG", "en")
        done = enrolled("project", "advance", CODE, "finish_survey", *AS_STREET)
        assert "document missing" in done.err


class TestRecord:
    def test_facts_and_milestones_are_recorded(self, enrolled: Jiugai) -> None:
        assert enrolled("project", "set", CODE, "willing=80%", "households=130", *AS_STREET).code == 0
        assert enrolled("project", "milestone", CODE, "papers_handed_over", "2026-03-01", *AS_STREET).code == 0
        found = enrolled("project", "show", CODE, "--json").json
        assert {fact["code"]: fact["value"] for fact in found["facts"]}["willing"] == "4/5"
        assert found["milestones"][0]["day"] == "2026-03-01"

    def test_what_is_no_pair_or_no_fact_is_said(self, enrolled: Jiugai) -> None:
        assert enrolled("project", "set", CODE, "households", *AS_STREET).code == 2
        done = enrolled("project", "set", CODE, "housholds=3", *AS_STREET)
        assert (done.code, "households" in done.err) == (4, True)

    def test_a_document_of_an_unknown_kind_or_of_the_wrong_type_is_refused(
        self, enrolled: Jiugai, tmp_path: Path
    ) -> None:
        text = tmp_path / "调查报告.txt"
        text.write_text("no report", encoding="utf-8")
        assert enrolled("project", "attach", CODE, "survey_raport", text, *AS_STREET).code == 4
        assert enrolled("project", "attach", CODE, "survey_report", text, *AS_STREET).code == 2
        assert enrolled("project", "attach", CODE, "survey_report", tmp_path / "没有.pdf", *AS_STREET).code == 4


class TestExport:
    def test_a_workbook_of_the_filter_can_be_read_again(self, enrolled: Jiugai, tmp_path: Path) -> None:
        assert enrolled("project", "export", tmp_path / "清单.xlsx", "--district", "南山区").code == 0
        (row,) = read_table(tmp_path / "清单.xlsx").rows
        assert (row.cells["项目编号"], row.cells["项目名称"]) == (CODE, "幸福里小区")

    def test_csv_keeps_formulas_dead_and_json_is_data(self, jiugai: Jiugai, tmp_path: Path) -> None:
        jiugai("project", "import", sheet(tmp_path / "清单.csv", "=HYPERLINK(1),南山区,9"))
        assert jiugai("project", "export", tmp_path / "out.csv").code == 0
        assert "'=HYPERLINK(1)" in (tmp_path / "out.csv").read_text(encoding="utf-8-sig")
        assert jiugai("project", "export", tmp_path / "out.json").code == 0
        assert "=HYPERLINK(1)" in (tmp_path / "out.json").read_text(encoding="utf-8")
        assert jiugai("project", "export", tmp_path / "out.pdf").code == 2
