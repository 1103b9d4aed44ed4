"""`jiugai notify inbox`: what a person was told, and marking it as read."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.language import lang, say
from cli.office import office, reading
from cli.option import AsJson
from cli.output import emit, grid
from services.inbox import inbox, mark_read
from services.rendition import as_data

Login = Annotated[str, typer.Option("--login", metavar="LOGIN", help=say("谁的收件箱", "whose inbox"))]


def inbox_(
    login: Login,
    every: Annotated[bool, typer.Option("--all", help=say("已读的也列出", "read ones too"))] = False,
    read: Annotated[
        list[int] | None,
        typer.Option("--read", metavar="ID", help=say("标为已读，可多次给出", "mark as read, repeatable")),
    ] = None,
    read_all: Annotated[bool, typer.Option("--read-all", help=say("全部标为已读", "mark all as read"))] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help=say("最多列出多少条", "how many at most"))] = 50,
    as_json: AsJson = False,
) -> None:
    """未读的消息，新的在前，用本人选定的语言；--read 标为已读并列出其余的。"""
    with office() as at:
        marked = 0
        if read or read_all:
            with at.database.write() as session:
                marked = mark_read(session, login, None if read_all else read, now=at.now())
        with at.database.read() as session:
            lines = inbox(session, reading(at), login, unread=not every, limit=limit)
        zone = at.settings.zone
    heads = ["#", say("时间", "received"), say("标题", "title"), say("已读", "read")]
    rows = [
        [one.id, f"{one.received_at.astimezone(zone):%m-%d %H:%M}", one.title, "✓" if one.read_at else ""]
        for one in lines
    ]
    data = {"marked": marked, "messages": as_data(lines, lang())}
    told = [say(f"已将 {marked} 条标为已读", f"{marked} marked as read")] * bool(read or read_all)
    empty = say("没有未读的消息", "nothing unread") if not every else say("收件箱是空的", "the inbox is empty")
    emit(data, as_json=as_json, text=[*told, grid(heads, rows) if lines else empty])
