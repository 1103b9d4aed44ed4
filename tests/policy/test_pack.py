"""A pack answers by code, knows its version and its digest, and whom a review asks."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from policy.fact import FactInvalid
from policy.loader import load_pack
from policy.pack import PackEntryUnknown
from states.exceptions import Kind
from tests.policy.packs import write_pack


class TestDigest:
    def test_same_rules_in_another_layout_have_the_same_digest(self, yangguang, tmp_path):
        folder = write_pack(tmp_path / "other", ("moves.yaml", "from: survey\n", "from:\n      - survey\n"))
        (folder / "steps.yaml").rename(folder / "course.yaml")
        assert load_pack(folder).digest == yangguang.digest

    def test_default_written_out_changes_nothing(self, yangguang, tmp_path):
        folder = write_pack(tmp_path / "other", ("steps.yaml", "label: 联审联批", "label: 联审联批, kind: ordinary"))
        assert load_pack(folder).digest == yangguang.digest

    def test_one_day_more_is_another_digest(self, yangguang, tmp_path):
        folder = write_pack(tmp_path / "other", ("limits.yaml", "days: 30", "days: 31"))
        assert load_pack(folder).digest != yangguang.digest


class TestLookups:
    @pytest.mark.parametrize(
        ("lookup", "code", "label"),
        [
            ("fact", "households", "户数"),
            ("document_entry", "plan", "改造方案"),
            ("limit", "review_limit", "联审期限"),
            ("ladder", "standard", "一般预警阶梯"),
            ("review", "plan_review", "方案联审"),
            ("department", "fire", "消防救援大队"),
            ("finding", "objection", "公示异议"),
            ("milestone", "papers_handed_over", "资料移交"),
            ("consent", "ordinary_decision", "一般事项表决"),
            ("source", "yulin", "榆林市红黄绿灯办法"),
        ],
    )
    def test_entry_is_found_by_its_code_and_a_stranger_is_named(self, yangguang, lookup, code, label):
        assert getattr(yangguang, lookup)(code).label == label
        with pytest.raises(PackEntryUnknown, match=f"“{code}x”.*是不是“{code}”？") as caught:
            getattr(yangguang, lookup)(f"{code}x")
        assert caught.value.kind is Kind.missing

    def test_machine_is_built_once(self, yangguang):
        assert yangguang.machine is yangguang.machine
        assert yangguang.machine.fire("survey", "finish_survey") == "design"


class TestMemberApplies:
    @pytest.mark.parametrize(
        ("facts", "expected"),
        [
            ({"adds_area": False, "willing": Fraction(9, 10), "investment": Decimal(10_000_000)}, False),
            ({"adds_area": False, "willing": Fraction(9, 10), "investment": Decimal("10000000.01")}, True),
            ({"adds_area": True, "willing": Fraction(1), "investment": Decimal(0)}, True),
            ({"adds_area": False}, True),
        ],
        ids=["untouched", "one fen more", "adds area", "not known yet"],
    )
    def test_member_is_left_out_only_when_its_matter_is_known_to_be_untouched(self, yangguang, facts, expected):
        fire = yangguang.review("plan_review").members[1]
        assert yangguang.member_applies("plan_review", fire, facts) is expected
        assert yangguang.member_applies("plan_review", "fire", facts) is expected

    def test_member_without_condition_is_always_asked(self, yangguang):
        assert yangguang.member_applies("plan_review", "planning", {})


class TestFacts:
    def test_typed_text_goes_to_json_and_back(self, yangguang):
        value = yangguang.parse_fact("investment", "1,268.35万元")
        assert yangguang.dump_fact(value) == "12683500.00"
        assert yangguang.load_fact("investment", "12683500.00") == value

    def test_text_that_does_not_fit_names_the_fact(self, yangguang):
        with pytest.raises(FactInvalid, match=r"“户数”不能是“很多”，应填整数，如 1,234（≥ 1）"):
            yangguang.parse_fact("households", "很多")
