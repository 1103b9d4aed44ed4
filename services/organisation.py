"""Organisations, people and their roles (机构与人员): entered once, each change an entry in the history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.organisation import Organisation
from models.person import Person, RoleGrant
from services.audit import Act, record
from states.exceptions import JiugaiError, Kind
from states.role import Level, Role

ADMINS = frozenset({Role.system_admin, Role.security_admin, Role.audit_admin})


class OrganisationMissing(JiugaiError):
    """No organisation of that code."""

    code = "organisation_missing"
    kind = Kind.missing
    zh = "没有编码为“{organisation}”的机构。请用 jiugai user list 核对，或请系统管理员添加。"
    en = 'There is no organisation "{organisation}". See `jiugai user list`.'


class RolesExclude(JiugaiError):
    """The three admin roles exclude each other (三员分立)."""

    code = "roles_exclude"
    kind = Kind.refused
    zh = "“{person}”已是{held}，不能再任{wanted}：系统、安全、审计三类管理员必须由不同的人担任。"
    en = '"{person}" is already {held_en} and cannot be {wanted_en}: the three admin roles exclude each other.'


class RoleNotGranted(JiugaiError):
    """`system` is what rules act as; nobody is given it."""

    code = "role_not_granted"
    kind = Kind.refused
    zh = "“系统”不是可以授予人员的角色：系统的动作由规则签名，不归任何人。请选择其他角色。"
    en = '"system" is no role for a person: what the system does is signed by its rule. Choose another role.'


@dataclass(frozen=True, slots=True)
class Entering:
    """Who enters organisations and people, through which edge, when."""

    actor: str
    source: str
    now: datetime


def ensure_organisation(
    session: Session,
    code: str,
    name: str,
    level: Level,
    *,
    entering: Entering,
    parent: Organisation | None = None,
    function: str | None = None,
) -> Organisation:
    """The organisation of that code, entered under `parent` when it is not there yet."""
    found = session.scalar(select(Organisation).where(Organisation.code == code))
    if found is not None:
        return found
    row = Organisation(code=code, name=name, level=level, function=function, parent_id=parent.id if parent else None)
    session.add(row)
    session.flush()
    row.path = f"{parent.path if parent else '/'}{row.id}/"
    after = {"name": name, "level": level, "parent": parent.code if parent else None}
    record(session, Act("organisation", code, "entered", entering.actor, entering.source, entering.now, after=after))
    return row


def find_organisation(session: Session, code: str) -> Organisation:
    """The organisation of that code. Raises OrganisationMissing."""
    found = session.scalar(select(Organisation).where(Organisation.code == code))
    if found is None:
        raise OrganisationMissing(organisation=code)
    return found


def ensure_person(
    session: Session,
    login: str,
    name: str,
    organisation: Organisation,
    *,
    entering: Entering,
    email: str | None = None,
    mobile: str | None = None,
) -> Person:
    """The person with that login, entered when not there yet."""
    found = session.scalar(select(Person).where(Person.login == login))
    if found is not None:
        return found
    person = Person(
        login=login, name=name, organisation_id=organisation.id, email=email, mobile=mobile, created_at=entering.now
    )
    session.add(person)
    session.flush()
    after = {"name": name, "organisation": organisation.code}
    record(session, Act("person", login, "entered", entering.actor, entering.source, entering.now, after=after))
    return person


def grant_role(session: Session, person: Person, role: Role, organisation: Organisation, *, entering: Entering) -> None:
    """Give a person a role in the subtree of an organisation; harmless when held already.

    Raises RolesExclude, RoleNotGranted.
    """
    if role is Role.system:
        raise RoleNotGranted
    grants = session.scalars(select(RoleGrant).where(RoleGrant.person_id == person.id)).all()
    if any(grant.role == role and grant.organisation_id == organisation.id for grant in grants):
        return
    held = next((Role(grant.role) for grant in grants if Role(grant.role) in ADMINS - {role}), None)
    if role in ADMINS and held is not None:
        raise RolesExclude(
            person=person.name,
            held=held.label.zh,
            held_en=held.label.text("en"),
            wanted=role.label.zh,
            wanted_en=role.label.text("en"),
        )
    session.add(
        RoleGrant(
            person_id=person.id,
            role=role,
            organisation_id=organisation.id,
            granted_at=entering.now,
            granted_by=entering.actor,
        )
    )
    session.flush()
    after = {"role": role, "organisation": organisation.code}
    record(session, Act("person", person.login, "granted", entering.actor, entering.source, entering.now, after=after))
