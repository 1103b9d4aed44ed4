"""`jiugai finding`: objections, defects and requests (事项) until they are closed."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.language import lang, say
from cli.lazy import group
from cli.office import keeping, office, reading
from cli.option import As, AsJson, Code, Reason
from cli.output import emit, grid
from models.finding import Finding
from services.finding import raise_finding, rectify, reinspect
from services.finding_list import list_findings
from services.pack import pack_of
from services.project import find_project, lock_project
from services.rendition import as_data
from states.finding import FindingStatus

app = group(say("事项：异议、缺陷、诉求的登记、整改与复验。", "Findings: raised, rectified, re-inspected."))
Number = Annotated[int, typer.Argument(metavar="ID", help=say("事项编号", "the finding's number"))]


@app.command("list", help=say("一个项目的事项。", "The findings of a project."))
def list_(code: Code, as_json: AsJson = False) -> None:
    """Every finding, oldest first."""
    with office() as at, at.database.read() as session:
        project = find_project(session, code)
        lines = list_findings(session, reading(at), project, pack_of(project.pack_version))
    heads = [
        say("编号", "id"),
        say("类别", "kind"),
        say("内容", "title"),
        say("状态", "status"),
        say("整改情况", "answer"),
    ]
    rows = [[one.id, one.label, one.title, one.status.label.text(lang()), one.answer] for one in lines]
    emit(as_data(lines, lang()), as_json=as_json, text=grid(heads, rows))


@app.command("raise", help=say("登记一个事项。", "Raise a finding."))
def raise_(
    code: Code,
    kind: Annotated[str, typer.Argument(metavar="KIND", help=say("类别标识，如 objection", "the kind, as objection"))],
    title: Annotated[str, typer.Argument(metavar="TITLE", help=say("内容", "what was found"))],
    login: As,
    as_json: AsJson = False,
) -> None:
    """Open a finding of a kind the pack names."""
    with office() as at, at.database.write() as session:
        found = raise_finding(session, lock_project(session, code), kind, title, keeping(session, at, login))
        data = _data(found)
    emit(data, as_json=as_json, text=_text(data))


@app.command("rectify", help=say("填写整改情况，等待复验。", "Say how it was put right."))
def rectify_(
    number: Number,
    answer: Annotated[str, typer.Argument(metavar="ANSWER", help=say("整改情况", "how it was put right"))],
    login: As,
    as_json: AsJson = False,
) -> None:
    """Rectify a finding."""
    with office() as at, at.database.write() as session:
        data = _data(rectify(session, number, answer, keeping(session, at, login)))
    emit(data, as_json=as_json, text=_text(data))


@app.command("reinspect", help=say("复验：合格即办结，不合格退回整改。", "Re-inspect: close it or send it back."))
def reinspect_(
    number: Number,
    passed: Annotated[bool, typer.Option("--passed/--failed", help=say("合格或不合格", "in order, or not"))],
    login: As,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Close a rectified finding or send it back with a reason."""
    with office() as at, at.database.write() as session:
        data = _data(reinspect(session, number, keeping(session, at, login, reason=reason), passed=passed))
    emit(data, as_json=as_json, text=_text(data))


def _data(found: Finding) -> dict[str, Any]:
    return {"id": found.id, "kind": found.kind, "title": found.title, "status": str(found.status)}


def _text(data: dict[str, Any]) -> str:
    return f"{data['id']} {data['title']}：{FindingStatus(data['status']).label.text(lang())}"
