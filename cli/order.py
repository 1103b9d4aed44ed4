"""`jiugai order`: supervision orders (督办单) from the issue to the close, circulars, and who is how late."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from cli.language import lang, say
from cli.lazy import group
from cli.office import keeping, new_request, office, reading
from cli.option import As, AsJson, Code, Reason, RequestId, one_of
from cli.order_report import YearOption, circulars, ranking
from cli.output import emit, grid
from models.supervision import SupervisionOrder
from services.keeping import Keeping
from services.order import accept, close, receive, rectify, reply, send_back, withdraw
from services.order_issue import ByHand, issue_by_hand
from services.order_list import OrderFilter, OrderLine, OrderSheet, list_orders, order_sheet
from services.project import find_project
from services.rendition import as_data
from states.order import OrderColour, OrderStatus

app = group(
    say("督办单：签发、签收、反馈、审核、销号；通报与逾期排名。", "Supervision orders, circulars, the ranking.")
)
app.command("circulars", help=say("通报，新的在前。", "Circulars, newest first."))(circulars)
app.command("ranking", help=say("逾期排名：各单位现有逾期、本期逾期办结。", "Units by how late they are."))(ranking)
Number = Annotated[str, typer.Argument(metavar="ORDER", help=say("督办单号或编号", "the order's number or id"))]
ColourOption = Annotated[
    OrderColour | None,
    typer.Option("--colour", metavar="COLOUR", parser=one_of(OrderColour), help="blue | orange | red"),
]
StatusOption = Annotated[
    OrderStatus | None,
    typer.Option("--status", metavar="STATUS", parser=one_of(OrderStatus), help=" | ".join(OrderStatus)),
]
Act = Callable[..., SupervisionOrder]


@app.command("list", help=say("督办单，新的在前。", "Orders, newest first."))
def list_(
    status: StatusOption = None,
    colour: ColourOption = None,
    year: YearOption = None,
    unit: Annotated[
        str | None, typer.Option("--unit", help=say("被督办单位的编码或名称", "the unit's code or name"))
    ] = None,
    project: Annotated[str | None, typer.Option("--project", help=say("项目编号", "the project's code"))] = None,
    as_json: AsJson = False,
) -> None:
    """Orders, narrowed by status, colour, year, unit and project."""
    with office() as at, at.database.read() as session:
        lines = list_orders(session, reading(at), OrderFilter(status, colour, year, unit, project))
    emit(as_data(lines, lang()), as_json=as_json, text=_table(lines))


@app.command("show", help=say("一张督办单及其全部经过。", "One order with its whole history."))
def show(order: Number, as_json: AsJson = False) -> None:
    """The text of an order, its newest reply, its history."""
    with office() as at, at.database.read() as session:
        sheet = order_sheet(session, reading(at), order)
    emit(as_data(sheet, lang()), as_json=as_json, text=_sheet(sheet))


@app.command("issue", help=say("签发督办单（督查员）。", "Issue an order as a supervisor."))
def issue_(
    code: Code,
    colour: Annotated[
        OrderColour, typer.Argument(metavar="COLOUR", parser=one_of(OrderColour), help="blue | orange | red")
    ],
    login: As,
    *,
    reason: Reason = "",
    clock: Annotated[
        int | None, typer.Option("--clock", metavar="ID", help=say("针对的期限编号", "the clock it is about"))
    ] = None,
    unit: Annotated[
        str | None, typer.Option("--unit", help=say("被督办单位编码，默认期限的承办单位", "the unit, else the holder"))
    ] = None,
    matter: Annotated[str, typer.Option("--matter", help=say("督办事项，默认期限名称", "what it is about"))] = "",
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Issue an order about an overdue clock, or about a matter in words."""
    with office() as at, at.database.write() as session:
        wish = ByHand(find_project(session, code).id, colour, clock, unit, matter)
        by = keeping(session, at, login, reason=reason, request_id=new_request(request_id))
        data = _data(issue_by_hand(session, at.city, wish, by))
    emit(data, as_json=as_json, text=_said(data))


@app.command("receive", help=say("签收督办单。", "Sign for an order."))
def receive_(order: Number, login: As, request_id: RequestId = None, as_json: AsJson = False) -> None:
    """The unit signs for an order."""
    _act(lambda session, city, by: receive(session, city, order, by), login, "", request_id, as_json=as_json)


@app.command("rectify", help=say("写明整改措施，开始整改。", "Say what is being done."))
def rectify_(
    order: Number,
    measures: Annotated[str, typer.Argument(metavar="MEASURES", help=say("整改措施", "what is being done"))],
    login: As,
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """The unit takes the matter in hand."""
    _act(lambda session, city, by: rectify(session, city, order, measures, by), login, "", request_id, as_json=as_json)


@app.command("reply", help=say("反馈办理情况，可附在案材料。", "Reply, with documents on file."))
def reply_(
    order: Number,
    answer: Annotated[str, typer.Argument(metavar="ANSWER", help=say("办理情况和结果", "what was done"))],
    login: As,
    document: Annotated[
        list[str] | None, typer.Option("--document", metavar="KIND", help=say("在案材料标识，可多次", "repeatable"))
    ] = None,
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """The unit replies to an order."""

    def act(session: Any, city: Any, by: Keeping) -> SupervisionOrder:  # noqa: ANN401
        return reply(session, city, order, answer, by, documents=document or ())

    _act(act, login, "", request_id, as_json=as_json)


@app.command("accept", help=say("认可反馈；事项已办结的同时销号。", "Accept a reply; closes when the matter is done."))
def accept_(
    order: Number, login: As, reason: Reason = "", request_id: RequestId = None, as_json: AsJson = False
) -> None:
    """A supervisor accepts a reply; not whoever replied."""
    _act(lambda session, city, by: accept(session, city, order, by), login, reason, request_id, as_json=as_json)


@app.command("send-back", help=say("退回反馈，重新计时。", "Send a reply back; a new clock starts."))
def send_back_(
    order: Number, login: As, reason: Reason = "", request_id: RequestId = None, as_json: AsJson = False
) -> None:
    """A supervisor sends a reply back with a reason."""
    _act(lambda session, city, by: send_back(session, city, order, by), login, reason, request_id, as_json=as_json)


@app.command("close", help=say("已认可的督办单销号。", "Close an accepted order."))
def close_(
    order: Number, login: As, reason: Reason = "", request_id: RequestId = None, as_json: AsJson = False
) -> None:
    """A supervisor closes an order whose reply was accepted."""
    _act(lambda session, city, by: close(session, city, order, by), login, reason, request_id, as_json=as_json)


@app.command("withdraw", help=say("撤回督办单。", "Withdraw an order."))
def withdraw_(
    order: Number, login: As, reason: Reason = "", request_id: RequestId = None, as_json: AsJson = False
) -> None:
    """A supervisor withdraws an order with a reason."""
    _act(lambda session, city, by: withdraw(session, city, order, by), login, reason, request_id, as_json=as_json)


def _act(act: Act, login: str, reason: str, request_id: str | None, *, as_json: bool) -> None:
    with office() as at, at.database.write() as session:
        by = keeping(session, at, login, reason=reason, request_id=new_request(request_id))
        data = _data(act(session, at.city, by))
    emit(data, as_json=as_json, text=_said(data))


def _data(order: SupervisionOrder) -> dict[str, Any]:
    colour = OrderColour(order.colour).name
    return {"id": order.id, "order": order.code, "colour": colour, "status": order.status, "matter": order.matter}


def _said(data: dict[str, Any]) -> str:
    return f"{data['order']} {data['matter']}：{OrderStatus(data['status']).label.text(lang())}"


def _table(lines: list[OrderLine]) -> Any:  # noqa: ANN401 - rich is loaded when a table is drawn
    heads = [
        say("编号", "id"),
        say("督办单号", "order"),
        say("颜色", "colour"),
        say("状态", "status"),
        say("项目", "project"),
        say("事项", "matter"),
        say("单位", "unit"),
        say("反馈期限", "reply due"),
        say("剩余", "left"),
    ]
    rows = [
        [
            one.id,
            one.code,
            one.colour.label.text(lang()),
            one.status.label.text(lang()),
            one.project_name,
            one.matter,
            one.unit,
            one.due_on,
            one.left,
        ]
        for one in lines
    ]
    return grid(heads, rows)


def _sheet(sheet: OrderSheet) -> list[Any]:
    colon = say("：", ": ")
    pairs = [
        (say("督办事项", "matter"), sheet.matter),
        (say("被督办单位", "unit"), sheet.unit),
        (say("督办要求", "demand"), sheet.demand),
        (say("督办理由", "reason"), sheet.reason),
        (say("整改措施", "measures"), sheet.measures),
        (say("最近反馈", "newest reply"), sheet.reply),
        (say("所附材料", "documents"), say("、", ", ").join(sheet.papers)),
        (say("反馈期限", "reply due"), f"{sheet.due_on} {sheet.left}" if sheet.due_on else None),
    ]
    heads = [say("时间", "when"), say("经过", "what"), say("经办", "who"), say("说明", "reason")]
    rows = [[f"{s.occurred_at:%Y-%m-%d}", s.action_label, s.actor_name, s.reason] for s in sheet.history]
    return [
        f"{sheet.code}  {sheet.colour.label.text(lang())}  {sheet.status.label.text(lang())}",
        f"{sheet.project_name} · {sheet.issuer} → {sheet.unit}",
        *(f"{label}{colon}{value}" for label, value in pairs if value),
        grid(heads, rows, title=say("经过", "history")),
    ]
