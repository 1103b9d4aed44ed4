"""A pack with one thing wrong is refused with that one fault: its code, its file and line, and the culprit's name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import policy
from policy.check import check_pack, sound_pack
from policy.critical_path import calendar_days, longest_route, window_days
from policy.fault import PackInvalid, Place, Severity, make_fault
from policy.fault_words import FAULTS, WARNINGS
from policy.inspection import Inspection
from policy.loader import load_pack
from policy.schema import Window
from policy.schema_limit import Span
from tests.policy.packs import line_of, write_pack

PACKS = Path(policy.__file__).parent / "packs"
SHIPPED = sorted(path for path in PACKS.iterdir() if path.is_dir()) if PACKS.is_dir() else []

BROKEN = yaml.safe_load((Path(__file__).parent / "broken.yaml").read_text(encoding="utf-8"))


class TestCheckPack:
    def test_sound_pack_has_neither_faults_nor_warnings(self, tmp_path):
        assert check_pack(write_pack(tmp_path / "yangguang")) == []

    @pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken["name"])
    def test_one_thing_wrong_is_told_by_code_file_line_and_culprit(self, tmp_path, broken):
        folder = write_pack(tmp_path / "yangguang", (broken["file"], broken["replace"], broken["with"]))
        found, told = check_pack(folder), broken["told"]
        fault = next(fault for fault in found if (fault.code, fault.culprit) == (told["code"], told["culprit"]))
        assert (fault.file, fault.line) == (told["file"], line_of(folder, told["file"], told["line"]))
        assert fault.is_fault == (fault.code in FAULTS)
        assert {fault.code for fault in found} == {told["code"], *broken.get("also", [])}

    def test_unknown_name_offers_the_one_that_was_meant(self, tmp_path):
        folder = write_pack(tmp_path / "yangguang", ("moves.yaml", "to: joint_review", "to: joint_reveiw"))
        [fault] = check_pack(folder)
        line = line_of(folder, "moves.yaml", "to: joint_reveiw")
        assert fault.text() == f"moves.yaml:{line} 错误：没有名为“joint_reveiw”的步骤，是不是“joint_review”？"
        assert 'did you mean "joint_review"' in fault.en

    def test_folder_that_is_not_there_is_a_fault_not_a_crash(self, tmp_path):
        assert [fault.code for fault in check_pack(tmp_path / "no_such")] == ["folder_missing"]

    def test_pack_rebuilt_from_its_json_is_checked_without_lines(self, tmp_path):
        pack = load_pack(write_pack(tmp_path / "yangguang", ("limits.yaml", "plus: 5", "plus: 0")))
        stored = type(pack).from_document(pack.document)
        assert [(fault.code, fault.file, fault.line) for fault in check_pack(stored)] == [("rung_order", "", 0)]


class TestSoundPack:
    def test_warnings_alone_do_not_keep_a_pack_from_use(self, tmp_path):
        folder = write_pack(tmp_path / "yangguang", ("limits.yaml", " or investment > 10000000", ""))
        assert sound_pack(folder).id == "yangguang@2026.10"

    def test_fault_keeps_a_pack_from_use_and_is_told_in_words(self, tmp_path):
        folder = write_pack(tmp_path / "yangguang", ("limits.yaml", "plus: 5", "plus: 0"))
        with pytest.raises(PackInvalid, match=r"limits\.yaml:18 错误：预警阶梯“standard”第 3 级") as caught:
            sound_pack(folder)
        assert caught.value.as_dict()["faults"][0]["culprit"] == "standard"


class TestCriticalPath:
    def test_longest_route_adds_each_steps_longest_limit(self, tmp_path):
        route = longest_route(Inspection(load_pack(write_pack(tmp_path / "yangguang"))), "preparation")
        # design 30 calendar days, the review 20 working days = 28, the posting 7
        assert (route.days, route.steps) == (30 + 28 + 7, ("design", "joint_review", "posting"))

    @pytest.mark.parametrize(
        ("days", "unit", "expected"),
        [(10, "working_day", 14), (1, "working_day", 2), (7, "calendar_day", 7), (3, "month", 93)],
    )
    def test_units_become_calendar_days_rounded_up(self, days, unit, expected):
        assert calendar_days(Span(days=days, unit=unit, source="office")) == expected

    @pytest.mark.parametrize(
        ("starts", "ends", "expected"), [("02-01", "04-30", 89), ("12-01", "01-31", 62), ("02-01", "02-29", 28)]
    )
    def test_window_counts_both_ends_and_runs_over_the_new_year(self, starts, ends, expected):
        assert window_days(Window.model_validate({"from": starts, "to": ends, "source": "office"})) == expected


class TestFaultWords:
    @pytest.mark.parametrize("code", [*FAULTS, *WARNINGS])
    def test_every_fault_has_words_in_both_languages(self, code):
        words = {**FAULTS, **WARNINGS}[code]
        assert re.search(r"[\u4e00-\u9fff]", words.zh)
        assert words.en
        assert not re.search(r"[\u4e00-\u9fff]", words.en)

    def test_severity_follows_from_the_code(self):
        warned = make_fault("review_may_be_empty", Place("limits.yaml", 3), "plan_review")
        assert (warned.severity, warned.text("en")) == (
            Severity.warning,
            'limits.yaml:3 warning: every member of "plan_review" is conditional: nobody may be asked',
        )


class TestShippedPacks:
    @pytest.mark.parametrize("folder", SHIPPED, ids=lambda path: path.name)
    def test_shipped_pack_has_no_fault(self, folder):
        assert [fault.text() for fault in check_pack(folder) if fault.is_fault] == []


class TestReviewRule:
    def weighted(self, folder: Path, planning: int, fire: int, passing: str) -> list[str]:
        write_pack(
            folder,
            ("limits.yaml", "    lead: planning\n", f"    lead: planning\n    mode: weight\n    pass: {passing}\n"),
            ("limits.yaml", "department: planning, ", f"department: planning, weight: {planning}, "),
            ("limits.yaml", "department: fire\n", f"department: fire\n        weight: {fire}\n"),
        )
        return [fault.code for fault in check_pack(folder)]

    @pytest.mark.parametrize(
        ("planning", "fire", "passing", "told"),
        [
            (3, 1, "3", []),
            (3, 1, "2/3", []),
            (3, 1, "4", ["rule_may_fail"]),  # without the fire department there are only 3
            (3, 1, "5", ["pass_unreachable"]),
            (0, 0, "1", ["weight_nothing"]),
        ],
    )
    def test_weights_are_added_up(self, tmp_path, planning, fire, passing, told):
        assert self.weighted(tmp_path / "yangguang", planning, fire, passing) == told

    def test_members_of_one_group_are_one_vote(self, tmp_path):
        folder = write_pack(
            tmp_path / "yangguang",
            ("limits.yaml", "    lead: planning\n", "    lead: planning\n    mode: count\n    pass: 2\n"),
            ("limits.yaml", "department: planning, ", "department: planning, group: building, "),
            ("limits.yaml", "department: fire\n", "department: fire\n        group: building\n"),
        )
        [fault] = check_pack(folder)
        line = line_of(folder, "limits.yaml", "pass: 2")
        assert fault.text() == f"limits.yaml:{line} 错误：审查“plan_review”的 pass 是 2，全部同意也只有 1，永远通不过"

    def test_a_lead_who_decides_is_asked_after_the_others(self, tmp_path):
        folder = write_pack(
            tmp_path / "yangguang",
            ("limits.yaml", "    lead: planning\n", "    lead: planning\n    mode: lead\n"),
            ("limits.yaml", "    limit: review_limit\n", "    limit: opinion_limit\n"),
        )
        assert [fault.code for fault in check_pack(folder)] == ["never_used", "member_slower"]
