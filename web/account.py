"""My account (我的账号): the password, the open sessions; setting a password by a link; the first administrator."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from models.person import Person
from runtime.office import Office
from services.account import InvitationVoid, change_password, find_invited, set_password
from services.account_first import First, found
from services.identity import find_person
from services.session import End, Way, end_session, list_sessions, open_session
from states.exceptions import JiugaiError, Kind
from web.desk import OpenOffice
from web.error import STATUS
from web.form import Opened, Sent, Typed
from web.page import render
from web.visitor import SignedIn, Visitor, browser_of, find_visitor, give_cookie, limits, take_cookie

router = APIRouter()
FIELDS = ("city", "name", "login")


class PasswordsDiffer(JiugaiError):
    """The new password was typed differently the second time."""

    code = "passwords_differ"
    kind = Kind.invalid
    zh = "两次输入的密码不一样，没有保存。请重新输入两遍。"
    en = "The two passwords differ; nothing was saved. Type it twice again."


@router.get("/account")
def show_account(request: Request, office: OpenOffice, visitor: SignedIn) -> Response:
    """Who is signed in, where else they are, and their password."""
    return _account_page(request, office, visitor)


@router.post("/account/password")
def change(request: Request, office: OpenOffice, sent: Sent) -> Response:
    """Change the password; every session ends, so that whoever knew the old one is out."""
    fields = sent.typed.fields
    try:
        new = _same_twice(sent.typed)
        with office.database.write() as session:
            old, login = fields.get("old_password", ""), sent.visitor.actor.login
            change_password(session, login, old, new, now=office.now())
            me, browser = find_person(session, login), browser_of(request)
            token = open_session(session, me, Way(sent.visitor.way), browser, now=office.now())
    except JiugaiError as problem:
        return _account_page(request, office, sent.visitor, problem=problem)
    response = RedirectResponse("/account?done=password", 303)
    give_cookie(request, response, token)
    return response


@router.post("/account/sessions/{number}/end")
def end(request: Request, office: OpenOffice, sent: Sent, number: int) -> Response:
    """End one of one's own sessions. Raises SessionMissing."""
    with office.database.write() as session:
        end_session(session, sent.visitor.actor.login, number, End.revoked, now=office.now())
    if number == sent.visitor.session_id:
        response = RedirectResponse("/login", 303)
        take_cookie(request, response)
        return response
    return RedirectResponse("/account?done=session", 303)


@router.get("/invite/{token}")
def show_invite(request: Request, office: OpenOffice, token: str) -> Response:
    """The form behind a one-time link. Raises InvitationVoid."""
    return _invite_page(request, office, token, Typed())


@router.post("/invite/{token}")
def use_invite(request: Request, office: OpenOffice, token: str, typed: Opened) -> Response:
    """Set the password (and enter the city and oneself, for the first administrator), and sign in."""
    try:
        with office.database.write() as session:
            person = find_invited(session, token, now=office.now())
            new = _same_twice(typed)
            if person is None:
                city, name, login = (typed.text(field) for field in FIELDS)
                person = found(session, token, First(city, name, login, new), now=office.now())
            else:
                person = set_password(session, token, new, now=office.now())
            opened = open_session(session, person, Way.password, browser_of(request), now=office.now())
    except InvitationVoid:
        raise
    except JiugaiError as problem:
        return _invite_page(request, office, token, typed, problem=problem)
    response = RedirectResponse("/login", 303)
    give_cookie(request, response, opened)
    return response


def _same_twice(typed: Typed) -> str:
    password = typed.fields.get("password", "")
    if password != typed.fields.get("again", ""):
        raise PasswordsDiffer
    return password


def _account_page(
    request: Request, office: Office, visitor: Visitor, *, problem: JiugaiError | None = None
) -> Response:
    with office.database.read() as session:
        sessions = list_sessions(session, visitor.person_id, limits(office.settings), now=office.now())
    done, status = request.query_params.get("done", ""), int(STATUS[problem.kind]) if problem else 200
    return render(request, "account.html", status=status, sessions=sessions, problem=problem, done=done)


def _invite_page(
    request: Request, office: Office, token: str, typed: Typed, *, problem: JiugaiError | None = None
) -> Response:
    with office.database.read() as session:
        person: Person | None = find_invited(session, token, now=office.now())
    find_visitor(request, office)
    fields = {name: typed.fields.get(name, "") for name in FIELDS}
    status = int(STATUS[problem.kind]) if problem else 200
    return render(request, "invite.html", status=status, token=token, person=person, fields=fields, problem=problem)
