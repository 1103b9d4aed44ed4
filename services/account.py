"""Accounts (账号): a password set by a link that is good once, changed by its owner; no password is ever preset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.account import Account, Invitation
from models.person import Person
from services.account_password import hashed, matches, require_fit
from services.account_token import kept, new_token
from services.audit import Act, record
from services.organisation import Entering
from services.person import find_anyone
from services.session import End, end_sessions
from states.exceptions import JiugaiError, Kind

__all__ = [
    "InvitationVoid", "Invited", "PasswordWrong", "change_password", "find_invited", "invite", "invite_first",
    "needs_first", "put_password", "set_password",
]  # fmt: skip


class InvitationVoid(JiugaiError):
    """The link was used, replaced, has expired, or never was one."""

    code = "invitation_void"
    kind = Kind.missing
    zh = "这个链接已用过、已过期或不完整，不能再设置密码。请系统管理员用 jiugai user invite 账号 重新发一个。"
    en = "This link was used, has expired or is not whole. Ask the administrator for another: `jiugai user invite`."


class PersonOut(JiugaiError):
    """Who is deactivated is invited to nothing."""

    code = "person_out"
    kind = Kind.refused
    zh = "{person} 已停用，不能登录。请先恢复在岗，再发链接。"
    en = "{person} is deactivated and cannot sign in. Bring them back first."


class PasswordWrong(JiugaiError):
    """The present password is another one."""

    code = "password_wrong"
    kind = Kind.invalid
    zh = "当前密码不对，密码没有改动。请重新输入；忘记了请系统管理员重发设置链接。"
    en = "The present password is wrong; nothing was changed. If it is forgotten, ask for a new link."


@dataclass(frozen=True, slots=True)
class Invited:
    """A link just made: its token, shown this once, and until when it is good."""

    token: str
    expires_at: datetime


def invite(session: Session, login: str, *, lasts: timedelta, entering: Entering) -> Invited:
    """Make a link with which this person sets a (new) password; links made before are void.

    Raises PersonMissing, PersonOut.
    """
    person = find_anyone(session, login)
    if not person.active:
        raise PersonOut(person=person.name)
    _end_open(session, person.id, entering.now)
    made = _make(session, person.id, lasts=lasts, entering=entering)
    act = Act("person", person.login, "invited", entering.actor, entering.source, entering.now)
    record(session, act)
    return made


def needs_first(session: Session) -> bool:
    """Whether nobody is in the register yet: then the first administrator is."""
    return not session.scalar(select(func.count()).select_from(Person))


def invite_first(session: Session, *, lasts: timedelta, entering: Entering) -> Invited:
    """Make the link of the first administrator, who enters themselves with it; the one made before is void."""
    _end_open(session, None, entering.now)
    return _make(session, None, lasts=lasts, entering=entering)


def _make(session: Session, person_id: int | None, *, lasts: timedelta, entering: Entering) -> Invited:
    token, until = new_token(), entering.now + lasts
    row = Invitation(
        person_id=person_id, token=kept(token), invited_at=entering.now, invited_by=entering.actor, expires_at=until
    )
    session.add(row)
    session.flush()
    return Invited(token, until)


def _end_open(session: Session, person_id: int | None, now: datetime) -> None:
    mine = Invitation.person_id == person_id if person_id is not None else Invitation.person_id.is_(None)
    for row in session.scalars(select(Invitation).where(mine, Invitation.ended_at.is_(None))):
        row.ended_at = now


def find_invited(session: Session, token: str, *, now: datetime) -> Person | None:
    """Whose link it is; None for the first administrator's. Raises InvitationVoid."""
    row = _open_invitation(session, token, now, hold=False)
    return session.get_one(Person, row.person_id) if row.person_id else None


def _open_invitation(session: Session, token: str, now: datetime, *, hold: bool = True) -> Invitation:
    query = select(Invitation).where(Invitation.token == kept(token), Invitation.ended_at.is_(None))
    row = session.scalar(query.with_for_update() if hold else query)  # a page only reads: it may not lock
    if row is None or row.expires_at <= now:
        raise InvitationVoid
    person = session.get(Person, row.person_id) if row.person_id else None
    if (person is None and row.person_id is not None) or (person is not None and not person.active):
        raise InvitationVoid
    if person is None and not needs_first(session):
        raise InvitationVoid
    return row


def set_password(session: Session, token: str, password: str, *, now: datetime, source: str = "web") -> Person:
    """Use a person's link: set the password, end the link and every session of theirs.

    Raises InvitationVoid (also for the first administrator's link), PasswordUnfit.
    """
    row = _open_invitation(session, token, now)
    if row.person_id is None:
        raise InvitationVoid
    person = session.get_one(Person, row.person_id)
    put_password(session, person, password, Entering(person.login, source, now))
    row.ended_at = now
    return person


def use_first(session: Session, token: str, *, now: datetime) -> None:
    """End the first administrator's link. Raises InvitationVoid."""
    row = _open_invitation(session, token, now)
    if row.person_id is not None:
        raise InvitationVoid
    row.ended_at = now


def put_password(session: Session, person: Person, password: str, entering: Entering) -> None:
    """Keep a person's new password and end their sessions. Raises PasswordUnfit."""
    require_fit(password, person.login)
    row = session.get(Account, person.id) or Account(person_id=person.id)
    action = "password_changed" if row.password else "password_set"
    row.password, row.set_at = hashed(password), entering.now
    session.add(row)
    session.flush()
    end_sessions(session, person, End.password, entering=entering)
    record(session, Act("person", person.login, action, entering.actor, entering.source, entering.now))


def change_password(session: Session, login: str, old: str, new: str, *, now: datetime) -> None:
    """Change one's own password; every session ends, also this one. Raises PasswordWrong, PasswordUnfit."""
    person = find_anyone(session, login)
    row = session.get(Account, person.id, with_for_update=True)
    if row is None or not matches(old, row.password):
        raise PasswordWrong
    put_password(session, person, new, Entering(login, "web", now))
