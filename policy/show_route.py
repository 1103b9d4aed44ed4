"""Permits and decision tables of a pack (决策表一览): when each rule holds, what follows, by which source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from policy.route_show import rule_row
from policy.route_words import window_words
from policy.schema import PackDocument
from policy.schema_route import AskEntry, PermitEntry, RuleEntry, TableEntry
from policy.show_table import Part, Row, Table, Telling, inner, register
from states.label import Label
from states.role import Seat

_WORDS = {
    "needs": Label("需办", "needs"),
    "exempt": Label("免办", "without"),
    "merge": Label("合并", "merges"),
    "asks": Label("请", "asks"),
    "limit": Label("期限", "limit"),
    "documents": Label("需交", "bring"),
}


def _permit(telling: Telling, part: Part) -> Row:
    permit = cast("PermitEntry", part.entry)
    return {
        "permit": permit.code,
        "label": permit.name.text(telling.lang),
        "department": telling.name("department", permit.department),
        "category": permit.category.label.text(telling.lang) if permit.category else "",
        **telling.used("permit", permit.code),
    }


def _rules(document: PackDocument) -> list[Part]:
    return inner("tables", "rules", lambda rule: str(rule.label))(document)


def _rule(telling: Telling, part: Part) -> Row:
    entry, table = cast("RuleEntry", part.entry), cast("TableEntry", part.inside)
    tables = telling.pack.router.tables[: len(telling.pack.document.tables)]
    ready = next(one for one in tables if one.code == table.code)
    row = rule_row(telling.pack, ready.rules[part.number - 1], telling.lang)
    return {
        "code": f"{table.code}#{part.number}",
        "label": row["label"],
        "table": table.name.text(telling.lang),
        "hit": table.hit.label.text(telling.lang),
        "when": row["when"],
        "then": _follows(telling, entry),
        "source": telling.source(entry.source),
    }


def _follows(telling: Telling, entry: RuleEntry) -> list[str]:
    into = [f"{_several(telling, one.permits)} → {telling.name('permit', one.into)}" for one in entry.merge]
    said = {
        "needs": _several(telling, entry.needs),
        "exempt": _several(telling, entry.exempt),
        "merge": " / ".join(into),
        "asks": " / ".join(_asked(telling, entry)),
        "limit": f"{telling.name('limit', entry.limit)} {telling.limit(entry.limit)}".strip(),
        "documents": " / ".join(telling.names("document", entry.documents)),
    }
    return [f"{_WORDS[key].text(telling.lang)} {words}" for key, words in said.items() if words]


def _several(telling: Telling, permits: tuple[str, ...]) -> str:
    return " / ".join(telling.names("permit", permits))


def _asked(telling: Telling, entry: RuleEntry) -> Iterator[str]:
    """Who is asked, those who are asked in the same way behind each other."""
    ways: dict[str, list[str]] = {}
    for ask in entry.asks:
        ways.setdefault(_differs(telling, ask), []).append(_unit(telling, ask.member))
    for way, units in ways.items():
        names = telling.joined(units)
        yield telling.say(f"{names}（{way}）", f"{names} ({way})") if way else names


def _differs(telling: Telling, ask: AskEntry) -> str:
    """What differs from the review's own member: matter, limit, days, who comes before."""
    after = telling.joined(_unit(telling, member) for member in ask.after)
    said = (
        ask.matter or "",
        telling.limit(ask.limit),
        window_words(ask.window, telling.lang),
        telling.say(f"在{after}之后", f"after {after}") if after else "",
    )
    return telling.say("，", ", ").join(words for words in said if words)


def _unit(telling: Telling, member: str) -> str:
    return telling.seat(Seat.parse(member)) if "@" in member else telling.name("department", member)


TABLES = (
    Table("permits", Label("许可手续", "permits"), ("permits",), register("permits"), _permit),
    Table(
        "tables",
        Label("决策表", "decision tables"),
        ("tables",),
        _rules,
        _rule,
        ordered=True,
        around=("label", "en", "hit"),
    ),
)
