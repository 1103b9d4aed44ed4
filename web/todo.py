"""The to-do page (我的待办): what is over, due today and this week, to claim, and not read yet."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.account_todo import todo
from services.inbox import mark_read
from services.reading import Reading
from web.desk import OpenOffice
from web.form import Sent
from web.page import render
from web.visitor import SignedIn

router = APIRouter()


@router.get("/todo")
def show_todo(request: Request, office: OpenOffice, visitor: SignedIn) -> Response:
    """The first page after signing in."""
    reading = Reading(office.city, office.now())
    with office.database.read() as session:
        found = todo(session, reading, visitor.actor)
    return render(request, "todo.html", todo=found, today=reading.today)


@router.post("/todo/read")
def read_all(office: OpenOffice, sent: Sent) -> Response:
    """Mark every message of one's own inbox as read."""
    with office.database.write() as session:
        mark_read(session, sent.visitor.actor.login, None, now=office.now())
    return RedirectResponse("/todo", 303)
