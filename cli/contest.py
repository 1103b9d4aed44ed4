"""`jiugai contest`: a second look at a red light or an order (复核申请)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from cli.language import lang, say
from cli.lazy import group
from cli.office import keeping, new_request, office, reading
from cli.option import As, AsJson, RequestId, day, one_of
from cli.output import emit, grid
from models.supervision import Contest
from services.contest import Filing, file_contest
from services.contest_decision import Decision, decide
from services.contest_list import list_contests
from services.rendition import as_data
from states.contest import ContestStatus

app = group(say("复核：对红灯或督办单申请复核，由他人决定。", "Contests of red lights and orders, decided by another."))


@app.command("list", help=say("复核申请，新的在前。", "Contests, newest first."))
def list_(
    status: Annotated[
        ContestStatus | None,
        typer.Option("--status", metavar="STATUS", parser=one_of(ContestStatus), help="open | upheld | dismissed"),
    ] = None,
    project: Annotated[str | None, typer.Option("--project", help=say("项目编号", "the project's code"))] = None,
    as_json: AsJson = False,
) -> None:
    """What is contested, by whom, and how it was decided."""
    with office() as at, at.database.read() as session:
        lines = list_contests(session, reading(at), status=status, project=project)
    heads = [
        say("编号", "id"),
        say("状态", "status"),
        say("对象", "about"),
        say("项目", "project"),
        say("事项", "matter"),
        say("申请单位", "unit"),
        say("理由", "grounds"),
        say("决定期限", "due"),
        say("决定理由", "reasons"),
    ]
    rows = [
        [
            one.id,
            one.status.label.text(lang()),
            one.about.label.text(lang()),
            one.project_name,
            one.matter,
            one.unit,
            one.grounds,
            one.due_on,
            one.reasons,
        ]
        for one in lines
    ]
    emit(as_data(lines, lang()), as_json=as_json, text=grid(heads, rows))


@app.command("file", help=say("申请复核。", "Contest a red light or an order."))
def file(
    grounds: Annotated[str, typer.Argument(metavar="GROUNDS", help=say("理由", "the grounds"))],
    login: As,
    clock: Annotated[
        int | None, typer.Option("--clock", metavar="ID", help=say("亮红灯的期限编号", "the red clock"))
    ] = None,
    order: Annotated[
        str | None, typer.Option("--order", metavar="ORDER", help=say("督办单号或编号", "the order"))
    ] = None,
    document: Annotated[
        list[str] | None, typer.Option("--document", metavar="KIND", help=say("证据：在案材料标识，可多次", "evidence"))
    ] = None,
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """File a contest as the supervised unit."""
    if (clock is None) == (order is None):
        raise typer.BadParameter(say("--clock 和 --order 写其中一个", "give either --clock or --order"))
    with office() as at, at.database.write() as session:
        by = keeping(session, at, login, request_id=new_request(request_id))
        filing = Filing(grounds, clock, order, tuple(document or ()))
        data = _data(file_contest(session, at.city, filing, by))
    emit(data, as_json=as_json, text=_said(data))


@app.command("decide", help=say("作出复核决定（原经办人回避）。", "Decide a contest; the first staff is recused."))
def decide_(
    number: Annotated[int, typer.Argument(metavar="ID", help=say("复核编号", "the contest's number"))],
    upheld: Annotated[bool, typer.Option("--upheld/--dismissed", help=say("成立或不成立", "upheld or dismissed"))],
    login: As,
    reasons: Annotated[str, typer.Option("--reasons", help=say("理由（必填）", "the reasons, required"))] = "",
    first: Annotated[
        date | None,
        typer.Option("--from", metavar="DAY", parser=day, help=say("不计入期限的首日（含）", "first day taken out")),
    ] = None,
    last: Annotated[
        date | None,
        typer.Option("--to", metavar="DAY", parser=day, help=say("不计入期限的末日（含）", "last day taken out")),
    ] = None,
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Uphold a contest and correct the clock, or dismiss it with reasons."""
    if (first is None) != (last is None):
        raise typer.BadParameter(say("--from 和 --to 要一起写", "--from and --to go together"))
    with office() as at, at.database.write() as session:
        by = keeping(session, at, login, request_id=new_request(request_id))
        data = _data(decide(session, at.city, number, Decision(upheld, reasons, first, last), by))
    emit(data, as_json=as_json, text=_said(data))


def _data(contest: Contest) -> dict[str, Any]:
    names = ("id", "about", "status", "clock_id", "order_id", "grounds", "reasons", "first_day", "last_day")
    return {name: getattr(contest, name) for name in names}


def _said(data: dict[str, Any]) -> str:
    label = ContestStatus(data["status"]).label.text(lang())
    return say(f"复核申请 {data['id']}：{label}", f"contest {data['id']}: {label}")
