"""`jiugai clock`: deadlines (期限), how they came about, and what comes next."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import typer

from cli.language import lang, say
from cli.lazy import Entry, LazyGroup, group
from cli.office import office
from cli.option import AsJson, LightOption
from cli.output import emit, grid
from services.clock_list import explain_clock, list_clocks


class Clocks(LazyGroup):
    """The sweep runs a flow: only cli.react starts those, and Prefect is loaded when it is called."""

    table: ClassVar[dict[str, Entry]] = {
        "sweep": Entry("cli.react:sweep", lambda: say("立即巡检一次期限。", "Sweep the deadlines now."))
    }


app = group(say("期限：清单、推算过程、巡检。", "Deadlines: list, explain, sweep."), Clocks)


@app.command("list", help=say("在计时的期限，先到期的在前。", "Live clocks, soonest first."))
def list_(
    due_within: Annotated[
        int | None,
        typer.Option(
            "--due-within",
            metavar="N",
            min=0,
            help=say("N 个工作日内到期的（含已逾期）", "due within N working days, overdue included"),
        ),
    ] = None,
    light: LightOption = None,
    as_json: AsJson = False,
) -> None:
    """Live clocks, narrowed by due day and light."""
    with office() as at, at.database.read() as session:
        today = at.city.day(at.now())
        until = None if due_within is None else at.city.calendar.add_working_days(today, due_within).day
        lines = list_clocks(session, until=until, light=light, lang=lang())
    heads = [
        say("编号", "id"),
        say("项目", "project"),
        say("期限", "limit"),
        say("到期", "due"),
        say("灯", "light"),
        say("承办", "holder"),
    ]
    rows = [[c["id"], c["project_name"], c["label"], _due(c), c["light_label"], c["holder"]] for c in lines]
    emit(lines, as_json=as_json, text=grid(heads, rows))


def _due(clock: dict[str, Any]) -> str:
    return f"{clock['due_on']}{say('（暂定）', ' (provisional)') if clock['provisional'] else ''}"


@app.command("explain", help=say("一个期限怎么算出来的，预警何时触发。", "How a due day came about, and its rungs."))
def explain(
    number: Annotated[int, typer.Argument(metavar="ID", help=say("期限编号", "the clock's number"))],
    as_json: AsJson = False,
) -> None:
    """The derivation, the ledger, the rungs with their days."""
    with office() as at, at.database.read() as session:
        found = explain_clock(session, at.city, number, lang=lang())
    head = [f"{found['project_name']} · {found['label']}", found["derivation"], found["light_label"]]
    ledger = [[e["on"], e["kind"], e["days"], e["reason"], e["actor"]] for e in found["ledger"]]
    rungs = [[r["label"], r["day"], say("已触发", "fired") if r["fired"] else ""] for r in found["rungs"]]
    parts: list[Any] = [*head]
    if ledger:
        parts.append(grid(["on", "kind", "days", "reason", "actor"], ledger, title=say("暂停与恢复", "ledger")))
    if rungs:
        parts.append(grid([say("预警", "rung"), say("日期", "day"), ""], rungs, title=say("预警阶梯", "ladder")))
    emit(found, as_json=as_json, text=parts)
