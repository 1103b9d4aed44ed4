"""What a command prints (输出): one JSON document or a table on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import typer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WIDE = 160
"""Columns where stdout is no terminal: nothing is cut off for who pipes it on."""

_Item = TypeVar("_Item")


def emit(data: object, *, as_json: bool, text: str | Table | Iterable[str | Table] = "") -> None:
    """Print a result: `data` as the one JSON document, or `text` (lines or tables) for people."""
    if as_json:
        print_json(data)
        return
    console = _console()
    for part in [text] if isinstance(text, str) or not isinstance(text, Iterable) else text:
        if isinstance(part, str):
            typer.echo(part)
        else:
            console.print(part)


def print_json(data: object) -> None:
    """One JSON document on stdout; days and instants in ISO form."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def note(text: str) -> None:
    """A line for people, on stderr."""
    typer.echo(text, err=True)


def grid(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> Table:
    """A table; None is an empty cell, lists are joined."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(_shown(cell)) for cell in row))
    return table


def _shown(cell: object) -> str:
    if cell is None:
        return ""
    return "、".join(map(str, cell)) if isinstance(cell, list | tuple) else str(cell)


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)


def tracked(items: Sequence[_Item], what: str) -> Iterator[_Item]:
    """The items with a progress bar on stderr, where that is a terminal."""
    from rich.console import Console
    from rich.progress import track

    yield from track(items, what, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True)


def tables_of(named: dict[str, list[dict[str, Any]]]) -> list[Table]:
    """Several tables of dictionaries, each under its name."""
    return [
        grid(list(rows[0]), [list(row.values()) for row in rows], title=name) for name, rows in named.items() if rows
    ]
