"""Deciding a round: compared with a second, naive implementation that tries every way the missing answers may come in."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.decision import AGAINST, Ballot, Decision, Outcome, decide, standing
from states.decision_rule import (
    GROUPING,
    PLAIN,
    GroupsUnfit,
    LeadMissing,
    MembersMissing,
    Rule,
    Terms,
    ThresholdUnfit,
    ThresholdUnreachable,
    WeightsUnfit,
    make_rule,
)
from states.review import Opinion, ReviewMode, ReviewStatus, Settle

LETTERS = {"P": Opinion.approve, "R": Opinion.reject, "N": Opinion.not_concerned, "S": Opinion.supplement}
UNLED = [mode for mode in ReviewMode if mode is not ReviewMode.lead]


def arrived(votes: str) -> list[Ballot]:
    """Answers in arrival order: the i-th member's is the i-th letter."""
    return [Ballot(member, LETTERS[letter]) for member, letter in enumerate(votes)]


def decided(mode: ReviewMode, members: int, votes: str, terms: Terms = PLAIN) -> tuple[str, int | None]:
    outcome, after = decide(make_rule(mode, members, terms), arrived(votes))
    return outcome.value, after


class Case:
    """A rule as an office says it, beside the rule made of it; the naive side reads only what the office said."""

    def __init__(self, mode: ReviewMode, members: int, terms: Terms) -> None:
        self.mode, self.members, self.terms = mode, members, terms
        self.rule = make_rule(mode, members, terms)

    def __repr__(self) -> str:
        return f"{self.mode.value} of {self.members}, {self.terms}"


def final(case: Case, ballots: list[Ballot]) -> str:
    """The outcome once everybody has answered, in plain words."""
    answers = [LETTERS["R"] if ballot.opinion in AGAINST else ballot.opinion for ballot in ballots]
    concerned = [answer for answer in answers if answer is not Opinion.not_concerned]
    if case.mode is ReviewMode.lead:
        lead = next(ballot.opinion for ballot in ballots if ballot.member == case.terms.lead)
        return "passed" if lead is Opinion.approve else "rejected"
    if not concerned:
        return "rejected"
    if case.mode is ReviewMode.any:
        return "passed" if concerned[0] is Opinion.approve else "rejected"
    voices = voices_of(case, ballots)
    yes = sum(weight for weight, answer in voices if answer == "P")
    no = sum(weight for weight, answer in voices if answer == "R")
    return "passed" if yes and enough(case, yes, yes + no) else "rejected"


def voices_of(case: Case, ballots: list[Ballot]) -> list[tuple[Fraction, str]]:
    """Each voice with its weight: a group's is R when one of it rejects, N when nobody of it is concerned, else P."""
    groups = case.terms.groups or [None] * case.members
    weights = case.terms.weights or [Fraction(1)] * case.members
    found = []
    for voice in dict.fromkeys(group or member for member, group in enumerate(groups)):
        within = [b for b in ballots if (groups[b.member] or b.member) == voice]
        opinions = {ballot.opinion for ballot in within}
        said = "R" if opinions & set(AGAINST) else "P" if Opinion.approve in opinions else "N"
        found.append((weights[within[0].member], said))
    return found


def enough(case: Case, yes: Fraction, concerned: Fraction) -> bool:
    passing = case.terms.passing
    if case.mode is ReviewMode.ordered or (case.mode is ReviewMode.all and case.terms.veto):
        return yes == concerned
    if case.mode is ReviewMode.count:
        voters = len(voices_of(case, [Ballot(m, Opinion.approve) for m in range(case.members)]))
        return yes > Fraction(voters, 2) if passing is None else yes >= passing
    if passing is None:
        return yes > concerned / 2
    if case.mode is ReviewMode.weight and passing >= 1:
        return yes >= passing
    return yes / concerned >= passing


def naive(case: Case, ballots: list[Ballot]) -> tuple[str, int | None]:
    """Decided after the first answer from which on every completion ends alike; for a lead, once all were heard."""
    for number in range(len(ballots) + 1):
        if case.mode is ReviewMode.lead and number < case.members:
            continue
        said = ballots[:number]
        missing = sorted(set(range(case.members)) - {ballot.member for ballot in said})
        completions = product("PRN", repeat=len(missing))
        ends = {
            final(case, said + [Ballot(m, LETTERS[letter]) for m, letter in zip(missing, letters, strict=True)])
            for letters in completions
        }
        if len(ends) == 1:
            return ends.pop(), number
    return "open", None


@st.composite
def cases(draw: st.DrawFn) -> Case:
    mode = draw(st.sampled_from(list(ReviewMode)))
    members = draw(st.integers(1, 5))
    numbers = st.fractions(0, 5, max_denominator=4)
    groups = draw(st.lists(st.sampled_from(["管线", "安全", None]), min_size=members, max_size=members))
    weights = draw(st.lists(numbers, min_size=members, max_size=members).filter(any))
    grouped = mode in GROUPING and draw(st.booleans())
    voters = len({g or m for m, g in enumerate(groups)}) if grouped else members
    share, total = st.fractions(0, 1, max_denominator=7).filter(bool), sum(weights)
    weight = share.filter(lambda part: part < 1)
    passing = {
        ReviewMode.count: st.integers(1, voters).map(Fraction),
        ReviewMode.share: share,
        ReviewMode.weight: weight | st.fractions(1, total) if total >= 1 else weight,
    }.get(mode, st.none())
    terms = Terms(
        passing=draw(st.none() | passing),
        veto=draw(st.booleans()),
        weights=weights if mode is ReviewMode.weight else None,
        groups=groups if grouped else None,
        lead=draw(st.integers(0, members - 1)) if mode is ReviewMode.lead else None,
    )
    return Case(mode, members, terms)


@st.composite
def rounds(draw: st.DrawFn) -> tuple[Case, list[Ballot]]:
    case = draw(cases())
    order = draw(st.permutations(range(case.members)))
    said = draw(st.lists(st.sampled_from(list(Opinion)), max_size=case.members))
    return case, [Ballot(member, opinion) for member, opinion in zip(order, said, strict=False)]


class TestDecide:
    @given(rounds())
    def test_agrees_with_trying_every_completion(self, given_round: tuple[Case, list[Ballot]]) -> None:
        case, ballots = given_round
        outcome, after = decide(case.rule, ballots)
        assert (outcome.value, after) == naive(case, ballots)

    @pytest.mark.parametrize("mode", UNLED)
    @pytest.mark.parametrize("members", range(1, 5))
    def test_agrees_over_every_sequence_of_answers_of_up_to_four(self, mode: ReviewMode, members: int) -> None:
        terms = [Terms(weights=[Fraction(w) for w in (3, 2, 2, 1)[:members]] if mode is ReviewMode.weight else None)]
        terms += [t._replace(passing=Fraction(2, 3)) for t in terms if mode in (ReviewMode.share, ReviewMode.weight)]
        terms += [t._replace(veto=False) for t in terms if mode is ReviewMode.all]
        for case in (Case(mode, members, one) for one in terms):
            for length in range(members + 1):
                for letters in product("PRN", repeat=length):
                    outcome, after = decide(case.rule, arrived("".join(letters)))
                    assert (outcome.value, after) == naive(case, arrived("".join(letters))), (case, letters)

    @given(rounds())
    def test_what_is_decided_stays_decided(self, given_round: tuple[Case, list[Ballot]]) -> None:
        case, ballots = given_round
        before = decide(case.rule, ballots[:-1])
        if before.outcome is not Outcome.open:
            assert decide(case.rule, ballots) == before

    @pytest.mark.parametrize("mode", UNLED)
    def test_nobody_concerned_is_no_pass_in_any_mode(self, mode: ReviewMode) -> None:
        terms = Terms(weights=[Fraction(1)] * 3) if mode is ReviewMode.weight else Terms()
        outcome, _ = decided(mode, 3, "NNN", terms)
        assert outcome == "rejected"

    def test_a_veto_decides_at_once_and_without_it_more_than_half_is_enough(self) -> None:
        assert decided(ReviewMode.all, 3, "R") == ("rejected", 1)
        assert decided(ReviewMode.all, 3, "PNP") == ("passed", 3)
        assert decided(ReviewMode.all, 3, "RPP", Terms(veto=False)) == ("passed", 3)
        assert decided(ReviewMode.all, 3, "PP", Terms(veto=False)) == ("passed", 2)

    def test_a_tie_is_rejected_by_more_than_half_and_passes_by_at_least_half(self) -> None:
        assert decided(ReviewMode.share, 4, "PRPR") == ("rejected", 4)
        assert decided(ReviewMode.share, 4, "PRP", Terms(passing=Fraction(1, 2))) == ("passed", 3)

    def test_the_first_who_is_concerned_decides_for_any(self) -> None:
        assert decided(ReviewMode.any, 3, "NP") == ("passed", 2)
        assert decided(ReviewMode.any, 3, "NRP") == ("rejected", 2)
        assert decided(ReviewMode.any, 3, "N") == ("open", None)

    def test_a_number_of_votes_that_cannot_be_reached_any_more_is_rejected(self) -> None:
        two = Terms(passing=Fraction(2))
        assert decided(ReviewMode.count, 4, "RNR", two) == ("rejected", 3)
        assert decided(ReviewMode.count, 4, "PRP", two) == ("passed", 3)
        assert decided(ReviewMode.count, 4, "PP") == ("open", None)  # more than half of four is three
        assert decided(ReviewMode.count, 4, "PPP") == ("passed", 3)

    def test_a_share_is_exact_and_of_those_concerned(self) -> None:
        third = Terms(passing=Fraction(1, 3))
        assert decided(ReviewMode.share, 3, "RRP", third) == ("passed", 3)  # 1/3 is reached, 0.333… would not be
        assert decided(ReviewMode.share, 3, "NRP", Terms(passing=Fraction(1, 2))) == ("passed", 3)

    def test_weights_count_not_heads(self) -> None:
        heavy = Terms(passing=Fraction(5), weights=[Fraction(5), Fraction(1), Fraction(1)])
        assert decided(ReviewMode.weight, 3, "P", heavy) == ("passed", 1)
        assert decided(ReviewMode.weight, 3, "R", heavy) == ("rejected", 1)

    def test_a_group_has_one_vote_and_its_rejection_is_never_outvoted_inside_it(self) -> None:
        lines = Terms(passing=Fraction(1), groups=["管线", "管线", "管线", None])
        assert decided(ReviewMode.count, 4, "PPR", lines) == ("open", None)
        assert decided(ReviewMode.count, 4, "PPNR", lines) == ("passed", 3)
        assert decided(ReviewMode.count, 4, "RPPR", lines) == ("rejected", 4)

    def test_the_lead_decides_only_when_everybody_was_heard(self) -> None:
        led = Terms(lead=0)
        assert decided(ReviewMode.lead, 3, "PR", led) == ("open", None)
        assert decided(ReviewMode.lead, 3, "PRR", led) == ("passed", 3)
        assert decided(ReviewMode.lead, 3, "NPP", led) == ("rejected", 3)

    def test_a_demand_for_a_supplement_counts_as_a_rejection(self) -> None:
        assert decided(ReviewMode.all, 2, "S") == ("rejected", 1)

    @pytest.mark.parametrize("ballots", [[Ballot(0, Opinion.approve)] * 2, [Ballot(3, Opinion.approve)]])
    def test_an_answer_twice_or_of_a_stranger_is_an_error(self, ballots: list[Ballot]) -> None:
        with pytest.raises(ValueError, match="answers once"):
            decide(make_rule(ReviewMode.all, 3), ballots)

    def test_is_linear_in_the_members(self) -> None:
        rule = make_rule(ReviewMode.share, 100_000)
        ballots = [Ballot(member, Opinion.approve if member % 2 else Opinion.reject) for member in range(100_000)]
        assert decide(rule, ballots) == Decision(Outcome.rejected, 99_999)


class TestStanding:
    @pytest.mark.parametrize("mode", [ReviewMode.all, ReviewMode.count, ReviewMode.share])
    def test_a_rejection_waits_until_everybody_has_spoken_where_the_pack_says_so(self, mode: ReviewMode) -> None:
        rule = make_rule(mode, 3)
        for said, waiting, hurried in (("RR", "open", "rejected"), ("RRP", "rejected", "rejected")):
            assert standing(rule, Settle.when_all_answered, arrived(said)) == waiting
            assert standing(rule, Settle.when_decided, arrived(said)) == hurried

    @pytest.mark.parametrize("mode", [ReviewMode.any, ReviewMode.ordered])
    def test_nobody_waits_where_the_first_refusal_ends_it(self, mode: ReviewMode) -> None:
        assert standing(make_rule(mode, 3), Settle.when_all_answered, arrived("R")) is ReviewStatus.rejected

    def test_a_pass_never_waits(self) -> None:
        assert standing(make_rule(ReviewMode.count, 3), Settle.when_all_answered, arrived("PP")) is ReviewStatus.passed


class TestMakeRule:
    @pytest.mark.parametrize("mode", list(ReviewMode))
    @pytest.mark.parametrize("members", [0, -1])
    def test_nobody_to_ask_is_an_error_never_a_pass(self, mode: ReviewMode, members: int) -> None:
        with pytest.raises(MembersMissing):
            make_rule(mode, members)

    @pytest.mark.parametrize(
        ("mode", "terms", "error"),
        [
            (ReviewMode.count, Terms(passing=Fraction(4)), ThresholdUnreachable),
            (ReviewMode.count, Terms(passing=Fraction(0)), ThresholdUnfit),
            (ReviewMode.count, Terms(passing=Fraction(3, 2)), ThresholdUnfit),
            (ReviewMode.count, Terms(passing=Fraction(3), groups=["管线", "管线", None]), ThresholdUnreachable),
            (ReviewMode.share, Terms(passing=Fraction(4, 3)), ThresholdUnreachable),
            (ReviewMode.share, Terms(passing=Fraction(-1, 3)), ThresholdUnfit),
            (ReviewMode.any, Terms(passing=Fraction(1)), ThresholdUnfit),
            (ReviewMode.weight, Terms(passing=Fraction(4), weights=[Fraction(1)] * 3), ThresholdUnreachable),
            (ReviewMode.weight, Terms(), WeightsUnfit),
            (ReviewMode.weight, Terms(weights=[Fraction(1)] * 2), WeightsUnfit),
            (ReviewMode.weight, Terms(weights=[Fraction(0)] * 3), WeightsUnfit),
            (ReviewMode.weight, Terms(weights=[Fraction(2), Fraction(-1), Fraction(1)]), WeightsUnfit),
            (ReviewMode.share, Terms(weights=[Fraction(1)] * 3), WeightsUnfit),
            (ReviewMode.all, Terms(groups=["管线", None, None]), GroupsUnfit),
            (ReviewMode.lead, Terms(), LeadMissing),
            (ReviewMode.lead, Terms(lead=3), LeadMissing),
            (ReviewMode.all, Terms(lead=0), LeadMissing),
        ],
    )
    def test_what_nobody_could_decide_by_is_refused(
        self, mode: ReviewMode, terms: Terms, error: type[Exception]
    ) -> None:
        with pytest.raises(error):
            make_rule(mode, 3, terms)

    def test_is_what_the_office_said(self) -> None:
        rule: Rule = make_rule(ReviewMode.share, 3, Terms(passing=Fraction(2, 3)))
        assert (rule.members, rule.threshold.value, rule.threshold.is_share) == (3, Fraction(2, 3), True)


class TestOverruled:
    """A dissent the lead has overruled stays as it was given and counts as not concerned."""

    def test_it_neither_blocks_nor_approves(self) -> None:
        rule = make_rule(ReviewMode.all, 3)
        ballots = [Ballot(0, Opinion.approve), Ballot(1, Opinion.reject), Ballot(2, Opinion.approve)]
        assert standing(rule, Settle.when_all_answered, ballots) is ReviewStatus.rejected
        ballots[1] = ballots[1]._replace(overruled=True)
        assert standing(rule, Settle.when_all_answered, ballots) is ReviewStatus.passed
        assert ballots[1].opinion is Opinion.reject

    def test_where_nobody_else_approves_nobody_has_looked(self) -> None:
        rule = make_rule(ReviewMode.all, 2)
        ballots = [Ballot(0, Opinion.not_concerned), Ballot(1, Opinion.reject, overruled=True)]
        assert decide(rule, ballots).outcome is Outcome.rejected

    def test_a_number_of_approvals_stays_what_it_was(self) -> None:
        rule = make_rule(ReviewMode.count, 3, Terms(passing=Fraction(2)))
        ballots = [Ballot(0, Opinion.approve), Ballot(1, Opinion.reject, overruled=True), Ballot(2, Opinion.reject)]
        assert decide(rule, ballots).outcome is Outcome.rejected

    @given(st.sampled_from(["all", "share"]), st.text("PRNS", min_size=1, max_size=6), st.integers(0, 63))
    def test_is_the_same_as_if_the_member_had_not_been_concerned(self, mode: str, votes: str, mask: int) -> None:
        terms = Terms(passing=Fraction(2, 3)) if mode == "share" else PLAIN
        rule = make_rule(ReviewMode(mode), len(votes), terms)
        chosen = {i for i in range(len(votes)) if mask >> i & 1}
        overruled = [ballot._replace(overruled=ballot.member in chosen) for ballot in arrived(votes)]
        plain = [Ballot(b.member, Opinion.not_concerned if b.member in chosen else b.opinion) for b in arrived(votes)]
        assert decide(rule, overruled) == decide(rule, plain)
