"""`jiugai review`: joint reviews and approvals (联审联批、审批)."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.language import lang, say
from cli.lazy import group
from cli.office import SOURCE, new_request, office, reading
from cli.option import As, AsJson, Code, RequestId, one_of
from cli.output import emit, grid
from services.clock_sheet import list_sheets
from services.identity import find_actor
from services.organisation_tree import load_tree
from services.pack import pack_of
from services.project import find_project
from services.rendition import as_data
from services.review import Answer, answer
from services.review_list import RoundLine, list_rounds
from states.review import Opinion

app = group(say("联审联批：查看各轮审查，填写意见。", "Joint review: show the rounds, give an opinion."))


@app.command("show", help=say("一个项目的各轮审查与各部门任务。", "The rounds of a project with every task."))
def show(code: Code, as_json: AsJson = False) -> None:
    """Every round, every task."""
    with office() as at, at.database.read() as session:
        project = find_project(session, code)
        look, pack = reading(at), pack_of(project.pack_version)
        rounds = list_rounds(session, look, project, pack, list_sheets(session, look, project, load_tree(session)))
    emit(
        as_data(rounds, lang()),
        as_json=as_json,
        text=[_table(one) for one in rounds] or say("还没有审查", "no review yet"),
    )


def _table(one: RoundLine) -> Any:  # noqa: ANN401 - rich is loaded when a table is drawn
    heads = [
        say("任务", "task"),
        say("单位", "unit"),
        say("审查内容", "matter"),
        say("状态", "status"),
        say("意见", "opinion"),
        say("理由", "reasons"),
        say("期限", "limit"),
    ]
    rows = [
        [
            task.task,
            task.organisation,
            task.matter,
            task.status_label,
            task.opinion.label.text(lang()) if task.opinion else "",
            task.reasons,
            task.clock.left if task.clock else "",
        ]
        for task in one.tasks
    ]
    title = say(f"{one.label} 第{one.round}轮", f"{one.label} round {one.round}")
    return grid(heads, rows, title=f"{title} {one.status_label}")


@app.command("decide", help=say("填写审查意见。", "Give an opinion."))
def decide(
    task: Annotated[
        int, typer.Argument(metavar="TASK", help=say("任务编号，见 review show", "the task, see review show"))
    ],
    given: Annotated[
        Opinion,
        typer.Argument(metavar="OPINION", parser=one_of(Opinion), help="approve | reject | not_concerned | supplement"),
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
