"""A pack as plain tables (政策一览): everything a pack can say, in words, every number with its source."""

from __future__ import annotations

from policy import show_limit, show_procedure, show_record, show_review, show_route, show_vote
from policy.pack import Pack
from policy.show_heading import COLUMNS
from policy.show_supervision import ANOMALIES, SUPERVISION
from policy.show_table import Row, Table, Telling
from states.exceptions import Lang

TABLES: tuple[Table, ...] = (
    *show_procedure.TABLES,
    *show_limit.TABLES,
    SUPERVISION,
    *show_review.TABLES,
    *show_route.TABLES,
    *show_vote.TABLES,
    show_procedure.DUTIES,
    *show_record.TABLES,
    ANOMALIES,
    show_record.SOURCES,
)
"""Every table there is, in the order they are read."""


def as_tables(pack: Pack, lang: Lang = "zh") -> dict[str, list[Row]]:
    """The pack's tables by name, as plain JSON; a pack that says nothing of a matter has no table of it."""
    telling = Telling(pack, lang)
    return {table.name: rows for table in TABLES if (rows := table.rows(telling))}


def title(table: str, lang: Lang = "zh") -> str:
    """What a table is called."""
    return next(one.title.text(lang) for one in TABLES if one.name == table)


def heading(column: str, lang: Lang = "zh") -> str:
    """What a column is called."""
    return COLUMNS[column].text(lang)
