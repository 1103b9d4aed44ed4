"""`jiugai policy`: packs checked before they count, every fault with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Jiugai
from tests.policy.packs import line_of, write_pack


class TestCheck:
    def test_a_sound_pack_passes(self, empty: Jiugai) -> None:
        done = empty("policy", "check", "yangguang", "--json")
        assert (done.code, [(one["pack"], one["ok"]) for one in done.json]) == (0, [("yangguang", True)])

    def test_broken_yaml_is_told_with_file_and_line(self, empty: Jiugai, tmp_path: Path) -> None:
        folder = write_pack(tmp_path / "broken", ("moves.yaml", "trigger: finish_survey", "trigger: [finish_survey"))
        done = empty("policy", "check", folder)
        assert (done.code, "moves.yaml:" in done.out) == (1, True)

    @pytest.mark.parametrize("lang", ["zh", "en"])
    def test_an_unknown_name_is_told_with_its_line_and_a_guess(
        self, empty: Jiugai, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str
    ) -> None:
        monkeypatch.setenv("JIUGAI_LANG", lang)
        folder = write_pack(
            tmp_path / "misspelt", ("moves.yaml", "documents: [survey_report]", "documents: [survey_raport]")
        )
        done = empty("policy", "check", folder)
        line = line_of(folder, "moves.yaml", "survey_raport")
        assert (done.code, f"moves.yaml:{line} " in done.out, "survey_report" in done.out) == (1, True, True)

    def test_a_pack_that_is_not_there_is_not_found(self, empty: Jiugai) -> None:
        done = empty("policy", "check", "yangguan")
        assert (done.code, "yangguang" in done.err) == (4, True)


class TestActivate:
    def test_a_pack_that_does_not_pass_cannot_be_activated(self, jiugai: Jiugai, tmp_path: Path) -> None:
        folder = write_pack(tmp_path / "broken", ("moves.yaml", "to: design", "to: desing"))
        done = jiugai("policy", "activate", folder)
        assert (done.code, "desing" in done.err) == (2, True)

    def test_the_same_version_with_other_content_is_a_conflict(self, jiugai: Jiugai, tmp_path: Path) -> None:
        assert jiugai("policy", "activate", "yangguang").code == 0
        folder = write_pack(tmp_path / "changed", ("steps.yaml", "label: 摸底调查", "label: 入户调查"))
        assert jiugai("policy", "activate", folder).code == 5

    def test_a_new_version_is_in_force_for_new_projects(self, jiugai: Jiugai, tmp_path: Path) -> None:
        folder = write_pack(tmp_path / "next", ("pack.yaml", "version: 2026.10", "version: 2026.11"))
        assert jiugai("policy", "activate", folder).code == 0
        packs = {one["name"]: one["active"] for one in jiugai("policy", "list", "--json").json}
        assert packs["yangguang"] == "2026.11"
        assert jiugai("policy", "list").code == 0


class TestDiff:
    def test_a_folder_is_compared_with_what_is_in_force(self, jiugai: Jiugai, tmp_path: Path) -> None:
        folder = write_pack(
            tmp_path / "next",
            ("pack.yaml", "version: 2026.10", "version: 2026.11"),
            ("limits.yaml", "{days: 20, unit", "{days: 15, unit"),
        )
        done = jiugai("policy", "diff", folder)
        assert done.code == 0
        assert "yangguang@2026.10 → yangguang@2026.11" in done.out
        assert "  ~ review_limit 联审期限（修改）\n      时长：20 工作日 → 15 工作日\n" in done.out
        assert "没有按这个政策包在办的项目。" in done.out

    def test_names_the_projects_at_a_step_the_new_pack_has_not(self, enrolled: Jiugai, tmp_path: Path) -> None:
        folder = write_pack(
            tmp_path / "next",
            ("pack.yaml", "start: survey", "start: census"),
            ("steps.yaml", "code: survey,", "code: census,"),
            ("moves.yaml", "from: survey", "from: census"),
        )
        done = enrolled("policy", "diff", "yangguang@2026.10", folder, "--json")
        assert (done.code, done.json["projects"]) == (
            0,
            [
                {
                    "pack": "yangguang@2026.10",
                    "step": "survey",
                    "label": "摸底调查",
                    "label_en": "survey",
                    "projects": 1,
                    "exists": False,
                    "resuming": False,
                    "codes": ["SN-2026-001"],
                }
            ],
        )
        told = enrolled("policy", "diff", folder).out
        assert "在办项目 1 个，各按立项时的版本办到底" in told
        assert "新版没有步骤 survey“摸底调查”，yangguang@2026.10 有 1 个项目在这一步：SN-2026-001" in told

    def test_a_suspended_project_counts_at_the_step_it_would_resume(self, enrolled: Jiugai, tmp_path: Path) -> None:
        by = ("--as", "wang.district", "--reason", "资金未到位")
        assert enrolled("project", "advance", "SN-2026-001", "suspend", *by).code == 0
        folder = write_pack(
            tmp_path / "next",
            ("pack.yaml", "start: survey", "start: census"),
            ("steps.yaml", "code: survey,", "code: census,"),
            ("moves.yaml", "from: survey", "from: census"),
        )
        rows = enrolled("policy", "diff", folder, "--json").json["projects"]
        assert [(row["step"], row["exists"], row["resuming"], row["codes"]) for row in rows] == [
            ("suspended", True, False, []),
            ("survey", False, True, ["SN-2026-001"]),
        ]

    def test_the_same_pack_says_the_same(self, enrolled: Jiugai) -> None:
        done = enrolled("policy", "diff", "yangguang")
        assert (done.code, "内容相同。" in done.out) == (0, True)
        assert "它们现在所在的步骤，新版都有。" in done.out

    def test_two_packs_are_compared_before_there_is_a_database(
        self, empty: Jiugai, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("JIUGAI_LANG", "en")
        done = empty("policy", "diff", "default", "pilot")
        assert (done.code, "No project is running under this pack." in done.out) == (0, True)

    def test_what_was_never_activated_is_not_found(self, jiugai: Jiugai) -> None:
        assert jiugai("policy", "diff", "pilot").code == 4
        done = jiugai("policy", "diff", "yangguang@1999.1", "yangguang")
        assert (done.code, "启用过的有：2026.10" in done.err) == (4, True)
        assert jiugai("policy", "diff", "yangguan", "yangguang").code == 4


class TestShow:
    @pytest.mark.parametrize("table", ["members", "审查成员", "members of reviews"])
    def test_a_table_is_asked_for_by_its_name_in_either_language(self, empty: Jiugai, table: str) -> None:
        assert list(empty("policy", "show", "default", "--table", table, "--json").json) == ["members"]

    def test_a_table_the_pack_says_nothing_of_is_told_so(self, empty: Jiugai) -> None:
        done = empty("policy", "show", "yangguang", "--table", "duties")
        assert (done.code, done.out) == (0, "职责分离 duties：本包未作规定\n")

    def test_nothing_is_cut_off(self, empty: Jiugai) -> None:
        for name in ("default", "xianyang", "zibo-lift"):
            assert "…" not in empty("policy", "show", name).out

    def test_shows_tables_with_sources(self, empty: Jiugai) -> None:
        assert "行政许可法第四十二条" in empty("policy", "show", "yangguang").out
        tables = empty("policy", "show", "yangguang", "--table", "limits", "--json").json
        assert list(tables) == ["limits"]
        assert empty("policy", "show", "yangguang", "--table", "limit").code == 2

    def test_draws_the_procedure(self, empty: Jiugai) -> None:
        assert empty("policy", "graph", "yangguang").out.startswith("flowchart TD")
        assert "mobilization" in empty("policy", "graph", "yangguang", "--overview", "--lang", "en").out
        assert empty("policy", "graph", "yangguang", "--json").json["pack"] == "yangguang@2026.10"
        assert empty("policy", "graph", "yangguang", "--lang", "fr").code == 2
