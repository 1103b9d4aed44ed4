"""Two packs compared (政策包对比): what was added, removed, changed, put in another order, entry by entry in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Any

from policy.diff_align import aligned
from policy.pack import Pack
from policy.schema import MoveEntry, PackHead
from policy.schema_entry import Labelled
from policy.show import TABLES, heading, title
from policy.show_table import Part, Row, Table, Telling
from states.exceptions import Lang
from states.label import Label

_MISSING = object()
_NAMES = ("label", "member", "rung", "rule")


class Change(StrEnum):
    """What happened to an entry."""

    added = "added"
    removed = "removed"
    changed = "changed"
    reordered = "reordered"

    @property
    def label(self) -> Label:
        """The change in words."""
        return _CHANGES[self]


_CHANGES = {
    Change.added: Label("新增", "added"),
    Change.removed: Label("删除", "removed"),
    Change.changed: Label("修改", "changed"),
    Change.reordered: Label("次序变了", "in another order"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing that reads otherwise: the column, and what stood and stands there as people read it."""

    heading: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """One entry that is not the same in both packs: `table` and `key` say which, `cells` what reads otherwise.

    An added or removed entry has its whole row as cells, with nothing on the other side.
    """

    change: Change
    table: str
    key: str
    label: str
    cells: tuple[Cell, ...] = ()

    def as_dict(self, lang: Lang) -> dict[str, Any]:
        """The difference as JSON-safe data."""
        return {
            "change": self.change.value,
            "table": self.table,
            "table_label": title(self.table, lang),
            "key": self.key,
            "label": self.label,
            "cells": [{"heading": one.heading, "before": one.before, "after": one.after} for one in self.cells],
        }


@dataclass(frozen=True, slots=True)
class _Side:
    """One of the two packs: as it is written, and with the names it is compared by."""

    written: Telling
    compared: Telling

    def parts(self, table: Table) -> dict[str, Part]:
        return {part.key: part for part in table.parts(self.written.pack.document)}

    def row(self, table: Table, key: str) -> Row:
        """The row of an entry, with names that read alike in both packs."""
        parts = {part.key: part for part in table.parts(self.compared.pack.document)}
        # a rule of a decision table is keyed by its name, which is not touched; codes never are
        return table.row(self.compared, parts[key])


def compare(before: Pack, after: Pack, lang: Lang = "zh") -> list[Difference]:
    """Everything in which `after` is not `before`, table by table in the order of `policy show`.

    An entry counts as changed when what is written in it has changed: a department with a new name is one difference,
    not one for every review that asks it.
    """
    old = _Side(Telling(before, lang), Telling(aligned(before, after, rename=True), lang))
    new = _Side(Telling(after, lang), Telling(aligned(after, before, rename=False), lang))
    return list(chain.from_iterable(_of_table(table, old, new) for table in TABLES))


def _of_table(table: Table, old: _Side, new: _Side) -> Iterator[Difference]:
    were, are = old.parts(table), new.parts(table)
    for key in [*are, *(key for key in were if key not in are)]:
        if key not in were:
            yield _whole(table, Change.added, new.written, are[key])
        elif key not in are:
            yield _whole(table, Change.removed, old.written, were[key])
        else:
            was, now = _written(table, old.written, were[key]), _written(table, new.written, are[key])
            if was != now:
                cells = tuple(_cells(table, old, new, key)) or tuple(_as_written(was, now))
                yield Difference(Change.changed, table.name, key, named(table.row(new.written, are[key])), cells)
    if table.ordered:
        yield from _reordered(table, were, are, new.written)


def _written(table: Table, telling: Telling, part: Part) -> dict[str, Any]:
    """What stands in the entry itself, without what another table shows; with the entry around it where that counts."""
    own = _dump(part, set(part.apart))
    beside = {key: getattr(telling.pack.document, key) for key in table.beside}
    around = {f"{key}@": getattr(part.inside, key) for key in table.around if part.inside is not None}
    return {**own, **_plain(beside), **_plain(around)}


def _dump(part: Part, apart: set[str]) -> dict[str, Any]:
    return part.entry.model_dump(mode="json", by_alias=True, exclude=apart)


def _plain(values: Mapping[str, object]) -> dict[str, Any]:
    return {key: str(value) for key, value in values.items()}


def _whole(table: Table, change: Change, telling: Telling, part: Part) -> Difference:
    row = table.row(telling, part)
    is_new = change is Change.added
    cells = (
        Cell(heading(column, telling.lang), None if is_new else value, value if is_new else None)
        for column, value in row.items()
        if value not in ("", []) and column not in ("code", "label")
    )
    return Difference(change, table.name, part.key, named(row), tuple(cells))


def _cells(table: Table, old: _Side, new: _Side, key: str) -> Iterator[Cell]:
    """What reads otherwise; none where it was only written otherwise."""
    lang = new.written.lang
    own = old.parts(table)[key].entry, new.parts(table)[key].entry
    if all(isinstance(entry, Labelled | MoveEntry | PackHead) for entry in own):
        was, now = (Label(entry.label, entry.en).text(lang) for entry in own)  # type: ignore[attr-defined]
        if was != now:
            yield Cell(heading("label", lang), was, now)
    before, after = old.row(table, key), new.row(table, key)
    for column in after:
        if column != "label" and before[column] != after[column]:
            yield Cell(heading(column, lang), before[column], after[column])


def _as_written(before: Mapping[str, Any], after: Mapping[str, Any], around: str = "") -> Iterator[Cell]:
    for key in [*after, *(key for key in before if key not in after)]:
        was, now = before.get(key, _MISSING), after.get(key, _MISSING)
        if isinstance(was, dict) and isinstance(now, dict):
            yield from _as_written(was, now, f"{around}{key}.")
        elif was != now:
            yield Cell(f"{around}{key}", None if was is _MISSING else was, None if now is _MISSING else now)


def _reordered(table: Table, were: Mapping[str, Part], are: Mapping[str, Part], new: Telling) -> Iterator[Difference]:
    """The entries around, or the whole table, whose entries that stayed stand in another order."""
    before, after = _orders(were, are), _orders(are, were)
    for around, keys in after.items():
        if before.get(around, keys) != keys:
            labels = {key: named(table.row(new, are[key])) for key in keys}
            cell = Cell(title(table.name, new.lang), [labels[key] for key in before[around]], list(labels.values()))
            yield Difference(Change.reordered, table.name, around or table.name, title(table.name, new.lang), (cell,))


def _orders(of: Mapping[str, Part], kept: Mapping[str, Part]) -> dict[str, list[str]]:
    """The keys that both have, by the code of the entry around them."""
    found: dict[str, list[str]] = {}
    for key, part in of.items():
        if key in kept:
            found.setdefault(getattr(part.inside, "code", ""), []).append(key)
    return found


def named(row: Row) -> str:
    """What a row is about, in words: its own name behind that of what it stands in."""
    around = [row[column] for column in ("review", "ladder", "table") if column in row and _inner(row)]
    return " ".join(map(str, [*around, *(row[column] for column in _NAMES if column in row)]))


def _inner(row: Row) -> bool:
    return "rung" in row or "member" in row or "table" in row
