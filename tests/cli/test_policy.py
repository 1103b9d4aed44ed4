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


class TestShow:
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
