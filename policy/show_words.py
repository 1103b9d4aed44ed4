"""What a pack requires, in words (条件用语): every kind of requirement as a true statement, every limit as a length."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from policy.calendar_derivation import TimeUnit
from policy.pack import Pack
from policy.schema_limit import LimitEntry
from states.condition_requirement import ConditionsMet
from states.duty import FourEyes, deed_words
from states.label import Label
from states.requirement import (
    ClockExpired,
    ConditionHolds,
    ConsentReached,
    DateReached,
    DocumentsFresh,
    DocumentsPresent,
    FactsKnown,
    MilestonesReached,
    NoOpenFinding,
    Requirement,
    ReviewPassed,
)
from states.vote_requirement import PollPassed, Posted


def requirement_words(requirement: Requirement) -> Label:
    """One requirement as a true statement."""
    return WORDS[type(requirement)](requirement)


def span_words(pack: Pack, limit: LimitEntry) -> Label:
    """How long a limit from `Pack.limit` is: 20 工作日, 11-30 止, “资料移交”前 15 工作日."""
    span = limit.span
    if span.kind == "fixed":
        day = pack.fact(span.fact).name if span.fact else Label(str(span.on))
        return Label(f"{day.zh} 止", f"until {day.text('en')}")
    words = length_words(span.days, span.unit)
    if span.kind != "before":
        return words
    day = pack.fact(span.before_fact).name if span.before_fact else pack.milestone(str(span.before_milestone)).name
    return Label(f"“{day.zh}”前 {words.zh}", f'{words.en} before "{day.text("en")}"')


def length_words(days: int, unit: str) -> Label:
    """So many of a unit: 20 工作日."""
    label = TimeUnit(unit).label
    return Label(f"{days} {label.zh}", f"{days} {label.en[:-1] if days == 1 else label.en}")


def _several(zh: str, en: str, named: Iterable[Any]) -> Label:
    labels = [one.label for one in named]
    return Label(
        f"{zh}：{'、'.join(label.zh for label in labels)}", f"{en}: {', '.join(label.text('en') for label in labels)}"
    )


def _fresh(requirement: DocumentsFresh) -> Label:
    words = _several("材料", "documents", requirement.documents)
    zh = "、".join(label.zh for _, label in requirement.after)
    en = ", ".join(label.text("en") for _, label in requirement.after)
    return Label(f"{words.zh}（“{zh}”之后要新版）", f'{words.en} (newer than "{en}")')


def _shares(requirement: ConsentReached) -> str:
    return f"≥ {requirement.quorum}, {'≥' if requirement.inclusive else '>'} {requirement.share}"


def _four_eyes(requirement: FourEyes) -> Label:
    deed = deed_words(requirement.deed[0], requirement.label)
    rule, rule_en = "", ""
    if requirement.rule:
        rule, rule_en = f"（{requirement.rule.zh}）", f" ({requirement.rule.text('en')})"
    return Label(f"不同于{deed.zh}的经办人{rule}", f"not who did {deed.text('en')}{rule_en}")


WORDS: dict[type, Callable[[Any], Label]] = {
    DocumentsPresent: lambda r: _several("材料", "documents", r.documents),
    DocumentsFresh: _fresh,
    FactsKnown: lambda r: _several("已填报", "recorded", r.facts),
    MilestonesReached: lambda r: _several("节点完成", "milestones", r.milestones),
    ConditionHolds: lambda r: Label(
        f"{r.expression}（否则：{r.says.zh}）", f"{r.expression} (else: {r.says.text('en')})"
    ),
    ReviewPassed: lambda r: Label(f"“{r.label.zh}”通过", f'"{r.label.text("en")}" passed'),
    ConditionsMet: lambda r: Label(f"“{r.label.zh}”所附条件均已落实", f'conditions of "{r.label.text("en")}" met'),
    NoOpenFinding: lambda r: Label(f"无未办结的{r.label.zh}", f"no open {r.label.text('en')}"),
    ConsentReached: lambda r: Label(f"{r.label.zh}：{_shares(r)}", f"{r.label.text('en')}: {_shares(r)}"),
    PollPassed: lambda r: Label(f"“{r.label.zh}”逐户表决通过", f'"{r.label.text("en")}" passed by a vote'),
    Posted: lambda r: Label(f"“{r.label.zh}”期满无异议", f'"{r.label.text("en")}" over without objection'),
    ClockExpired: lambda r: Label(f"“{r.label.zh}”期满", f'"{r.label.text("en")}" over'),
    DateReached: lambda r: Label(f"已到“{r.fact.label.zh}”", f'"{r.fact.label.text("en")}" reached'),
    FourEyes: _four_eyes,
}
"""The words of each class of requirement; a test holds that every one policy.build can build is here."""
