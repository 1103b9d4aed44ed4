"""`jiugai posting`: public postings (公示) and the objections raised against them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from cli.language import lang, say
from cli.lazy import group
from cli.office import keeping, new_request, office, reading
from cli.option import As, AsJson, Code, RequestId, day
from cli.output import emit, grid
from services.pack import pack_of
from services.posting import Putting, open_posting
from services.posting_list import ObjectionLine, PostingLine, list_postings, posting_status
from services.posting_objection import Objecting, answer_objection, object_to
from services.project import find_project, lock_project
from services.rendition import as_data
from states.posting import PostingStatus

app = group(say("公示：张贴、异议登记与答复。", "Public postings: put up, objections, answers."))
Posted = Annotated[str, typer.Argument(metavar="POSTING", help=say("公示标识，如 plan_posting", "as plan_posting"))]


@app.command("open", help=say("张贴公示：公示的是现有版本的材料，当日不计。", "Post the papers as they are on file."))
def open_(
    code: Code,
    posting: Posted,
    login: As,
    place: Annotated[str, typer.Option("--at", metavar="PLACE", help=say("公示地点", "where it is posted"))],
    from_on: Annotated[
        date | None, typer.Option("--from", metavar="DAY", parser=day, help=say("张贴日，默认今天", "the first day"))
    ] = None,
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Put the papers up and start the period."""
    with office() as at, at.database.write() as session:
        who = keeping(session, at, login, request_id=new_request(request_id))
        project = lock_project(session, code)
        putting = Putting(posting, place, from_on or at.city.day(at.now()))
        made = open_posting(session, at.city, project, putting, who)
        lines = list_postings(session, reading(at), project, pack_of(project.pack_version))
    line = next(one for one in lines if one.posting == made.id)
    emit(as_data(line, lang()), as_json=as_json, text=_shown(line))


@app.command("list", help=say("一个项目的公示与异议。", "The postings of a project with their objections."))
def list_(code: Code, as_json: AsJson = False) -> None:
    """Every posting, newest first."""
    with office() as at, at.database.read() as session:
        project = find_project(session, code)
        lines = list_postings(session, reading(at), project, pack_of(project.pack_version))
    text = [part for line in lines for part in _shown(line)] or say("还没有公示", "nothing posted yet")
    emit(as_data(lines, lang()), as_json=as_json, text=text)


@app.command("object", help=say("登记公示异议；不写 --by 为匿名。", "Raise an objection; anonymous without --by."))
def object_(
    code: Code,
    posting: Posted,
    title: Annotated[str, typer.Argument(metavar="TITLE", help=say("异议内容", "what is objected to"))],
    login: As,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help=say("异议人", "who objects"))] = None,
    phone: Annotated[str | None, typer.Option("--phone", help=say("联系电话", "a number to call"))] = None,
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Raise an objection to what is posted."""
    with office() as at, at.database.write() as session:
        who = keeping(session, at, login, request_id=new_request(request_id))
        made = object_to(session, lock_project(session, code), Objecting(posting, title, by, phone), who)
        number = made.finding_id
    text = say(f"已登记异议 {number}：{title}", f"objection {number} raised: {title}")
    emit({"objection": number, "title": title}, as_json=as_json, text=text)


@app.command(
    "answer", help=say("答复异议：不成立须说明理由；成立的退回修改、重新公示。", "Answer an objection, with reasons.")
)
def answer(
    number: Annotated[int, typer.Argument(metavar="ID", help=say("异议编号", "the objection's number"))],
    words: Annotated[str, typer.Argument(metavar="ANSWER", help=say("答复与理由", "the answer with its reasons"))],
    login: As,
    upheld: Annotated[bool, typer.Option("--upheld/--dismissed", help=say("成立或不成立", "upheld or dismissed"))],
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """Upheld, the matter goes back where the person may send it; else whoever may has to."""
    with office() as at, at.database.write() as session:
        who = keeping(session, at, login, request_id=new_request(request_id))
        decision = answer_objection(session, at.city, number, words, who, upheld=upheld)
        title, moved = decision.objection.finding.title, decision.moved
    result = say("成立", "upheld") if upheld else say("不成立，已答复", "dismissed")
    back = say(f"；项目退回：{moved.trigger}", f"; sent back by {moved.trigger}") if moved else ""
    data = {"objection": number, "upheld": upheld, "moved": moved.trigger if moved else None}
    emit(data, as_json=as_json, text=f"{number} {title}：{result}{back}")


def _shown(line: PostingLine) -> list[Any]:
    until = line.until or say("暂停计时", "stands still")
    head = f"{line.posting} {line.label} {say(f'第{line.round}次', f'no. {line.round}')}"
    papers = "、".join(f"{one.label} v{one.version}" for one in line.papers)
    parts = [
        f"{head}：{posting_status(line).text(lang())}",
        say(f"  地点 {line.place}；{line.from_on} 至 {until}", f"  at {line.place}; {line.from_on} to {until}"),
        say(f"  材料 {papers}", f"  papers {papers}"),
    ]
    if line.changed and line.status is PostingStatus.up:
        changed = "、".join(line.changed)
        parts.append(say(f"  {line.changed_on} 换了 {changed}", f"  {changed} changed on {line.changed_on}"))
    if not line.has_evidence and line.status is PostingStatus.up:
        parts.append(say("  还没有提交本次公示的记录（照片）", "  its record (photo) is not on file yet"))
    return [*parts, *([_objections(line.objections)] if line.objections else [])]


def _objections(lines: tuple[ObjectionLine, ...]) -> Any:  # noqa: ANN401 - rich is loaded when a table is drawn
    heads = [
        say("异议", "objection"),
        say("内容", "what"),
        say("异议人", "by"),
        say("结果", "result"),
        say("答复", "answer"),
    ]
    return grid(heads, [[o.objection, o.title, o.by or say("匿名", "anonymous"), _result(o), o.answer] for o in lines])


def _result(line: ObjectionLine) -> str:
    if line.upheld is None:
        return line.status.label.text(lang())
    return say("成立", "upheld") if line.upheld else say("不成立", "dismissed")
