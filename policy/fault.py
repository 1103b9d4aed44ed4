"""Faults (问题): what is wrong with a pack, with the file, the line, the culprit and words in two languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from policy.fault_words import FAULTS, WARNINGS
from states.exceptions import JiugaiError, Kind, Lang
from states.label import Label

Path = tuple[str | int, ...]
"""Where in a pack: keys and indexes, such as `("moves", 3, "to")`."""


class Severity(StrEnum):
    """A fault keeps the pack from being activated, a warning is for a person to weigh."""

    fault = "fault"
    warning = "warning"

    @property
    def label(self) -> Label:
        """The severity in words."""
        return _SEVERITIES[self]


_SEVERITIES = {Severity.fault: Label("错误", "fault"), Severity.warning: Label("提醒", "warning")}


class Place(NamedTuple):
    """A file of the pack's folder and a line, counted from 1; `("", 0)` for a pack that came from no files."""

    file: str = ""
    line: int = 0


class PositionMap:
    """Where each part of a pack was written; a part without a line of its own has that of what encloses it."""

    def __init__(self, places: Mapping[Path, Place] | None = None) -> None:
        self._places = dict(places or {})

    def place(self, path: Path) -> Place:
        """The place of `path`, or of the nearest part around it."""
        for length in range(len(path), -1, -1):
            found = self._places.get(path[:length])
            if found:
                return found
        return Place()


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong. `code` is stable (policy.fault_words lists all), `culprit` the name that causes it."""

    file: str
    line: int
    culprit: str
    code: str
    zh: str
    en: str
    severity: Severity = Severity.fault

    @property
    def is_fault(self) -> bool:
        """Whether it keeps the pack from being used."""
        return self.severity is Severity.fault

    def text(self, lang: Lang = "zh") -> str:
        """One line: `moves.yaml:12 错误：…`."""
        where = f"{self.file}:{self.line} " if self.file else ""
        return f"{where}{self.severity.label.text(lang)}{'：' if lang == 'zh' else ': '}{getattr(self, lang)}"

    def as_dict(self) -> dict[str, Any]:
        """The fault as data for `--json`."""
        return {
            "severity": self.severity.value,
            "code": self.code,
            "file": self.file,
            "line": self.line,
            "culprit": self.culprit,
            "message": self.zh,
            "message_en": self.en,
        }


def make_fault(code: str, place: Place, culprit: str, **data: object) -> Fault:
    """A fault by its code, the words filled with `culprit` and `data`."""
    severity = Severity.warning if code in WARNINGS else Severity.fault
    words = WARNINGS[code] if code in WARNINGS else FAULTS[code]
    filled = {"culprit": culprit, **data}
    return Fault(place.file, place.line, culprit, code, words.zh.format(**filled), words.en.format(**filled), severity)


class PackInvalid(JiugaiError):
    """A pack that cannot be used; `faults` has every fault found, with file and line."""

    code = "pack_invalid"
    kind = Kind.invalid
    zh = "政策包 {pack} 不能使用，有 {count} 处错误：\n{reasons}\n请按行号改正后用 jiugai policy check 复查。"
    en = "The pack {pack} cannot be used, {count} fault(s):\n{reasons_en}\nCorrect them, then run jiugai policy check."

    def __init__(self, *, pack: str, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__(
            pack=pack,
            count=len(self.faults),
            reasons="\n".join(f"  · {fault.text('zh')}" for fault in self.faults),
            reasons_en="\n".join(f"  · {fault.text('en')}" for fault in self.faults),
        )

    def as_dict(self) -> dict[str, Any]:
        """The error as data, with every fault."""
        return {**super().as_dict(), "faults": [fault.as_dict() for fault in self.faults]}
