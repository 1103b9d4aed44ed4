"""Why not (未满足的条件): one unmet requirement, in words and as data, with who owes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from states.exceptions import JiugaiError, Kind, Lang
from states.label import Label


@dataclass(frozen=True, slots=True)
class Refusal:
    """One unmet requirement: a stable `code`, the words, who owes it, and the data behind it."""

    code: str
    says: Label
    owed_by: Label
    data: dict[str, Any] = field(default_factory=dict)

    def text(self, lang: Lang = "zh") -> str:
        """The refusal with who owes it, as one sentence."""
        if lang == "zh":
            return f"{self.says.zh}（由{self.owed_by.zh}负责）"
        return f"{self.says.text('en')} (owed by: {self.owed_by.text('en')})"

    def as_dict(self) -> dict[str, Any]:
        """The refusal as data for `--json`, the API and the page."""
        return {
            "code": self.code,
            "message": self.says.zh,
            "message_en": self.says.text("en"),
            "owed_by": self.owed_by.zh,
            "owed_by_en": self.owed_by.text("en"),
            "data": self.data,
        }


class MoveRefused(JiugaiError):
    """The move is in the procedure but not all its requirements are met; `refusals` has every one of them."""

    code = "move_refused"
    kind = Kind.refused
    zh = "“{project}”还不能“{move}”，有 {count} 项条件未满足：\n{reasons}"
    en = '"{project}" cannot "{move}" yet, {count} requirement(s) unmet:\n{reasons_en}'

    def __init__(self, *, project: str, move: Label, refusals: list[Refusal]) -> None:
        self.refusals = refusals
        super().__init__(
            project=project,
            move=move,
            count=len(refusals),
            reasons="\n".join(f"  · {refusal.text('zh')}" for refusal in refusals),
            reasons_en="\n".join(f"  · {refusal.text('en')}" for refusal in refusals),
        )

    def text(self, lang: Lang = "zh") -> str:
        """The words in `lang`, with the move's name in that language too."""
        return (self.zh if lang == "zh" else self.en).format(**{**self.data, "move": self.data["move"].text(lang)})

    def as_dict(self) -> dict[str, Any]:
        """The error as data, with every refusal."""
        return {**super().as_dict(), "refusals": [refusal.as_dict() for refusal in self.refusals]}
