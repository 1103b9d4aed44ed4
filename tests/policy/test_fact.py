"""What a person types becomes an exact value, or is refused with what is expected; JSON keeps it exactly."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.fact import FactInvalid, dump_fact, load_fact, parse_fact
from policy.schema import FactEntry

TYPES = {
    "integer": {"unit": "户", "minimum": 0, "maximum": 100_000_000},
    "decimal": {"unit": "㎡"},
    "money": {"unit": "元"},
    "share": {},
    "text": {},
    "flag": {},
    "date": {},
    "choice": {"choices": {"brick": "砖混", "concrete": "框架"}},
}


def fact(type):
    return FactEntry(code="measured", label="填报项", type=type, owed_by="coordinator@street", **TYPES[type])


class TestParseFact:
    @pytest.mark.parametrize(
        ("type", "text", "value"),
        [
            ("integer", "1,234", 1234),
            ("integer", " １，２３４ 户 ", 1234),
            ("decimal", "424,903.5㎡", Decimal("424903.5")),
            ("money", "1,234.5", Decimal("1234.50")),
            ("money", "¥1,234.50元", Decimal("1234.50")),
            ("money", "1,268.35万元", Decimal("12683500.00")),
            ("share", "2/3", Fraction(2, 3)),
            ("share", "66.7%", Fraction(667, 1000)),
            ("share", "６６．７％", Fraction(667, 1000)),
            ("share", "0.9", Fraction(9, 10)),
            ("share", "1", Fraction(1)),
            ("text", " 幸福里小区，３号楼 ", "幸福里小区，３号楼"),
            ("flag", "是", True),
            ("flag", "否", False),
            ("flag", "YES", True),
            ("date", "2026-11-20", date(2026, 11, 20)),
            ("date", "2026年3月1日", date(2026, 3, 1)),
            ("date", "2026/3/1", date(2026, 3, 1)),
            ("choice", "brick", "brick"),
            ("choice", "框架", "concrete"),
        ],
    )
    def test_understood_as_people_write_it(self, type, text, value):
        parsed = parse_fact(fact(type), text)
        assert (parsed, parsed.__class__) == (value, value.__class__)

    @pytest.mark.parametrize(
        ("type", "text", "expected"),
        [
            ("integer", "一百", "应填整数，如 1,234（≥ 0，≤ 100000000）"),
            ("integer", "12,34", "应填整数"),
            ("integer", "-1", "≥ 0"),
            ("integer", "9" * 5000, "应填整数"),
            ("decimal", "1e5", "应填数字"),
            ("decimal", "NaN", "应填数字"),
            ("money", "12.345", "最多两位小数"),
            ("money", "1.23456789万元", "最多两位小数"),
            ("share", "3/2", "0 到 1 的比例"),
            ("share", "1/0", "0 到 1 的比例"),
            ("share", "120%", "0 到 1 的比例"),
            ("text", "  ", "应填文字"),
            ("flag", "也许", "应填是 或 否"),
            ("date", "2026-02-30", "应填日期，如 2026-11-20"),
            ("date", "20/11/2026", "应填日期"),
            ("choice", "木结构", "应填以下之一：砖混、框架"),
        ],
    )
    def test_refused_keeps_the_text_and_names_what_is_expected(self, type, text, expected):
        with pytest.raises(FactInvalid) as caught:
            parse_fact(fact(type), text)
        assert expected in caught.value.text()
        assert caught.value.data["text"] == text


class TestLoadFact:
    @pytest.mark.parametrize(
        ("type", "value"),
        [
            ("integer", 0),
            ("decimal", Decimal("0.1")),
            ("money", Decimal("12683500.00")),
            ("share", Fraction(2, 3)),
            ("text", "幸福里小区"),
            ("flag", False),
            ("date", date(2026, 11, 20)),
            ("choice", "brick"),
        ],
    )
    def test_comes_back_as_it_was_dumped(self, type, value):
        stored = json.loads(json.dumps(dump_fact(value)))
        loaded = load_fact(fact(type), stored)
        assert (loaded, loaded.__class__) == (value, value.__class__)

    @pytest.mark.parametrize(
        ("type", "stored"),
        [("integer", "7"), ("integer", True), ("share", "1/0"), ("money", 0.1), ("decimal", "x"), ("date", 20261120)],
    )
    def test_json_of_another_type_is_refused(self, type, stored):
        with pytest.raises(FactInvalid):
            load_fact(fact(type), stored)

    @given(st.fractions(0, 1, max_denominator=10**9))
    def test_share_is_kept_exactly(self, share):
        assert load_fact(fact("share"), dump_fact(share)) == share
