"""The gate of conditions (附条件落实): what approvals of a review were made to depend on has been met or waived."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from states.case import Case, Part
from states.label import Label
from states.refusal import Refusal
from states.review_task import ConditionStatus

_OPEN, _REPORTED = Label("未落实", "not met"), Label("已报落实、待确认", "reported met, to be confirmed")


@dataclass(frozen=True, slots=True)
class ConditionsMet:
    """Every condition set with an approval of a review is met or waived; the latest opinion of each unit counts."""

    reads: ClassVar[Part] = Part.conditions
    review: str
    label: Label

    def unmet(self, case: Case) -> Iterator[Refusal]:
        """One refusal for each condition still owed, with the unit that set it and whoever owes it.

        One that was reported met is owed by that unit: it has to confirm.
        """
        for condition in case.conditions.get(self.review, ()):
            reported = condition.status == ConditionStatus.reported
            stands = _REPORTED if reported else _OPEN
            says = Label(
                f"{self.label.zh}所附条件{stands.zh}：{condition.text}（{condition.unit.zh}提出）",
                f"condition of {self.label.text('en')} {stands.text('en')}: {condition.text} "
                f"(set by {condition.unit.text('en')})",
            )
            data = {"review": self.review, "condition": condition.number, "status": condition.status}
            yield Refusal("condition_open", says, condition.unit if reported else condition.owed_by, data)
