"""The board (总览): the first page: the stages, the districts, and what is most urgent."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.board import board
from services.listing import Filter, State, listing
from states.clock import Light
from web.desk import OpenOffice
from web.page import render
from web.query import address

router = APIRouter()
URGENT = 10


@router.get("/")
def show_board(request: Request, office: OpenOffice) -> HTMLResponse:
    """Where every project stands, and the overdue ones by name."""
    now = office.now()
    with office.database.read() as session:
        counted = board(session)
        listed = listing(session, office.city, Filter(state=State.running), now=now, size=URGENT)
    urgent = [row for row in listed.rows if row.light >= Light.yellow]
    widest = max((step.lights.total for stage in counted.stages for step in stage.steps), default=0)
    today = office.city.day(now)
    return render(request, "board.html", board=counted, urgent=urgent, widest=widest, today=today, address=address)
