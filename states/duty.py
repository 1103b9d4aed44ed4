"""Separation of duties (职责分离、四眼原则): who did one thing about a matter may not do another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from states.case import Case, Deed, DeedKey, DeedKind, Part
from states.label import Label
from states.refusal import Refusal


@dataclass(frozen=True, slots=True)
class FourEyes:
    """Who did `deed` may not do this (经办与审核分离), neither themself nor through or for somebody else.

    `label` says what was done; `rule` is the name and the source of the pack's duty, where one asks for it.
    """

    reads: ClassVar[Part] = Part.deeds
    deed: DeedKey
    label: Label
    owed_by: Label
    rule: Label | None = None

    def unmet(self, case: Case) -> Iterator[Refusal]:
        """A refusal for each time the one who acts, or on whose behalf, took part in the deed."""
        yield from self.barring(case.deeds, case.acting)

    def barring(self, deeds: Mapping[DeedKey, tuple[Deed, ...]], logins: frozenset[str]) -> Iterator[Refusal]:
        """A refusal for each time one of `logins`, who act together, took part in the deed."""
        yield from (self._refusal(deed) for deed in deeds.get(self.deed, ()) if deed.logins & logins)

    def _refusal(self, deed: Deed) -> Refusal:
        rule, rule_en = (f"（{self.rule.zh}）", f" ({self.rule.text('en')})") if self.rule else ("", "")
        kind, code = self.deed
        says = Label(
            f"{_DONE[kind].zh.format(what=self.label.zh)}已由{deed.name}于 {deed.on} 办理，本步须由他人办理{rule}",
            f"{_DONE[kind].en.format(what=self.label.text('en'))} was done by {deed.name} on {deed.on}; "
            f"somebody else has to do this{rule_en}",
        )
        data = {"deed": f"{kind}:{code}", "by": sorted(deed.logins), "on": deed.on.isoformat()}
        return Refusal("same_person", says, self.owed_by, data)


def deed_words(kind: DeedKind, label: Label) -> Label:
    """What was done, in words: “提交方案”, 提交材料“改造方案” …"""
    return Label(_DONE[kind].zh.format(what=label.zh), _DONE[kind].en.format(what=label.text("en")))


_DONE = {
    DeedKind.move: Label("“{what}”", '"{what}"'),
    DeedKind.document: Label("提交材料“{what}”", 'bringing the document "{what}"'),
    DeedKind.fact: Label("填报“{what}”", 'recording "{what}"'),
    DeedKind.review: Label("在“{what}”中出具意见", 'answering in "{what}"'),
}
