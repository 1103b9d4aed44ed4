"""`jiugai user stand-in`: who acts for whom while away (代理)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from cli.language import lang, say
from cli.lazy import group
from cli.office import SOURCE, acting, office, reading
from cli.option import AsJson, MaybeAs, Reason, RequestId, day, one_of
from cli.output import emit, grid
from services.rendition import as_data
from services.stand_in import Appointing, Appointment, end_stand_in, name_stand_in
from services.stand_in_list import list_stand_ins
from states.role import ADMINS, Role

app = group(say("代理：外出期间由谁办理。", "Stand-ins: who acts while somebody is away."))

Roles = Annotated[
    list[Role] | None,
    typer.Option(
        "--role",
        metavar="ROLE",
        parser=one_of(Role, but=(Role.system, *ADMINS)),
        help=say("只代理这些角色；不填为全部", "these roles only; all when left out"),
    ),
]
Places = Annotated[
    list[str] | None,
    typer.Option(
        "--organisation",
        metavar="CODE",
        help=say("只代理在这些机构的席位；不填为全部", "seats at these organisations only"),
    ),
]
First = Annotated[
    date, typer.Option("--from", metavar="DAY", parser=day, help=say("第一天，如 2026-09-24", "the first day"))
]
Last = Annotated[
    date, typer.Option("--to", metavar="DAY", parser=day, help=say("最后一天（含）", "the last day, included"))
]


@app.command("add", help=say("指定代理人。", "Name a stand-in."))
def add(
    absent: Annotated[str, typer.Argument(metavar="ABSENT", help=say("外出人员的账号", "the login of who is away"))],
    substitute: Annotated[str, typer.Argument(metavar="SUBSTITUTE", help=say("代理人的账号", "the login of who acts"))],
    *,
    first: First,
    last: Last,
    reason: Reason = "",
    roles: Roles = None,
    places: Places = None,
    login: MaybeAs = None,
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """From the first to the last day, both included; admin seats are never lent."""
    wish = Appointment(absent, substitute, first, last, reason, tuple(roles or ()), tuple(places or ()))
    with office() as at, at.database.write() as session:
        by = Appointing(acting(session, login), at.now(), SOURCE, request_id)
        found = name_stand_in(session, at.city, wish, by)
        number, names = found.stand_in.id, (found.stand_in.substitute.name, found.stand_in.absent.name)
    lent, kept = ([seat.text(lang()) for seat in seats] for seats in (found.lent, found.kept))
    data = {"stand_in": number, "absent": absent, "substitute": substitute, "first": first, "last": last}
    lines = [
        say(
            f"{names[0]}于 {first} 至 {last} 代理{names[1]}（编号 {number}）",
            f"{names[0]} acts for {names[1]} ({number})",
        ),
        say(f"代理席位：{'、'.join(lent)}", f"seats: {', '.join(lent)}"),
    ]
    if kept:
        lines.append(say(f"不得代理：{'、'.join(kept)}", f"not lent: {', '.join(kept)}"))
    emit({**data, "lent": lent, "kept": kept, "repeated": found.repeated}, as_json=as_json, text=lines)


@app.command("end", help=say("提前终止代理。", "End a stand-in early."))
def end(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help=say("编号，见 stand-in list", "see stand-in list"))],
    reason: Reason = "",
    login: MaybeAs = None,
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """At once."""
    with office() as at, at.database.write() as session:
        by = Appointing(acting(session, login), at.now(), SOURCE, request_id)
        end_stand_in(session, at.city, number, by, reason=reason)
    emit({"stand_in": number, "ended": True}, as_json=as_json, text=say(f"代理 {number} 已终止", f"{number} ended"))


@app.command("list", help=say("代理清单。", "Every stand-in."))
def list_(
    every: Annotated[bool, typer.Option("--all", help=say("含已结束的", "ended ones too"))] = False,
    as_json: AsJson = False,
) -> None:
    """Those that hold or will; with --all also those that are over."""
    with office() as at, at.database.read() as session:
        lines = list_stand_ins(session, reading(at), every=every)
    heads = ["#", say("外出", "away"), say("代理", "acts"), say("从", "from"), say("至", "to"), say("范围", "scope")]
    heads += [say("原因", "reason"), say("状态", "status")]
    rows = [
        [one.id, one.absent_name, one.substitute_name, one.first, one.last, one.scope, one.reason, one.status_label]
        for one in lines
    ]
    emit(as_data(lines, lang()), as_json=as_json, text=grid(heads, rows) if rows else say("没有代理", "no stand-ins"))
