"""A pack as plain tables (政策一览): stages, steps, moves with their requirements in words, limits with sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from policy.calendar_derivation import TimeUnit
from policy.pack import Pack
from policy.route_show import permit_rows, table_rows
from policy.schema_entry import RungEntry
from policy.schema_limit import LimitEntry
from states.exceptions import Lang
from states.label import Label
from states.procedure import RESUME, Move, StartKind
from states.requirement import (
    ClockExpired,
    ConditionHolds,
    ConsentReached,
    DateReached,
    DocumentsPresent,
    FactsKnown,
    FourEyes,
    MilestonesReached,
    NoOpenFinding,
    Requirement,
    ReviewPassed,
)
from states.role import Seat

Row = dict[str, Any]
"""One line of a table: JSON-safe values by column."""

_WORDS: dict[type, Callable[[Any], Label]] = {
    DocumentsPresent: lambda r: _several("材料", "documents", r.documents),
    FactsKnown: lambda r: _several("已填报", "recorded", r.facts),
    MilestonesReached: lambda r: _several("节点完成", "milestones", r.milestones),
    ConditionHolds: lambda r: Label(
        f"{r.expression}（否则：{r.says.zh}）", f"{r.expression} (else: {r.says.text('en')})"
    ),
    ReviewPassed: lambda r: Label(f"“{r.label.zh}”通过", f'"{r.label.text("en")}" passed'),
    NoOpenFinding: lambda r: Label(f"无未办结的{r.label.zh}", f"no open {r.label.text('en')}"),
    ConsentReached: lambda r: Label(f"{r.label.zh}：{_shares(r)}", f"{r.label.text('en')}: {_shares(r)}"),
    ClockExpired: lambda r: Label(f"“{r.label.zh}”期满", f'"{r.label.text("en")}" over'),
    DateReached: lambda r: Label(f"已到“{r.fact.label.zh}”", f'"{r.fact.label.text("en")}" reached'),
    FourEyes: lambda r: Label(f"不同于“{r.label.zh}”的经办人", f'not who did "{r.label.text("en")}"'),
}
_HOLDER = Label("经办人", "holder")
_RESUME = Label("原步骤", "the step before")
_AT = {"warning": Label("变黄灯", "warning"), "breach": Label("逾期", "breach")}


def as_tables(pack: Pack, lang: Lang = "zh") -> dict[str, list[Row]]:
    """The pack's tables by name in the order of its files; permits and decision tables where it has any."""
    return {
        "stages": _stages(pack, lang),
        "steps": _steps(pack, lang),
        "moves": [_move(pack, move, lang) for move in pack.procedure.moves],
        "limits": [_limit(pack, limit, lang) for limit in pack.document.limits],
        "ladders": _ladders(pack, lang),
        "reviews": _reviews(pack, lang),
        **({"permits": permit_rows(pack, lang), "tables": table_rows(pack, lang)} if pack.document.tables else {}),
    }


def requirement_words(requirement: Requirement) -> Label:
    """One requirement as a true statement."""
    return _WORDS[type(requirement)](requirement)


def span_words(pack: Pack, limit: LimitEntry) -> Label:
    """How long a limit from `Pack.limit` is: 20 工作日, 11-30 止, “资料移交”前 15 工作日."""
    span = limit.span
    if span.kind == "fixed":
        day = pack.fact(span.fact).name if span.fact else Label(str(span.on))
        return Label(f"{day.zh} 止", f"until {day.text('en')}")
    unit = TimeUnit(span.unit).label
    words = Label(f"{span.days} {unit.zh}", f"{span.days} {unit.en}")
    if span.kind != "before":
        return words
    day = pack.fact(span.before_fact).name if span.before_fact else pack.milestone(str(span.before_milestone)).name
    return Label(f"“{day.zh}”前 {words.zh}", f'{words.en} before "{day.text("en")}"')


def _several(zh: str, en: str, named: Iterable[Any]) -> Label:
    labels = [one.label for one in named]
    return Label(
        f"{zh}：{'、'.join(label.zh for label in labels)}", f"{en}: {', '.join(label.text('en') for label in labels)}"
    )


def _shares(requirement: ConsentReached) -> str:
    return f"≥ {requirement.quorum}, {'≥' if requirement.inclusive else '>'} {requirement.share}"


def _stages(pack: Pack, lang: Lang) -> list[Row]:
    rows = []
    for stage in pack.document.stages:
        window = stage.window
        rows.append(
            {
                "code": stage.code,
                "label": stage.name.text(lang),
                "window": f"{window.starts} → {window.ends}" if window else "",
                "source": _source(pack, window.source if window else None, lang),
                "steps": sum(step.stage == stage.code for step in pack.document.steps),
            }
        )
    return rows


def _steps(pack: Pack, lang: Lang) -> list[Row]:
    return [
        {
            "code": step.code,
            "label": step.label.text(lang),
            "stage": pack.procedure.stage[step.stage].label.text(lang),
            "kind": step.kind.value,
            "held_by": step.held_by.label.text(lang) if step.held_by else "",
            "limit": span_words(pack, pack.limit(step.limit)).text(lang) if step.limit else "",
        }
        for step in pack.procedure.steps
    ]


def _move(pack: Pack, move: Move, lang: Lang) -> Row:
    steps = pack.procedure.step
    started = [
        (pack.review(s.code) if s.kind is StartKind.review else pack.limit(s.code)).name.text(lang) for s in move.starts
    ]
    return {
        "trigger": move.trigger,
        "label": move.label.text(lang),
        "from": [steps[source].label.text(lang) for source in move.sources],
        "to": _RESUME.text(lang) if move.target == RESUME else steps[move.target].label.text(lang),
        "nature": move.nature.value,
        "who": [seat.label.text(lang) for seat in move.who],
        "requires": [requirement_words(one).text(lang) for one in move.requirements],
        "starts": started,
        "reason": move.needs_reason,
    }


def _limit(pack: Pack, limit: LimitEntry, lang: Lang) -> Row:
    yellow = [str(share) for share in (limit.yellow_share, limit.yellow_days) if share is not None]
    return {
        "code": limit.code,
        "label": limit.name.text(lang),
        "span": span_words(pack, pack.limit(limit.code)).text(lang),
        "source": _source(pack, limit.span.source, lang),
        "yellow": " / ".join(yellow),
        "yellow_source": _source(pack, limit.yellow_source, lang),
        "ladder": pack.ladder(limit.ladder).name.text(lang) if limit.ladder else "",
    }


def _ladders(pack: Pack, lang: Lang) -> list[Row]:
    return [
        {
            "ladder": ladder.name.text(lang),
            "rung": rung.name.text(lang),
            "at": f"{_AT[rung.at].text(lang)} +{rung.plus}",
            "to": _recipients(rung, lang),
            "source": _source(pack, rung.source, lang),
        }
        for ladder in pack.document.ladders
        for rung in ladder.rungs
    ]


def _recipients(rung: RungEntry, lang: Lang) -> list[str]:
    return [to.label.text(lang) if isinstance(to, Seat) else _HOLDER.text(lang) for to in rung.to]


def _reviews(pack: Pack, lang: Lang) -> list[Row]:
    return [
        {
            "review": review.name.text(lang),
            "member": pack.department(member.department).name.text(lang)
            if member.department
            else (member.seat.label.text(lang) if member.seat else ""),
            "matter": member.matter,
            "limit": span_words(pack, pack.limit(member.limit)).text(lang),
            "when": member.when or "",
        }
        for review in pack.document.reviews
        for member in review.members
    ]


def _source(pack: Pack, code: str | None, lang: Lang) -> str:
    if code is None:
        return ""
    source = pack.source(code)
    assumed = {"zh": "（暂定，无依据）", "en": " (assumed)"}[lang] if source.assumed else ""
    return f"{source.name.text(lang)}{assumed}"
