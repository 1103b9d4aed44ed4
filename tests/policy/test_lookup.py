"""What a person types is found by code or by a name that only one entry has."""

from __future__ import annotations

import pytest

from policy.loader import load_pack
from policy.lookup import PackEntryAmbiguous, entry_code
from policy.pack import PackEntryUnknown
from runtime.shelf import SHIPPED
from tests.policy.packs import write_pack


class TestEntryCode:
    @pytest.mark.parametrize("typed", ["survey_report", " 调查报告 ", "SURVEY_REPORT"])
    def test_takes_a_code_and_a_name(self, yangguang, typed):
        assert entry_code(yangguang, "document", typed) == "survey_report"

    @pytest.mark.parametrize(
        "typed", ["改造方案（含改造内容清单）", "改造方案(含改造内容清单)", "改造方案", "Renovation plan and menu"]
    )
    def test_takes_a_name_up_to_its_bracket_and_in_english(self, typed):
        assert entry_code(load_pack(SHIPPED / "default"), "document", typed) == "renovation_plan"

    def test_a_name_of_several_entries_is_refused_with_all_of_them(self, tmp_path):
        pack = load_pack(write_pack(tmp_path / "two", ("registers.yaml", "label: 改造方案", "label: 调查报告")))
        with pytest.raises(PackEntryAmbiguous) as refused:
            entry_code(pack, "document", "调查报告")
        assert "survey_report（调查报告）、plan（调查报告）" in refused.value.text("zh")
        assert entry_code(pack, "document", "plan") == "plan"

    @pytest.mark.parametrize(
        ("register", "typed", "near"),
        [
            ("document", "报告", "survey_report（调查报告）"),
            ("document", "survey_raport", "survey_report（调查报告）"),
            ("fact", "业主数", "owners"),
            ("milestone", "资料交接", "papers_handed_over（资料移交）"),
        ],
    )
    def test_a_wrong_name_is_answered_with_the_nearest(self, yangguang, register, typed, near):
        with pytest.raises(PackEntryUnknown) as refused:
            entry_code(yangguang, register, typed)
        assert near in refused.value.text("zh")

    def test_what_is_near_nothing_is_still_refused(self, yangguang):
        with pytest.raises(PackEntryUnknown):
            entry_code(yangguang, "milestone", "")
