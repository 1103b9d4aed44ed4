"""What became of each row of an imported list (导入结果), and what can go wrong with one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from states.exceptions import JiugaiError, Kind, Lang
from states.label import Label


class CodeCollides(JiugaiError):
    """The code made for a row without one already belongs to another project."""

    code = "code_collides"
    kind = Kind.conflict
    zh = "系统为此行生成的编号 {project} 已属于“{name}”（{place}）。请在“项目编号”列填一个不同的编号后重新导入。"
    en = 'The code {project} made for this row already belongs to "{name}" ({place}). Give the row a code of its own.'


class DistrictDiffers(JiugaiError):
    """The project of that code stands under another district; an import never moves it there."""

    code = "district_differs"
    kind = Kind.conflict
    zh = "编号 {project} 在台账里属于“{place}”，清单写的是“{listed}”。请核对编号或区县；确需划转请找系统管理员。"
    en = 'Project {project} belongs to "{place}" in the register, the list says "{listed}". Check code and district.'


class RowNotStored(JiugaiError):
    """The database refused the row."""

    code = "row_not_stored"
    kind = Kind.invalid
    zh = "此行没有存入：{problem}。请缩短过长的文字、核对编号后重新导入此行。"
    en = "The row was not stored: {problem}. Shorten long texts, check the code, and import it again."


class Outcome(StrEnum):
    """What became of a row."""

    added = "added"
    updated = "updated"
    unchanged = "unchanged"
    failed = "failed"

    @property
    def label(self) -> Label:
        """The outcome in words."""
        return _OUTCOMES[self]


_OUTCOMES = {
    Outcome.added: Label("新增", "added"),
    Outcome.updated: Label("更新", "updated"),
    Outcome.unchanged: Label("未变", "unchanged"),
    Outcome.failed: Label("未导入", "failed"),
}


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What became of one row: `line` of the file; `kept` names facts left as somebody recorded them."""

    line: int
    code: str
    name: str
    outcome: Outcome
    error: JiugaiError | None = None
    kept: tuple[str, ...] = ()

    def as_dict(self, lang: Lang = "zh") -> dict[str, Any]:
        """The result as data for `--json`."""
        found: dict[str, Any] = {"line": self.line, "code": self.code, "name": self.name, "outcome": self.outcome.value}
        if self.error:
            found["error"] = {"code": self.error.code, "message": self.error.text(lang)}
        return found | ({"kept": list(self.kept)} if self.kept else {})
