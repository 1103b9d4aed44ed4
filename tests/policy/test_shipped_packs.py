"""The packs that are shipped (内置政策包): sound, complete against the sources, every number with where it comes from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from policy.calendar import Calendar, TimeUnit
from policy.check import check_pack
from policy.critical_path import longest_route
from policy.inspection import Inspection
from policy.loader import document_from_json, load_pack
from policy.pack import Pack
from policy.reference import REGISTERS
from policy.schema import Requires
from policy.schema_entry import Labelled
from states.case import Case, ClockState, Deed, DeedKind, FactValue, PollState, PostingState, ReviewState
from states.procedure import RESUME, Nature, StartKind, StepKind
from states.refusal import Refusal
from states.vote import Choice, PollStatus, Threshold, Voter, count_votes

FOLDER = Path(__file__).parents[2] / "policy" / "packs"
NAMES = ("default", "pilot", "district")
PACKS = {name: load_pack(FOLDER / name) for name in NAMES}
TODAY = date(2026, 11, 20)
POSTED = PostingState(1, is_up=True, until=TODAY - timedelta(days=1), has_evidence=True)

each_pack = pytest.mark.parametrize("pack", PACKS.values(), ids=NAMES)

# what the sources name, stage by stage: the words, and the step or the move that carries them
NAMED_BY_THE_SOURCES = [
    ("宣传动员", "街道摸底、进入台账", "survey"),
    ("宣传动员", "宣传、培训", "publicity"),
    ("宣传动员", "逐户征询意愿", "consent"),
    ("宣传动员", "区县申报", "application"),
    ("宣传动员", "市办筛选", "screening"),
    ("宣传动员", "列入实施库", "admit_to_pool"),
    ("宣传动员", "谋划、储备", "reserve"),
    ("宣传动员", "成熟一个、改造一个", "recall_from_reserve"),
    ("宣传动员", "年度计划", "annual_plan"),
    ("前期准备", "补测图纸、菜单、方案", "design"),
    ("前期准备", "公示", "posting"),
    ("前期准备", "居民评议", "residents_review"),
    ("前期准备", "有异议退回修改", "return_plan"),
    ("前期准备", "联审联批", "joint_review"),
    ("前期准备", "立项", "approval"),
    ("前期准备", "备案", "filing"),
    ("前期准备", "控制价、审计单位", "procurement_preparation"),
    ("前期准备", "招标", "tendering"),
    ("前期准备", "竞争性磋商", "negotiation"),
    ("前期准备", "签订合同", "contract"),
    ("前期准备", "先拆违后改造", "demolition"),
    ("组织实施", "工期、管线计划", "commencement"),
    ("组织实施", "施工", "construction"),
    ("组织实施", "设计变更", "design_change_review"),
    ("组织实施", "停工", "suspend"),
    ("验收评价", "初验", "first_acceptance"),
    ("验收评价", "整改", "rectification"),
    ("验收评价", "重新验收", "reinspection"),
    ("验收评价", "逐级验收", "special_acceptance"),
    ("验收评价", "综合验收", "overall_acceptance"),
    ("验收评价", "评价排名", "evaluation"),
    ("物业移交", "选定管理模式", "management_mode"),
    ("物业移交", "资料移交", "papers"),
    ("物业移交", "接管", "takeover"),
    ("物业移交", "销号", "struck_off"),
]

# the numbers a statute or a city's rule sets: pack, limit, days, unit, source
SET_BY_A_RULE = [
    ("default", "joint_review", 20, "working_day", "licensing_42"),
    ("default", "approval", 20, "working_day", "licensing_42"),
    ("default", "opinion", 10, "working_day", "zibo"),
    ("default", "fire_opinion", 15, "working_day", "fire_review"),
    ("default", "bidding", 20, "calendar_day", "tender_24"),
    ("default", "award_posting", 3, "calendar_day", "tender_regulation_54"),
    ("default", "contract", 30, "calendar_day", "tender_46"),
    ("default", "commencement", 3, "month", "construction_9"),
    ("default", "completion_filing", 15, "calendar_day", "quality_49"),
    ("default", "meeting_notice", 15, "calendar_day", "property_14"),
    ("default", "takeover", 10, "calendar_day", "liaocheng_11"),
    ("default", "takeover_posting", 15, "calendar_day", "liaocheng_11"),
    ("pilot", "bidding", 20, "calendar_day", "tender_24"),
    ("pilot", "meeting_notice", 15, "calendar_day", "property_14"),
    ("district", "contract", 30, "calendar_day", "tender_46"),
    ("district", "takeover", 10, "calendar_day", "liaocheng_11"),
]

# the regular course of a project of 幸福里小区, by the moves people and reviews make
COURSES = {
    "default": """finish_survey finish_publicity finish_consent submit_application admit_to_pool enter_annual_plan
        post_plan close_posting open_joint_review pass_joint_review request_approval pass_approval file_project
        open_tender post_candidates award sign_contract finish_demolition start_construction
        request_design_change pass_design_change request_first_acceptance fail_first_acceptance request_reinspection
        pass_reinspection pass_special_acceptance pass_overall_acceptance file_completion finish_evaluation
        choose_management hand_over_papers take_over strike_off""",
    "pilot": """finish_survey finish_consent submit_application admit_to_pool post_plan close_posting
        open_joint_review pass_joint_review file_project post_candidates sign_contract start_construction
        request_first_acceptance pass_first_acceptance pass_overall_acceptance submit_summary report_summary""",
    "district": """finish_survey finish_consent submit_application enter_annual_plan post_plan close_posting
        open_joint_review pass_joint_review open_tender post_candidates sign_contract start_construction
        request_first_acceptance pass_first_acceptance pass_overall_acceptance choose_management strike_off""",
}

XINGFULI: dict[str, FactValue] = {
    "households": 240, "buildings": 8, "floor_area": 18600, "built_year": 1992, "households_willing": 192,
    "illegal_structures": 6, "illegal_structures_cleared": 6, "residents_group_formed": True,
    "investment": 7230000, "funds_raised": 7230000, "plan_feasible": True, "pool_tier": "implementation",
    "added_floor_area": 0, "structure_touched": False, "common_parts_altered": False, "lifts": 0,
    "roads_occupied": False, "fire_lane_touched": False, "green_touched": True, "heritage": False, "gas_works": False,
    "elderly_services": True, "owners": 240, "owners_voted": 180, "owners_agreed": 150, "area": 18000,
    "area_voted": 13500, "area_agreed": 12000, "manager_owners_voted": 170, "manager_owners_agreed": 100,
    "manager_area_voted": 12600, "manager_area_agreed": 7000, "procurement_mode": "tender", "control_price": 7000000,
    "contract_sum": 6800000, "audit_firm": "天衡工程咨询公司", "planned_start": date(2026, 5, 6), "change_amount": 52000,
    "satisfaction_share": Fraction(9, 10), "evaluation_score": 92, "settlement_sum": 6790000,
    "management_mode": "property_company", "maintenance_fund": 310000,
}  # fmt: skip


@dataclass
class Votes:
    threshold: Threshold

    def passes(self, agreed: int, voted: int) -> bool:
        """Whether so many of 240 owners in favour, of so many taking part, carry it."""
        choices = [Choice.agree] * agreed + [Choice.against] * (voted - agreed) + [None] * (240 - voted)
        return count_votes([Voter(1, 100_00, choice) for choice in choices], self.threshold).passed


def complete_case(pack: Pack, step: str, **changes: FactValue) -> Case:
    """幸福里小区 with everything in order, standing at `step`."""
    document = pack.document
    return Case(
        name="幸福里小区",
        step=step,
        today=TODAY,
        actor="zhang",
        facts={**XINGFULI, **changes},
        documents=frozenset(entry.code for entry in document.documents),
        reviews={entry.code: ReviewState("passed", 1) for entry in document.reviews},
        clocks={entry.code: ClockState(TODAY - timedelta(days=1), running=False) for entry in document.limits},
        polls={entry.code: (PollState(1, 1, PollStatus.closed, passed=True),) for entry in pack.document.consents},
        postings={entry.code: POSTED for entry in pack.document.postings},
        milestones={entry.code: TODAY for entry in document.milestones},
    )


def refused(pack: Pack, trigger: str, **changes: FactValue) -> list[Refusal]:
    move = next(move for move in pack.procedure.moves if move.trigger == trigger)
    return move.unmet(complete_case(pack, move.sources[0], **changes))


def conditions(pack: Pack) -> Iterator[tuple[str | None, Requires]]:
    """Every condition of a move with the move's source."""
    for move in pack.document.moves:
        yield from ((move.source, one) for one in move.requires if one.condition)


class TestEveryPack:
    @pytest.mark.parametrize("name", NAMES)
    def test_passes_the_check_without_a_fault_or_a_warning(self, name):
        assert [fault.text() for fault in check_pack(FOLDER / name)] == []

    @each_pack
    def test_comes_back_unchanged_from_its_stored_copy(self, pack):
        assert Pack(document_from_json(pack.as_json())).digest == pack.digest

    @each_pack
    def test_can_be_halted_returned_and_terminated_from_every_step_with_a_reason(self, pack):
        ordinary = {step.code for step in pack.procedure.steps if step.kind is StepKind.ordinary}
        for trigger, nature, missing in (
            ("suspend", Nature.halt, set()),
            ("return_to_reserve", Nature.back, {"reserve"}),
            ("terminate", Nature.end, set()),
        ):
            moves = [move for move in pack.procedure.moves if move.trigger == trigger]
            assert {source for move in moves for source in move.sources} >= ordinary - missing
            assert all(move.needs_reason and move.nature is nature for move in moves)

    @each_pack
    def test_leads_a_suspended_project_back_to_every_step_or_out(self, pack):
        ordinary = {step.code for step in pack.procedure.steps if step.kind is StepKind.ordinary}
        out = {move.target: move for move in pack.procedure.moves_from("suspended")}
        assert set(out) == {RESUME, "reserve", "terminated"}
        assert set(pack.procedure.targets(out[RESUME], "suspended")) == ordinary

    @each_pack
    def test_has_a_clock_wherever_somebody_is_waited_for(self, pack):
        reviewed = {
            move.target for move in pack.procedure.moves for start in move.starts if start.kind is StartKind.review
        }
        waiting = [step.code for step in pack.procedure.steps if step.kind is StepKind.ordinary and not step.limit]
        assert set(waiting) == reviewed

    @each_pack
    def test_gives_a_reason_whenever_it_goes_back(self, pack):
        assert [m.trigger for m in pack.procedure.moves if m.nature is Nature.back and not m.needs_reason] == []

    @each_pack
    def test_names_everything_in_both_languages(self, pack):
        document = pack.document
        named = [entry for key, _ in REGISTERS.values() for entry in getattr(document, key)]
        named += [tally for consent in document.consents for tally in consent.tallies]
        named += [rung for ladder in document.ladders for rung in ladder.rungs]
        assert [e.code if isinstance(e, Labelled) else e.label for e in named if not (e.label and e.en)] == []
        assert [one.says for _, one in conditions(pack) if not one.says_en] == []

    @each_pack
    def test_asks_five_departments_or_more_about_any_project(self, pack):
        review = pack.review("joint_review")
        assert review.lead == "housing"
        assert len([member for member in review.members if member.when is None]) >= 5

    @each_pack
    def test_asks_the_fire_brigade_only_when_its_matter_is_touched(self, pack):
        assert not pack.member_applies("joint_review", "fire", XINGFULI)
        assert pack.member_applies("joint_review", "fire", {**XINGFULI, "added_floor_area": 1})


class TestSources:
    @each_pack
    def test_every_number_has_a_declared_source(self, pack):
        document = pack.document
        given = [limit.span.source for limit in document.limits]
        given += [limit.yellow_source for limit in document.limits if limit.yellow_days is not None]
        given += [rung.source for ladder in document.ladders for rung in ladder.rungs]
        given += [consent.source for consent in document.consents]
        given += [stage.window.source for stage in document.stages if stage.window]
        given += [milestone.source for milestone in document.milestones if milestone.due]
        assert set(given) <= {source.code for source in document.sources}

    @each_pack
    def test_a_condition_with_a_number_stands_in_a_move_with_a_source(self, pack):
        unsourced = [
            one.condition
            for source, one in conditions(pack)
            if re.search(r"\b[1-9]", str(one.condition)) and not source
        ]
        assert unsourced == []

    @each_pack
    def test_what_has_no_rule_is_marked_as_assumed(self, pack):
        assert [source.code for source in pack.document.sources if source.assumed] == ["assumed"]

    @pytest.mark.parametrize(("name", "limit", "days", "unit", "source"), SET_BY_A_RULE)
    def test_a_limit_a_rule_sets_is_the_rule_s(self, name, limit, days, unit, source):
        span = PACKS[name].limit(limit).span
        assert (span.days, span.unit, span.source) == (days, unit, source)

    @each_pack
    def test_a_limit_turns_yellow_at_nine_tenths_or_one_day_before(self, pack):
        daily = [e for e in pack.document.limits if e.ladder and e.span.unit != "month"]
        assert {(e.yellow_share, e.yellow_days, e.yellow_source) for e in daily} == {
            (Fraction(9, 10), 1, "yellow_rule")
        }

    @each_pack
    def test_a_period_that_has_to_run_out_climbs_no_ladder(self, pack):
        periods = {one.expired for move in pack.document.moves for one in move.requires if one.expired}
        periods |= {posting.limit for posting in pack.document.postings}
        assert {limit.code for limit in pack.document.limits if limit.ladder is None} == periods


class TestCourse:
    @pytest.mark.parametrize("name", NAMES)
    def test_a_project_with_everything_in_order_gets_to_the_end(self, name):
        pack = PACKS[name]
        step = pack.procedure.start
        for trigger in COURSES[name].split():
            move = pack.procedure.move(trigger, step)
            assert move is not None, f"{trigger} does not leave {step}"
            assert move.unmet(complete_case(pack, step)) == []
            step = pack.machine.fire(step, trigger)
        assert pack.procedure.step[step].kind is StepKind.end

    @each_pack
    def test_a_project_with_nothing_on_file_is_told_who_owes_what(self, pack):
        for step in (step for step in pack.procedure.steps if step.kind is StepKind.ordinary):
            for move in pack.procedure.moves_from(step.code):
                refusals = move.unmet(Case(name="幸福里小区", step=step.code, today=TODAY))
                assert all(refusal.owed_by.zh for refusal in refusals)
                if move.requirements and move.trigger not in ("put_in_reserve",):
                    assert refusals


class TestDefault:
    pack = PACKS["default"]

    def test_has_the_five_stages(self):
        labels = [stage.label for stage in self.pack.document.stages]
        assert labels == ["宣传动员", "前期准备", "组织实施", "验收评价", "物业移交"]

    @pytest.mark.parametrize(("stage", "words", "code"), NAMED_BY_THE_SOURCES)
    def test_carries_what_the_sources_name(self, stage, words, code):
        procedure = self.pack.procedure
        step = procedure.step.get(code)
        stages = (
            {procedure.stage[step.stage].label.zh}
            if step
            else {
                procedure.stage[procedure.step[s].stage].label.zh
                for m in procedure.moves
                if m.trigger == code
                for s in m.sources
            }
        )
        assert stage in stages, words

    @pytest.mark.parametrize(("willing", "open_"), [(191, False), (192, True)])
    def test_eighty_percent_of_the_households_have_to_be_willing(self, willing, open_):
        assert (refused(self.pack, "finish_consent", households_willing=willing) == []) is open_

    def test_altering_common_parts_takes_three_quarters_and_says_so(self):
        reasons = refused(self.pack, "open_joint_review", common_parts_altered=True)
        assert ["重大事项评议通过" in reason.says.zh for reason in reasons] == [True]
        assert self.rule("major", 2026).passes(135, 180)
        assert not self.rule("major", 2026).passes(134, 180)

    def test_exactly_half_of_those_taking_part_is_no_majority(self):
        assert not self.rule("ordinary", 2026).passes(90, 180)
        assert self.rule("ordinary", 2026).passes(91, 180)

    def test_until_2020_all_owners_were_the_base(self):
        assert self.rule("major", 2020).passes(160, 160)  # two thirds of 240
        assert not self.rule("major", 2020).passes(159, 240)
        assert not self.rule("ordinary", 2020).passes(120, 120)

    def rule(self, code, year):
        """A class of votes among 240 owners of 100 square metres each, as it was in a year."""
        version = self.pack.vote_rule(code).on(date(year, 6, 1))
        assert version is not None
        return Votes(version.threshold)

    def test_from_ten_million_yuan_on_a_feasibility_report_is_needed(self):
        assert refused(self.pack, "request_approval", investment=9_999_999) == []
        assert [r.code for r in refused(self.pack, "request_approval", investment=10_000_000)] == ["condition_false"]
        large = next(m for m in self.pack.document.moves if m.trigger == "request_approval_large")
        assert any("feasibility_report" in (one.documents or ()) for one in large.requires)

    def test_no_site_opens_while_illegal_structures_stand(self):
        assert [r.code for r in refused(self.pack, "finish_demolition", illegal_structures_cleared=5)] == [
            "condition_false"
        ]

    @pytest.mark.parametrize(
        ("later", "earlier"),
        [
            ("admit_to_pool", "submit_application"),
            ("put_in_reserve", "submit_application"),
            ("pass_first_acceptance", "request_first_acceptance"),
            ("pass_overall_acceptance", "request_first_acceptance"),
            ("take_over", "hand_over_papers"),
        ],
    )
    def test_nobody_passes_what_they_asked_for_themselves(self, later, earlier):
        move = next(move for move in self.pack.procedure.moves if move.trigger == later)
        deeds = {(DeedKind.move, earlier): (Deed(frozenset({"zhang"}), "张", TODAY),)}
        case = Case(name="幸福里小区", step=move.sources[0], today=TODAY, actor="zhang", deeds=deeds)
        assert "same_person" in [refusal.code for refusal in move.unmet(case)]

    def test_an_open_objection_stops_the_filing(self):
        move = next(move for move in self.pack.procedure.moves if move.trigger == "file_project")
        case = Case(
            name="幸福里小区",
            step="filing",
            today=TODAY,
            postings={"plan_posting": PostingState(finding="objection", objections=("3号楼遮挡采光",))},
        )
        assert "finding_open" in [refusal.code for refusal in move.unmet(case)]


class TestPilot:
    pack = PACKS["pilot"]

    def test_ends_with_the_summary_instead_of_a_handover(self):
        assert self.pack.document.stages[-1].label == "总结推广"
        ends = [s.code for s in self.pack.procedure.steps if s.kind is StepKind.end and s.code != "terminated"]
        assert ends == ["summary_submitted"]

    def test_has_the_timetable_of_the_pilot_plan(self):
        windows = [(stage.window.starts, stage.window.ends) for stage in self.pack.document.stages if stage.window]
        assert windows == [
            ("12-01", "01-31"), ("02-01", "04-30"), ("05-01", "11-30"), ("11-01", "12-10"), ("12-11", "12-31")
        ]  # fmt: skip
        assert self.pack.milestone("works_completed").due == "11-30"

    @pytest.mark.parametrize("year", range(2021, 2027))
    def test_fits_its_timetable_in_every_year_s_real_calendar(self, year):
        calendar, inspection = Calendar.national(), Inspection(self.pack)
        for stage in self.pack.document.stages:
            assert stage.window is not None
            first = date.fromisoformat(f"{year}-{stage.window.starts}")
            last = date.fromisoformat(f"{year}-{stage.window.ends}")
            day = first.replace(year=year - 1) if last < first else first
            for step in longest_route(inspection, stage.code).steps:
                # a review runs under the limit of its own name, an end under none
                limit = self.pack.procedure.step[step].limit or ("joint_review" if step == "joint_review" else None)
                if limit:
                    span = self.pack.limit(limit).span
                    day = calendar.due(day, span.days, TimeUnit(span.unit)).day
            assert day <= last, stage.label


class TestDistrict:
    pack = PACKS["district"]

    def test_has_the_stages_of_the_district_s_plan(self):
        labels = [stage.label for stage in self.pack.document.stages]
        assert labels == ["调查摸底", "年度计划", "组织实施", "竣工验收", "物业移交接管"]

    def test_ends_with_the_strike_off(self):
        ends = [s.code for s in self.pack.procedure.steps if s.kind is StepKind.end and s.code != "terminated"]
        assert ends == ["struck_off"]
