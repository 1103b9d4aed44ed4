"""`jiugai project attach|set|milestone`: names as well as codes, and what is missing said so that it can be typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Jiugai

CODE = "SN-2026-001"
AS_STREET = ("--as", "li.street")
PNG = b"\x89PNG\r\n\x1a\n rest of a picture"


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "调查报告.pdf"
    path.write_bytes(b"%PDF-1.7 survey")
    return path


class TestAttach:
    @pytest.mark.parametrize("kind", ["survey_report", "调查报告"])
    def test_takes_a_code_or_a_name(self, enrolled: Jiugai, report: Path, kind: str) -> None:
        done = enrolled("project", "attach", CODE, kind, report, *AS_STREET, "--json")
        assert (done.code, done.json["kind"], done.json["label"]) == (0, "survey_report", "调查报告")
        assert (
            "已存“调查报告.pdf”为“调查报告”第 2 版" in enrolled("project", "attach", CODE, kind, report, *AS_STREET).out
        )

    def test_a_wrong_name_is_answered_with_the_nearest(self, enrolled: Jiugai, report: Path) -> None:
        done = enrolled("project", "attach", CODE, "调查报表", report, *AS_STREET)
        assert (done.code, "相近的有：survey_report（调查报告）" in done.err) == (4, True)

    def test_a_picture_called_a_pdf_is_refused_in_words(
        self, enrolled: Jiugai, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "方案.pdf"
        path.write_bytes(PNG)
        done = enrolled("project", "attach", CODE, "plan", path, "--as", "wang.district")
        assert (done.code, "“方案.pdf”的扩展名是 .pdf，内容却是图片（image/png），未保存" in done.err) == (2, True)
        monkeypatch.setenv("JIUGAI_LANG", "en")
        done = enrolled("project", "attach", CODE, "plan", path, "--as", "wang.district")
        assert '"方案.pdf" is called .pdf, its content is of type picture (image/png)' in done.err
        assert enrolled("project", "show", CODE, "--json").json["documents"] == []


class TestSet:
    def test_takes_names_and_codes_in_one_go(self, enrolled: Jiugai) -> None:
        done = enrolled("project", "set", CODE, "户数=130", "structure=框架", *AS_STREET, "--json")
        assert (done.code, done.json["facts"]) == (0, {"households": "130", "structure": "框架"})

    def test_one_fact_told_twice_with_two_values_is_refused(self, enrolled: Jiugai) -> None:
        done = enrolled("project", "set", CODE, "户数=130", "households=131", *AS_STREET)
        assert (done.code, "填了两个不同的值" in done.err) == (2, True)

    def test_a_wrong_name_is_answered_with_the_nearest_and_nothing_is_recorded(self, enrolled: Jiugai) -> None:
        done = enrolled("project", "set", CODE, "结构=框架", "住户数=9", *AS_STREET)
        assert (done.code, "households（户数）" in done.err) == (4, True)
        facts = {fact["code"]: fact["value"] for fact in enrolled("project", "show", CODE, "--json").json["facts"]}
        assert facts["structure"] == "brick"


class TestMilestone:
    def test_takes_a_name(self, enrolled: Jiugai) -> None:
        done = enrolled("project", "milestone", CODE, "资料移交", "2026-01-05", *AS_STREET, "--json")
        assert (done.code, done.json["milestone"]) == (0, "papers_handed_over")


class TestWhy:
    def test_says_code_and_name_of_what_is_missing_as_it_can_be_typed(self, enrolled: Jiugai) -> None:
        why = enrolled("project", "why", CODE, "finish_survey", *AS_STREET, "--json")
        assert why.json["missing"] == [
            {"kind": "document", "code": "survey_report", "label": "调查报告", "label_en": "调查报告"}
        ]
        told = enrolled("project", "why", CODE, "finish_survey", *AS_STREET).out
        assert f"  jiugai project attach {CODE} survey_report 文件 --as 账号    # 调查报告\n" in told

    def test_of_a_false_condition_it_names_the_facts(self, enrolled: Jiugai) -> None:
        assert enrolled("project", "set", CODE, "户数=3", *AS_STREET).code == 0
        why = enrolled("project", "why", CODE, "finish_survey", *AS_STREET, "--json")
        assert {(one["kind"], one["code"]) for one in why.json["missing"]} == {
            ("document", "survey_report"),
            ("fact", "households"),
            ("fact", "structure"),
        }
