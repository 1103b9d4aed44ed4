"""`jiugai order circulars` and `ranking`: what went out about units, and who is how late (通报、逾期排名)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from cli.language import lang, say
from cli.office import office, reading
from cli.option import AsJson, day
from cli.output import emit, grid
from services.order_list import list_circulars
from services.overdue_ranking import rank_units
from services.rendition import as_data

YearOption = Annotated[int | None, typer.Option("--year", help=say("年份", "the year"))]


def circulars(year: YearOption = None, as_json: AsJson = False) -> None:
    """Circulars with what each lists."""
    with office() as at, at.database.read() as session:
        lines = list_circulars(session, reading(at), year=year)
    heads = [
        say("文号", "number"),
        say("单位", "unit"),
        say("日期", "on"),
        say("理由", "reason"),
        say("事项", "matters"),
    ]
    rows = [[one.code, one.unit, one.issued_on, one.reason, list(one.lines)] for one in lines]
    emit(as_data(lines, lang()), as_json=as_json, text=grid(heads, rows))


def ranking(
    since: Annotated[
        date | None, typer.Option("--since", metavar="DAY", parser=day, help=say("本期起始日，默认本月1日", "from"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Every unit with anything overdue, the worst first; what a contest overturned does not count."""
    with office() as at, at.database.read() as session:
        today = at.city.day(at.now())
        lines = rank_units(session, at.city, since=since or today.replace(day=1), today=today)
    heads = [
        say("名次", "rank"),
        say("单位", "unit"),
        say("现逾期", "overdue"),
        say("逾期办结", "ended late"),
        say("逾期工作日", "days over"),
        say("督办单", "orders"),
    ]
    rows = [[one.rank, one.name, one.overdue, one.late, one.days_over, one.orders] for one in lines]
    emit(as_data(lines, lang()), as_json=as_json, text=grid(heads, rows))
