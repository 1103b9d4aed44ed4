"""`jiugai review`: joint reviews and approvals (联审联批、审批)."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.language import lang, say
from cli.lazy import group
from cli.office import SOURCE, new_request, office
from cli.option import As, AsJson, Code, RequestId
from cli.output import emit, grid
from services.identity import find_actor
from services.pack import pack_of
from services.project import find_project
from services.project_sheet import review_lines
from services.review import Answer, answer
from states.review import Opinion

app = group(say("联审联批：查看各轮审查，填写意见。", "Joint review: show the rounds, give an opinion."))


def opinion(text: str) -> Opinion:
    """An opinion by its name. Raises BadParameter."""
    try:
        return Opinion(text)
    except ValueError:
        names = ", ".join(Opinion)
        raise typer.BadParameter(say(f"“{text}”应为以下之一：{names}", f'"{text}" is none of: {names}')) from None


@app.command("show", help=say("一个项目的各轮审查与各部门任务。", "The rounds of a project with every task."))
def show(code: Code, as_json: AsJson = False) -> None:
    """Every round, every task."""
    with office() as at, at.database.read() as session:
        project = find_project(session, code)
        rounds = review_lines(session, project, pack_of(project.pack_version), lang())
    emit(rounds, as_json=as_json, text=[_table(one) for one in rounds] or say("还没有审查", "no review yet"))


def _table(one: dict[str, Any]) -> Any:  # noqa: ANN401 - rich is loaded when a table is drawn
    heads = [
        say("任务", "task"),
        say("单位", "unit"),
        say("审查内容", "matter"),
        say("状态", "status"),
        say("意见", "opinion"),
        say("理由", "reasons"),
    ]
    rows = [
        [t["task"], t["organisation"], t["matter"], t["status"], _opinion(t["opinion"]), t["reasons"]]
        for t in one["tasks"]
    ]
    title = say(
        f"{one['label']} 第{one['round']}轮 {one['status']}", f"{one['label']} round {one['round']} {one['status']}"
    )
    return grid(heads, rows, title=title)


def _opinion(name: str | None) -> str:
    return Opinion(name).label.text(lang()) if name else ""


@app.command("decide", help=say("填写审查意见。", "Give an opinion."))
def decide(
    task: Annotated[
        int, typer.Argument(metavar="TASK", help=say("任务编号，见 review show", "the task, see review show"))
    ],
    given: Annotated[
        Opinion,
        typer.Argument(metavar="OPINION", parser=opinion, help="approve | reject | not_concerned | supplement"),
    ],
    login: As,
    reasons: Annotated[
        str,
        typer.Option("--reasons", help=say("理由；不同意、需补正时必填", "needed to reject or to ask for supplements")),
    ] = "",
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """One member's answer to its task."""
    with office() as at, at.database.write() as session:
        actor = find_actor(session, login)
        wish = Answer(task, actor, given, reasons, new_request(request_id), at.now(), SOURCE)
        done = answer(session, at.city, wish)
        data = {"task": task, "opinion": given.value, "status": str(done.status), "reasons": done.reasons}
    emit(data, as_json=as_json, text=say(f"已记录：{given.label.zh}", f"recorded: {given.label.text('en')}"))
