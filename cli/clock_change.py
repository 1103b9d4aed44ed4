"""`jiugai clock extend`, `exclude`, `days`: a limit changed with its reason, and whose days were used."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from cli.language import lang, say
from cli.office import SOURCE, acting, new_request, office
from cli.option import As, AsJson, Code, RequestId, day
from cli.output import emit, grid
from models.clock import Clock
from services.attribution import Attribution, days_by_holder
from services.clock_change import Change, exclude_days, extend_clock
from services.project import find_project
from services.rendition import as_data

Number = Annotated[int, typer.Argument(metavar="ID", help=say("期限编号", "the clock's number"))]
Why = Annotated[str, typer.Option("--reason", help=say("理由（必填）", "the reason, required"))]
Paper = Annotated[
    str | None, typer.Option("--document", metavar="KIND", help=say("作为依据的在案材料标识", "a document on file"))
]


def extend(
    number: Number,
    more: Annotated[int, typer.Option("--days", min=1, help=say("延长多少（与该期限同单位）", "in the limit's unit"))],
    login: As,
    approver: Annotated[
        str, typer.Option("--approved-by", metavar="LOGIN", help=say("批准人账号，不能是申请人", "who approves"))
    ],
    reason: Why = "",
    document: Paper = None,
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Prolong a clock as far as its limit allows, before it has passed."""
    with office() as at, at.database.write() as session:
        actor, by = acting(session, login, at), acting(session, approver, at)
        change = Change(number, actor, reason, at.now(), SOURCE, new_request(request_id), document)
        data = _data(extend_clock(session, at.city, change, days=more, approver=by))
    emit(data, as_json=as_json, text=_text(data))


def exclude(
    number: Number,
    first: Annotated[
        date, typer.Option("--from", metavar="DAY", parser=day, help=say("起始日（含）", "the first day"))
    ],
    last: Annotated[date, typer.Option("--to", metavar="DAY", parser=day, help=say("终止日（含）", "the last day"))],
    login: As,
    reason: Why = "",
    document: Paper = None,
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Leave whole days out of a clock's count: a hearing, a tender, an inspection, an expert review."""
    with office() as at, at.database.write() as session:
        actor = acting(session, login, at)
        change = Change(number, actor, reason, at.now(), SOURCE, new_request(request_id), document)
        data = _data(exclude_days(session, at.city, change, first=first, last=last))
    emit(data, as_json=as_json, text=_text(data))


def _data(clock: Clock) -> dict[str, Any]:
    names = ("id", "label", "due_on", "warn_on", "provisional", "derivation")
    return {name: getattr(clock, name) for name in names}


def _text(data: dict[str, Any]) -> str:
    return say(f"{data['label']}：到期日 {data['due_on']}\n{data['derivation']}", f"{data['label']}: {data['due_on']}")


def days(
    code: Code,
    until: Annotated[
        date | None, typer.Option("--until", metavar="DAY", parser=day, help=say("截至哪天，默认今天", "until, today"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The working days of a project by who held the matter."""
    with office() as at, at.database.read() as session:
        last = until or at.city.day(at.now())
        found = days_by_holder(session, at.city, find_project(session, code), until=last)
    emit(as_data(found, lang()), as_json=as_json, text=_table(found))


def _table(found: Attribution) -> list[Any]:
    head = say(
        f"{found.since} 至 {found.until} 共 {found.total} 个工作日：申报方 {found.applicant}，"
        f"审查部门 {found.department}，不计时 {found.excluded}",
        f"{found.total} working days: applicant {found.applicant}, departments {found.department}, "
        f"excluded {found.excluded}",
    )
    heads = [say("归属", "side"), say("单位或事由", "holder"), say("工作日", "working days")]
    rows = [[one.side.label.text(lang()), one.holder, one.days] for one in found.holders]
    return [head, grid(heads, rows)]
