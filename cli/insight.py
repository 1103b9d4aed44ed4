"""`jiugai insight`: what the record tells (统计): time, departments, returns, rework, variants, lateness."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from cli.language import lang, say
from cli.lazy import group
from cli.office import office, reading
from cli.option import AsJson, one_of
from cli.output import emit, grid, note
from runtime.office import Office
from services import insight, insight_return
from services.figure import percent
from services.insight_figure import Compare, Returns, Rework, Scope, Timing, Variant
from services.insight_fill import gather, is_stale, keep
from services.insight_scope import counted_at
from services.reading import Reading
from services.rendition import as_data

app = group(
    say(
        "统计：用时、瓶颈部门、退回、返工、变体、逾期。", "What the record tells: time, departments, returns, variants."
    )
)
AT_ONCE = 200_000
"""With more clocks than this counting takes so long that figures are shown as they were counted, unless asked."""
District = Annotated[
    str | None, typer.Option("--district", help=say("区县（编码或名称）", "a district, by code or name"))
]
Year = Annotated[int | None, typer.Option("--year", help=say("办结年份", "the year of the end"))]
CompareBy = Annotated[
    Compare | None,
    typer.Option(
        "--compare",
        metavar="district|year",
        parser=one_of(Compare),
        help=say("按区县或按年份对比", "side by side: district or year"),
    ),
]
Fresh = Annotated[
    bool, typer.Option("--fresh", help=say("先重新汇总（小规模默认每天一次）", "fill the counts anew first"))
]


@app.command("steps", help=say("各步骤、各审查用时：中位数、P90（工作日）。", "Time for each step and review."))
def steps(
    district: District = None,
    year: Year = None,
    compare: CompareBy = None,
    fresh: Fresh = False,
    as_json: AsJson = False,
) -> None:
    """Median and P90 by nearest rank, in working days."""
    _show(insight.steps, _timings, Scope(district, year, compare), fresh=fresh, as_json=as_json)


@app.command("holders", help=say("各经办单位用时。", "Time for each unit that held a step."))
def holders(
    district: District = None,
    year: Year = None,
    compare: CompareBy = None,
    fresh: Fresh = False,
    as_json: AsJson = False,
) -> None:
    """Units that held steps, most days first."""
    _show(insight.holders, _timings, Scope(district, year, compare), fresh=fresh, as_json=as_json)


@app.command("departments", help=say("各审查部门用时、占比、逾期率：瓶颈在哪。", "Departments: time, share, lateness."))
def departments(
    district: District = None,
    year: Year = None,
    compare: CompareBy = None,
    fresh: Fresh = False,
    as_json: AsJson = False,
) -> None:
    """Departments asked in reviews, most days first."""
    _show(insight.departments, _timings, Scope(district, year, compare), fresh=fresh, as_json=as_json)


@app.command("late", help=say("逾期最多的单位。", "Units that ended late, most often first."))
def late(
    district: District = None,
    year: Year = None,
    compare: CompareBy = None,
    fresh: Fresh = False,
    as_json: AsJson = False,
) -> None:
    """Units whose steps or tasks ended late."""
    _show(insight.late, _timings, Scope(district, year, compare), fresh=fresh, as_json=as_json)


@app.command("returns", help=say("审查退回：各轮结果。", "How the rounds of each review ended."))
def returns(
    district: District = None,
    year: Year = None,
    compare: CompareBy = None,
    fresh: Fresh = False,
    as_json: AsJson = False,
) -> None:
    """Rounds passed, returned, withdrawn."""
    _show(insight_return.returns, _returns, Scope(district, year, compare), fresh=fresh, as_json=as_json)


@app.command("rework", help=say("返工：哪些步骤被重新进入。", "Steps projects came back to."))
def rework(
    district: District = None,
    year: Year = None,
    compare: CompareBy = None,
    fresh: Fresh = False,
    as_json: AsJson = False,
) -> None:
    """How often steps and reviews were come to again."""
    _show(insight_return.rework, _rework, Scope(district, year, compare), fresh=fresh, as_json=as_json)


@app.command("variants", help=say("变体：已办结项目走过的路线。", "The ways ended projects took."))
def variants(
    district: District = None,
    year: Year = None,
    compare: CompareBy = None,
    fresh: Fresh = False,
    as_json: AsJson = False,
) -> None:
    """Sequences of steps, the most trodden first."""
    _show(insight_return.variants, _variants, Scope(district, year, compare), fresh=fresh, as_json=as_json)


@app.command("refresh", help=say("立即重新汇总统计数据。", "Fill the counts anew now."))
def refresh(as_json: AsJson = False) -> None:
    """Count everything again; people go on working meanwhile."""
    with office() as at:
        _fill(at)
        with at.database.read() as session:
            mark = counted_at(session)
            data = {"filled_at": mark.filled_at, "projects": mark.projects, "clocks": mark.clocks}
    text = say(
        f"已汇总 {data['projects']} 个项目、{data['clocks']} 个期限。",
        f"Counted {data['projects']} projects, {data['clocks']} clocks.",
    )
    emit(data, as_json=as_json, text=text)


def _fill(at: Office) -> None:
    with at.database.read() as session:
        counts = gather(session, at.city)
    with at.database.write() as session:
        keep(session, counts, now=at.now())


def _show(
    figure: Callable[[Session, Reading, Scope], Sequence[Any]],
    table: Callable[[Sequence[Any]], Any],
    scope: Scope,
    *,
    fresh: bool,
    as_json: bool,
) -> None:
    with office() as at:
        with at.database.read() as session:
            wanted = fresh or is_stale(session, at.now(), unless_over=AT_ONCE)
        if wanted:
            _fill(at)
        with at.database.read() as session:
            lines = figure(session, reading(at), scope)
            filled = counted_at(session).filled_at.astimezone(at.city.zone)
    note(
        say(
            f"数据截至 {filled:%Y-%m-%d %H:%M}；要最新的请加 --fresh。",
            f"Counted at {filled:%Y-%m-%d %H:%M}; add --fresh for today's.",
        )
    )
    emit(as_data(lines, lang()), as_json=as_json, text=table(lines))


def _heads(lines: Sequence[Any], *heads: str) -> list[str]:
    return [say("范围", "group"), *heads] if any(one.group for one in lines) else list(heads)


def _rows(lines: Sequence[Any], cells: Callable[[Any], list[Any]]) -> list[list[Any]]:
    grouped = any(one.group for one in lines)
    return [[one.group, *cells(one)] if grouped else cells(one) for one in lines]


def _timings(lines: Sequence[Timing]) -> Any:  # noqa: ANN401 - a table of rich
    heads = _heads(
        lines, say("名称", "name"), say("办结", "ended"), say("中位数", "median"), "P90", say("合计工作日", "days"),
        say("占比", "share"), say("逾期", "late"), say("逾期率", "late share"),
    )  # fmt: skip
    return grid(heads, _rows(lines, _timing))


def _timing(one: Timing) -> list[Any]:
    return [
        one.label, one.ended, one.median, one.p90, one.days, percent(one.share), one.late, percent(one.late_share),
    ]  # fmt: skip


def _returns(lines: Sequence[Returns]) -> Any:  # noqa: ANN401
    heads = _heads(
        lines, say("审查", "review"), say("轮次", "rounds"), say("通过", "passed"), say("退回", "rejected"),
        say("撤回", "withdrawn"), say("退回率", "rejected share"), say("首轮通过", "passed at once"),
    )  # fmt: skip
    return grid(
        heads,
        _rows(
            lines,
            lambda one: [
                one.label, one.rounds, one.passed, one.rejected, one.withdrawn, percent(one.rejected_share),
                one.passed_at_once,
            ],
        ),
    )  # fmt: skip


def _rework(lines: Sequence[Rework]) -> Any:  # noqa: ANN401
    heads = _heads(
        lines, say("步骤", "step"), say("到过的项目", "projects"), say("重新进入", "again"), say("占比", "share"),
        say("最多次数", "most"),
    )  # fmt: skip
    return grid(
        heads, _rows(lines, lambda one: [one.label, one.projects, one.again, percent(one.again_share), one.most])
    )


def _variants(lines: Sequence[Variant]) -> Any:  # noqa: ANN401
    heads = _heads(lines, say("项目", "projects"), say("占比", "share"), say("路线", "way"))
    return grid(heads, _rows(lines, lambda one: [one.projects, percent(one.share), " → ".join(one.labels)]))
