"""Routing in words (路由说明): rules with citations, reasons, permits, members and what would change the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction

from policy.calendar_derivation import TimeUnit
from policy.fact import dump_fact
from policy.pack import Pack
from policy.route import MemberAnswer, Part, PermitAnswer, Routing
from policy.route_change import Counterfactual, Stake
from policy.route_condition import in_words
from policy.route_show import Row, rule_row
from policy.route_table import Line, Verdict
from policy.route_value import difference
from policy.schema_entry import FactEntry
from policy.schema_route import DayWindow
from policy.show_words import span_words
from states.case import FactValue
from states.exceptions import Lang

_YES = {"zh": ("否", "是"), "en": ("no", "yes")}
_UNKNOWN = {"zh": "未填报", "en": "not recorded"}
_ASKED = {"zh": ("不请", "请"), "en": ("do not ask", "ask")}
_WANTED = {"zh": ("不需", "需交"), "en": ("without", "bring")}
_SILENT = {"zh": "不涉及", "en": "nothing said of "}
_CHANGED = {"zh": "改请", "en": "ask otherwise:"}


def value_in_words(entry: FactEntry, value: FactValue | None, lang: Lang = "zh") -> str:
    """A fact's value as people write it, with its unit."""
    if value is None:
        return _UNKNOWN[lang]
    if isinstance(value, bool):
        return _YES[lang][value]
    if entry.type == "choice":
        return (entry.choices or {}).get(str(value), str(value)) if lang == "zh" else str(value)
    if isinstance(value, date | str):
        return str(value)
    number = _plain(Fraction(value))
    return f"{number} {entry.unit}" if entry.unit and lang == "zh" else number


def facts_in_words(pack: Pack, facts: Mapping[str, FactValue], lang: Lang = "zh") -> str:
    """Facts with their values, such as 新增建筑面积=0 平方米、涉及主体或承重结构=否."""
    named = ((pack.fact(code), value) for code, value in facts.items())
    words = [f"{entry.name.text(lang)}={value_in_words(entry, value, lang)}" for entry, value in named]
    return ("、" if lang == "zh" else ", ").join(words) or {"zh": "任何情况", "en": "any facts"}[lang]


def line_row(pack: Pack, line: Line, lang: Lang = "zh") -> Row:
    """A rule with how it stands, and because of which values."""
    because = [
        {
            "condition": in_words(reason.text, tuple(code for code, _ in reason.values), pack.facts, lang),
            "facts": {code: None if value is None else dump_fact(value) for code, value in reason.values},
            "text": "、".join(
                f"{pack.fact(code).name.text(lang)}={value_in_words(pack.fact(code), value, lang)}"
                for code, value in reason.values
            ),
        }
        for reason in line.because
    ]
    row = rule_row(pack, line.rule, lang)
    return {
        **row,
        "standing": line.standing.value,
        "standing_label": line.standing.label.text(lang),
        "because": because,
    }


def permit_row(pack: Pack, answer: PermitAnswer, lang: Lang = "zh") -> Row:
    """A permit, what becomes of it, and by which rules."""
    permit = pack.permit(answer.permit)
    return {
        "permit": answer.permit,
        "label": permit.name.text(lang),
        "verdict": answer.verdict.value,
        "into": answer.into,
        "text": permit_words(pack, answer.permit, answer.verdict, answer.into, lang),
        "rules": _cited(answer.rules),
        "sources": _sources(answer.rules),
    }


def permit_words(pack: Pack, code: str, verdict: Verdict, into: str | None, lang: Lang = "zh") -> str:
    """Such as 免办建设工程规划许可证, or 质量监督手续并入施工许可证."""
    label, space = pack.permit(code).name.text(lang), "" if lang == "zh" else " "
    if into:
        return f"{label}{space}{verdict.label.text(lang)}{space}{pack.permit(into).name.text(lang)}"
    return f"{verdict.label.text(lang)}{space}{label}" if lang == "zh" else f"{label} {verdict.label.text(lang)}"


def member_row(pack: Pack, answer: MemberAnswer, lang: Lang = "zh") -> Row:
    """A member of a review with its matter, limit, turn and citation."""
    return {
        "review": answer.review,
        "member": answer.member,
        "label": member_name(pack, answer.review, answer.member, lang),
        "matter": answer.entry.matter,
        "limit": answer.entry.limit,
        "days": span_words(pack, pack.limit(answer.entry.limit)).text(lang),
        "window": window_words(answer.window, lang),
        "phase": answer.phase,
        "after": list(answer.after),
        "certain": answer.certain,
        "rules": _cited(answer.rules),
        "sources": _sources(answer.rules),
    }


def window_words(window: DayWindow | None, lang: Lang = "zh") -> str:
    """Such as 第 2 至 9 工作日; nothing without a window."""
    if window is None:
        return ""
    unit = TimeUnit(window.unit).label.text(lang)
    days = str(window.starts) if window.starts == window.ends else f"{window.starts}-{window.ends}"
    return f"第 {days} {unit}" if lang == "zh" else f"{unit} {days}"


def member_name(pack: Pack, review: str, member: str, lang: Lang = "zh") -> str:
    """The department's or the seat's name."""
    entry = pack.member(review, member)
    if entry.seat:
        return entry.seat.label.text(lang)
    return pack.department(member).name.text(lang)


def part_words(pack: Pack, part: Part, before: Routing, after: Routing, lang: Lang = "zh") -> str:
    """What one part becomes: 需办建设工程规划许可证, 请消防救援机构（联审联批）, 需交可行性研究报告."""
    kind, code = part
    new = after.parts().get(part)
    if kind == "permit":
        answer = next((one for one in after.permits if one.permit == code), None)
        if answer is None:
            return f"{_SILENT[lang]}{pack.permit(code).name.text(lang)}"
        return permit_words(pack, code, answer.verdict, answer.into, lang)
    space = "" if lang == "zh" else " "
    if kind == "document":
        return f"{_WANTED[lang][new is not None]}{space}{pack.document_entry(code).name.text(lang)}"
    verb = _CHANGED[lang] if new is not None and part in before.parts() else _ASKED[lang][new is not None]
    return f"{verb}{space}{_asked_in(pack, code, lang)}{_days(pack, part, before, after, lang)}"


def _days(pack: Pack, part: Part, before: Routing, after: Routing, lang: Lang) -> str:
    """The limits of a member that stays, where they differ."""
    found = [
        span_words(pack, pack.limit(one.entry.limit)).text(lang)
        for routing in (before, after)
        for one in routing.members
        if f"{one.review}/{one.member}" == part[1]
    ]
    return f" {found[0]} → {found[1]}" if len(set(found)) > 1 else ""


def counterfactual_row(pack: Pack, routing: Routing, one: Counterfactual, lang: Lang = "zh") -> Row:
    """One fact at another value ⇒ what follows, with how far the change goes."""
    entry = pack.fact(one.fact)
    far = difference(entry, one.before, one.after)
    step = "" if far is None else f"{'+' if far > 0 else '−'}{_plain(abs(far))}"
    follows = [part_words(pack, part, routing, one.routing, lang) for part in one.parts]
    change = (
        f"{entry.name.text(lang)} {value_in_words(entry, one.before, lang)} → {value_in_words(entry, one.after, lang)}"
    )
    parts = [{"kind": kind, "code": code, "text": t} for (kind, code), t in zip(one.parts, follows, strict=True)]
    moved = {"zh": f"（{step}）", "en": f" ({step})"}[lang] if step else ""
    return {
        "fact": one.fact,
        "before": dump_fact(one.before),
        "after": dump_fact(one.after),
        "difference": None if far is None else _plain(far),
        "parts": parts,
        "text": f"{change}{moved} ⇒ {'；'.join(follows) if lang == 'zh' else '; '.join(follows)}",
    }


def stake_row(pack: Pack, stake: Stake, lang: Lang = "zh") -> Row:
    """A fact not recorded, and what hangs on it."""
    named = [_part_name(pack, part, lang) for part in stake.parts]
    label = pack.fact(stake.fact).name.text(lang)
    may = {"zh": "填报后可能改变：", "en": "may change: "}[lang]
    joined = ("、" if lang == "zh" else ", ").join(named)
    text = f"{label}：{_UNKNOWN[lang]}" if lang == "zh" else f"{label}: {_UNKNOWN[lang]}"
    hangs = (f"，{may}{joined}" if lang == "zh" else f", {may}{joined}") if named else ""
    return {
        "fact": stake.fact,
        "label": label,
        "parts": [{"kind": kind, "code": code} for kind, code in stake.parts],
        "text": f"{text}{hangs}",
    }


def _part_name(pack: Pack, part: Part, lang: Lang) -> str:
    kind, code = part
    if kind == "permit":
        return pack.permit(code).name.text(lang)
    if kind == "document":
        return pack.document_entry(code).name.text(lang)
    return _asked_in(pack, code, lang)


def _asked_in(pack: Pack, code: str, lang: Lang) -> str:
    """Such as 消防救援机构（联审联批）."""
    review, _, member = code.partition("/")
    name, asked_in = member_name(pack, review, member, lang), pack.review(review).name.text(lang)
    return f"{name}（{asked_in}）" if lang == "zh" else f"{name} ({asked_in})"


def _plain(number: Fraction) -> str:
    if number.denominator == 1 or 10**9 % number.denominator:
        return str(number)
    return str(Decimal(number.numerator) / Decimal(number.denominator))


def _cited(lines: Iterable[Line]) -> list[str]:
    return [f"{line.rule.table}#{line.rule.number}" for line in lines]


def _sources(lines: Iterable[Line]) -> list[str]:
    return list(dict.fromkeys(line.rule.source for line in lines if line.rule.source))
