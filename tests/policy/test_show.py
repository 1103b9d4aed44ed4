"""The tables of a pack say everything in words and are plain JSON."""

from __future__ import annotations

import json

from policy.show import as_tables


class TestAsTables:
    def test_tables_are_plain_json_in_both_languages(self, yangguang):
        for lang in ("zh", "en"):
            tables = as_tables(yangguang, lang)
            assert json.loads(json.dumps(tables)) == tables
            assert list(tables) == ["stages", "steps", "moves", "limits", "ladders", "reviews"]

    def test_every_kind_of_requirement_is_told_in_words(self, yangguang):
        moves = {row["trigger"]: row["requires"] for row in as_tables(yangguang)["moves"]}
        assert moves["finish_survey"] == [
            "材料：调查报告",
            "已填报：户数",
            "households >= 30 and structure in ['brick', 'concrete']（否则：不足30户或结构不符）",
            "一般事项表决：≥ 2/3, > 1/2",
        ]
        assert moves["close_posting"] == [
            "“方案联审”通过",
            "“公示期”期满",
            "无未办结的公示异议",
            "不同于“提交方案”的经办人",
        ]
        assert moves["strike_off"] == ["节点完成：资料移交", "已到“约定接管日”"]

    def test_every_limit_stands_with_its_source_and_what_is_assumed_says_so(self, yangguang):
        limits = {row["code"]: row for row in as_tables(yangguang)["limits"]}
        assert (limits["review_limit"]["span"], limits["review_limit"]["source"]) == (
            "20 工作日",
            "行政许可法第四十二条",
        )
        assert limits["survey_limit"]["source"] == "阳光区改造办规定（暂定，无依据）"
        assert (limits["survey_limit"]["yellow"], limits["survey_limit"]["ladder"]) == ("9/10", "一般预警阶梯")

    def test_ladders_and_members_are_listed(self, yangguang):
        tables = as_tables(yangguang)
        assert [(row["rung"], row["at"], row["to"]) for row in tables["ladders"]] == [
            ("临期提醒", "变黄灯 +0", ["经办人"]),
            ("逾期通知", "逾期 +0", ["经办人", "区县项目专员"]),
            ("督办", "逾期 +5", ["市督查员"]),
        ]
        assert [(row["member"], row["limit"]) for row in tables["reviews"]] == [
            ("自然资源局", "10 工作日"),
            ("消防救援大队", "10 工作日"),
        ]
