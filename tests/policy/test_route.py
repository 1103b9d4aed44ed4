"""Routing: what matched and what did not, who is asked, and what would change the answer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import policy
from policy.expression import compile_condition
from policy.loader import load_pack
from policy.pack import Pack, PackEntryUnknown
from policy.route import Routing, members_of, route
from policy.route_change import changed_parts, counterfactuals, stakes
from policy.route_condition import in_words, take_apart
from policy.route_table import Standing, Verdict
from policy.route_value import difference, neighbours, representatives
from policy.route_words import counterfactual_row, line_row, permit_row
from policy.schema_entry import FactEntry
from states.case import FactValue
from tests.policy.category import CATEGORIES, EVERY, write_category_pack

FOLDER = Path(policy.__file__).parent / "packs"
PACKS = {name: load_pack(FOLDER / name) for name in ("default", "zhongshan", "zibo-lift")}
ZHONGSHAN = PACKS["zhongshan"]
DEFAULT_FACTS = PACKS["default"].facts

XINGFULI: dict[str, FactValue] = {
    "investment": Decimal(7_230_000), "added_floor_area": Decimal(0), "new_building_area": Decimal(0),
    "structure_touched": False, "land_changed": False, "low_risk": True, "registration_changed": False,
    "independent_facility": False, "minor_facilities_only": False, "neighbour_rights_touched": False,
    "fire_lane_touched": False, "roads_occupied": False, "green_touched": True, "gas_works": False,
}  # fmt: skip


def verdicts(routing: Routing) -> dict[str, Verdict]:
    return {one.permit: one.verdict for one in routing.permits}


def asked(routing: Routing, review: str = "joint_review") -> list[str]:
    return [one.member for one in routing.members if one.review == review]


def told(pack: Pack, facts: dict[str, FactValue]) -> list[str]:
    routing = route(pack, facts)
    return [counterfactual_row(pack, routing, one)["text"] for one in counterfactuals(pack, routing)]


@st.composite
def cases(draw: st.DrawFn) -> tuple[Pack, dict[str, FactValue]]:
    """A shipped pack with facts at and around everything its rules compare with, some of them unknown."""
    pack = draw(st.sampled_from(list(PACKS.values())))
    tried = {code: representatives(pack.fact(code), marks) for code, marks in pack.router.marks.items()}
    drawn = {code: draw(st.sampled_from([None, *values])) for code, values in tried.items()}
    return pack, {code: value for code, value in drawn.items() if value is not None}


@pytest.fixture(scope="module")
def six_categories(tmp_path_factory) -> Pack:
    return load_pack(write_category_pack(tmp_path_factory.mktemp("packs") / "pack"))


class TestRoute:
    def test_a_project_without_added_area_needs_neither_planning_permit_nor_fire_procedure(self):
        routing = route(ZHONGSHAN, XINGFULI)
        assert {code for code, verdict in verdicts(routing).items() if verdict is Verdict.exempt} == {
            "environmental_assessment", "land_use_permit", "planning_permit", "fire_procedure", "drawing_review",
            "construction_permit", "project_proposal", "feasibility_approval", "estimate_approval",
        }  # fmt: skip
        assert asked(routing) == [
            "housing", "finance", "urban_management", "landscape", "water_supply", "power_supply",
        ]  # fmt: skip

    def test_every_answer_cites_the_rule_and_its_source(self):
        row = next(
            permit_row(ZHONGSHAN, one) for one in route(ZHONGSHAN, XINGFULI).permits if one.permit == "planning_permit"
        )
        assert (row["text"], row["rules"], row["sources"]) == (
            "免办建设工程规划许可证",
            ["planning_table#1"],
            ["zhongshan"],
        )

    def test_a_rule_that_does_not_hold_names_the_condition_and_the_value(self):
        [missed] = [line for line in route(ZHONGSHAN, XINGFULI).not_matched if line.rule.table == "fire_table"]
        because = line_row(ZHONGSHAN, missed)["because"]
        assert [(one["condition"], one["text"]) for one in because] == [
            ("新增建筑面积（含电梯） > 0", "新增建筑面积（含电梯）=0 平方米"),
            ("主体或承重结构有重大改变", "主体或承重结构有重大改变=否"),
        ]

    def test_permits_are_merged_where_the_construction_permit_is_needed(self):
        routing = route(ZHONGSHAN, {**XINGFULI, "new_building_area": Decimal(501)})
        merged = {one.permit: one.into for one in routing.permits if one.verdict is Verdict.merged}
        assert merged == {"quality_supervision": "construction_permit", "safety_supervision": "construction_permit"}

    @pytest.mark.parametrize(
        ("investment", "proposal", "report"),
        [(9_999_999, Verdict.exempt, Verdict.exempt), (10_000_000, Verdict.merged, Verdict.needed)],
    )
    def test_from_ten_million_yuan_on_the_three_papers_are_one_report(self, investment, proposal, report):
        found = verdicts(route(ZHONGSHAN, {**XINGFULI, "investment": Decimal(investment)}))
        assert (found["project_proposal"], found["feasibility_approval"]) == (proposal, report)

    def test_an_unknown_fact_leaves_a_permit_open_and_says_which_fact(self):
        facts = {code: value for code, value in XINGFULI.items() if code != "added_floor_area"}
        routing = route(ZHONGSHAN, facts)
        assert verdicts(routing)["planning_permit"] is Verdict.open
        assert "added_floor_area" in routing.unknown
        [stake] = [one for one in stakes(ZHONGSHAN, routing) if one.fact == "added_floor_area"]
        assert ("permit", "fire_procedure") in stake.parts
        assert ("member", "joint_review/fire") in stake.parts

    def test_a_member_is_asked_unless_shown_not_to_be_touched(self):
        facts = {code: value for code, value in XINGFULI.items() if code != "gas_works"}
        [gas] = [one for one in route(ZHONGSHAN, facts).members if one.member == "gas_supply"]
        assert gas.certain is False
        # one part of an `or` settles it whatever the others are
        [fire] = [one for one in route(ZHONGSHAN, {"structure_touched": True}).members if one.member == "fire"]
        assert fire.certain is True

    def test_facts_of_another_pack_are_ignored(self):
        assert route(ZHONGSHAN, {**XINGFULI, "lifts": 3}).parts() == route(ZHONGSHAN, XINGFULI).parts()

    @settings(max_examples=60, deadline=None)
    @given(cases())
    def test_the_same_facts_give_the_same_answer(self, case):
        pack, facts = case
        assert route(pack, facts) == route(pack, dict(reversed(facts.items())))
        assert route(pack, facts).parts() == route(Pack(pack.document), facts).parts()

    @settings(max_examples=60, deadline=None)
    @given(cases(), st.data())
    def test_knowing_less_never_asks_fewer_and_never_settles_a_permit_otherwise(self, case, data):
        pack, facts = case
        kept = data.draw(st.sets(st.sampled_from(sorted(facts)))) if facts else set()
        full, partial = route(pack, facts), route(pack, {code: facts[code] for code in kept})
        assert {(m.review, m.member) for m in full.members} <= {(m.review, m.member) for m in partial.members}
        assert {one.document for one in full.documents} <= {one.document for one in partial.documents}
        settled = {one.permit: (one.verdict, one.into) for one in partial.permits if one.verdict is not Verdict.open}
        assert settled.items() <= {one.permit: (one.verdict, one.into) for one in full.permits}.items()
        certain = {(m.review, m.member) for m in partial.members if m.certain}
        assert certain <= {(m.review, m.member) for m in full.members if m.certain}

    @settings(max_examples=60, deadline=None)
    @given(cases())
    def test_the_permits_are_those_of_the_published_table(self, case):
        pack, facts = case
        wanted = _published(facts) if pack is not PACKS["zibo-lift"] else {}
        found = verdicts(route(pack, facts))
        assert {code: found.get(code) for code in wanted} == wanted


def _published(facts: dict[str, FactValue]) -> dict[str, Verdict]:
    """The published exemptions written down a second time, naively, where the facts settle them."""
    found = {"environmental_assessment": Verdict.exempt}
    if "land_changed" in facts:
        found["land_use_permit"] = Verdict.needed if facts["land_changed"] else Verdict.exempt
    if "structure_touched" in facts:
        found["drawing_review"] = Verdict.needed if facts["structure_touched"] else Verdict.exempt
        if "added_floor_area" in facts:
            touched = bool(facts["structure_touched"] or facts["added_floor_area"])
            found["fire_procedure"] = Verdict.needed if touched else Verdict.exempt
    if facts.keys() >= {"new_building_area", "low_risk", "registration_changed"}:
        small = facts["new_building_area"] <= 500 and facts["low_risk"] and not facts["registration_changed"]
        found["construction_permit"] = Verdict.exempt if small else Verdict.needed
    if facts.keys() >= {"investment", "independent_facility"}:
        large = facts["investment"] >= 10_000_000
        simple = not large and not facts["independent_facility"]
        found["feasibility_approval"] = Verdict.exempt if simple else Verdict.needed
        found["estimate_approval"] = Verdict.merged if large else found["feasibility_approval"]
    return found


class TestMembersOf:
    @pytest.mark.parametrize(("category", "count"), [(code, count) for code, (_, count) in CATEGORIES.items()])
    def test_the_category_decides_who_is_asked(self, six_categories, category, count):
        found = members_of(six_categories, "plan_review", {"category": category, "funding": "government"})
        assert [one.member for one in found] == EVERY[:count]

    @pytest.mark.parametrize(("funding", "limit"), [("government", "opinion_limit"), ("owners", "long_limit")])
    def test_the_funding_decides_within_how_many_days(self, six_categories, funding, limit):
        found = members_of(six_categories, "plan_review", {"category": "lift", "funding": funding})
        assert {one.entry.limit for one in found} == {limit}

    def test_while_the_category_is_unknown_everybody_is_asked_within_their_own_limit(self, six_categories):
        found = members_of(six_categories, "plan_review", {})
        assert [one.member for one in found] == EVERY
        # those of every category are asked whatever it is
        assert [one.certain for one in found] == [i < 12 for i in range(len(EVERY))]
        assert {one.entry.limit for one in found} == {"opinion_limit"}

    def test_a_review_without_tables_asks_by_the_conditions_of_its_members(self):
        pack = PACKS["default"]
        facts = {"added_floor_area": Decimal(0), "structure_touched": False, "lifts": 0}
        found = members_of(pack, "joint_review", facts)
        assert all(one.entry is pack.member("joint_review", one.member) for one in found)
        assert "planning" not in [one.member for one in found]

    def test_the_same_member_asked_twice_has_both_matters_and_the_first_limit(self, tmp_path):
        twice = "asks: [{department: planning, matter: 日照}, {department: planning, matter: 间距, limit: long_limit},"
        pack = load_pack(write_category_pack(tmp_path / "pack", ("routes.yaml", "asks: [planning,", twice)))
        first, *_ = members_of(pack, "plan_review", {"category": "utilities", "funding": "government"})
        assert (first.entry.matter, first.entry.limit) == ("日照；间距", "long_limit")

    def test_phases_follow_from_who_waits_for_whom(self):
        known = dict.fromkeys(["fire_lane_touched", "green_touched", "heritage", "pipes_moved"], False)
        found = members_of(PACKS["zibo-lift"], "joint_review", {**known, "gas_moved": True})
        assert {one.member: (one.phase, one.window.starts, one.window.ends) for one in found} == {
            "reviewer@district": (1, 1, 1),
            "planning": (2, 2, 9), "market_regulation": (2, 2, 9), "power_supply": (2, 2, 9), "gas_supply": (2, 2, 9),
            "housing": (3, 10, 10),
        }  # fmt: skip
        housing = found[-1]
        # who is not asked is not waited for
        assert housing.after == ("planning", "market_regulation", "power_supply", "gas_supply")

    def test_an_unknown_review_is_refused_by_name(self, six_categories):
        with pytest.raises(PackEntryUnknown, match="plan_reviw"):
            members_of(six_categories, "plan_reviw", {})

    @settings(max_examples=60, deadline=None)
    @given(cases())
    def test_members_of_a_review_are_those_of_the_whole_routing(self, case):
        pack, facts = case
        routing = route(pack, facts)
        for review in pack.document.reviews:
            own = tuple(one for one in routing.members if one.review == review.code)
            assert members_of(pack, review.code, facts) == own


class TestCounterfactuals:
    def test_one_more_square_metre_takes_a_planning_permit_and_the_fire_procedure(self):
        assert (
            "新增建筑面积（含电梯） 0 平方米 → 1 平方米（+1） ⇒ 需办建设工程规划许可证；需办消防设计审查验收手续；"
            "请自然资源局（联合审查）；请消防救援支队（联合审查）"
        ) in told(ZHONGSHAN, XINGFULI)

    def test_a_flag_is_flipped(self):
        assert "涉及绿地树木 是 → 否 ⇒ 不请园林部门（联合审查）" in told(ZHONGSHAN, XINGFULI)

    def test_a_threshold_is_reached_exactly(self):
        lines = told(ZHONGSHAN, {**XINGFULI, "investment": Decimal("9999999.50")})
        assert any(line.startswith("估算总投资 9999999.5 元 → 10000000 元（+0.5） ⇒") for line in lines)

    def test_every_other_choice_that_changes_something_is_told(self, tmp_path):
        pack = load_pack(write_category_pack(tmp_path / "pack"))
        routing = route(pack, {"category": "lift", "funding": "government"})
        turned = [one for one in counterfactuals(pack, routing) if one.fact == "category"]
        assert {one.after for one in turned} == set(CATEGORIES) - {"lift"}
        [longer] = [line for line in told(pack, dict(routing.facts)) if "业主出资" in line]
        assert "自然资源局（方案联审） 10 工作日 → 15 工作日" in longer

    @settings(max_examples=60, deadline=None)
    @given(cases())
    def test_every_one_really_changes_the_answer_and_no_smaller_change_of_its_fact_does(self, case):
        pack, facts = case
        routing = route(pack, facts)
        for one in counterfactuals(pack, routing):
            entry = pack.fact(one.fact)
            assert set(one.parts) <= set(changed_parts(routing, route(pack, {**facts, one.fact: one.after})))
            far = difference(entry, one.before, one.after)
            for value in neighbours(entry, pack.router.marks[one.fact], one.before) if far is not None else ():
                nearer = abs(difference(entry, one.before, value)) < abs(far)
                changed = changed_parts(routing, route(pack, {**facts, one.fact: value})) if nearer else ()
                assert not set(one.parts) & set(changed)

    @settings(max_examples=60, deadline=None)
    @given(cases())
    def test_no_part_that_one_fact_can_change_is_left_out(self, case):
        pack, facts = case
        routing = route(pack, facts)
        told_ = {(one.fact, part) for one in counterfactuals(pack, routing) for part in one.parts}
        can = {
            (fact, part)
            for fact in pack.router.marks.keys() & facts.keys()
            for value in representatives(pack.fact(fact), pack.router.marks[fact])
            for part in changed_parts(routing, route(pack, {**facts, fact: value}))
        }
        assert told_ == can


class TestStandings:
    def test_of_a_first_table_the_rules_after_the_one_that_holds_are_passed_over(self):
        lines = {
            line.rule.number: line.standing
            for line in (*route(ZHONGSHAN, XINGFULI).matched, *route(ZHONGSHAN, XINGFULI).not_matched)
            if line.rule.table == "planning_table"
        }
        assert lines == {1: Standing.holds, 2: Standing.fails, 3: Standing.passed_over}

    def test_of_a_unique_table_the_one_that_holds_settles_the_others(self, tmp_path):
        pack = load_pack(write_category_pack(tmp_path / "pack"))
        found = [line for line in route(pack, {"category": "lift"}).matched if line.rule.table == "reviewers"]
        assert [line.rule.name.zh for line in found] == ["电梯类"]


def fact(kind: str, **rest: object) -> FactEntry:
    data = {"code": "size", "label": "面积", "type": kind, "owed_by": "coordinator@street", **rest}
    return FactEntry.model_validate(data)


class TestRepresentatives:
    @pytest.mark.parametrize(
        ("entry", "marks", "expected"),
        [
            (fact("integer", minimum=0), [0, 2], [0, 1, 2, 3]),
            (fact("integer"), [1, 2], [0, 1, 2, 3]),
            (fact("decimal"), [0, Fraction(1, 2)], [-1, 0, Decimal("0.25"), Decimal("0.5"), 1]),
            (fact("money"), [Fraction("0.01"), Fraction("0.02")], [0, Decimal("0.01"), Decimal("0.02"), 1]),
            (fact("share"), [Fraction(9, 10)], [0, Fraction(9, 10), 1]),
            (fact("integer", maximum=5), [5], [4, 5]),
            (fact("flag"), [], [False, True]),
            (fact("choice", choices={"brick": "砖混", "concrete": "框架"}), ["brick"], ["brick", "concrete"]),
            (fact("text"), ["天衡"], ["天衡", "其他"]),
            (fact("date"), [date(2026, 7, 1)], [date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 2)]),
        ],
    )
    def test_one_value_of_every_kind_within_the_bounds_of_the_fact(self, entry, marks, expected):
        assert representatives(entry, marks) == expected

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(st.fractions(-50, 50, max_denominator=4), min_size=1, max_size=4),
        st.decimals(-60, 60, places=2),
    )
    def test_no_comparison_with_the_marks_tells_a_value_from_all_of_them(self, marks, value):
        signs = {
            tuple((one > mark) - (one < mark) for mark in marks) for one in representatives(fact("decimal"), marks)
        }
        assert tuple((value > mark) - (value < mark) for mark in marks) in signs


class TestTakeApart:
    @pytest.mark.parametrize(
        "text",
        [
            "added_floor_area > 0 and not (lifts == 0 or structure_touched)",
            "100 <= investment < 10000000 and pool_tier in ['implementation', 'reserve']",
            "households_willing * 5 >= households * 4 or 1 < 2",
            "not heritage and not not gas_works",
            "-1 < change_amount and planned_start < '2026-07-01'",
        ],
    )
    @settings(max_examples=60, deadline=None)
    @given(data=st.data())
    def test_the_tree_comes_out_as_the_condition_itself(self, text, data):
        compiled, tree = compile_condition(text, DEFAULT_FACTS), take_apart(text, DEFAULT_FACTS)
        marks = {leaf.fact: leaf.marks for leaf in tree.leaves() if leaf.fact}
        facts = {
            code: data.draw(st.sampled_from(representatives(DEFAULT_FACTS[code], marks.get(code, ()))))
            for code in compiled.uses
        }
        assert tree.holds(facts) is compiled.test(facts)
        assert list(tree.because(facts))

    def test_words_name_facts_and_choices(self):
        text = "not structure_touched and pool_tier in ['reserve', 'planning'] or lifts >= 2"
        uses = ("structure_touched", "pool_tier", "lifts")
        assert (
            in_words(text, uses, DEFAULT_FACTS)
            == "非 涉及主体或承重结构 且 入库类别 属于 [储备, 谋划] 或 加装电梯台数 ≥ 2"
        )
        assert in_words("lifts >= 2", ("lifts",), DEFAULT_FACTS, "en") == "lifts added ≥ 2"
