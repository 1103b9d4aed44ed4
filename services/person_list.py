"""People and organisations for lists (人员与机构清单)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.organisation import Organisation
from models.person import Person, RoleGrant
from services.identity import PersonUnknown
from states.exceptions import Lang
from states.role import Level, Role


def list_people(session: Session, lang: Lang = "zh") -> list[dict[str, Any]]:
    """Every person with organisation and grants, by login."""
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
            "grants": grants.get(person.id, []),
        }
        for person in people
    ]


def require_person(session: Session, login: str) -> Person:
    """The active person with that login. Raises PersonUnknown."""
    found = session.scalar(select(Person).where(Person.login == login, Person.active))
    if found is None:
        raise PersonUnknown(login=login)
    return found


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
        for row in sorted(rows, key=lambda one: [int(part) for part in one.path.split("/") if part])
    ]
