"""Organisations, people and their roles (机构与人员): entered once, each change an entry in the history."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.organisation import Organisation
from models.pack_version import PackVersion
from models.person import Person, RoleGrant
from policy.form import guessed
from services.audit import Act, record
from services.pack import pack_of
from services.staffing import follow_staffing
from states.exceptions import JiugaiError, Kind
from states.role import ADMINS, Level, Role

NAME_LENGTH = 80
FORMULA = ("=", "+", "-", "@")


class OrganisationMissing(JiugaiError):
    """No organisation of that code."""

    code = "organisation_missing"
    kind = Kind.missing
    zh = "没有编码为“{organisation}”的机构。请用 jiugai user list 核对，或请系统管理员添加。"
    en = 'There is no organisation "{organisation}". See `jiugai user list`.'


class OrganisationExists(JiugaiError):
    """The code belongs to another organisation already."""

    code = "organisation_exists"
    kind = Kind.conflict
    zh = "编码“{organisation}”已属于“{name}”（{level}，上级：{parent}），未作改动。请核对；是另一个机构，请换一个编码。"
    en = 'The code "{organisation}" belongs to "{name}" ({level_en}, under {parent}); nothing was changed.'


class FunctionUnknown(JiugaiError):
    """No pack in force knows a department of that code, so no review would ever find the unit."""

    code = "function_unknown"
    kind = Kind.invalid
    zh = "启用的政策包里没有部门标识“{function}”{guess}，联审时会找不到该单位。可用的标识：{known}。"
    en = 'No pack in force has a department "{function}"{guess_en}; reviews would not find the unit. Known: {known}.'


class NameInvalid(JiugaiError):
    """The name is empty, too long, or nothing a person is called."""

    code = "name_invalid"
    kind = Kind.invalid
    zh = "名称“{name}”不能用：须为 1 至 80 个字，不含换行等控制字符，不以 = + - @ 开头。请核对后重填。"
    en = 'The name "{name}" cannot be: 1 to 80 characters, no control characters, not beginning with = + - @.'


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
    """Who enters organisations and people, through which edge, when; on whose behalf where the list is another's."""

    actor: str
    source: str
    now: datetime
    on_behalf_of: str | None = None


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
    act = Act(
        "organisation", code, "entered", entering.actor, entering.source, entering.now,
        after=after, on_behalf_of=entering.on_behalf_of,
    )  # fmt: skip
    record(session, act)
    return row


def add_organisation(
    session: Session,
    code: str,
    name: str,
    level: Level,
    *,
    entering: Entering,
    parent: Organisation | None = None,
    function: str | None = None,
) -> bool:
    """Enter a new organisation; False when exactly this one is there already, and nothing was changed.

    `function` has to be a department of a pack in force, as long as there is one. Raises OrganisationExists when the
    code stands for something else, NameInvalid, FunctionUnknown.
    """
    found = session.scalar(select(Organisation).where(Organisation.code == code))
    if found is not None:
        wanted = (name, level, parent.id if parent else None, function)
        if (found.name, found.level, found.parent_id, found.function) != wanted:
            raise _exists(session, found)
        return False
    require_name(name)
    known = departments_in_force(session)
    if function is not None and known and function not in known:
        guess, guess_en = guessed(function, known)
        words = "、".join(f"{one}（{label}）" for one, label in sorted(known.items()))
        raise FunctionUnknown(function=function, guess=guess, guess_en=guess_en, known=words)
    ensure_organisation(session, code, name, level, entering=entering, parent=parent, function=function)
    return True


def _exists(session: Session, found: Organisation) -> OrganisationExists:
    above, level = session.get(Organisation, found.parent_id) if found.parent_id else None, Level(found.level).label
    return OrganisationExists(
        organisation=found.code, name=found.name, level=level.zh, level_en=level.text("en"),
        parent=above.name if above else "-",
    )  # fmt: skip


def departments_in_force(session: Session) -> dict[str, str]:
    """The departments of the packs in force: names by code; nothing while no pack has been activated."""
    packs = [pack_of(version) for version in session.scalars(select(PackVersion).where(PackVersion.current))]
    return {entry.code: entry.label for pack in packs for entry in pack.document.departments}


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

    An office that gets its first coordinator gets the clocks the one above had meanwhile. Raises RolesExclude,
    RoleNotGranted.
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
    follow_staffing(session, organisation)


def require_name(name: str) -> None:
    """Raises NameInvalid."""
    controls = any(unicodedata.category(char)[0] == "C" for char in name)
    if not name.strip() or controls or len(name) > NAME_LENGTH or name.startswith(FORMULA):
        raise NameInvalid(name=printable(name))


def printable(text: str) -> str:
    """What somebody typed, fit to be shown in an error: cut short, with nothing that moves the cursor."""
    return "".join(char if char.isprintable() else "�" for char in text[:NAME_LENGTH])
