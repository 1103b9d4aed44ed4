"""`jiugai demo`: builds the demonstration city from real lists, through real flow runs."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli.output import emit
from cli.react import reactor
from runtime.database import upgrade
from runtime.settings import Settings
from runtime.shelf import take_pack
from services.register import RegisterNotEmpty, is_empty
from simulation.demo import Demo


def demo(as_json: Annotated[bool, typer.Option("--json", help="在标准输出打印各项计数的 JSON")] = False) -> None:
    """用真实清单建立演示城市：项目分布在各阶段，其中一个走完全程到销号。"""
    settings = Settings()
    upgrade(settings.url)
    notes = Console(stderr=True, highlight=False)
    columns = (TextColumn("项目就位"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with reactor(settings) as at, Progress(*columns, console=notes, transient=True) as bar:
        with at.office.database.read() as session:
            if not is_empty(session):
                raise RegisterNotEmpty
        task = bar.add_task("walk", total=None)
        counts = Demo(
            office=at.office,
            reactions=at,
            pack=take_pack(settings, "default"),
            now=at.office.now(),
            say=bar.console.print,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        ).run()
    emit(counts, as_json=as_json, text="、".join(f"{LABELS[name]} {count}" for name, count in counts.items()))


LABELS = {
    "projects": "项目",
    "transitions": "推进",
    "struck_off": "销号",
    "reviews_returned": "联审退回",
    "rectifications": "整改",
    "design_changes": "设计变更",
    "escalations": "预警",
    "flow_runs": "流程运行",
}
