"""Two packs are compared entry by entry; a new name is one difference, and nothing that is written goes unseen."""

from __future__ import annotations

import json

import pytest

from policy.diff import Change, Difference, compare
from policy.loader import load_pack
from policy.pack import Pack
from tests.policy.packs import write_pack
from tests.policy.test_show import replaced, said, shipped


def differences(tmp_path, yangguang, *changes: tuple[str, str, str], lang="zh") -> list[Difference]:
    return compare(yangguang, load_pack(write_pack(tmp_path / "next", *changes)), lang)


def short(found: list[Difference]) -> list[tuple[str, str, str]]:
    return [(one.change.value, one.table, one.key) for one in found]


class TestCompare:
    def test_a_pack_is_what_it_is(self, yangguang):
        assert compare(yangguang, yangguang) == []

    def test_a_changed_limit_says_from_what_to_what(self, tmp_path, yangguang):
        [found] = differences(tmp_path, yangguang, ("limits.yaml", "{days: 20, unit", "{days: 15, unit"))
        assert (found.change, found.key, found.label) == (Change.changed, "review_limit", "联审期限")
        [cell] = found.cells
        assert (cell.heading, cell.before, cell.after) == ("时长", "20 工作日", "15 工作日")

    def test_a_new_name_is_one_difference(self, tmp_path, yangguang):
        [found] = differences(tmp_path, yangguang, ("registers.yaml", "label: 调查报告", "label: 入户调查报告"))
        assert short([found]) == [("changed", "documents", "survey_report")]
        assert [(cell.before, cell.after) for cell in found.cells] == [("调查报告", "入户调查报告")]

    def test_a_new_code_under_the_old_name_is_told_apart(self, tmp_path, yangguang):
        old = "{code: posting, stage"
        found = differences(
            tmp_path, yangguang, ("steps.yaml", old, "{code: plan_posting, stage"),
            ("moves.yaml", "to: posting", "to: plan_posting"), ("moves.yaml", "from: posting", "from: plan_posting"),
        )  # fmt: skip
        assert short(found) == [
            ("added", "steps", "plan_posting"),
            ("removed", "steps", "posting"),
            ("changed", "moves", "accept_plan"),
            ("changed", "moves", "close_posting"),
        ]
        assert (found[2].cells[0].before, found[2].cells[0].after) == (
            "方案公示〔posting〕",
            "方案公示〔plan_posting〕",
        )

    def test_a_new_member_is_added_alone(self, tmp_path, yangguang):
        line = "      - {department: planning, matter: 规划条件, limit: opinion_limit}\n"
        [found] = differences(
            tmp_path, yangguang, ("limits.yaml", line, f"{line}      - {{seat: reviewer@city, matter: 复核, limit: opinion_limit}}\n")
        )  # fmt: skip
        assert short([found]) == [("added", "members", "plan_review#reviewer@city")]
        assert ("审什么", None, "复核") in [(cell.heading, cell.before, cell.after) for cell in found.cells]

    def test_another_order_of_members_is_told(self, tmp_path, yangguang):
        line = "      - {department: planning, matter: 规划条件, limit: opinion_limit}\n"
        after = "        when: adds_area or willing < '9/10' or investment > 10000000\n"
        found = differences(tmp_path, yangguang, ("limits.yaml", line, ""), ("limits.yaml", after, after + line))
        assert short(found) == [("reordered", "members", "plan_review")]

    def test_what_reads_the_same_is_told_as_it_is_written(self, tmp_path, yangguang):
        [found] = differences(
            tmp_path, yangguang, ("registers.yaml", "label: 自然资源局}", "label: 自然资源局, en: land}")
        )
        assert found.cells[0].heading == "en"

    @pytest.mark.parametrize("key", sorted(said()), ids="-".join)
    def test_whatever_a_pack_says_otherwise_is_found(self, key):
        name, path, other = said()[key][0]
        pack = shipped(name)
        found = compare(pack, Pack(replaced(pack.document, path, other)))
        assert found
        assert all(one.cells for one in found if one.change is Change.changed)

    @pytest.mark.parametrize("lang", ["zh", "en"])
    def test_shipped_packs_compare_in_both_languages(self, lang):
        found = compare(shipped("default"), shipped("pilot"), lang)
        data = [one.as_dict(lang) for one in found]
        assert json.loads(json.dumps(data)) == data
        assert {one.change for one in found} >= {Change.added, Change.removed, Change.changed}
