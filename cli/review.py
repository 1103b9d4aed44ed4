"""`jiugai review`: joint reviews and approvals (联审联批、审批)."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.language import lang, say
from cli.lazy import group
from cli.office import SOURCE, acting, new_request, office, reading
from cli.option import As, AsJson, Code, RequestId, one_of
from cli.output import emit, grid
from cli.review_condition import register as register_conditions
from cli.review_task import Task
from cli.review_task import register as register_tasks
from cli.round_text import opinion_text, round_notes
from cli.task_text import status_text, task_notes, unit_text
from services.clock_sheet import list_sheets
from services.condition import APPLICANT
from services.organisation_tree import load_tree
from services.pack import pack_of
from services.project import find_project
from services.rendition import as_data
from services.review import Answer, Wanted, answer, answer_many
from services.review_list import RoundLine, list_rounds
from states.review import Opinion, TaskStatus

app = group(
    say(
        "联审联批：查看各轮审查，填写意见，签收、转办、委派、加签、催办，附加条件。",
        "Joint review: show the rounds, give an opinion, pass tasks on, conditions.",
    )
)
Given = Annotated[
    Opinion,
    typer.Argument(metavar="OPINION", parser=one_of(Opinion), help="approve | reject | not_concerned | supplement"),
]
Reasons = Annotated[
    str,
    typer.Option("--reasons", help=say("理由；不同意、需补正时必填", "needed to reject or to ask for supplements")),
]


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
        text=[part for one in rounds for part in (_table(one), *task_notes(one), *round_notes(one))]
        or say("还没有审查", "no review yet"),
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
            unit_text(task),
            task.matter,
            status_text(task),
            opinion_text(task),
            task.reasons,
            task.clock.left if task.clock else "",
        ]
        for task in one.tasks
    ]
    title = say(f"{one.label} 第{one.round}轮", f"{one.label} round {one.round}")
    number = say(f"（轮次编号 {one.id}）", f" (round id {one.id})")
    return grid(heads, rows, title=f"{title} {one.status_label}{number}")


@app.command("decide", help=say("填写审查意见。", "Give an opinion."))
def decide(
    task: Task,
    given: Given,
    login: As,
    reasons: Reasons = "",
    condition: Annotated[
        list[str] | None,
        typer.Option("--condition", metavar="TEXT", help=say("随“同意”附的条件，可写多条", "goes with an approval")),
    ] = None,
    owed_by: Annotated[
        str, typer.Option("--owed-by", metavar="WHO", help=say("条件由谁落实：岗位或名称", "a seat, or a name"))
    ] = APPLICANT,
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """One member's answer to its task."""
    wanted = tuple(Wanted(text, owed_by) for text in condition or ())
    with office() as at, at.database.write() as session:
        actor = acting(session, login, at)
        wish = Answer(task, actor, given, reasons, new_request(request_id), at.now(), SOURCE, wanted)
        done = answer(session, at.city, wish)
        data = {"task": task, "opinion": given.value, "status": str(done.status), "reasons": done.reasons}
    proposed = say("（待委派人确认）", " (to be confirmed by who delegated it)")
    mark = proposed if done.status == TaskStatus.open else ""
    emit(data, as_json=as_json, text=say(f"已记录：{given.label.zh}", f"recorded: {given.label.text('en')}") + mark)


@app.command(
    "decide-many", help=say("一次填写几件任务的同一意见，全部记录或全部不记录。", "One opinion on several tasks.")
)
def decide_many(
    given: Given,
    tasks: Annotated[list[int], typer.Argument(metavar="TASK...", help=say("任务编号", "the tasks"))],
    login: As,
    reasons: Reasons = "",
    as_json: AsJson = False,
) -> None:
    """A department's answer to several tasks at once, all or none of them."""
    with office() as at, at.database.write() as session:
        actor, now = acting(session, login, at), at.now()
        wishes = [Answer(task, actor, given, reasons, new_request(None), now, SOURCE) for task in dict.fromkeys(tasks)]
        done = answer_many(session, at.city, wishes)
        data = [{"task": one.id, "opinion": given.value, "status": str(one.status)} for one in done]
    label = given.label
    emit(
        data,
        as_json=as_json,
        text=say(f"已记录 {len(data)} 件：{label.zh}", f"{len(data)} recorded: {label.text('en')}"),
    )


register_tasks(app)
register_conditions(app)
