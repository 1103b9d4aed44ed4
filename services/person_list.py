"""People and organisations for lists (人员与机构清单): with their roles, their places, and the names behind logins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.organisation import Organisation
from models.person import Person, RoleGrant
from services.chain import path_ids
from services.reading import Reading
from services.stand_in import live_stand_ins
from states.exceptions import Lang
from states.label import Label
from states.role import Level, Role

OPERATOR = "operator:"
"""What the logins of those begin with who sit at the machine without an account (cli.office)."""


def list_people(session: Session, lang: Lang = "zh", *, on: date | None = None) -> list[dict[str, Any]]:
    """Every person with organisation and grants, by login; on a day of the city also who is away and who acts."""
    away = _away(session, on, lang) if on else {}
    grants: dict[int, list[dict[str, str]]] = {}
    query = select(RoleGrant, Organisation.code).join(Organisation, Organisation.id == RoleGrant.organisation_id)
    for grant, code in session.execute(query.order_by(RoleGrant.id)):
        label = Role(grant.role).label.text(lang)
        grants.setdefault(grant.person_id, []).append({"role": grant.role, "role_label": label, "organisation": code})
    people = session.scalars(select(Person).options(joinedload(Person.organisation)).order_by(Person.login))
    return [
        {
            "login": person.login,
            "name": person.name,
            "organisation": person.organisation.name,
            "email": person.email,
            "mobile": person.mobile,
            "active": person.active,
            "state": away.get(person.login, "") if person.active else Label("已停用", "deactivated").text(lang),
            "grants": grants.get(person.id, []),
        }
        for person in people
    ]


def _away(session: Session, on: date, lang: Lang) -> dict[str, str]:
    today = [one for one in live_stand_ins(session, on) if one.first_day <= on]
    return {
        one.absent.login: Label(
            f"外出至 {one.last_day}，{one.substitute.name}代理",
            f"away until {one.last_day}, {one.substitute.name} acts",
        ).text(lang)
        for one in today
    }


def person_names(session: Session, reading: Reading, logins: Iterable[str]) -> dict[str, str]:
    """Names by login, also for rules of the system (`system:<rule>@<pack>`) and operators."""
    wanted = set(logins)
    people = {login for login in wanted if not login.startswith(("system:", OPERATOR))}
    names = {login: _system_name(reading, login) for login in wanted - people}
    if people:
        rows = session.execute(select(Person.login, Person.name).where(Person.login.in_(people)))
        names |= {row.login: row.name for row in rows}
    return {login: names.get(login, login) for login in wanted}


def _system_name(reading: Reading, login: str) -> str:
    if login.startswith(OPERATOR):
        user = login.removeprefix(OPERATOR)
        return reading.say(f"本机操作员（{user}）", f"operator ({user})")
    rule = login.removeprefix("system:")
    return reading.say(f"系统（规则 {rule}）", f"system (rule {rule})")


def list_organisations(session: Session, lang: Lang = "zh") -> list[dict[str, Any]]:
    """Every organisation below the one it belongs to; `depth` is 0 at the top."""
    rows = session.scalars(select(Organisation)).all()
    codes = {row.id: row.code for row in rows}
    return [
        {
            "code": row.code,
            "name": row.name,
            "level": row.level,
            "level_label": Level(row.level).label.text(lang),
            "function": row.function,
            "parent": codes.get(row.parent_id) if row.parent_id else None,
            "depth": row.path.count("/") - 2,
        }
        for row in sorted(rows, key=lambda one: path_ids(one.path))
    ]
