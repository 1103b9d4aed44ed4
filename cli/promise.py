"""`jiugai promise`: papers that may follow on a written promise (容缺受理), commitments (告知承诺)."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.language import lang, say
from cli.lazy import group
from cli.office import doing, office, reading
from cli.option import As, AsJson, Code, Reason, RequestId
from cli.output import emit, grid
from models.promise import Promise
from services.pack import pack_of
from services.project import find_project, lock_project
from services.promise import Promising, check_commitment, make_promise
from services.promise_list import list_promises
from services.rendition import as_data
from states.supplement import PromiseStatus

app = group(say("承诺：容缺受理、告知承诺的办理与核查。", "Promises: made in writing, kept, checked."))


@app.command("list", help=say("一个项目的承诺。", "The promises of a project."))
def list_(code: Code, as_json: AsJson = False) -> None:
    """Every promise, oldest first."""
    with office() as at, at.database.read() as session:
        project = find_project(session, code)
        lines = list_promises(session, reading(at), project, pack_of(project.pack_version))
    heads = [
        say("编号", "id"),
        say("承诺", "promise"),
        say("类别", "kind"),
        say("所缺材料", "documents"),
        say("承诺人", "promisor"),
        say("期限", "until"),
        say("状态", "status"),
        say("说明", "note"),
    ]
    rows = [
        [one.id, one.label, one.kind.label.text(lang()), one.documents, one.promisor, one.due_on,
         one.status.label.text(lang()), one.note]
        for one in lines
    ]  # fmt: skip
    emit(as_data(lines, lang()), as_json=as_json, text=grid(heads, rows) if lines else say("没有承诺", "no promise"))


@app.command("make", help=say("登记书面承诺；承诺书须先上传。", "Take a written promise that is on file."))
def make(
    code: Code,
    promise: Annotated[str, typer.Argument(metavar="PROMISE", help=say("政策包里的承诺标识", "its code in the pack"))],
    login: As,
    promisor: Annotated[str, typer.Option("--by", metavar="NAME", help=say("承诺人（单位或个人）", "who promises"))],
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Let papers follow on a written promise."""
    with office() as at, at.database.write() as session:
        wish = doing(session, at, login, request_id=request_id)
        data = _data(make_promise(session, at.city, lock_project(session, code), Promising(promise, promisor), wish))
    emit(data, as_json=as_json, text=_text(data))


@app.command("check", help=say("核查告知承诺：属实或不属实。", "Write down the check of a commitment."))
def check(
    number: Annotated[int, typer.Argument(metavar="ID", help=say("承诺编号", "the promise's number"))],
    kept: Annotated[bool, typer.Option("--true/--untrue", help=say("属实或不属实", "found true, or not"))],
    login: As,
    reason: Reason = "",
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Find a commitment true or untrue."""
    with office() as at, at.database.write() as session:
        wish = doing(session, at, login, reason=reason, request_id=request_id)
        data = _data(check_commitment(session, at.city, number, wish, kept=kept))
    emit(data, as_json=as_json, text=_text(data))


def _data(made: Promise) -> dict[str, Any]:
    return {"id": made.id, "promise": made.code, "promisor": made.promisor, "status": str(made.status)}


def _text(data: dict[str, Any]) -> str:
    status = PromiseStatus(data["status"]).label
    return say(
        f"承诺 {data['id']}（{data['promisor']}）：{status.zh}",
        f"promise {data['id']} ({data['promisor']}): {status.text('en')}",
    )
