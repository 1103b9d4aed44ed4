"""A pack's tables for docs/procedure-*.md (流程文档): the rows of `policy show` as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from policy.pack import Pack
from policy.show import as_tables, heading, title
from policy.show_table import Row
from states.exceptions import Lang

_ESCAPED = str.maketrans({"<": "&lt;", "|": "\\|", "*": "\\*"})


def markdown(pack: Pack, lang: Lang = "zh") -> str:
    """Every table under its heading, columns that stay empty left out; the pack's own row is the document's head."""
    tables = {name: rows for name, rows in as_tables(pack, lang).items() if name != "pack"}
    return "\n".join(line for name, rows in tables.items() for line in _table(name, rows, lang))


def _table(name: str, rows: list[Row], lang: Lang) -> Iterator[str]:
    columns = [column for column in rows[0] if any(row[column] not in ("", []) for row in rows)]
    yield f"## {title(name, lang)}\n"
    yield f"| {' | '.join(heading(column, lang) for column in columns)} |"
    yield f"|{' --- |' * len(columns)}"
    yield from (f"| {' | '.join(_cell(row[column]) for column in columns)} |" for row in rows)
    yield ""


def _cell(value: object) -> str:
    """One line: lists broken within the cell, signs of Markdown and HTML taken out of their meaning."""
    words = [str(one) for one in value] if isinstance(value, list) else [str(value)]
    return "<br>".join(" ".join(word.translate(_ESCAPED).split()) for word in words)
