"""People come and go (人员进出): entered under a login of their own, given and deprived of roles, deactivated."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.organisation import Organisation
from models.person import Person, RoleGrant
from services.audit import Act, record
from services.city import City
from services.organisation import Entering, ensure_person, grant_role, printable, require_name
from services.staffing import follow_staffing
from services.task_release import release_tasks
from states.exceptions import JiugaiError, Kind
from states.role import Role

LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{1,63}")
"""What signs history for ever: nothing that reads as a formula, a path, a rule of the system or two words."""


class LoginInvalid(JiugaiError):
    """The login has not the form of one."""

    code = "login_invalid"
    kind = Kind.invalid
    zh = "账号“{login}”不能用：须为 2 至 64 个字母、数字或 . _ - @，以字母或数字开头，不含空格。例如 wang.jianguo。"
    en = 'The login "{login}" cannot be: 2 to 64 letters, digits or . _ - @, beginning with a letter or digit.'


class PersonExists(JiugaiError):
    """The login belongs to somebody already."""

    code = "person_exists"
    kind = Kind.conflict
    zh = (
        "账号“{login}”已属于{name}（{organisation}，{state}），本次没有添加，也没有授予角色。"
        "是同一个人要增加角色，请用 jiugai user grant；是另一个人，请换一个账号。"
    )
    en = (
        'The login "{login}" belongs to {name} ({organisation}, {state_en}): nothing was added and no role granted. '
        "Use `jiugai user grant` for another role of the same person, another login for somebody else."
    )


class PersonMissing(JiugaiError):
    """Nobody ever had that login."""

    code = "person_missing"
    kind = Kind.missing
    zh = "没有账号“{login}”。请用 jiugai user list 核对。"
    en = 'There is no login "{login}". See `jiugai user list`.'


class RoleNotHeld(JiugaiError):
    """The person does not hold that role there."""

    code = "role_not_held"
    kind = Kind.missing
    zh = "{person} 在“{organisation}”没有{role}角色，无可收回。请用 jiugai user list 核对。"
    en = '{person} is no {role_en} of "{organisation}". See `jiugai user list`.'


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody to be entered at an organisation, with a role there where one is granted at once."""

    login: str
    name: str
    organisation: Organisation
    role: Role | None = None
    email: str | None = None
    mobile: str | None = None


def find_anyone(session: Session, login: str) -> Person:
    """The person with `login`, also one who was deactivated. Raises PersonMissing."""
    found = session.scalar(select(Person).where(Person.login == login))
    if found is None:
        raise PersonMissing(login=login)
    return found


def add_person(session: Session, new: NewPerson, *, entering: Entering) -> bool:
    """Enter somebody new; False when exactly this person, with this role, is there already, and nothing was changed.

    A login is never given to a second person, nor a role to whoever has it by chance: differing in anything, also in
    upper and lower case, is PersonExists. Raises also LoginInvalid, NameInvalid, RoleNotGranted.
    """
    require_login(new.login)
    require_name(new.name)
    found = session.scalar(select(Person).where(func.lower(Person.login) == new.login.lower()))
    if found is not None:
        _require_same(session, found, new)
        return False
    person = ensure_person(
        session, new.login, new.name, new.organisation, entering=entering, email=new.email, mobile=new.mobile
    )
    if new.role is not None:
        grant_role(session, person, new.role, new.organisation, entering=entering)
    return True


def require_login(login: str) -> None:
    """Raises LoginInvalid."""
    if not LOGIN.fullmatch(login):
        raise LoginInvalid(login=printable(login))


def _require_same(session: Session, found: Person, new: NewPerson) -> None:
    same = (found.login, found.name, found.organisation_id) == (new.login, new.name, new.organisation.id)
    contacts = new.email in (None, found.email) and new.mobile in (None, found.mobile)
    held = new.role is None or _grant(session, found, new.role, new.organisation) is not None
    if not (same and contacts and held and found.active):
        state, state_en = ("在岗", "active") if found.active else ("已停用", "deactivated")
        place = found.organisation.name
        raise PersonExists(login=found.login, name=found.name, organisation=place, state=state, state_en=state_en)


def _grant(session: Session, person: Person, role: Role, organisation: Organisation) -> RoleGrant | None:
    query = select(RoleGrant).where(RoleGrant.person_id == person.id, RoleGrant.role == role)
    return session.scalar(query.where(RoleGrant.organisation_id == organisation.id))


def revoke_role(
    session: Session,
    city: City,
    person: Person,
    role: Role,
    organisation: Organisation,
    *,
    entering: Entering,
    reason: str = "",
) -> None:
    """Take a role away; the history keeps who had granted it when. Raises RoleNotHeld.

    Tasks the person had claimed in that seat go back to their unit's pool, clocks of an office that stays without
    anybody go to the office above.
    """
    grant = _grant(session, person, role, organisation)
    if grant is None:
        raise RoleNotHeld(
            person=person.name, organisation=organisation.name, role=role.label.zh, role_en=role.label.text("en")
        )
    before = {
        "role": role.value,
        "organisation": organisation.code,
        "granted_at": grant.granted_at.isoformat(),
        "granted_by": grant.granted_by,
    }
    session.delete(grant)
    session.flush()
    signed = (entering.actor, entering.source, entering.now)
    record(session, Act("person", person.login, "revoked", *signed, reason=reason.strip(), before=before))
    release_tasks(session, city, person, entering=entering, reason=reason)
    follow_staffing(session, organisation)


def grants_of(session: Session, person: Person) -> list[tuple[RoleGrant, Organisation]]:
    """The roles of a person with their organisations, in the order they were granted."""
    query = select(RoleGrant, Organisation).join(Organisation, Organisation.id == RoleGrant.organisation_id)
    rows = session.execute(query.where(RoleGrant.person_id == person.id).order_by(RoleGrant.id))
    return list(rows.tuples())


def set_active(
    session: Session, city: City, person: Person, *, active: bool, entering: Entering, reason: str = ""
) -> bool:
    """Let a person in again, or out of everything; False when they are so already.

    Roles are kept for their return. Tasks they had claimed go back to the pool of their unit, what was delegated to
    them to its delegator. Clocks of offices that stay without anybody go to the office above.
    """
    if person.active == active:
        return False
    person.active = active
    session.flush()
    signed = (entering.actor, entering.source, entering.now)
    action, was, now = "activated" if active else "deactivated", {"active": not active}, {"active": active}
    record(session, Act("person", person.login, action, *signed, reason=reason.strip(), before=was, after=now))
    release_tasks(session, city, person, entering=entering, reason=reason)
    for _, organisation in grants_of(session, person):
        follow_staffing(session, organisation)
    return True
