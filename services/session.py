"""Sessions (登录会话): opened in the database, found by the hash of their token, ended by time, owner or office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.account import WebSession
from models.person import Person
from services.account_token import kept, new_token
from services.audit import Act, record
from services.organisation import Entering
from states.exceptions import JiugaiError, Kind
from states.label import Label

SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is kept when a session was last used: reading a page writes at most this often."""


class Way(StrEnum):
    """How somebody signed in."""

    password = "password"  # noqa: S105 - the word, no secret
    demo = "demo"

    @property
    def label(self) -> Label:
        """The way in words."""
        return Label("密码", "password") if self is Way.password else Label("演示账号", "demonstration")


class End(StrEnum):
    """Why a session is over."""

    logout = "logout"
    revoked = "revoked"
    password = "password"  # noqa: S105 - the word, no secret


class SessionMissing(JiugaiError):
    """No open session of that number is this person's."""

    code = "session_missing"
    kind = Kind.missing
    zh = "没有编号为 {number} 的登录，可能已经退出。请刷新“我的账号”再看。"
    en = "There is no session {number} of yours; it may be over already."


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lives: without use, and in all."""

    idle: timedelta
    whole: timedelta


@dataclass(frozen=True, slots=True)
class SessionLine:
    """One open session as its owner sees it."""

    id: int
    way: Way
    address: str
    browser: str
    opened_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Browser:
    """Where somebody signs in from: the address and what the browser calls itself."""

    address: str
    name: str = ""


def open_session(session: Session, person: Person, way: Way, browser: Browser, *, now: datetime) -> str:
    """Sign a person in and return the token; the login is an entry of the history."""
    token = new_token()
    row = WebSession(
        person_id=person.id, token=kept(token), way=way, address=browser.address[:80], browser=browser.name[:200],
        opened_at=now, seen_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    after = {"way": way, "address": row.address, "session": row.id}
    record(session, Act("person", person.login, "signed_in", person.login, "web", now, after=after))
    return token


def find_session(session: Session, token: str, limits: Limits, *, now: datetime) -> tuple[WebSession, Person] | None:
    """The open session of a token with its active person; None when there is none or its time is over."""
    query = select(WebSession, Person).join(Person, Person.id == WebSession.person_id)
    query = query.where(WebSession.token == kept(token), WebSession.ended_at.is_(None), Person.active)
    query = query.where(WebSession.seen_at > now - limits.idle, WebSession.opened_at > now - limits.whole)
    found = session.execute(query).first()
    return (found[0], found[1]) if found else None


def touch(session: Session, number: int, *, now: datetime) -> None:
    """Keep that a session was used now."""
    session.execute(update(WebSession).where(WebSession.id == number).values(seen_at=now))


def end_session(session: Session, login: str, number: int, why: End, *, now: datetime) -> None:
    """End one open session of a person. Raises SessionMissing."""
    query = select(WebSession).join(Person).where(Person.login == login, WebSession.id == number)
    row = session.scalar(query.where(WebSession.ended_at.is_(None)))
    if row is None:
        raise SessionMissing(number=number)
    row.ended_at, row.ended_because = now, why
    record(session, Act("person", login, "signed_out", login, "web", now, after={"session": number, "because": why}))


def end_sessions(session: Session, person: Person, why: End, *, entering: Entering) -> int:
    """End every open session of a person; returns how many there were."""
    mine = select(WebSession).where(WebSession.person_id == person.id, WebSession.ended_at.is_(None))
    rows = session.scalars(mine).all()
    for row in rows:
        row.ended_at, row.ended_because = entering.now, why
    if rows:
        after = {"sessions": [row.id for row in rows], "because": why}
        act = Act("person", person.login, "signed_out", entering.actor, entering.source, entering.now, after=after)
        record(session, act)
    return len(rows)


def list_sessions(session: Session, person_id: int, limits: Limits, *, now: datetime) -> Sequence[SessionLine]:
    """A person's open sessions, the one used last first."""
    query = select(WebSession).where(WebSession.person_id == person_id, WebSession.ended_at.is_(None))
    query = query.where(WebSession.seen_at > now - limits.idle, WebSession.opened_at > now - limits.whole)
    rows = session.scalars(query.order_by(WebSession.seen_at.desc(), WebSession.id.desc()))
    return [SessionLine(r.id, Way(r.way), r.address, r.browser, r.opened_at, r.seen_at) for r in rows]
