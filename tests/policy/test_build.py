"""The table is built from the document with every name resolved to its label and to who owes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from policy.loader import load_pack
from states.case import Case, ClockState, Deed, DeedKind, ReviewState
from states.procedure import Nature, Start, StartKind
from tests.policy.packs import write_pack

CASE = Case(name="幸福里小区", step="survey", today=date(2026, 3, 2), actor="zhang")
SURVEYED = replace(
    CASE,
    documents=frozenset(["survey_report"]),
    facts={"households": 120, "structure": "brick", "owners": 100, "owners_voted": 70, "owners_agreed": 36},
)
POSTED = replace(
    CASE,
    step="posting",
    reviews={"plan_review": ReviewState("passed", 2)},
    clocks={"posting_period": ClockState(date(2026, 3, 1), running=True)},
    deeds={(DeedKind.move, "submit_plan"): (Deed(frozenset({"li"}), "李", date(2026, 2, 20)),)},
)


def codes(pack, trigger, case):
    return [refusal.code for refusal in pack.procedure.move(trigger, case.step).unmet(case)]


class TestBuildProcedure:
    def test_any_is_every_ordinary_step(self, yangguang):
        suspend = yangguang.procedure.move("suspend", "design")
        assert suspend.sources == ("survey", "design", "joint_review", "posting", "takeover")
        assert (suspend.nature, suspend.needs_reason) == (Nature.halt, True)

    def test_any_leaves_out_the_step_it_leads_to(self, tmp_path):
        move = "  - {trigger: redo, label: 重做, from: any, to: survey, nature: back, who: [coordinator@city]}\n"
        change = ("moves.yaml", "  - {trigger: terminate", f"{move}  - {{trigger: terminate")
        procedure = load_pack(write_pack(tmp_path / "yangguang", change)).procedure
        assert procedure.move("redo", "survey") is None
        assert procedure.move("redo", "takeover").target == "survey"

    def test_what_a_move_starts_keeps_its_kind(self, yangguang):
        procedure = yangguang.procedure
        assert procedure.move("submit_plan", "design").starts == (Start(StartKind.review, "plan_review"),)
        assert procedure.move("accept_plan", "joint_review").starts == (Start(StartKind.clock, "posting_period"),)

    def test_suspended_project_resumes_where_it_stood(self, yangguang):
        assert yangguang.machine.fire("suspended", "resume", resume_step="posting") == "posting"

    def test_every_unmet_requirement_is_told_with_who_owes_it(self, yangguang):
        refusals = yangguang.procedure.move("finish_survey", "survey").unmet(CASE)
        assert [(refusal.code, refusal.owed_by.zh) for refusal in refusals] == [
            ("document_missing", "街道项目专员"),
            ("fact_missing", "街道项目专员"),
            ("fact_missing", "街道项目专员"),
            ("fact_missing", "街道项目专员"),
            ("fact_missing", "街道项目专员"),
            ("fact_missing", "街道项目专员"),
            ("fact_missing", "街道项目专员"),
        ]

    def test_met_requirements_say_nothing(self, yangguang):
        assert codes(yangguang, "finish_survey", SURVEYED) == []
        assert codes(yangguang, "close_posting", POSTED) == []

    @pytest.mark.parametrize(
        ("trigger", "case", "code"),
        [
            ("finish_survey", replace(SURVEYED, facts={**SURVEYED.facts, "households": 29}), "condition_false"),
            ("finish_survey", replace(SURVEYED, facts={**SURVEYED.facts, "owners_agreed": 35}), "consent_short"),
            ("finish_survey", replace(SURVEYED, facts={**SURVEYED.facts, "owners_voted": 66}), "consent_short"),
            ("close_posting", replace(POSTED, reviews={"plan_review": ReviewState("open", 2)}), "review_not_passed"),
            ("close_posting", replace(POSTED, today=date(2026, 3, 1)), "period_not_over"),
            ("close_posting", replace(POSTED, findings={"objection": ("3号楼采光",)}), "finding_open"),
            ("close_posting", replace(POSTED, actor="li"), "same_person"),
        ],
    )
    def test_each_kind_of_requirement_refuses_by_itself(self, yangguang, trigger, case, code):
        assert codes(yangguang, trigger, case) == [code]

    def test_consent_takes_quorum_and_share_from_its_entry(self, yangguang):
        consent = yangguang.procedure.move("finish_survey", "survey").requirements[3]
        assert (consent.quorum, consent.share, consent.inclusive) == (Fraction(2, 3), Fraction(1, 2), False)

    def test_review_is_owed_by_its_lead_and_a_period_by_who_makes_the_move(self, yangguang):
        case = replace(CASE, step="posting")
        refusals = yangguang.procedure.move("close_posting", "posting").unmet(case)
        assert [(refusal.code, refusal.owed_by.zh) for refusal in refusals] == [
            ("review_not_passed", "自然资源局"),
            ("period_not_begun", "街道项目专员"),
        ]

    def test_handover_waits_for_its_milestone_and_its_day(self, yangguang):
        case = replace(CASE, step="takeover", facts={"takeover_on": date(2026, 4, 1)})
        assert codes(yangguang, "strike_off", case) == ["milestone_open", "date_not_reached"]
