"""Permits and decision tables as plain rows (决策表一览), for `policy show` and for citations."""

from __future__ import annotations

from typing import Any

from policy.pack import Pack
from policy.route_condition import in_words
from policy.route_table import Rule
from policy.schema_route import RuleEntry
from states.exceptions import Lang
from states.label import Label
from states.role import Seat

Row = dict[str, Any]
_ALWAYS = {"zh": "任何情况", "en": "always"}
_WORDS = {
    "needs": Label("需办", "needs"),
    "exempt": Label("免办", "without"),
    "merge": Label("合并", "merges"),
    "asks": Label("请", "asks"),
    "limit": Label("期限", "limit"),
    "documents": Label("需交", "bring"),
}


def rule_row(pack: Pack, rule: Rule, lang: Lang = "zh") -> Row:
    """A rule: where it stands, when it holds, its citation."""
    uses = tuple(dict.fromkeys(code for leaf in rule.leaves for code in leaf.uses))
    source = pack.source(rule.source) if rule.source else None
    return {
        "table": rule.table,
        "rule": rule.number,
        "label": rule.name.text(lang),
        "when": in_words(rule.when, uses, pack.facts, lang) if rule.when else _ALWAYS[lang],
        "source": rule.source,
        "source_label": source.name.text(lang) if source else "",
        "assumed": source.assumed if source else True,
    }


def permit_rows(pack: Pack, lang: Lang = "zh") -> list[Row]:
    """The permits of a pack with who issues them."""
    return [
        {
            "permit": permit.code,
            "label": permit.name.text(lang),
            "department": pack.department(permit.department).name.text(lang) if permit.department else "",
        }
        for permit in pack.document.permits
    ]


def table_rows(pack: Pack, lang: Lang = "zh") -> list[Row]:
    """Every rule of every decision table: when, what follows, by which source."""
    rows = []
    for table in pack.router.tables[: len(pack.document.tables)]:
        for rule in table.rules:
            row = rule_row(pack, rule, lang)
            assumed = {"zh": "（暂定，无依据）", "en": " (assumed)"}[lang] if row["assumed"] else ""
            rows.append(
                {
                    "table": table.name.text(lang),
                    "hit": table.hit.label.text(lang),
                    "rule": rule.number,
                    "label": row["label"],
                    "when": row["when"],
                    "then": _follows(pack, rule.entry, lang),
                    "source": f"{row['source_label']}{assumed}",
                }
            )
    return rows


def _follows(pack: Pack, entry: RuleEntry, lang: Lang) -> list[str]:
    merged = [
        f"{_named(pack, merge.permits, lang)} → {pack.permit(merge.into).name.text(lang)}" for merge in entry.merge
    ]
    said = {
        "needs": _named(pack, entry.needs, lang),
        "exempt": _named(pack, entry.exempt, lang),
        "merge": " / ".join(merged),
        "asks": " / ".join(_member(pack, ask.member, lang) for ask in entry.asks),
        "limit": pack.limit(entry.limit).name.text(lang) if entry.limit else "",
        "documents": " / ".join(pack.document_entry(code).name.text(lang) for code in entry.documents),
    }
    return [f"{_WORDS[key].text(lang)} {words}" for key, words in said.items() if words]


def _named(pack: Pack, permits: tuple[str, ...], lang: Lang) -> str:
    return " / ".join(pack.permit(code).name.text(lang) for code in permits)


def _member(pack: Pack, member: str, lang: Lang) -> str:
    return Seat.parse(member).label.text(lang) if "@" in member else pack.department(member).name.text(lang)
