"""`jiugai user invite|sign-out`: one-time links that set a password; ending somebody's logins (账号与登录)."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from cli.language import say
from cli.lazy import group
from cli.office import entering, office
from cli.option import AsJson
from cli.output import emit, note
from runtime.database import Database
from runtime.office import Office
from runtime.settings import Settings
from services.account import Invited, invite, invite_first, needs_first
from services.organisation import Entering
from services.person import find_anyone
from services.session import End, end_sessions

app = group("")
Login = Annotated[str, typer.Argument(metavar="LOGIN", help=say("账号", "the login"))]


@app.command("invite", help=say("发设置密码的一次性链接。", "Make a one-time link that sets a password."))
def invite_(login: Login, as_json: AsJson = False) -> None:
    """Also for a password that was forgotten: the old one holds until the link is used; earlier links are void."""
    with office() as at, at.database.write() as session:
        made = invite(session, login, lasts=timedelta(hours=at.settings.invite_hours), entering=entering(at))
        until = f"{made.expires_at.astimezone(at.city.zone):%Y-%m-%d %H:%M}"
        link = link_of(at.settings, made)
    data = {"login": login, "link": link, "expires_at": made.expires_at.isoformat()}
    zh = f"请把链接只交给 {login} 本人，{until} 前用一次有效：\n{link}"
    emit(data, as_json=as_json, text=say(zh, f"For {login} only, good once until {until}:\n{link}"))


@app.command("sign-out", help=say("退出此人的全部登录。", "End every login of a person."))
def sign_out(login: Login, as_json: AsJson = False) -> None:
    """The password stays; to lock somebody out for good, deactivate them."""
    with office() as at, at.database.write() as session:
        ended = end_sessions(session, find_anyone(session, login), End.revoked, entering=entering(at))
    text = say(f"{login} 的 {ended} 处登录已退出", f"ended {ended} login(s) of {login}")
    emit({"login": login, "ended": ended}, as_json=as_json, text=text)


def announce_first(settings: Settings) -> None:
    """While nobody is in the register, print the link with which the first administrator enters themselves."""
    database = Database(settings.url, audit_algorithm=settings.audit_algorithm)
    try:
        with database.write() as session:
            if not needs_first(session):
                return
            signed = Entering("system:first_start", "cli", Office.now())
            made = invite_first(session, lasts=timedelta(hours=settings.invite_hours), entering=signed)
    finally:
        database.close()
    zh = f"还没有任何人员。请首位管理员打开这个一次性链接登记并设置密码（{settings.invite_hours} 小时内有效）："
    en = f"Nobody is entered yet. The first administrator opens this link ({settings.invite_hours} hours):"
    note(f"{say(zh, en)}\n{link_of(settings, made)}")


def link_of(settings: Settings, made: Invited) -> str:
    """The address of a link."""
    return f"{settings.site}/invite/{made.token}"
