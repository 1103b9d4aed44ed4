"""The visitor (访问者): who is signed in, found once a request by the cookie of their session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, cast

from fastapi import Depends, Request, Response
from sqlalchemy import ColumnElement

from runtime.office import Office
from runtime.settings import Settings
from services.account_sight import sight as sight_of
from services.account_todo import Counts, menu_counts
from services.account_token import form_token
from services.identity import Actor, actor_of
from services.reading import Reading
from services.session import SEEN_EVERY, Browser, Limits, find_session, touch
from states.role import Role
from web.desk import OpenOffice, desk_of

COOKIE = "jiugai_session"


class SignInNeeded(Exception):
    """Nobody is signed in (any more): the page is shown after signing in."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is signed in: the person with their roles, the session, the word their forms carry, the menu's numbers."""

    actor: Actor
    person_id: int
    session_id: int
    way: str
    form_token: str
    counts: Counts

    @property
    def home(self) -> str:
        """The page they start on: their to-do; the board for whoever only supervises."""
        roles = {grant.role for grant in (*self.actor.grants, *self.actor.borrowed)}
        return "/" if roles == {Role.supervisor} else "/todo"

    @property
    def sight(self) -> ColumnElement[bool]:
        """The projects they may see, as a condition over Project."""
        return sight_of(self.actor)

    @property
    def roles(self) -> str:
        """What they are, in words."""
        return "、".join(dict.fromkeys(grant.role.label.zh for grant in self.actor.grants)) or "没有角色"


def find_visitor(request: Request, office: Office) -> Visitor | None:
    """Who sends this request; None when nobody is signed in. Looked up once a request."""
    if not hasattr(request.state, "visitor"):
        request.state.visitor = _look_up(request, office)
    return cast(Visitor | None, request.state.visitor)


def _look_up(request: Request, office: Office) -> Visitor | None:
    token, now = request.cookies.get(cookie_name(office.settings), ""), office.now()
    if not token:
        return None
    with office.database.read() as session:
        found = find_session(session, token, limits(office.settings), now=now)
        if found is None:
            return None
        row, person = found
        actor = actor_of(session, person, on=office.city.day(now))
        counts = menu_counts(session, Reading(office.city, now), actor)
        visitor = Visitor(actor, person.id, row.id, row.way, form_token(token), counts)
        stale = now - row.seen_at >= SEEN_EVERY
    if stale:
        with office.database.write() as session:
            touch(session, visitor.session_id, now=now)
    return visitor


def limits(settings: Settings) -> Limits:
    """How long sessions live."""
    return Limits(timedelta(minutes=settings.session_idle_minutes), timedelta(hours=settings.session_hours))


def signed_in(request: Request, office: OpenOffice) -> Visitor:
    """The visitor. Raises SignInNeeded."""
    visitor = find_visitor(request, office)
    if visitor is None:
        raise SignInNeeded
    return visitor


SignedIn = Annotated[Visitor, Depends(signed_in)]
"""A page's parameter: who is signed in. Every page but signing in itself has it."""


def is_secure(settings: Settings) -> bool:
    """Whether people reach the pages over HTTPS."""
    return settings.site.startswith("https://")


def cookie_name(settings: Settings) -> str:
    """Over HTTPS with the prefix that binds the cookie to this very host."""
    return f"__Host-{COOKIE}" if is_secure(settings) else COOKIE


def give_cookie(request: Request, response: Response, token: str) -> None:
    """Let the browser keep the session until it is closed; scripts cannot read it, other sites cannot send it."""
    settings = desk_of(request).settings
    response.set_cookie(
        cookie_name(settings), token, path="/", httponly=True, samesite="lax", secure=is_secure(settings)
    )


def take_cookie(request: Request, response: Response) -> None:
    """Have the browser forget the session."""
    settings = desk_of(request).settings
    name = cookie_name(settings)
    response.delete_cookie(name, path="/", httponly=True, samesite="lax", secure=is_secure(settings))


def browser_of(request: Request) -> Browser:
    """Where the request comes from."""
    return Browser(request.client.host if request.client else "", request.headers.get("user-agent", ""))
