"""`jiugai clock`: deadlines (期限), how they came about, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, ClassVar

import typer

from cli.clock_change import Number, days, exclude, extend
from cli.language import lang, say
from cli.lazy import Entry, LazyGroup, group
from cli.office import office, reading
from cli.option import AsJson, LightOption, one_of
from cli.output import emit, grid
from services.clock_explanation import ClockExplanation, explain
from services.clock_forecast import ForecastGroup, ForecastLine, by_person, by_unit, forecast
from services.clock_list import ClockLine, list_clocks
from services.rendition import as_data


class Grouping(StrEnum):
    """What a forecast is put together by."""

    unit = "unit"
    person = "person"


class Clocks(LazyGroup):
    """The sweep runs a flow: only cli.react starts those, and Prefect is loaded when it is called."""

    table: ClassVar[dict[str, Entry]] = {
        "sweep": Entry("cli.react:sweep", lambda: say("立即巡检一次期限。", "Sweep the deadlines now."))
    }


app = group(
    say(
        "期限：清单与预告、推算过程、延期、不计时、天数归属、巡检。",
        "Deadlines: list, explain, extend, exclude, days, sweep.",
    ),
    Clocks,
)
app.command(
    "extend", help=say("延期：期满前申请，由他人批准。", "Prolong a limit: asked in time, approved by another.")
)(extend)
app.command(
    "exclude", help=say("不计时：听证、招标、检测、专家评审等整日扣除。", "Leave whole days out of the count.")
)(exclude)
app.command("days", help=say("天数归属：申报方、各部门、不计时各多少个工作日。", "Whose working days they were."))(days)


By = Annotated[
    Grouping | None,
    typer.Option(
        "--by",
        metavar="unit|person",
        parser=one_of(Grouping),
        help=say("与 --due-within 同用：按单位或按人汇总", "with --due-within: for each unit or person"),
    ),
]


@app.command("list", help=say("在计时的期限，先到期的在前；可预告将转黄灯、红灯的。", "Live clocks, soonest first."))
def list_(
    due_within: Annotated[
        int | None,
        typer.Option(
            "--due-within",
            metavar="N",
            min=0,
            help=say(
                "N 个工作日内将转黄灯、红灯的（含已逾期）", "turning yellow or red within N working days, or over"
            ),
        ),
    ] = None,
    by: By = None,
    light: LightOption = None,
    as_json: AsJson = False,
) -> None:
    """Live clocks, narrowed by what turns within some days and by light."""
    if by is not None and due_within is None:
        raise typer.BadParameter(say("--by 要与 --due-within 一起用", "--by goes with --due-within"))
    with office() as at, at.database.read() as session:
        look = reading(at)
        if due_within is None:
            lines = list_clocks(session, look, light=light)
            emit(as_data(lines, lang()), as_json=as_json, text=_table(lines))
            return
        ahead = forecast(session, look, days=due_within)
    ahead = [line for line in ahead if light is None or line.light is light]
    if by is None:
        emit(as_data(ahead, lang()), as_json=as_json, text=_table(ahead))
        return
    groups = (by_unit if by is Grouping.unit else by_person)(ahead)
    emit(as_data(groups, lang()), as_json=as_json, text=_groups(groups))


def _table(lines: Sequence[ClockLine], title: str = "") -> Any:  # noqa: ANN401 - a table of rich
    heads = [
        say("编号", "id"),
        say("项目", "project"),
        say("期限", "limit"),
        say("到期", "due"),
        say("剩余", "left"),
        say("灯", "light"),
        say("承办", "holder"),
    ]
    rows = [[c.id, c.project_name, c.label, _due(c), c.left, _light(c), c.holder] for c in lines]
    return grid(heads, rows, title=title)


def _groups(groups: Sequence[ForecastGroup]) -> list[Any]:
    return [
        _table(
            one.clocks,
            say(
                f"{one.name}：逾期 {one.overdue}，将转红灯 {one.turning_red}，将转黄灯 {one.turning_yellow}",
                f"{one.name}: {one.overdue} over, {one.turning_red} turning red, {one.turning_yellow} turning yellow",
            ),
        )
        for one in groups
    ]


def _light(clock: ClockLine) -> str:
    """The light now, and in a forecast when it turns."""
    turns = []
    if isinstance(clock, ForecastLine):
        turns += [say(f"{clock.turns_yellow_on} 转黄", f"yellow {clock.turns_yellow_on}")] * bool(clock.turns_yellow_on)
        turns += [say(f"{clock.turns_red_on} 转红", f"red {clock.turns_red_on}")] * bool(clock.turns_red_on)
    return "  ".join([clock.light.label.text(lang()), *turns])


def _due(clock: ClockLine) -> str:
    return f"{clock.due_on}{say('（暂定）', ' (provisional)') if clock.provisional else ''}"


@app.command("explain", help=say("一个期限怎么算出来的，预警何时触发。", "How a due day came about, and its rungs."))
def explain_(number: Number, as_json: AsJson = False) -> None:
    """The derivation in words and in parts, the rule behind the light, the ledger, the rungs with their days."""
    with office() as at, at.database.read() as session:
        found = explain(session, reading(at), number)
    data = as_data(found, lang())
    emit(data.pop("sheet") | data, as_json=as_json, text=_explained(found))


def _explained(found: ClockExplanation) -> list[Any]:
    sheet, rule = found.sheet, found.light_rule
    ledger = [[e.on, e.kind.label.text(lang()), e.days, e.reason, e.actor] for e in sheet.ledger]
    rungs = [[rung.label, rung.day, say("已触发", "fired") if rung.fired else ""] for rung in sheet.rungs]
    stale = say("日历已有变动，尚未重算：请再次载入放假安排", "the calendar has changed: load its notice once more")
    parts: list[Any] = [
        f"{sheet.project_name} · {sheet.label}",
        *(f"{number}. {part.text}" for number, part in enumerate(found.parts, start=1)),
        *([] if found.is_current or not sheet.is_live else [stale]),
        f"{say('规则', 'rule')}：{rule.text}（{rule.source}）",
        f"{rule.extension}",
        f"{sheet.light.label.text(lang())}  {sheet.left}",
    ]
    if ledger:
        heads = [
            say("日期", "on"),
            say("事项", "kind"),
            say("天数", "days"),
            say("理由", "reason"),
            say("经办", "actor"),
        ]
        parts.append(grid(heads, ledger, title=say("期限台账", "ledger")))
    if rungs:
        parts.append(grid([say("预警", "rung"), say("日期", "day"), ""], rungs, title=say("预警阶梯", "ladder")))
    return parts
