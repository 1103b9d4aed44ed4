"""`jiugai supplement`: the one list of a round (补正): issued, ticked item by item, handed in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from cli.language import lang, say
from cli.lazy import group
from cli.office import doing, office, reading
from cli.option import As, AsJson, Code, Reason, RequestId
from cli.output import emit, grid
from models.supplement import Supplement
from services.clock_sheet import list_sheets
from services.organisation_tree import load_tree
from services.pack import pack_of
from services.project import find_project
from services.rendition import as_data
from services.review_list import RoundLine, list_rounds
from services.supplement import Wanted, issue
from services.supplement_return import hand_in, tick
from states.supplement import SupplementStatus

app = group(say("补正：一次性告知、逐项补齐、整体提交。", "Supplements: told once, ticked, handed in."))
Round = Annotated[
    int, typer.Argument(metavar="ROUND", help=say("轮次编号，见 review show", "the round, see review show"))
]
List = Annotated[int, typer.Argument(metavar="LIST", help=say("补正清单编号", "the list's number"))]
Item = Annotated[int, typer.Argument(metavar="ITEM", help=say("补正事项编号", "the item's number"))]


@app.command("show", help=say("一个项目的补正清单。", "The lists of a project."))
def show(code: Code, as_json: AsJson = False) -> None:
    """Every list, newest round first."""
    with office() as at, at.database.read() as session:
        project, look = find_project(session, code), reading(at)
        sheets = list_sheets(session, look, project, load_tree(session))
        rounds = [
            one for one in list_rounds(session, look, project, pack_of(project.pack_version), sheets) if one.supplement
        ]
    data = [
        {"round": one.id, "review": one.review, "number": one.round, **as_data(one.supplement, lang())}
        for one in rounds
    ]
    emit(data, as_json=as_json, text=[_table(one) for one in rounds] or say("没有补正清单", "no list"))


def _table(one: RoundLine) -> Any:  # noqa: ANN401 - rich is loaded when a table is drawn
    found = one.supplement
    assert found is not None  # noqa: S101 - only rounds with a list are drawn
    heads = [
        say("事项", "item"),
        say("内容", "missing"),
        say("提出单位", "unit"),
        say("材料", "document"),
        say("已补", "done"),
    ]
    rows = [
        [
            line.id,
            line.says,
            line.organisation or say("牵头部门", "lead"),
            _paper(line.document, line.version),
            _done(line.note, line.ticked_at is not None),
        ]
        for line in found.items
    ]
    until = say(f"，期限 {found.clock.due_on}", f", until {found.clock.due_on}") if found.clock else ""
    status = found.status.label
    title = say(
        f"清单 {found.id} · {one.label} 第{one.round}轮 · {status.zh}{until}",
        f"list {found.id} · {one.label}, round {one.round} · {status.text('en')}{until}",
    )
    return grid(heads, rows, title=title)


def _paper(document: str | None, version: int | None) -> str:
    return f"{document} v{version}" if document and version else document or ""


def _done(note: str | None, ticked: bool) -> str:
    return (f"√ {note}" if note else "√") if ticked else ""


@app.command("issue", help=say("牵头部门发出补正清单，每轮只能一次。", "The lead issues the list, once per round."))
def issue_(
    review: Round,
    login: As,
    items: Annotated[
        list[str] | None,
        typer.Option("--item", metavar="[TASK:]TEXT[@DOCUMENT]", help=say(
            "一项内容，可写“任务编号:内容@材料标识”；不写则按各单位的补正要求逐条列出",
            "one item, as `TASK:text@document`; without, one for each demand",
        )),
    ] = None,
    reason: Reason = "",
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Tell the applicant everything that is missing, once."""
    with office() as at, at.database.write() as session:
        wish = doing(session, at, login, reason=reason, request_id=request_id)
        made = issue(session, at.city, review, [_wanted(text) for text in items or ()], wish)
        data = _data(made)
    emit(data, as_json=as_json, text=_text(data))


def _wanted(text: str) -> Wanted:
    head, colon, rest = text.partition(":")
    task = int(head) if colon and head.strip().isdigit() else None
    says, _, document = (rest if task is not None else text).partition("@")
    return Wanted(says.strip(), task, document.strip() or None)


@app.command("tick", help=say("勾选一项：用清单发出后新交的材料，或写明如何补正。", "Tick one item."))
def tick_(
    item: Item,
    login: As,
    document: Annotated[
        str | None, typer.Option("--document", metavar="KIND", help=say("材料标识", "the kind of document"))
    ] = None,
    note: Annotated[str, typer.Option("--note", help=say("如何补正", "how it was put right"))] = "",
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Say that one item is done."""
    with office() as at, at.database.write() as session:
        wish = doing(session, at, login, request_id=request_id)
        found = tick(session, item, wish, document=document, note=note)
        data = {"item": found.id, "says": found.says, "note": found.note, "ticked_at": found.ticked_at}
    emit(data, as_json=as_json, text=say(f"已勾选：{data['says']}", f"ticked: {data['says']}"))


@app.command("hand-in", help=say("整体提交补正，审查继续计时。", "Hand the list in; the clocks go on."))
def hand_in_(number: List, login: As, request_id: RequestId = None, as_json: AsJson = False) -> None:
    """Hand in a completed list."""
    with office() as at, at.database.write() as session:
        data = _data(hand_in(session, at.city, number, doing(session, at, login, request_id=request_id)))
    emit(data, as_json=as_json, text=_text(data))


def _data(made: Supplement) -> dict[str, Any]:
    items: Iterable[Any] = made.items
    return {"list": made.id, "round": made.review_id, "status": str(made.status), "items": [one.says for one in items]}


def _text(data: dict[str, Any]) -> list[str]:
    status = SupplementStatus(data["status"]).label
    head = say(f"补正清单 {data['list']}：{status.zh}", f"list {data['list']}: {status.text('en')}")
    return [head, *(f"  · {says}" for says in data["items"])]
