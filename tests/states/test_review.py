"""Deciding a round: compared with a second, naive implementation over every set of opinions up to five members."""

from __future__ import annotations

from itertools import product

import pytest

from states.review import Opinion, ReviewMode, ReviewStatus, Settle, decide

ANSWERS: tuple[Opinion | None, ...] = (None, *Opinion)


def naive(mode: ReviewMode, settle: Settle, opinions: tuple[Opinion | None, ...]) -> str:
    """The rule in plain words: one after the other for 顺签, a tally for 会签."""
    if mode is ReviewMode.ordered:
        for opinion in opinions:
            if opinion in (Opinion.reject, Opinion.supplement):
                return "rejected"
        if None in opinions:
            return "open"
        return "passed" if opinions.count(Opinion.approve) > 0 else "rejected"
    silent = opinions.count(None)
    against = opinions.count(Opinion.reject) + opinions.count(Opinion.supplement)
    if silent == 0:
        return "passed" if against == 0 and opinions.count(Opinion.approve) >= 1 else "rejected"
    if against and settle is Settle.when_decided:
        return "rejected"
    return "open"


@pytest.mark.parametrize(("mode", "settle"), list(product(ReviewMode, Settle)))
@pytest.mark.parametrize("members", range(1, 6))
def test_agrees_with_the_rule_in_plain_words(mode: ReviewMode, settle: Settle, members: int) -> None:
    for opinions in product(ANSWERS, repeat=members):
        assert decide(mode, settle, opinions) == naive(mode, settle, opinions), (mode, settle, opinions)


@pytest.mark.parametrize("mode", list(ReviewMode))
def test_a_review_without_members_is_never_a_pass(mode: ReviewMode) -> None:
    with pytest.raises(ValueError, match="members"):
        decide(mode, Settle.when_decided, [])


def test_nobody_concerned_is_not_a_pass() -> None:
    for members in range(1, 6):
        opinions = [Opinion.not_concerned] * members
        assert decide(ReviewMode.all, Settle.when_all_answered, opinions) is ReviewStatus.rejected


def test_every_opinion_has_words_in_both_languages() -> None:
    assert all(opinion.label.zh and opinion.label.en for opinion in Opinion)
