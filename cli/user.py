"""`jiugai user`: organisations, people and roles (机构、人员、角色)."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.language import lang, say
from cli.lazy import group
from cli.office import entering, office
from cli.option import AsJson, one_of
from cli.output import emit, grid, note
from cli.stand_in import app as stand_in
from cli.user_account import app as account
from cli.user_because import app as because
from cli.user_leave import app as leave
from services.identity import find_person
from services.organisation import add_organisation, departments_in_force, find_organisation, grant_role
from services.person import NewPerson, add_person
from services.person_list import list_organisations, list_people
from states.exceptions import JiugaiError, Kind
from states.role import Level, Role

app = group(say("机构、人员与角色。", "Organisations, people and roles."))
app.add_typer(leave)
app.add_typer(account)
app.add_typer(because, name="because")
organisation = group(say("机构：添加、清单。", "Organisations: add, list."))
app.add_typer(organisation, name="organisation")
app.add_typer(stand_in, name="stand-in")

At = Annotated[str, typer.Option("--organisation", metavar="CODE", help=say("机构编码", "the organisation's code"))]
Login = Annotated[str, typer.Argument(metavar="LOGIN", help=say("账号", "the login"))]
Named = Annotated[str, typer.Argument(metavar="NAME", help=say("名称", "the name"))]


class ParentMissing(JiugaiError):
    """Only a city stands at the top of the tree."""

    code = "parent_missing"
    kind = Kind.invalid
    zh = "“{name}”不是市级机构，须用 --parent 指明上级机构的编码。"
    en = '"{name}" is no city: name the organisation above it with --parent.'


role = one_of(Role, but=(Role.system,))
RoleOption = Annotated[
    Role | None,
    typer.Option("--role", metavar="ROLE", parser=role, help=say("同时授予的角色", "a role granted at once")),
]


@app.command("list", help=say("人员与角色。", "People and their roles."))
def list_(as_json: AsJson = False) -> None:
    """Every person with grants."""
    with office() as at, at.database.read() as session:
        people = list_people(session, lang(), on=at.city.day(at.now()))
    heads = [say("账号", "login"), say("姓名", "name"), say("单位", "organisation"), say("角色", "roles")]
    heads.append(say("状态", "state"))
    rows = [
        [
            p["login"],
            p["name"],
            p["organisation"],
            [f"{g['role_label']}@{g['organisation']}" for g in p["grants"]],
            p["state"],
        ]
        for p in people
    ]
    emit(people, as_json=as_json, text=grid(heads, rows))


@app.command("add", help=say("添加人员。", "Add a person."))
def add(
    login: Login,
    name: Named,
    at_code: At,
    wanted: RoleOption = None,
    email: Annotated[str | None, typer.Option("--email", help=say("邮箱", "e-mail address"))] = None,
    mobile: Annotated[str | None, typer.Option("--mobile", help=say("手机", "mobile number"))] = None,
    as_json: AsJson = False,
) -> None:
    """A login that is somebody else's already is a conflict (exit code 5); the same person again changes nothing."""
    with office() as at, at.database.write() as session:
        new = NewPerson(login, name, find_organisation(session, at_code), wanted, email, mobile)
        added = add_person(session, new, entering=entering(at))
    data = {"login": login, "name": name, "organisation": at_code, "role": wanted, "added": added}
    done = say(f"已添加 {name}（{login}）", f"added {name} ({login})")
    same = say(f"{name}（{login}）此前已在，未作改动", f"{name} ({login}) was there already; nothing was changed")
    emit(data, as_json=as_json, text=done if added else same)


@app.command("grant", help=say("授予角色。", "Grant a role."))
def grant(
    login: Login,
    wanted: Annotated[Role, typer.Argument(metavar="ROLE", parser=role, help=say("角色", "the role"))],
    at_code: At,
    as_json: AsJson = False,
) -> None:
    """In the subtree of the organisation; the three admin roles exclude each other."""
    with office() as at, at.database.write() as session:
        grant_role(
            session, find_person(session, login), wanted, find_organisation(session, at_code), entering=entering(at)
        )
    data = {"login": login, "role": wanted, "organisation": at_code}
    emit(
        data,
        as_json=as_json,
        text=say(f"已授予 {login}：{wanted.label.zh}", f"granted {login}: {wanted.label.text('en')}"),
    )


@organisation.command("list", help=say("机构树。", "The tree of organisations."))
def organisation_list(as_json: AsJson = False) -> None:
    """Every organisation, parents before children."""
    with office() as at, at.database.read() as session:
        found = list_organisations(session, lang())
    heads = [say("编码", "code"), say("名称", "name"), say("层级", "level"), say("职能", "function")]
    rows: list[list[Any]] = [
        [one["code"], "  " * one["depth"] + one["name"], one["level_label"], one["function"]] for one in found
    ]
    emit(found, as_json=as_json, text=grid(heads, rows))


@organisation.command("add", help=say("添加机构。", "Add an organisation."))
def organisation_add(
    code: Annotated[str, typer.Argument(metavar="CODE", help=say("机构编码", "its code"))],
    name: Named,
    wanted: Annotated[
        Level,
        typer.Option(
            "--level",
            metavar="LEVEL",
            parser=one_of(Level),
            help="city | district | street | community | department | utility",
        ),
    ],
    parent: Annotated[
        str | None, typer.Option("--parent", metavar="CODE", help=say("上级机构编码", "the organisation above"))
    ] = None,
    function: Annotated[
        str | None,
        typer.Option(
            "--function",
            metavar="DEPARTMENT",
            help=say("部门标识，见政策包的 departments", "its department in the pack"),
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """A code that is another organisation's already is a conflict (exit code 5); the same one again changes nothing."""
    if parent is None and wanted is not Level.city:
        raise ParentMissing(name=name)
    with office() as at, at.database.write() as session:
        above = find_organisation(session, parent) if parent else None
        signed = entering(at)
        added = add_organisation(session, code, name, wanted, entering=signed, parent=above, function=function)
        unchecked = function is not None and not departments_in_force(session)
    if unchecked:
        note(say("还没有启用政策包，部门标识未核对。", "No pack is in force yet: the department was not checked."))
    data = {"code": code, "name": name, "level": wanted.value, "parent": parent, "function": function, "added": added}
    done = say(f"已添加 {name}（{code}）", f"added {name} ({code})")
    same = say(f"{name}（{code}）此前已在，未作改动", f"{name} ({code}) was there already; nothing was changed")
    emit(data, as_json=as_json, text=done if added else same)
