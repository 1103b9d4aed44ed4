"""Owners' votes: exact on both denominators, and the fewest approvals missing, against a naive second count."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from states.vote import Base, Choice, Count, Measure, Threshold, Voter, count_votes

MAJOR = Threshold(Fraction(2, 3), Fraction(3, 4), inclusive=True)
ORDINARY = Threshold(Fraction(2, 3), Fraction(1, 2), inclusive=False)
BEFORE_2021 = Threshold(Fraction(0), Fraction(2, 3), inclusive=True, base=Base.all)
WILLING = Threshold(Fraction(0), Fraction(4, 5), inclusive=True, base=Base.all, measures=(Measure.owners,))
CLASSES = pytest.mark.parametrize("threshold", [MAJOR, ORDINARY, BEFORE_2021, WILLING])


def entrance(*choices: Choice | None, area: int = 90_00) -> list[Voter]:
    """One entrance, every household alike."""
    return [Voter(1, area, choice) for choice in choices]


def yes(n: int) -> list[Choice | None]:
    return [Choice.agree] * n


def naive_passes(voters: list[Voter], threshold: Threshold) -> bool:
    """The rule once more, by cross-multiplication of plain sums and nothing else."""
    for measure in threshold.measures:
        total = sum(v.heads if measure == "owners" else v.area for v in voters)
        voted = sum((v.heads if measure == "owners" else v.area) for v in voters if v.choice is not None)
        agreed = sum((v.heads if measure == "owners" else v.area) for v in voters if v.choice == "agree")
        base = voted if threshold.base == "voters" else total
        q, s = threshold.quorum, threshold.share
        if voted == 0 or voted * q.denominator < total * q.numerator:
            return False
        left, right = agreed * s.denominator, base * s.numerator
        if left < right or (left == right and not threshold.inclusive):
            return False
    return True


def naive_fewest(voters: list[Voter], threshold: Threshold) -> int | None:
    """Try every set of those who have not voted."""
    silent = [i for i, voter in enumerate(voters) if voter.choice is None]
    for size in range(len(silent) + 1):
        for chosen in itertools.combinations(silent, size):
            tried = [Voter(v.heads, v.area, Choice.agree) if i in chosen else v for i, v in enumerate(voters)]
            if naive_passes(tried, threshold):
                return size
    return None


class TestDoubleThreshold:
    """民法典 278, items 6-8: two thirds take part, three quarters of those agree, by heads and by area."""

    def test_nine_of_twelve_with_seven_in_favour_is_enough(self) -> None:
        outcome = count_votes(entrance(*yes(7), Choice.against, Choice.abstain, None, None, None), MAJOR)
        assert outcome.passed
        assert outcome.counts[Measure.owners] == Count(12, 9, 7)
        assert outcome.missing is None

    def test_six_of_nine_in_favour_is_short_by_three_more(self) -> None:
        outcome = count_votes(entrance(*yes(6), *[Choice.against] * 3, None, None, None), MAJOR)
        assert not outcome.passed
        assert outcome.missing is not None
        assert outcome.missing.voters == 3  # 9 of 12 is three quarters; 8 of 11 is not
        assert outcome.missing.measures == {Measure.owners: 3, Measure.area: 270_00}

    def test_one_denominator_alone_is_not_enough(self) -> None:
        large = [Voter(1, 200_00, Choice.against), *entrance(*yes(5))]
        outcome = count_votes(large, MAJOR)
        assert outcome.counts[Measure.owners].passes(MAJOR)
        assert not outcome.counts[Measure.area].passes(MAJOR)
        assert not outcome.passed

    def test_when_those_left_are_not_enough_nothing_is_promised(self) -> None:
        outcome = count_votes(entrance(*yes(2), *[Choice.against] * 3, None), MAJOR)
        assert (outcome.passed, outcome.missing) == (False, None)

    def test_who_abstains_takes_part_without_agreeing(self) -> None:
        outcome = count_votes(entrance(*yes(2), *[Choice.abstain] * 2, None), ORDINARY)
        assert outcome.counts[Measure.owners] == Count(5, 4, 2)
        assert not outcome.passed


class TestExactness:
    @pytest.mark.parametrize(("agreed", "passed"), [(2, True), (1, False)])
    def test_two_thirds_of_three_is_two(self, agreed: int, passed: bool) -> None:
        assert count_votes(entrance(*yes(agreed), *[None] * (3 - agreed)), BEFORE_2021).passed is passed

    def test_exactly_half_is_not_more_than_half(self) -> None:
        outcome = count_votes(entrance(*yes(2), *[Choice.against] * 2), ORDINARY)
        assert not outcome.passed

    def test_a_hundredth_of_a_square_metre_decides(self) -> None:
        def area(agreed: int) -> bool:
            voters = [
                Voter(1, agreed, Choice.agree),
                *[Voter(1, 10**12, Choice.agree)] * 2,
                Voter(1, 10**12, Choice.against),
            ]
            return count_votes(voters, MAJOR).passed

        assert area(10**12)
        assert not area(10**12 - 1)

    def test_nobody_at_all_decides_nothing(self) -> None:
        nothing = Threshold(Fraction(0), Fraction(0), inclusive=True)
        assert not count_votes(entrance(None, None), nothing).passed
        assert not count_votes([], nothing).passed

    def test_four_fifths_of_the_households_are_counted_without_area(self) -> None:
        assert count_votes([*entrance(*yes(4), area=1), Voter(1, 10_000, None)], WILLING).passed


choices = st.sampled_from([None, None, Choice.agree, Choice.agree, Choice.against, Choice.abstain])
households = st.lists(st.builds(Voter, st.just(1), st.integers(1, 9), choices), max_size=8)
shares = st.fractions(0, 1, max_denominator=6)
thresholds = st.builds(
    Threshold,
    shares,
    shares,
    inclusive=st.booleans(),
    base=st.sampled_from(Base),
    measures=st.sampled_from([tuple(Measure), (Measure.owners,), (Measure.area,)]),
)


class TestAgainstANaiveCount:
    @settings(max_examples=400, deadline=None)
    @given(households, thresholds)
    def test_the_outcome_and_the_fewest_missing_are_the_same(self, voters: list[Voter], threshold: Threshold) -> None:
        outcome = count_votes(voters, threshold)
        assert outcome.passed == naive_passes(voters, threshold)
        fewest = naive_fewest(voters, threshold)
        assert (outcome.missing.voters if outcome.missing else 0 if outcome.passed else None) == fewest

    @CLASSES
    @settings(max_examples=150, deadline=None)
    @given(st.lists(st.builds(Voter, st.just(1), st.integers(30_00, 200_00), choices), max_size=9))
    def test_the_rules_of_the_law_too(self, threshold: Threshold, voters: list[Voter]) -> None:
        outcome = count_votes(voters, threshold)
        assert outcome.passed == naive_passes(voters, threshold)
        assert (outcome.missing.voters if outcome.missing else 0 if outcome.passed else None) == naive_fewest(
            voters, threshold
        )

    @settings(max_examples=200, deadline=None)
    @given(st.lists(st.builds(Voter, st.integers(1, 4), st.integers(1, 9), choices), max_size=7), thresholds)
    def test_with_several_heads_to_a_unit_the_number_is_never_too_high(
        self, voters: list[Voter], threshold: Threshold
    ) -> None:
        outcome, fewest = count_votes(voters, threshold), naive_fewest(voters, threshold)
        if outcome.missing is not None and fewest is not None:
            assert outcome.missing.voters <= fewest

    @settings(max_examples=200, deadline=None)
    @given(st.integers(1, 200), st.data(), thresholds)
    def test_what_is_missing_is_just_enough(self, total: int, data: st.DataObject, threshold: Threshold) -> None:
        voted = data.draw(st.integers(0, total))
        count = Count(total, voted, data.draw(st.integers(0, voted)))
        wanted = [n for n in range(total - voted + 1) if Count(total, voted + n, count.agreed + n).passes(threshold)]
        assert count.missing(threshold) == (wanted[0] if wanted else None)
