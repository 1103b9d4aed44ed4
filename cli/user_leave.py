"""`jiugai user revoke|deactivate|activate|hand-over`: people give up seats, go, come back, hand their work over."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.language import lang, say
from cli.lazy import group
from cli.office import entering, office
from cli.option import AsJson, Reason, RequestId, one_of
from cli.output import emit, grid, note
from services.identity import Actor
from services.organisation import find_organisation
from services.person import find_anyone, revoke_role, set_active
from services.rendition import as_data
from services.stand_in import Appointing, end_stand_ins_of
from services.succession import Succession, preview_succession, succeed
from services.succession_item import Item, Outcome
from states.role import Role

app = group("")
Login = Annotated[str, typer.Argument(metavar="LOGIN", help=say("账号", "the login"))]
At = Annotated[str, typer.Option("--organisation", metavar="CODE", help=say("机构编码", "the organisation's code"))]
Held = Annotated[
    Role,
    typer.Argument(metavar="ROLE", parser=one_of(Role, but=(Role.system,)), help=say("角色", "the role")),
]


@app.command("revoke", help=say("收回角色。", "Take a role away."))
def revoke(login: Login, role: Held, at_code: At, reason: Reason = "", as_json: AsJson = False) -> None:
    """The history keeps who had granted it when; tasks claimed in the seat go back to the unit's pool."""
    with office() as at, at.database.write() as session:
        person, place = find_anyone(session, login), find_organisation(session, at_code)
        revoke_role(session, at.city, person, role, place, entering=entering(at), reason=reason)
    data = {"login": login, "role": role.value, "organisation": at_code}
    text = say(f"已收回 {login}：{role.label.zh}", f"taken from {login}: {role.label.text('en')}")
    emit(data, as_json=as_json, text=text)


@app.command("deactivate", help=say("停用账号：不能再办理，角色保留。", "Lock a person out; roles are kept."))
def deactivate(login: Login, reason: Reason = "", as_json: AsJson = False) -> None:
    """Ends the person's stand-ins and gives their tasks back to the unit; `hand-over` names a successor instead."""
    _set_active(login, active=False, reason=reason, as_json=as_json)


@app.command("activate", help=say("恢复账号。", "Let a person in again."))
def activate(login: Login, reason: Reason = "", as_json: AsJson = False) -> None:
    """With the roles they had."""
    _set_active(login, active=True, reason=reason, as_json=as_json)


def _set_active(login: str, *, active: bool, reason: str, as_json: bool) -> None:
    with office() as at, at.database.write() as session:
        person, signed = find_anyone(session, login), entering(at)
        if not active:
            by = Appointing(Actor(signed.actor, "", is_system=True), signed.now, signed.source)
            end_stand_ins_of(session, at.city, person, by, reason=reason)
        changed = set_active(session, at.city, person, active=active, entering=signed, reason=reason)
        name = person.name
    data = {"login": login, "active": active, "changed": changed}
    done = say(
        f"已{'恢复' if active else '停用'} {name}（{login}）", f"{'activated' if active else 'deactivated'} {name}"
    )
    same = say(f"{name}（{login}）本来就是如此，未作改动", f"{name} ({login}) was so already; nothing was changed")
    emit(data, as_json=as_json, text=done if changed else same)


@app.command("hand-over", help=say("离岗交接：席位、任务转给接任人并停用账号。", "Hand all work over to a successor."))
def hand_over(
    login: Login,
    to: Annotated[str, typer.Option("--to", metavar="LOGIN", help=say("接任人账号", "the successor's login"))],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=say("只列出会怎样，不办理", "show what would happen, do nothing"))
    ] = False,
    reason: Reason = "",
    request_id: RequestId = None,
    as_json: AsJson = False,
) -> None:
    """All or nothing; every item with what becomes of it and why."""
    with office() as at:
        if dry_run:
            with at.database.read() as session:
                items = preview_succession(session, at.city, login, to, now=at.now())
        else:
            with at.database.write() as session:
                items = succeed(session, at.city, Succession(login, to, entering(at), reason, request_id))
    if dry_run:
        note(say("预览：没有办理任何事项。", "Preview: nothing was done."))
    data = {"leaver": login, "successor": to, "dry_run": dry_run, "items": as_data(items, lang())}
    emit(data, as_json=as_json, text=[_table(items)] if items else say("没有需要交接的事项", "nothing to hand over"))
    if dry_run and any(item.outcome is Outcome.refused for item in items):
        raise typer.Exit(3)


def _table(items: tuple[Item, ...]) -> Any:  # noqa: ANN401 - rich is loaded when a table is drawn
    heads = [say("类别", "part"), say("事项", "item"), say("结果", "outcome"), say("说明", "why")]
    words = lang()
    rows = [
        [one.part.label.text(words), one.what.text(words), one.outcome.label.text(words), one.why.text(words)]
        for one in items
    ]
    return grid(heads, rows)
