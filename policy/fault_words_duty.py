"""The words of the faults in separated duties (职责分离问题), as those of policy.fault_words."""

from __future__ import annotations

from typing import Final

from states.label import Label

DUTY: Final = {
    "duty_empty": Label(
        "{where}“{field}”要写明至少一项：动作、材料、情况或审查", '{where}"{field}" has to name at least one thing'
    ),
    "duty_itself": Label(
        "职责“{duty}”不许同一人再办“{culprit}”本身：退回重办就要换人，请删去一边",
        'the duty "{duty}" bars "{culprit}" from being done again by the same person; remove one side',
    ),
}
