"""`jiugai review conditions`, `condition-met` …: what approvals were made to depend on (附加条件)."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.language import lang, say
from cli.office import keeping, new_request, office, reading
from cli.option import As, AsJson, Code, Reason, RequestId
from cli.output import emit, grid
from models.review_condition import ReviewCondition
from services.condition_list import list_conditions
from services.condition_progress import confirm_condition, report_condition, waive_condition
from services.project import find_project
from services.rendition import as_data
from states.review_task import ConditionStatus

Condition = Annotated[
    int, typer.Argument(metavar="ID", help=say("条件编号，见 review conditions", "see review conditions"))
]


def conditions(code: Code, as_json: AsJson = False) -> None:
    """Every condition of a project's reviews, oldest first."""
    with office() as at, at.database.read() as session:
        lines = list_conditions(session, reading(at), find_project(session, code))
    heads = [
        say("编号", "id"),
        say("审查", "review"),
        say("提出单位", "set by"),
        say("条件", "condition"),
        say("由谁落实", "owed by"),
        say("状态", "status"),
        say("证明材料", "document"),
        say("说明", "note"),
    ]
    rows = [
        [one.id, f"{one.review} {one.round}", one.unit, one.text, one.owed_by, one.status.label.text(lang()),
         one.document, one.closing_reason]
        for one in lines
    ]  # fmt: skip
    text = grid(heads, rows) if rows else say("没有附加条件", "no condition")
    emit(as_data(lines, lang()), as_json=as_json, text=text)


def met(
    condition: Condition,
    login: As,
    document: Annotated[
        str, typer.Option("--document", metavar="KIND", help=say("证明已落实的在案材料标识", "the document on file"))
    ],
    reason: Reason = "",
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Report a condition met, shown by a document on file; the department then confirms."""
    with office() as at, at.database.write() as session:
        kept = keeping(session, at, login, reason=reason, request_id=new_request(request_id))
        data = _data(report_condition(session, at.city, condition, document, kept))
    emit(data, as_json=as_json, text=_text(data))


def check(
    condition: Condition,
    passed: Annotated[
        bool, typer.Option("--met/--not-met", help=say("已落实，或退回", "it is met, or it is sent back"))
    ],
    login: As,
    reason: Reason = "",
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Confirm a reported condition, or send it back with a reason."""
    with office() as at, at.database.write() as session:
        kept = keeping(session, at, login, reason=reason, request_id=new_request(request_id))
        data = _data(confirm_condition(session, at.city, condition, kept, met=passed))
    emit(data, as_json=as_json, text=_text(data))


def waive(
    condition: Condition, login: As, reason: Reason = "", request_id: RequestId = None, as_json: AsJson = False
) -> None:
    """Do without a condition, with a reason."""
    with office() as at, at.database.write() as session:
        kept = keeping(session, at, login, reason=reason, request_id=new_request(request_id))
        data = _data(waive_condition(session, at.city, condition, kept))
    emit(data, as_json=as_json, text=_text(data))


def _data(row: ReviewCondition) -> dict[str, Any]:
    return {"id": row.id, "task": row.task_id, "text": row.text, "status": str(row.status)}


def _text(data: dict[str, Any]) -> str:
    return f"{data['id']} {data['text']}：{ConditionStatus(data['status']).label.text(lang())}"


def register(app: typer.Typer) -> None:
    """Put these commands into the group of reviews."""
    app.command("conditions", help=say("一个项目各审查意见的附加条件。", "The conditions of a project's approvals."))(
        conditions
    )
    app.command("condition-met", help=say("报告附加条件已落实。", "Report a condition met."))(met)
    app.command("condition-check", help=say("确认附加条件已落实，或退回。", "Confirm a condition, or send it back."))(
        check
    )
    app.command("condition-waive", help=say("免除附加条件。", "Do without a condition."))(waive)
