"""Logging in (登录): the password compared outside any transaction, failures counted, locked out ever longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from models.account import Account, LoginThrottle
from models.person import Person
from services.account_password import matches
from services.audit import Act, record
from services.session import Browser, Way, open_session
from states.exceptions import JiugaiError, Kind

FREE = {"login": 5, "address": 30}
"""Failures in a row before nobody is tried any more, under one login and from one address; assumed."""
FIRST_LOCK, LONGEST_LOCK = timedelta(minutes=1), timedelta(hours=1)
FORGOTTEN = timedelta(hours=24)
"""Failures this long ago do not count any more."""


class LoginFailed(JiugaiError):
    """The login or the password is wrong; which of them is not said."""

    code = "login_failed"
    kind = Kind.invalid
    zh = "账号或密码不对。请核对大小写后再试；还没有设置过密码或忘记了，请系统管理员发设置链接。"
    en = "The login or the password is wrong. Without a password, ask the administrator for a link."


class LoginLocked(JiugaiError):
    """Too many failures: nothing is tried until the lock is over."""

    code = "login_locked"
    kind = Kind.forbidden
    zh = "密码错误次数过多，已暂停登录，{minutes} 分钟后可再试。不是您本人操作，请告诉系统管理员。"
    en = "Too many wrong passwords: signing in is suspended for {minutes} minute(s)."


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody trying to sign in."""

    login: str
    password: str
    browser: Browser
    now: datetime

    @property
    def keys(self) -> tuple[str, ...]:
        """What failures are counted under."""
        return f"login:{self.login.strip().lower()[:80]}", f"address:{self.browser.address[:80]}"


@dataclass(frozen=True, slots=True)
class Known:
    """What the record knows of a login before the password is compared: the hash in force, if any."""

    login: str | None
    password: str | None

    def fits(self, attempt: Attempt) -> bool:
        """Whether the password is right. Takes a fifth of a second: call it outside any transaction."""
        return matches(attempt.password, self.password) and self.password is not None


def look_up(session: Session, attempt: Attempt) -> Known:
    """What is needed to compare the password. Raises LoginLocked before anything is compared."""
    _require_free(_throttles(session, attempt, hold=False), attempt.now)
    query = select(Person.login, Account.password).join(Account, Account.person_id == Person.id)
    found = session.execute(query.where(_named(attempt), Person.active)).first()
    return Known(found.login, found.password) if found else Known(None, None)


def sign_in(session: Session, attempt: Attempt, known: Known) -> str:
    """Open the session of somebody whose password was right and return its token.

    Raises LoginLocked when others failed meanwhile, LoginFailed when the password was changed or the person let go.
    """
    rows = _throttles(session, attempt)
    _require_free(rows, attempt.now)
    query = select(Person, Account.password).join(Account, Account.person_id == Person.id)
    found = session.execute(query.where(_named(attempt), Person.active)).first()
    if found is None or found.password != known.password:
        raise LoginFailed
    for row in rows:
        if row.key.startswith("login:"):
            session.delete(row)
    session.execute(delete(LoginThrottle).where(LoginThrottle.failed_at < attempt.now - FORGOTTEN))
    return open_session(session, found.Person, Way.password, attempt.browser, now=attempt.now)


def note_failure(session: Session, attempt: Attempt, known: Known) -> None:
    """Count a wrong password and write it down; from a number on, every further one locks for twice as long."""
    rows = {row.key: row for row in _throttles(session, attempt)}
    locked = None
    for key in attempt.keys:
        row = rows.get(key) or LoginThrottle(key=key, failures=0, failed_at=attempt.now)
        if attempt.now - row.failed_at > FORGOTTEN:
            row.failures = 0
        row.failures, row.failed_at = row.failures + 1, attempt.now
        over = row.failures - FREE[key.partition(":")[0]]
        if over >= 0:
            row.locked_until = attempt.now + min(FIRST_LOCK * 2 ** min(over, 10), LONGEST_LOCK)
            locked = max(locked or row.locked_until, row.locked_until)
        session.add(row)
    session.flush()
    _write(session, attempt, known, locked)


def _write(session: Session, attempt: Attempt, known: Known, locked: datetime | None) -> None:
    subject, name = ("person", known.login) if known.login else ("login", attempt.keys[1])
    after = {"address": attempt.browser.address[:80]} | ({"locked_until": locked.isoformat()} if locked else {})
    signed = (known.login or "anonymous", "web", attempt.now)
    record(session, Act(subject, name[:80], "login_failed", *signed, after=after))


def _named(attempt: Attempt) -> ColumnElement[bool]:
    return func.lower(Person.login) == attempt.login.strip().lower()[:80]


def _throttles(session: Session, attempt: Attempt, *, hold: bool = True) -> Sequence[LoginThrottle]:
    query = select(LoginThrottle).where(LoginThrottle.key.in_(attempt.keys)).order_by(LoginThrottle.key)
    return session.scalars(query.with_for_update() if hold else query).all()


def _require_free(rows: Sequence[LoginThrottle], now: datetime) -> None:
    until = max((row.locked_until for row in rows if row.locked_until), default=now)
    if until > now:
        raise LoginLocked(minutes=-(-(until - now) // timedelta(minutes=1)))
