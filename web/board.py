"""The board (总览): the first page: the stages, the districts, and what is most urgent."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.board import board
from services.project_filter import Filter, State
from services.project_list import list_projects
from services.reading import Reading
from states.clock import Light
from web.desk import OpenOffice
from web.page import render
from web.query import address
from web.visitor import SignedIn

router = APIRouter()
URGENT = 10


@router.get("/")
def show_board(request: Request, office: OpenOffice, visitor: SignedIn) -> HTMLResponse:
    """Where every project the visitor may see stands, and the overdue ones by name."""
    reading = Reading(office.city, office.now())
    with office.database.read() as session:
        counted = board(session, visitor.sight)
        listed = list_projects(session, reading, Filter(state=State.running), size=URGENT, within=visitor.sight)
    urgent = [row for row in listed.lines if row.light >= Light.yellow]
    widest = max((step.lights.total for stage in counted.stages for step in stage.steps), default=0)
    today = reading.today
    return render(request, "board.html", board=counted, urgent=urgent, widest=widest, today=today, address=address)
