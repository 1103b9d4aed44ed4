"""Two cities' published rules as packs, with no line of code changed: 淄博's lift review and 中山's exemptions."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

import policy
from policy.check import check_pack
from policy.loader import document_from_json, load_pack
from policy.pack import Pack
from policy.reference import REGISTERS
from policy.schema_entry import Labelled
from states.case import Case, ClockState, FactValue, ReviewState
from states.procedure import StepKind

FOLDER = Path(policy.__file__).parent / "packs"
NAMES = ("zibo-lift", "zhongshan")
PACKS = {name: load_pack(FOLDER / name) for name in NAMES}
TODAY = date(2026, 11, 20)

COURSES = {
    "zibo-lift": """finish_wish post_plan open_joint_review pass_joint_review sign_contract start_construction
        request_inspection fail_inspection repeat_inspection pass_inspection hand_over_papers register_lift""",
    "zhongshan": """finish_survey post_plan open_joint_review pass_joint_review approve_project open_procurement
        start_construction request_acceptance pass_acceptance strike_off""",
}
# 幸福里小区3号楼2单元: 12 owners, of whom 9 took part
FACTS: dict[str, FactValue] = {
    "owners": 12, "owners_voted": 9, "owners_agreed": 7, "area": Decimal(1080), "area_voted": Decimal(810),
    "area_agreed": Decimal(650), "floors": 6, "investment": Decimal(560_000), "households": 12,
}  # fmt: skip

each_pack = pytest.mark.parametrize("pack", PACKS.values(), ids=NAMES)


def complete_case(pack: Pack, step: str, **changes: FactValue) -> Case:
    flags = {fact.code: False for fact in pack.document.facts if fact.type == "flag"}
    sizes = {fact.code: Decimal(0) for fact in pack.document.facts if fact.type == "decimal"}
    return Case(
        name="幸福里小区",
        step=step,
        today=TODAY,
        actor="zhang",
        facts={**flags, **sizes, **FACTS, **changes},
        documents=frozenset(entry.code for entry in pack.document.documents),
        reviews={entry.code: ReviewState("passed", 1) for entry in pack.document.reviews},
        clocks={entry.code: ClockState(TODAY - timedelta(days=1), running=False) for entry in pack.document.limits},
        milestones={entry.code: TODAY for entry in pack.document.milestones},
    )


class TestEveryPack:
    @pytest.mark.parametrize("name", NAMES)
    def test_passes_the_check_without_a_fault_or_a_warning(self, name):
        assert [fault.text() for fault in check_pack(FOLDER / name)] == []

    @each_pack
    def test_comes_back_unchanged_from_its_stored_copy(self, pack):
        assert Pack(document_from_json(pack.as_json())).digest == pack.digest

    @each_pack
    def test_names_everything_in_both_languages(self, pack):
        named = [entry for key, _ in REGISTERS.values() for entry in getattr(pack.document, key)]
        named += [rule for table in pack.document.tables for rule in table.rules]
        assert [e.code if isinstance(e, Labelled) else e.label for e in named if not (e.label and e.en)] == []

    @each_pack
    def test_a_project_with_everything_in_order_gets_to_the_end(self, pack):
        step = pack.procedure.start
        for trigger in COURSES[pack.document.pack.name].split():
            move = pack.procedure.move(trigger, step)
            assert move is not None, f"{trigger} does not leave {step}"
            assert move.unmet(complete_case(pack, step)) == []
            step = pack.machine.fire(step, trigger)
        assert pack.procedure.step[step].kind is StepKind.end

    @each_pack
    def test_what_has_no_rule_is_marked_as_assumed(self, pack):
        assert [source.code for source in pack.document.sources if source.assumed] == ["assumed"]


class TestZiboLift:
    pack = PACKS["zibo-lift"]

    @pytest.mark.parametrize(
        ("limit", "days", "unit", "source"),
        [
            ("joint_review", 10, "working_day", "zibo"),
            ("opinion", 10, "working_day", "zibo"),
            ("plan_posting", 10, "calendar_day", "zibo"),
            ("papers", 30, "calendar_day", "equipment_24"),
            ("registration", 30, "calendar_day", "equipment_33"),
        ],
    )
    def test_a_limit_a_rule_sets_is_the_rule_s(self, limit, days, unit, source):
        span = self.pack.limit(limit).span
        assert (span.days, span.unit, span.source) == (days, unit, source)

    @pytest.mark.parametrize(
        ("changes", "agreed"),
        [
            ({}, True),
            ({"owners_agreed": 6}, False),  # 6 of 9 owners: two thirds, three quarters are needed
            ({"area_agreed": Decimal(607)}, False),  # 607 of 810 square metres: just under three quarters
            ({"owners_voted": 7}, False),  # 7 of 12 take part: fewer than two thirds
        ],
    )
    def test_a_lift_takes_both_thresholds_by_heads_and_by_area(self, changes, agreed):
        move = self.pack.procedure.move("finish_wish", "wish")
        assert move is not None
        assert (move.unmet(complete_case(self.pack, "wish", **changes)) == []) is agreed


class TestZhongshan:
    pack = PACKS["zhongshan"]

    def test_the_three_approvals_take_eighteen_working_days_together(self):
        spans = [self.pack.limit(code).span for code in ("joint_review", "approval", "permit")]
        assert {span.unit for span in spans} == {"working_day"}
        assert sum(span.days for span in spans) == 18

    def test_from_ten_million_yuan_on_a_feasibility_report_is_needed(self):
        small = self.pack.procedure.move("approve_project", "approval")
        assert small is not None
        large = complete_case(self.pack, "approval", investment=Decimal(10_000_000))
        assert [refusal.code for refusal in small.unmet(large)] == ["condition_false"]
