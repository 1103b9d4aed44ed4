"""`jiugai db copy`: everything from one database into another (数据库复制), SQLite or PostgreSQL, proven on arrival."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cli.language import say
from cli.option import AsJson
from cli.output import emit
from runtime.database_copy import Report, copy_database, shown, work_of

SQLITE, POSTGRES = "sqlite:///", "postgresql+psycopg://"
_PLACE = say("SQLite 文件，或 postgresql://用户@主机/库", "a SQLite file, or postgresql://user@host/database")


def place(given: str) -> str:
    """The address of a database given as one, or as the path of a SQLite file."""
    if given.startswith(("postgresql://", "postgres://")):
        return POSTGRES + given.partition("://")[2]
    if given.startswith((SQLITE, POSTGRES)):
        return given
    if "://" in given:
        problem = say(f"不支持的数据库：{given.partition('://')[0]}", f"no such database: {given.partition('://')[0]}")
        raise typer.BadParameter(problem)
    return f"{SQLITE}{Path(given).resolve()}"


_From = Annotated[str, typer.Argument(metavar="FROM", parser=place, help=_PLACE)]
_To = Annotated[str, typer.Argument(metavar="TO", parser=place, help=_PLACE)]


def copy(source: _From, target: _To, as_json: AsJson = False) -> None:
    """All of it or nothing: ids, sequences, chains, tree and anchors; refuses a target that holds anything."""
    with _progress(work_of(source)) as report:
        done = copy_database(source, target, report=report)
    emit({"source": shown(source), "target": shown(target), **asdict(done)}, as_json=as_json, text=[
        say(f"已复制到 {shown(target)}：{done.rows} 行", f"copied to {shown(target)}: {done.rows} rows"),
        say(
            f"留痕校验通过：{done.chains} 条链，{done.entries} 条记录，{done.anchors} 个锚点",
            f"the history verifies: {done.chains} chains, {done.entries} entries, {done.anchors} anchors",
        ),
        say(
            "材料文件不在数据库里，仍在原数据文件夹。启用新库：把 JIUGAI_DATABASE_URL 指向它，然后重新启动。",
            "Documents are not in the database; they stay where they are. Set JIUGAI_DATABASE_URL, then restart.",
        ),
    ])  # fmt: skip


@contextmanager
def _progress(total: int) -> Iterator[Report]:
    """A bar on stderr, where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(say("复制并校验", "copying")), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=total)
        yield lambda done: bar.update(task, advance=done)
