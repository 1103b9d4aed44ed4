"""Gates of votes and postings: what is said while something is missing, and nothing when it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from states.case import Case, PollState, PostingState
from states.label import Label
from states.requirement import Named
from states.vote import Measure, Missing, PollStatus
from states.vote_requirement import PollPassed, Posted, square_metres

COMMUNITY, STREET = Label("社区项目专员"), Label("街道项目专员")
TODAY = date(2026, 4, 16)
LIFT = PollPassed("lift", Label("加装电梯表决", "decision on the lift"), COMMUNITY)
PASSED = PollState(7, 1, PollStatus.closed, passed=True)
POSTED = Posted(
    "plan", Label("方案公示"), Label("公示异议"), STREET, Named("record", Label("公示记录"), STREET), COMMUNITY
)
OVER = PostingState(1, is_up=True, until=date(2026, 4, 15), has_evidence=True, finding="objection")


def poll_codes(*states: PollState) -> list[str]:
    case = Case("幸福里小区", "design", TODAY, polls={"lift": states} if states else {})
    return [refusal.code for refusal in LIFT.unmet(case)]


def posting_codes(state: PostingState | None) -> list[str]:
    case = Case("幸福里小区", "posting", TODAY, postings={"plan": state} if state else {})
    return [refusal.code for refusal in POSTED.unmet(case)]


class TestPollPassed:
    @pytest.mark.parametrize(
        ("state", "code"),
        [
            (replace(PASSED, status=PollStatus.open), "poll_open"),
            (replace(PASSED, passed=False), "poll_not_passed"),
            (replace(PASSED, changed=(Label("方案"),), changed_on=TODAY), "poll_stale"),
            (replace(PASSED, status=PollStatus.open, changed=(Label("方案"),), changed_on=TODAY), "poll_stale"),
        ],
    )
    def test_only_a_closed_round_that_passed_on_an_unchanged_plan_is_enough(self, state: PollState, code: str) -> None:
        assert poll_codes(PASSED) == []
        assert poll_codes(state) == [code]
        assert poll_codes() == ["poll_not_opened"]

    def test_where_entrances_vote_each_has_to_have_passed(self) -> None:
        first, second = (
            replace(PASSED, place=Label("（1单元）")),
            replace(PASSED, place=Label("（2单元）"), passed=False),
        )
        assert poll_codes(first, second) == ["poll_not_passed"]
        assert poll_codes(first, replace(second, passed=True)) == []

    def test_says_what_is_missing_in_both_languages(self) -> None:
        missing = Missing(3, {Measure.owners: 3, Measure.area: 214_50})
        state = replace(PASSED, status=PollStatus.open, passed=False, missing=missing)
        (refusal,) = LIFT.unmet(Case("幸福里小区", "design", TODAY, polls={"lift": (state,)}))
        assert refusal.says.zh == "“加装电梯表决”第1轮尚未结束，还差 3 户、214.50 m²"
        assert "3 household(s), 214.50 m²" in refusal.says.text("en")
        assert (refusal.owed_by, refusal.data) == (COMMUNITY, {"consent": "lift", "poll": 7, "round": 1})


class TestPosted:
    @pytest.mark.parametrize(
        ("state", "codes"),
        [
            (OVER, []),
            (None, ["posting_not_begun"]),
            (replace(OVER, is_up=False), ["posting_not_begun"]),
            (replace(OVER, is_up=False, upheld=True), ["posting_not_begun"]),
            (replace(OVER, until=TODAY), ["posting_not_over"]),
            (replace(OVER, until=None), ["posting_suspended"]),
            (replace(OVER, has_evidence=False), ["document_missing"]),
            (replace(OVER, changed=(Label("方案"),), changed_on=TODAY), ["posting_changed"]),
            (replace(OVER, objections=("采光", "车位")), ["finding_open", "finding_open"]),
        ],
    )
    def test_full_time_unchanged_without_open_objection_and_with_its_record(
        self, state: PostingState | None, codes: list[str]
    ) -> None:
        assert posting_codes(state) == codes

    def test_says_until_when(self) -> None:
        case = Case("幸福里小区", "posting", TODAY, postings={"plan": replace(OVER, until=date(2026, 4, 20))})
        (refusal,) = POSTED.unmet(case)
        assert (refusal.says.zh, refusal.data["until"]) == ("“方案公示”到 2026-04-20 止，尚未期满", "2026-04-20")


@pytest.mark.parametrize(
    ("area", "words"), [(0, "0.00"), (5, "0.05"), (214_50, "214.50"), (1_080_50, "1,080.50"), (-90, "-0.90")]
)
def test_areas_are_written_with_two_places(area: int, words: str) -> None:
    assert square_metres(area) == words
