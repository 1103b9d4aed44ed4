"""Requirements: each kind says what is missing and who owes it, and nothing when it is met."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

import pytest

from states.case import Case, ClockState, Deed, DeedKind, FactValue, ReviewState
from states.duty import FourEyes
from states.label import Label
from states.refusal import MoveRefused, Refusal
from states.requirement import (
    ClockExpired,
    ConditionHolds,
    Consent,
    ConsentReached,
    DateReached,
    DocumentsPresent,
    FactsKnown,
    MilestonesReached,
    Named,
    NoOpenFinding,
    Requirement,
    ReviewPassed,
)

STREET, DISTRICT, FIRE = Label("街道项目专员", "street coordinator"), Label("区县项目专员"), Label("消防救援大队")
TODAY = date(2026, 4, 16)
REPORT, PLAN = Named("survey_report", Label("调查报告"), STREET), Named("plan", Label("改造方案"), DISTRICT)
HOUSEHOLDS = Named("households", Label("户数"), STREET)


def case(**parts: object) -> Case:
    """幸福里小区 on a day in April."""
    return Case("幸福里小区", "design", TODAY, **parts)  # type: ignore[arg-type]


def unmet(requirement: Requirement, **parts: object) -> list[Refusal]:
    return list(requirement.unmet(case(**parts)))


def codes(requirement: Requirement, **parts: object) -> list[str]:
    return [refusal.code for refusal in unmet(requirement, **parts)]


class TestDocumentsPresent:
    def test_names_each_missing_document_with_who_owes_it(self) -> None:
        refusals = unmet(DocumentsPresent((REPORT, PLAN)))
        assert [(r.code, r.owed_by, r.data) for r in refusals] == [
            ("document_missing", STREET, {"document": "survey_report"}),
            ("document_missing", DISTRICT, {"document": "plan"}),
        ]

    def test_is_met_when_all_are_on_file(self) -> None:
        assert not unmet(DocumentsPresent((REPORT, PLAN)), documents=frozenset({"survey_report", "plan", "photo"}))


class TestFactsKnown:
    def test_a_fact_that_is_zero_or_no_counts_as_known(self) -> None:
        assert not unmet(FactsKnown((HOUSEHOLDS,)), facts={"households": 0})
        assert not unmet(FactsKnown((Named("lifts", Label("电梯"), STREET),)), facts={"lifts": False})

    def test_an_unknown_fact_is_owed_by_whoever_records_it(self) -> None:
        (refusal,) = unmet(FactsKnown((HOUSEHOLDS,)))
        assert (refusal.code, refusal.owed_by) == ("fact_missing", STREET)
        assert refusal.text() == "尚未填报“户数”（由街道项目专员负责）"
        assert refusal.text("en") == 'not recorded yet: "户数" (owed by: street coordinator)'


class TestConditionHolds:
    @staticmethod
    def condition() -> ConditionHolds:
        def test(facts: Mapping[str, FactValue]) -> bool:
            return int(str(facts["households"])) >= 30

        return ConditionHolds("households >= 30", test, (HOUSEHOLDS,), Label("不足30户"), DISTRICT)

    def test_an_unknown_fact_is_reported_instead_of_a_false_condition(self) -> None:
        assert codes(self.condition()) == ["fact_missing"]

    def test_a_false_condition_is_refused_in_its_own_words_with_its_facts(self) -> None:
        (refusal,) = unmet(self.condition(), facts={"households": 29})
        assert (refusal.code, refusal.says.zh, refusal.owed_by) == ("condition_false", "不足30户", DISTRICT)
        assert refusal.data == {"expression": "households >= 30", "facts": {"households": "29"}}

    def test_is_met_when_it_is_true(self) -> None:
        assert not unmet(self.condition(), facts={"households": 30})


class TestReviewPassed:
    REVIEW = ReviewPassed("plan_review", Label("方案联审"), FIRE)

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            (None, "尚未开始"),
            (ReviewState("open", 1), "正在进行"),
            (ReviewState("rejected", 1), "未通过"),
            (ReviewState("withdrawn", 2), "已撤回"),
        ],
    )
    def test_any_other_standing_is_refused_and_named(self, state: ReviewState | None, words: str) -> None:
        (refusal,) = unmet(self.REVIEW, reviews={"plan_review": state} if state else {})
        assert (refusal.code, refusal.owed_by) == ("review_not_passed", FIRE)
        assert words in refusal.says.zh

    def test_a_passed_round_is_met(self) -> None:
        assert not unmet(self.REVIEW, reviews={"plan_review": ReviewState("passed", 2)})


class TestNoOpenFinding:
    def test_each_open_finding_is_named(self) -> None:
        refusals = unmet(
            NoOpenFinding("objection", Label("公示异议"), STREET),
            findings={"objection": ("车位太少", "雨棚遮光"), "defect": ("漏水",)},
        )
        assert [(r.data["title"], r.owed_by) for r in refusals] == [("车位太少", STREET), ("雨棚遮光", STREET)]

    def test_findings_of_another_kind_do_not_count(self) -> None:
        assert not unmet(NoOpenFinding("objection", Label("公示异议"), STREET), findings={"defect": ("漏水",)})


AREA, OWNERS = Consent("area", "area_voted", "area_agreed"), Consent("owners", "voted", "agreed")


def consent(quorum: str, share: str, *, inclusive: bool, tallies: tuple[Consent, ...] = (OWNERS,)) -> ConsentReached:
    uses = tuple(Named(name, Label(name), STREET) for t in tallies for name in (t.total, t.voted, t.agreed))
    labels = {OWNERS: Label("人数"), AREA: Label("面积")}
    return ConsentReached(
        Label("业主表决"),
        tuple((labels[t], t) for t in tallies),
        Fraction(quorum),
        Fraction(share),
        inclusive,
        uses,
        DISTRICT,
    )


class TestConsentReached:
    """民法典 278: two thirds take part; of those more than half, or three quarters, agree."""

    @pytest.mark.parametrize(
        ("total", "voted", "agreed", "code"),
        [
            (300, 200, 101, ""),  # exactly two thirds take part, one more than half agrees
            (300, 199, 199, "consent_short"),  # one short of the quorum, however many agree
            (300, 200, 100, "consent_short"),  # exactly half is not more than half
            (3, 2, 2, ""),
            (0, 0, 0, "consent_inconsistent"),
            (300, 301, 10, "consent_inconsistent"),
            (300, 250, 251, "consent_inconsistent"),
            (300, 250, -1, "consent_inconsistent"),
        ],
    )
    def test_ordinary_decisions_take_two_thirds_and_more_than_half(
        self, total: int, voted: int, agreed: int, code: str
    ) -> None:
        ordinary = consent("2/3", "1/2", inclusive=False)
        assert codes(ordinary, facts={"owners": total, "voted": voted, "agreed": agreed}) == ([code] if code else [])

    @pytest.mark.parametrize(("agreed", "short"), [(150, False), (149, True), (151, False)])
    def test_weighty_decisions_pass_at_exactly_three_quarters(self, agreed: int, short: bool) -> None:
        weighty = consent("2/3", "3/4", inclusive=True)
        refusals = unmet(weighty, facts={"owners": 300, "voted": 200, "agreed": agreed})
        assert [r.data for r in refusals] == (
            [{"measure": "人数", "got": str(Fraction(agreed, 200)), "need": "3/4"}] if short else []
        )

    def test_thirds_are_exact_where_a_float_would_not_be(self) -> None:
        whole = 3 * 10**17
        third = consent("1/3", "1/3", inclusive=True)
        assert not unmet(third, facts={"owners": whole, "voted": whole // 3, "agreed": whole // 9 + 1})
        assert codes(third, facts={"owners": whole, "voted": whole // 3 - 1, "agreed": 0}) == ["consent_short"]

    def test_both_denominators_have_to_pass_and_each_is_reported(self) -> None:
        both = consent("2/3", "1/2", inclusive=False, tallies=(AREA, OWNERS))
        facts = {"area": 9000, "area_voted": 5999, "area_agreed": 5999, "owners": 90, "voted": 60, "agreed": 30}
        assert [r.data["measure"] for r in unmet(both, facts=facts)] == ["面积", "人数"]

    def test_shares_of_area_with_cents_stay_exact(self) -> None:
        from decimal import Decimal

        area = consent("2/3", "1/2", inclusive=False, tallies=(AREA,))
        facts = {"area": Decimal("100.05"), "area_voted": Decimal("66.70"), "area_agreed": Decimal("33.36")}
        assert not unmet(area, facts=facts)
        assert codes(area, facts={**facts, "area_voted": Decimal("66.69")}) == ["consent_short"]

    def test_nobody_taking_part_is_no_consent_even_without_a_quorum(self) -> None:
        assert codes(consent("0", "1/2", inclusive=True), facts={"owners": 9, "voted": 0, "agreed": 0}) == [
            "consent_short"
        ]

    def test_unknown_tallies_come_first(self) -> None:
        assert codes(consent("2/3", "1/2", inclusive=False), facts={"owners": 3}) == ["fact_missing"] * 2


class TestClockExpired:
    POSTING = ClockExpired("posting_period", Label("公示期"), STREET)

    @pytest.mark.parametrize(
        ("due", "code"),
        [(date(2026, 4, 15), []), (TODAY, ["period_not_over"]), (date(2026, 4, 20), ["period_not_over"])],
    )
    def test_is_met_only_the_day_after_the_last_day(self, due: date, code: list[str]) -> None:
        assert codes(self.POSTING, clocks={"posting_period": ClockState(due, True)}) == code

    def test_a_period_that_has_not_begun_or_stands_still_is_refused(self) -> None:
        assert codes(self.POSTING) == ["period_not_begun"]
        assert codes(self.POSTING, clocks={"posting_period": ClockState(None, False)}) == ["period_not_begun"]


class TestDateReached:
    DAY = DateReached(Named("takeover_on", Label("约定接管日"), STREET))

    @pytest.mark.parametrize(
        ("day", "code"),
        [(TODAY, []), (date(2026, 4, 17), ["date_not_reached"]), (date(2025, 12, 31), [])],
    )
    def test_is_met_from_the_day_itself_on(self, day: date, code: list[str]) -> None:
        assert codes(self.DAY, facts={"takeover_on": day}) == code

    def test_a_day_nobody_recorded_is_owed_by_whoever_records_it(self) -> None:
        (refusal,) = unmet(self.DAY)
        assert (refusal.code, refusal.owed_by) == ("fact_missing", STREET)


class TestMilestonesReached:
    HANDED = MilestonesReached((Named("papers_handed_over", Label("资料移交"), STREET),))

    def test_an_open_milestone_is_named_with_who_owes_it(self) -> None:
        (refusal,) = unmet(self.HANDED)
        assert (refusal.code, refusal.owed_by) == ("milestone_open", STREET)

    def test_a_reached_one_is_met(self) -> None:
        assert not unmet(self.HANDED, milestones={"papers_handed_over": TODAY})


class TestFourEyes:
    PLAN = (DeedKind.move, "submit_plan")
    EYES = FourEyes(PLAN, Label("提交方案"), STREET)

    def by(self, *logins: str) -> dict[tuple[DeedKind, str], tuple[Deed, ...]]:
        return {self.PLAN: (Deed(frozenset(logins), "李街道", TODAY),)}

    def test_who_made_the_earlier_move_is_refused_with_who_did_it_when(self) -> None:
        (refusal,) = unmet(self.EYES, actor="li.street", deeds=self.by("li.street"))
        assert (refusal.code, refusal.owed_by) == ("same_person", STREET)
        assert refusal.says.zh == "“提交方案”已由李街道于 2026-04-16 办理，本步须由他人办理"

    def test_so_is_whoever_acts_for_them_or_for_whom_it_was_done(self) -> None:
        assert unmet(self.EYES, actor="chen", on_behalf_of="li.street", deeds=self.by("li.street"))
        assert unmet(self.EYES, actor="li.street", deeds=self.by("chen", "li.street"))
        assert unmet(self.EYES, actor="chen", deeds=self.by("chen", "li.street"))
        assert unmet(self.EYES, actor="chen", on_behalf_of="sun", deeds=self.by("chen", "li.street"))

    def test_another_person_and_an_unasked_one_are_not(self) -> None:
        assert not unmet(self.EYES, actor="wang.district", deeds=self.by("li.street"))
        assert not unmet(self.EYES, actor="", deeds=self.by())
        assert not unmet(self.EYES, actor="li.street", deeds={(DeedKind.move, "finish_survey"): self.by("li.street")[self.PLAN]})  # fmt: skip

    def test_the_pack_s_duty_is_cited(self) -> None:
        eyes = FourEyes((DeedKind.document, "plan"), Label("改造方案"), STREET, Label("编制与审查分离，依据：内控规范"))
        deed = Deed(frozenset({"li.street"}), "李街道", TODAY)
        (refusal,) = unmet(eyes, actor="li.street", deeds={(DeedKind.document, "plan"): (deed,)})
        assert refusal.says.zh == (
            "提交材料“改造方案”已由李街道于 2026-04-16 办理，本步须由他人办理（编制与审查分离，依据：内控规范）"
        )


class TestMoveRefused:
    def test_lists_every_refusal_in_both_languages_and_as_data(self) -> None:
        refusals = unmet(DocumentsPresent((REPORT, PLAN)))
        refused = MoveRefused(project="幸福里小区", move=Label("提交方案", "submit the plan"), refusals=refusals)
        assert refused.text("zh").count("  · ") == 2
        assert "提交方案" in refused.text("zh")
        assert "2 项" in refused.text("zh")
        assert '"submit the plan"' in refused.text("en")
        assert [r["data"] for r in refused.as_dict()["refusals"]] == [
            {"document": "survey_report"},
            {"document": "plan"},
        ]
