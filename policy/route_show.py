"""A rule of a decision table as a plain row (规则引用), for `policy show` and for citations."""

from __future__ import annotations

from typing import Any

from policy.pack import Pack
from policy.route_condition import in_words
from policy.route_table import Rule
from states.exceptions import Lang

Row = dict[str, Any]
_ALWAYS = {"zh": "任何情况", "en": "always"}


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
