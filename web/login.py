"""Signing in and out (登录、退出): by password, or as a demonstration account where the demonstration made the city."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.exc import IntegrityError

from runtime.office import Office
from services.account_demo import demo_people, sign_in_demo
from services.account_login import Attempt, LoginFailed, LoginLocked, look_up, note_failure, sign_in
from services.account_token import form_token
from services.session import End, SessionMissing, end_session
from states.exceptions import JiugaiError
from web.desk import OpenOffice
from web.error import STATUS
from web.form import FormInterrupted, Opened, Sent, Typed, is_ours, local_path, pack_kept, unpack_kept
from web.page import render
from web.resume import resume
from web.visitor import browser_of, find_visitor, give_cookie, take_cookie

router = APIRouter()


@router.get("/login")
def show_login(request: Request, office: OpenOffice, next: str = "/") -> Response:
    """The form; whoever is signed in goes on."""
    visitor = find_visitor(request, office)
    if visitor is not None:
        return RedirectResponse(_onward(local_path(next), visitor.home), 303)
    return login_page(request, office, Typed({"next": next}))


@router.post("/login")
def log_in(request: Request, office: OpenOffice, typed: Opened) -> Response:
    """Compare the password outside any transaction; a failure is counted and written down."""
    browser = browser_of(request)
    attempt = Attempt(typed.fields.get("login", ""), typed.fields.get("password", ""), browser, office.now())
    try:
        token = _try(office, attempt)
    except (LoginFailed, LoginLocked) as problem:
        return login_page(request, office, typed, problem=problem, status=int(STATUS[problem.kind]))
    return _signed_in(request, office, typed, token)


@router.post("/login/demo")
def log_in_demo(request: Request, office: OpenOffice, typed: Opened) -> Response:
    """One click for the accounts of the demonstration. Raises DemoLoginRefused."""
    with office.database.write() as session:
        token = sign_in_demo(session, typed.fields.get("login", ""), browser_of(request), now=office.now())
    return _signed_in(request, office, typed, token)


@router.post("/logout")
def log_out(request: Request, office: OpenOffice, sent: Sent) -> Response:
    """End this session; harmless when it is over."""
    with office.database.write() as session, suppress(SessionMissing):  # ended elsewhere meanwhile
        end_session(session, sent.visitor.actor.login, sent.visitor.session_id, End.logout, now=office.now())
    response = RedirectResponse("/login", 303)
    take_cookie(request, response)
    return response


def _try(office: Office, attempt: Attempt) -> str:
    """The token of a new session. Raises LoginFailed, LoginLocked."""
    with office.database.read() as session:
        known = look_up(session, attempt)
    fits = known.fits(attempt)
    # two failures of the same second may meet in the count: then one of them is not counted, and both are refused
    with suppress(IntegrityError), office.database.write() as session:
        if fits:
            return sign_in(session, attempt, known)
        note_failure(session, attempt, known)
    raise LoginFailed


def login_page(
    request: Request, office: Office, typed: Typed, *, problem: JiugaiError | None = None, status: int = 200
) -> Response:
    """The page to sign in on, with what a form that was interrupted had brought."""
    with office.database.read() as session:
        people = demo_people(session, today=office.city.day(office.now()))
    carried = {name: typed.fields[name] for name in ("next", "kept", "kept_path") if name in typed.fields}
    name = typed.fields.get("login", "") if problem else ""
    return render(
        request, "login.html", status=status, carried=carried, login=name[:80], problem=problem, people=people
    )


def interrupted(request: Request, office: Office, error: FormInterrupted) -> Response:
    """Sign in again, and nothing typed is lost; where only the session is another one, just send it again."""
    if error.signed_in:
        visitor = find_visitor(request, office)
        token = visitor.form_token if visitor else ""
        return resume(request, error.path, error.typed.keepable, token, because="stale", status=409)
    carried = Typed({"kept": pack_kept(error.typed), "kept_path": error.path}) if is_ours(error.path) else Typed()
    return login_page(request, office, carried, status=401)


def _signed_in(request: Request, office: Office, typed: Typed, token: str) -> Response:
    kept, path = unpack_kept(typed.fields.get("kept", "")), typed.fields.get("kept_path", "")
    _end_former(request, office)
    request.state.visitor = None  # of the session before: this answer is for nobody's menu
    if kept is not None and is_ours(path):
        response = resume(request, path, kept, form_token(token), because="expired")
    else:
        response = RedirectResponse(f"/login?next={_quoted(typed)}", 303)  # which knows the person's first page
    give_cookie(request, response, token)
    return response


def _end_former(request: Request, office: Office) -> None:
    """A browser has one session: signing in as somebody else ends the one before."""
    former = find_visitor(request, office)
    if former is None:
        return
    with office.database.write() as session:
        end_session(session, former.actor.login, former.session_id, End.logout, now=office.now())


def _quoted(typed: Typed) -> str:
    return quote(local_path(typed.fields.get("next", "/")), safe="")


def _onward(path: str, home: str) -> str:
    return home if path == "/" else path
