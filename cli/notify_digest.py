"""`jiugai notify digest`: what somebody, or a unit, has before them today; and sending today's digest."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy.orm import Session

from cli.language import lang, say
from cli.office import office
from cli.option import AsJson
from cli.output import emit, note
from notifications.digest import DailyDigest
from notifications.message import to_payload
from notifications.render import render
from runtime.office import Office
from services.digest import plan, scope_of, send, unit_digest
from services.digest_matter import Scope
from services.identity import find_person


def digest(
    login: Annotated[
        str | None, typer.Option("--login", metavar="LOGIN", help=say("只看这个人的", "of one person"))
    ] = None,
    unit: Annotated[
        str | None,
        typer.Option("--unit", metavar="CODE", help=say("这个机构承办的，只看不发", "of a unit, shown only")),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("只看不发", "show, send nothing"))] = False,
    days: Annotated[
        int | None, typer.Option("--days", min=0, max=60, help=say("预告多少个工作日", "working days ahead"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """查看今天的提要（--dry-run），或现在就发：每人每天一份，没有事项的不发。"""
    with office() as at:
        found = _planned(at, login, unit, days)
        sent = 0
        if not (dry_run or unit):
            with at.database.write() as session:
                sent = send(session, _scope(session, at, days), found)
        letters = [render(one, base_url=at.settings.site, lang=lang(), zone=at.settings.zone) for _, one in found]
    data = {"sent": sent, "digests": [to_payload(one) for _, one in found]}
    shown = [f"{one.subject}\n\n{one.text}" for one in letters] if dry_run or unit else []
    if not found:
        note(say("没有事项，不发提要", "nothing to tell"))
    told = [] if dry_run or unit else [say(f"已发出 {sent} 份提要（每人每天一份）", f"{sent} digest(s) sent")]
    emit(data, as_json=as_json, text=[*shown, *told])


def _scope(session: Session, at: Office, days: int | None) -> Scope:
    ahead = at.settings.digest_days if days is None else days
    return scope_of(session, at.city, at.now(), days=ahead, lang=lang())


def _planned(at: Office, login: str | None, unit: str | None, days: int | None) -> list[tuple[int, DailyDigest]]:
    with at.database.read() as session:
        scope = _scope(session, at, days)
        if unit is not None:
            one = unit_digest(session, scope, unit)
            return [] if one.is_empty else [(0, one)]
        if login is not None:
            find_person(session, login)
        return plan(session, scope, login=login)
