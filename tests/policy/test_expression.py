"""A condition is refused when the pack is loaded, or it answers exactly."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.expression import ConditionInvalid, compile_condition
from policy.schema import FactEntry
from states.exceptions import Kind


def fact(code, type, **more):
    return FactEntry(code=code, label=code, type=type, owed_by="coordinator@street", **more)


DECLARED = [
    fact("households", "integer"),
    fact("added_area", "decimal"),
    fact("investment", "money"),
    fact("willing", "share"),
    fact("owner", "text"),
    fact("has_lift", "flag"),
    fact("permit_on", "date"),
    fact("structure", "choice", choices={"brick": "砖混", "concrete": "框架"}),
]
FACTS = {entry.code: entry for entry in DECLARED}
HAPPINESS = {
    "households": 120,
    "added_area": Decimal("0.1"),
    "investment": Decimal("10000000.00"),
    "willing": Fraction(9, 10),
    "owner": "幸福里",
    "has_lift": False,
    "permit_on": date(2026, 3, 1),
    "structure": "brick",
}


class TestCompileCondition:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("households >= 120", True),
            ("households > 120", False),
            ("100 < households < 200", True),
            ("willing >= '9/10'", True),
            ("willing > '9/10'", False),
            ("added_area * 3 == '0.3'", True),
            ("added_area <= 0", False),
            ("investment < 10000000", False),
            ("investment * willing == 9000000", True),
            ("households - 20 + 1 == 101", True),
            ("-households < 0", True),
            ("has_lift", False),
            ("not has_lift", True),
            ("not has_lift and households > 10 or willing == 0", True),
            ("structure == 'brick'", True),
            ("structure in ['concrete']", False),
            ("structure not in ['concrete']", True),
            ("households in [120, 121]", True),
            ("owner != '惠德花园'", True),
            ("permit_on <= '2026-03-01'", True),
            ("permit_on in ['2026-03-02']", False),
            ("permit_on > '2026-03-01'", False),
        ],
    )
    def test_answers_exactly(self, text, expected):
        assert compile_condition(text, FACTS).test(HAPPINESS) is expected

    @pytest.mark.parametrize(
        ("text", "problem", "culprit"),
        [
            ("housholds > 1", "condition_fact_unknown", "housholds"),
            ("willing >= 0.9", "condition_float", "0.9"),
            ("households >", "condition_syntax", "households >"),
            ("households > 1 2", "condition_syntax", "households > 1 2"),
            ("households / 2 > 1", "condition_construct", "div"),
            ("households ** 9 > 1", "condition_construct", "pow"),
            ("owner.__class__ == 'x'", "condition_construct", "getattr"),
            ("owner['x'] == 'x'", "condition_construct", "getitem"),
            ("owner | length > 1", "condition_construct", "filter"),
            ("range(9) == 1", "condition_construct", "call"),
            ("owner is defined", "condition_construct", "test"),
            ("has_lift if has_lift else has_lift", "condition_construct", "condexpr"),
            ("owner ~ 'x' == 'x'", "condition_construct", "concat"),
            ("structure in owner", "condition_construct", "in"),
            ("structure in [owner]", "condition_construct", "in [..]"),
            ("structure == 'timber'", "condition_choice", "timber"),
            ("structure > 'brick'", "condition_type", "structure"),
            ("owner < 'x'", "condition_type", "owner"),
            ("owner == 3", "condition_type", "3"),
            ("households == 'many'", "condition_type", "many"),
            ("households == owner", "condition_type", "owner"),
            ("permit_on > '2026-3-1'", "condition_type", "2026-3-1"),
            ("permit_on > 20260301", "condition_type", "20260301"),
            ("has_lift == true", "condition_type", "true"),
            ("households > willing > has_lift", "condition_type", "has_lift"),
            ("households", "condition_not_truth", "households"),
            ("households and has_lift", "condition_not_truth", "households"),
            ("households + 1", "condition_not_truth", "+"),
            ("1 < 2", "condition_without_fact", "1 < 2"),
            ("willing > '1/0'", "condition_type", "1/0"),
            ("(" * 190 + "has_lift" + ")" * 190, "condition_construct", "(((("),
        ],
    )
    def test_refused_names_what_is_wrong(self, text, problem, culprit):
        with pytest.raises(ConditionInvalid) as caught:
            compile_condition(text, FACTS)
        assert (caught.value.problem, caught.value.culprit) == (problem, culprit)
        assert caught.value.kind is Kind.invalid
        assert culprit[:20] in caught.value.text("zh")

    def test_float_is_refused_with_how_to_write_a_share(self):
        with pytest.raises(ConditionInvalid, match="比例请写成 '9/10'"):
            compile_condition("willing >= 0.9", FACTS)

    def test_facts_it_looks_at_are_named_once_in_order(self):
        compiled = compile_condition("willing > 0 and households > 1 and willing < 1", FACTS)
        assert compiled.uses == ("willing", "households")

    @given(st.integers(0, 10**6), st.integers(1, 10**6))
    def test_share_is_compared_without_rounding(self, agreed, all_owners):
        share = Fraction(min(agreed, all_owners), all_owners)
        assert compile_condition("willing >= '2/3'", FACTS).test({"willing": share}) is (share >= Fraction(2, 3))
