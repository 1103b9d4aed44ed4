"""The next round (再次审查): whom it asks, and with what time a returned task goes on."""

from __future__ import annotations

from enum import StrEnum

from states.label import Label


class Again(StrEnum):
    """Whom the next round of a review asks.

    `affected` asks who objected, who had not answered, and whose matter has changed since; the opinions of the others
    stand and are carried over, never signed again. As an entry of one member `always` asks it in every round.
    """

    all = "all"
    affected = "affected"

    @property
    def label(self) -> Label:
        """The choice in words."""
        return _AGAIN[self]


_AGAIN = {
    Again.all: Label("全部重新审查", "everybody again"),
    Again.affected: Label("只请未同意和情况有变的单位", "only those who objected and those whose matter changed"),
}


class Reopening(StrEnum):
    """With what time a task returned to one unit goes on: the days it had left, or its whole limit anew."""

    remaining = "remaining"
    fresh = "fresh"

    @property
    def label(self) -> Label:
        """The choice in words."""
        return _REOPENING[self]


_REOPENING = {
    Reopening.remaining: Label("用剩余时限", "with the days it had left"),
    Reopening.fresh: Label("重新计时", "with its whole limit anew"),
}
