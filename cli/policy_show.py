"""`jiugai policy show`: everything a pack says, table by table, every number with its source (政策一览)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated

import typer

from cli.language import lang, say
from cli.option import AsJson
from cli.output import WIDE, emit, grid
from policy.loader import load_pack
from policy.show import TABLES, as_tables, heading, title
from policy.show_table import Row
from runtime.settings import Settings
from runtime.shelf import pack_folder

if TYPE_CHECKING:
    from rich.table import Table

HELP = say("政策包的全部内容，分表列出，各附依据。", "Everything a pack says, as tables.")
_NAMES = ("label", "rung", "member", "rule")
"""The columns that name a row beside its code."""
_HEAD = 40
"""Columns kept for the name of a cell: what needs more than the rest goes on lines of its own."""


def policy_show(
    name: Annotated[str, typer.Argument(metavar="NAME", help=say("政策包名称或文件夹", "a pack's name or folder"))],
    only: Annotated[
        str | None,
        typer.Option(
            "--table",
            metavar="TABLE",
            help=say(
                f"只看一张表：{'、'.join(table.name for table in TABLES)}（也可写中文表名）",
                f"only one table: {', '.join(table.name for table in TABLES)}",
            ),
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The tables of a pack, every number with its source."""
    tables = as_tables(load_pack(pack_folder(Settings(), name)), lang())
    wanted = _table(only) if only else None
    shown = {key: rows for key, rows in tables.items() if wanted in (None, key)}
    if wanted and not shown:
        shown = {wanted: []}
    emit(shown, as_json=as_json, text=_texts(shown))


def _table(text: str) -> str:
    names = {word: table.name for table in TABLES for word in (table.name, table.title.zh, table.title.text("en"))}
    if text not in names:
        known = [f"{table.name} {table.title.text(lang())}" for table in TABLES]
        raise typer.BadParameter(
            say(f"没有“{text}”表，应为：{'、'.join(known)}", f'no table "{text}"; one of {", ".join(known)}')
        )
    return names[text]


def _texts(tables: dict[str, list[Row]]) -> Iterator[str | Table]:
    for name, rows in tables.items():
        head = f"{title(name, lang())} {name}" if lang() == "zh" else title(name, "en")
        if not rows:
            yield say(f"{head}：本包未作规定", f"{head}: nothing in this pack")
            continue
        columns = [column for column in rows[0] if any(row[column] not in ("", []) for row in rows)]
        if _width(rows, columns) <= _room():
            heads = [heading(column, lang()) for column in columns]
            yield grid(heads, [[row[column] for column in columns] for row in rows], title=head)
        else:
            yield from _records(head, rows)


def _records(head: str, rows: list[Row]) -> Iterator[str]:
    """Too wide for a table: one paragraph for each row, empty cells left out."""
    yield f"{head}\n"
    for row in rows:
        first, *rest = row
        label = next((column for column in rest if column in _NAMES), "")
        yield f"■ {row[first]} {row[label] if label else ''}".rstrip()
        for column in rest:
            if column != label and row[column] not in ("", []):
                yield from _cell(heading(column, lang()), row[column])
    yield ""


def _cell(head: str, value: object) -> Iterator[str]:
    lines = list(map(str, value)) if isinstance(value, list) else [str(value)]
    if sum(map(_columns, lines)) <= _room() - _HEAD:
        yield f"  {head}{say('：', ': ')}{say('；', '; ').join(lines)}"
        return
    yield f"  {head}{say('：', ':')}"
    yield from (f"    · {line}" for line in lines)


def _width(rows: list[Row], columns: list[str]) -> int:
    words = ([heading(column, lang()), *(_text(row[column]) for row in rows)] for column in columns)
    return sum(max(map(_columns, cells)) + 3 for cells in words)


def _text(value: object) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def _columns(text: str) -> int:
    """Columns on the screen: a Chinese sign takes two."""
    from rich.cells import cell_len

    return cell_len(text)


def _room() -> int:
    return get_terminal_size().columns if sys.stdout.isatty() else WIDE
