"""A pack with one thing wrong in its tables is refused with that fault, proved by a case where there is one."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
import yaml

from policy.check import check_pack
from policy.fault_words import FAULTS
from policy.fault_words_route import ROUTE, ROUTE_WARNINGS
from policy.loader import load_pack
from policy.route import route
from policy.route_check import MAX_CELLS
from tests.policy.category import write_category_pack
from tests.policy.packs import line_of

BROKEN = yaml.safe_load((Path(__file__).parent / "broken_route.yaml").read_text(encoding="utf-8"))
FLAGS = 15


def only(folder: Path, code: str) -> str:
    return next(fault.zh for fault in check_pack(folder) if fault.code == code)


class TestCheckPack:
    def test_six_categories_with_their_limits_have_neither_faults_nor_warnings(self, tmp_path):
        assert [fault.text() for fault in check_pack(write_category_pack(tmp_path / "pack"))] == []

    @pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken["name"])
    def test_one_thing_wrong_is_told_by_code_file_line_and_culprit(self, tmp_path, broken):
        folder = write_category_pack(tmp_path / "pack", (broken["file"], broken["replace"], broken["with"]))
        found, told = check_pack(folder), broken["told"]
        fault = next(fault for fault in found if (fault.code, fault.culprit) == (told["code"], told["culprit"]))
        assert (fault.file, fault.line) == (told["file"], line_of(folder, told["file"], told["line"]))
        assert fault.is_fault == (fault.code in FAULTS)
        assert {fault.code for fault in found} == {told["code"], *broken.get("also", [])}

    def test_every_fault_of_tables_is_shown_by_a_broken_pack(self):
        shown = {code for broken in BROKEN for code in (broken["told"]["code"], *broken.get("also", []))}
        assert {*ROUTE, *ROUTE_WARNINGS} - shown == {"table_too_wide"}

    def test_a_gap_names_the_case_nobody_decides(self, tmp_path):
        folder = write_category_pack(
            tmp_path / "pack",
            ("routes.yaml", "      - label: 其余\n", "      - label: 其余\n        when: investment > 1000000\n"),
        )
        # two flags, below, at and above one million: six cases, and one has no rule
        assert "增加面积=是、总投资=1000000 时没有一条规则成立（共查 6 种情形，1 种无着落）" in only(
            folder, "table_gap"
        )

    def test_an_overlap_names_the_case_and_both_rules(self, tmp_path):
        folder = write_category_pack(
            tmp_path / "pack", ("routes.yaml", "category == 'lift'", "category == 'lift' or category == 'area'")
        )
        assert "项目类别=片区类 时第 4 条和第 6 条都成立" in only(folder, "table_overlap")

    def test_a_dead_rule_says_whether_another_takes_its_cases_or_it_has_none(self, tmp_path):
        first = ("routes.yaml", "when: investment < 1000000", "when: not adds_area")
        never = ("routes.yaml", "when: investment < 1000000", "when: investment < 1 and investment > 2")
        assert "前面的规则总是先成立" in only(write_category_pack(tmp_path / "first", first), "rule_dead")
        assert "条件不可能成立" in only(write_category_pack(tmp_path / "never", never), "rule_dead")

    def test_a_table_with_too_many_cases_says_how_many_were_checked(self, tmp_path):
        names = [f"touched_{number}" for number in range(FLAGS)]
        facts = "".join(
            f"  - {{code: {name}, label: 涉及{name}, type: flag, owed_by: coordinator@street}}\n" for name in names
        )
        folder = write_category_pack(
            tmp_path / "pack",
            ("registers.yaml", "documents:\n", f"{facts}documents:\n"),
            ("routes.yaml", "when: investment < 1000000", f"when: investment < 1000000 or {' or '.join(names)}"),
        )
        [warned] = check_pack(folder)
        assert (warned.code, warned.is_fault, str(MAX_CELLS) in warned.zh) == ("table_too_wide", False, True)

    def test_a_sound_table_decides_every_case_once(self, tmp_path):
        pack = load_pack(write_category_pack(tmp_path / "pack"))
        values = product([False, True], [0, 999_999, 1_000_000, 10**9])
        for adds_area, investment in values:
            routing = route(pack, {"adds_area": adds_area, "investment": investment})
            assert [one.rule.table for one in routing.matched if one.rule.table == "permits"] == ["permits"]


class TestFaultWords:
    @pytest.mark.parametrize("code", [*ROUTE, *ROUTE_WARNINGS])
    def test_every_fault_has_words_in_both_languages(self, code):
        words = {**ROUTE, **ROUTE_WARNINGS}[code]
        assert re.search(r"[\u4e00-\u9fff]", words.zh)
        assert words.en
        assert not re.search(r"[\u4e00-\u9fff]", words.en)
