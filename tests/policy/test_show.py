"""The tables of a pack say everything a pack can say, in words, and are plain JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from pydantic_core import PydanticUndefined

from policy.build import _Builder
from policy.fault import Path
from policy.loader import load_pack
from policy.pack import Pack
from policy.schema import REQUIREMENT_KINDS, PackDocument, Requires
from policy.schema_entry import Entry
from policy.show import TABLES, as_tables, heading, title
from policy.show_words import WORDS, requirement_words
from runtime.shelf import SHIPPED
from states.duty import FourEyes

PACKS = sorted(path.name for path in SHIPPED.iterdir() if (path / "pack.yaml").exists())
PLACES = 3
"""So many places of each field are tried: one alone may say what stands beside it too."""
NEEDED = {
    *(("AskEntry", "department"), ("AskEntry", "seat"), ("MemberEntry", "department"), ("MemberEntry", "seat")),
    *(("Span", "of"), ("Span", "share"), ("Span", "unit"), ("FactEntry", "choices")),
    *(("Requires", kind) for kind in REQUIREMENT_KINDS),
}
"""No pack can be built without these: the rows that need them are told by tests of their own."""


@cache
def shipped(name: str) -> Pack:
    return load_pack(SHIPPED / name)


def entries(entry: Entry, path: Path = ()) -> Iterator[tuple[Path, Entry]]:
    """Every entry of a document with its path of field names and indexes."""
    yield path, entry
    for field in type(entry).model_fields:
        value = getattr(entry, field)
        if isinstance(value, Entry):
            yield from entries(value, (*path, field))
        elif isinstance(value, tuple):
            for index, item in enumerate(value):
                if isinstance(item, Entry):
                    yield from entries(item, (*path, field, index))


def replaced(node: Any, path: Path, value: object) -> Any:
    """The document with what stands at `path` replaced."""
    if not path:
        return value
    if isinstance(node, tuple):
        index = int(path[0])
        return (*node[:index], replaced(node[index], path[1:], value), *node[index + 1 :])
    return node.model_copy(update={str(path[0]): replaced(getattr(node, str(path[0])), path[1:], value)})


def said() -> dict[tuple[str, str], list[tuple[str, Path, object]]]:
    """Some places for each optional field that a shipped pack fills in: the pack, the path, another value."""
    found: dict[tuple[str, str], list[tuple[str, Path, object]]] = {}
    for name in PACKS:
        for path, entry in entries(shipped(name).document):
            for field, info in type(entry).model_fields.items():
                default, value = info.get_default(), getattr(entry, field)
                if default is not PydanticUndefined and value != default:
                    other = not value if isinstance(value, bool) else default
                    found.setdefault((type(entry).__name__, field), []).append((name, (*path, field), other))
    return {key: places[:PLACES] for key, places in found.items() if key not in NEEDED and key[0] != "PackDocument"}


class TestAsTables:
    def test_tables_are_plain_json_in_both_languages(self, yangguang):
        for lang in ("zh", "en"):
            tables = as_tables(yangguang, lang)
            assert json.loads(json.dumps(tables)) == tables
        assert list(as_tables(yangguang)) == [
            "pack", "stages", "steps", "moves", "limits", "ladders", "reviews", "members", "consents", "facts",
            "documents", "milestones", "findings", "departments", "sources",
        ]  # fmt: skip

    @pytest.mark.parametrize("name", PACKS)
    @pytest.mark.parametrize("lang", ["zh", "en"])
    def test_every_shipped_pack_is_told_with_a_heading_for_every_column(self, name, lang):
        tables = as_tables(shipped(name), lang)
        assert json.loads(json.dumps(tables)) == tables
        for table, rows in tables.items():
            assert title(table, lang)
            assert all(list(row) == list(rows[0]) for row in rows)
            assert all(heading(column, lang) for column in rows[0])
            assert "source" in rows[0] or table in ("pack", "sources")

    def test_every_top_level_key_of_a_pack_stands_in_a_table(self):
        shown = {key for table in TABLES for key in table.keys}
        assert set(PackDocument.model_fields) - shown == set()

    def test_every_entry_of_the_shipped_packs_has_its_row(self):
        for name in PACKS:
            document = shipped(name).document
            for table in TABLES:
                written = [getattr(document, key) for key in table.keys]
                assert bool(table.parts(document)) == any(written), (name, table.name)

    @pytest.mark.parametrize("key", sorted(said()), ids="-".join)
    def test_whatever_a_pack_says_is_seen(self, key):
        """Take one thing away that a pack says: if no table reads otherwise, nobody could have seen it."""
        assert any(self.is_seen(*place) for place in said()[key])

    def is_seen(self, name: str, path: Path, other: object) -> bool:
        pack = shipped(name)
        changed = Pack(replaced(pack.document, path, other))
        return any(as_tables(changed, lang) != as_tables(pack, lang) for lang in ("zh", "en"))

    def test_every_kind_of_requirement_is_told_in_words(self, yangguang):
        moves = {row["trigger"]: row["requires"] for row in as_tables(yangguang)["moves"]}
        assert moves["finish_survey"] == [
            "材料：调查报告",
            "已填报：户数",
            "households >= 30 and structure in ['brick', 'concrete']（否则：不足30户或结构不符）（由街道项目专员负责）",
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
        assert (limits["survey_limit"]["yellow"], limits["survey_limit"]["ladder"]) == ("用去 9/10", "一般预警阶梯")

    def test_ladders_and_members_are_listed(self, yangguang):
        tables = as_tables(yangguang)
        assert [(row["rung"], row["at"], row["to"]) for row in tables["ladders"]] == [
            ("临期提醒", "变黄灯", ["经办人"]),
            ("逾期通知", "逾期", ["经办人", "区县项目专员"]),
            ("督办", "逾期后第 5 个工作日", ["市督查员"]),
        ]
        assert [(row["code"], row["member"], row["limit"], row["when"]) for row in tables["members"]] == [
            ("plan_review#planning", "自然资源局", "10 工作日", ""),
            ("plan_review#fire", "消防救援大队", "10 工作日", "增加面积 或 意愿比例 < 9/10 或 总投资 > 10000000"),
        ]

    def test_a_review_says_how_it_is_decided_and_what_follows(self):
        reviews = {row["code"]: row for row in as_tables(shipped("default"))["reviews"]}
        joint = reviews["joint_review"]
        assert (joint["mode"], joint["lead"], joint["again"]) == (
            "会签，一票否决",
            "住房城乡建设局",
            "只请未同意和情况有变的单位",
        )
        assert joint["supplement"].startswith("5 工作日内一次告知，15 工作日内补正，逾期视为撤回申请（")
        assert reviews["design_change"]["carries"] == "联审联批"

    def test_a_document_says_what_it_may_come_as_and_what_asks_for_it(self, yangguang):
        documents = {row["code"]: row for row in as_tables(yangguang)["documents"]}
        assert (documents["survey_report"]["media"], documents["survey_report"]["used"]) == (
            ["PDF", "文字文档"],
            ["动作“完成调查”"],
        )
        budget = next(row for row in as_tables(shipped("default"))["documents"] if row["code"] == "budget")
        assert budget["may_follow"] == ["投资概算容缺后补"]

    def test_a_fact_says_its_type_and_what_may_be_chosen(self, yangguang):
        facts = {row["code"]: row for row in as_tables(yangguang)["facts"]}
        assert (facts["structure"]["type"], facts["structure"]["choices"]) == ("选项", ["brick 砖混", "concrete 框架"])
        assert (facts["households"]["range"], facts["households"]["unit"]) == ("≥ 1", "户")

    def test_what_is_on_for_some_days_of_a_review_says_which(self):
        rules = as_tables(shipped("xianyang"))["tables"]
        first = next(row for row in rules if row["code"] == "phases#1")
        assert "区县审查人（1 工作日，第 1 工作日）" in first["then"][0]
        assert "第 10 工作日，在发展改革委、" in first["then"][0]


class TestWords:
    def test_every_requirement_a_pack_can_build_has_its_words(self):
        """Built from the builder's own table of kinds, so that a new class without words fails here."""
        kinds = set(_Builder(shipped("default").document)._kinds)
        assert kinds == set(REQUIREMENT_KINDS)
        built = {type(one) for one in _every_requirement(kinds)}
        assert built == set(WORDS)

    def test_every_requirement_of_the_shipped_packs_is_told(self):
        for name in PACKS:
            for move in shipped(name).procedure.moves:
                for one in move.requirements:
                    words = requirement_words(one)
                    assert words.zh
                    assert words.en

    def test_a_separated_duty_is_told_with_its_rule(self):
        duties = [
            requirement_words(one).zh
            for one in shipped("default").duties_of_review("joint_review")
            if isinstance(one, FourEyes)
        ]
        assert any("送审与审查分离，依据：" in words for words in duties)


def _every_requirement(kinds: set[str]) -> Iterator[Any]:
    """One of each class: every kind over the first entry it may name, consents both ways, documents fresh and not."""
    document = shipped("default").document
    move, tallied = document.moves[0], shipped("pilot").document
    codes = {
        "documents": [document.documents[0].code], "facts": [document.facts[0].code], "condition": "households > 1",
        "review": document.reviews[0].code, "conditions_met": document.reviews[0].code,
        "no_open": document.findings[0].code, "expired": document.limits[0].code,
        "posted": document.postings[0].code, "milestones": [document.milestones[0].code],
        "date_reached": next(fact.code for fact in document.facts if fact.type == "date"),
        "four_eyes": move.trigger, "consent": document.consents[0].code,
    }  # fmt: skip
    assert set(codes) == kinds
    builder = _Builder(document)
    for kind, value in codes.items():
        words = {"says": "不符", "owed_by": "coordinator@city"} if kind == "condition" else {}
        yield builder._kinds[kind](Requires.model_validate({kind: value, **words}), move)
    fresh = Requires.model_validate({"documents": codes["documents"], "fresh_after": move.trigger})
    yield builder._kinds["documents"](fresh, move)
    counted = next(consent for consent in tallied.consents if consent.tallies)
    yield _Builder(tallied)._kinds["consent"](Requires.model_validate({"consent": counted.code}), tallied.moves[0])
