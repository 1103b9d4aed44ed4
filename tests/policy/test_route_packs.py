"""Three cities' published rules as packs, no line of code changed: 淄博's lifts, 中山's exemptions, 咸阳's categories."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

import policy
from policy.check import check_pack
from policy.loader import document_from_json, load_pack
from policy.pack import Pack
from policy.reference import REGISTERS
from policy.route import MemberAnswer, members_of
from policy.schema_entry import Labelled
from states.case import Case, ClockState, FactValue, PollState, PostingState, ReviewState
from states.label import Label
from states.procedure import StepKind
from states.vote import Choice, PollStatus, Voter, count_votes

FOLDER = Path(policy.__file__).parent / "packs"
NAMES = ("zibo-lift", "zhongshan", "xianyang")
PACKS = {name: load_pack(FOLDER / name) for name in NAMES}
TODAY = date(2026, 11, 20)
POSTED = PostingState(1, is_up=True, until=TODAY - timedelta(days=1), has_evidence=True)

COURSES = {
    "zibo-lift": """finish_wish post_plan open_joint_review pass_joint_review sign_contract start_construction
        request_inspection fail_inspection repeat_inspection pass_inspection hand_over_papers register_lift""",
    "zhongshan": """finish_survey post_plan open_joint_review pass_joint_review approve_project open_procurement
        start_construction request_acceptance pass_acceptance strike_off""",
    "xianyang": """finish_survey post_plan open_joint_review pass_joint_review request_approval approve_project
        open_procurement start_construction request_acceptance fail_acceptance repeat_acceptance pass_acceptance
        strike_off""",
}
# 幸福里小区3号楼2单元: 12 owners, of whom 9 took part
FACTS: dict[str, FactValue] = {
    "owners": 12, "owners_voted": 9, "owners_agreed": 7, "area": Decimal(1080), "area_voted": Decimal(810),
    "area_agreed": Decimal(650), "floors": 6, "investment": Decimal(560_000), "households": 12,
    "category": "utilities", "funding": "government",
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
        polls={entry.code: (PollState(1, 1, PollStatus.closed, passed=True),) for entry in pack.document.consents},
        postings={entry.code: POSTED for entry in pack.document.postings},
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
        ("agreed", "voted", "passed"),
        [
            (7, 9, True),
            (6, 9, False),  # 6 of 9: two thirds, three quarters are needed
            (7, 7, False),  # 7 of 12 take part: fewer than two thirds
        ],
    )
    def test_a_lift_takes_two_thirds_and_three_quarters_of_its_entrance(self, agreed, voted, passed):
        poll = self.pack.consent("lift_decision").poll
        assert poll is not None
        assert poll.scope == "entrance"
        rule = self.pack.vote_rule(poll.rule).on(TODAY)
        assert rule is not None
        choices = [Choice.agree] * agreed + [Choice.against] * (voted - agreed) + [None] * (12 - voted)
        assert count_votes([Voter(1, 90_00, choice) for choice in choices], rule.threshold).passed is passed

    def test_a_plan_changed_after_the_vote_is_not_posted(self):
        move = self.pack.procedure.move("post_plan", "design")
        assert move is not None
        changed = PollState(1, 1, PollStatus.closed, passed=True, changed=(Label("加装电梯方案"),), changed_on=TODAY)
        case = replace(complete_case(self.pack, "design"), polls={"lift_decision": (changed,)})
        (refusal,) = move.unmet(case)
        assert (refusal.code, refusal.says.zh) == (
            "poll_stale", "“加装电梯表决（双重门槛）”第1轮：方案已于 2026-11-20 变更（加装电梯方案），需重新表决"
        )  # fmt: skip


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


CATEGORIES = {"utilities": 12, "environment": 14, "building": 15, "lift": 16, "services": 18, "area": 20}


class TestXianyang:
    pack = PACKS["xianyang"]

    def asked(self, **facts: FactValue) -> dict[str, MemberAnswer]:
        return {one.member: one for one in members_of(self.pack, "joint_review", facts)}

    @pytest.mark.parametrize(("category", "count"), CATEGORIES.items())
    def test_six_categories_ask_twelve_to_twenty_units(self, category, count):
        asked = self.asked(category=category, funding="government")
        assert len([member for member in asked if "@" not in member]) == count
        assert all(one.certain for one in asked.values())

    def test_an_unknown_category_asks_everybody(self):
        assert len(self.asked(funding="other")) == 21

    @pytest.mark.parametrize(
        ("funding", "day", "limit", "days"),
        [("government", 10, "opinion_government", 8), ("other", 15, "opinion_other", 13)],
    )
    def test_funding_decides_when_the_answer_is_due(self, funding, day, limit, days):
        asked = self.asked(category="lift", funding=funding)
        lead, gas = asked["housing"], asked["gas_supply"]
        assert lead.window is not None
        assert (lead.window.starts, lead.window.ends) == (day, day)
        assert (gas.entry.limit, self.pack.limit(gas.entry.limit).span.days) == (limit, days)
        assert days == day - 2  # from the day after the acceptance to the day before the answer

    def test_accepted_first_reviewed_next_answered_last(self):
        asked = self.asked(category="area", funding="government")
        window = asked["reviewer@district"].window
        assert window is not None
        assert (window.starts, window.ends) == (1, 1)
        assert {one.phase for name, one in asked.items() if name not in ("reviewer@district", "housing")} == {2}
        assert (asked["reviewer@district"].phase, asked["housing"].phase) == (1, 3)

    @pytest.mark.parametrize(("funding", "review", "approval", "total", "cap"), [
        ("government", 10, "approval_government", "total_government", 90),
        ("other", 15, "approval_other", "total_other", 65),
    ])  # fmt: skip
    def test_the_approvals_together_stay_within_the_city_s_total(self, funding, review, approval, total, cap):
        span = self.pack.limit(total).span
        assert (span.days, span.unit, span.source) == (cap, "working_day", "xianyang_24")
        steps = [self.pack.limit(code).span for code in ("proposal", approval, "permit", "acceptance")]
        assert {one.unit for one in steps} == {"working_day"}
        assert review + sum(one.days for one in steps) <= cap

    def test_who_is_not_government_funded_registers_instead(self):
        move = self.pack.procedure.move("request_approval", "proposal")
        assert move is not None
        (refusal,) = move.unmet(complete_case(self.pack, "proposal", funding="other"))
        assert "申报立项备案" in refusal.says.zh
