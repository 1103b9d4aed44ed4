"""What may be answered and how it adds up, in words."""

from __future__ import annotations

import pytest

from states.review import Opinion, ReviewMode


@pytest.mark.parametrize("named", [*Opinion, *ReviewMode])
def test_every_opinion_and_mode_has_words_in_both_languages(named: Opinion | ReviewMode) -> None:
    assert named.label.zh
    assert named.label.en
