"""Projects (项目): the register as a list with stable addresses, and the page of one project."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.project_filter import Sort, State
from services.project_list import ProjectList, list_projects
from services.project_sheet import project_sheet
from services.reading import Reading
from states.clock import Light
from web.desk import OpenOffice
from web.page import render
from web.query import address, order, read_filter

router = APIRouter()
Page = Annotated[int, Query(ge=1, le=1_000_000)]
LIGHTS = (Light.red, Light.yellow, Light.green, Light.grey)


@router.get("/projects")
def show_projects(request: Request, office: OpenOffice, page: Page = 1) -> Response:
    """The projects a filter names. A form sends empty fields: its answer is the address without them."""
    given = dict(request.query_params)
    if "" in given.values():
        return RedirectResponse(address(read_filter(given, page)), 303)
    with office.database.read() as session:
        listed = list_projects(session, Reading(office.city, office.now()), read_filter(given, page))
    return render(
        request,
        "project_list.html",
        listed=listed,
        wanted=listed.filter,
        chips=_chips(listed),
        address=address,
        order=order(listed.filter),
        sorts=tuple(Sort),
        states=tuple(State),
        lights=LIGHTS,
    )


def _chips(listed: ProjectList) -> list[tuple[str, str]]:
    """The parts of the filter in words, each with the address without it; a code nobody knows is shown as it is."""
    wanted = listed.filter
    stages = {stage.code: stage.label.zh for stage in listed.outline.stages}
    steps = {step.code: step.label.zh for step in listed.outline.steps}
    districts = {place.code: place.name for place in listed.tree.districts()}
    found = [
        ("阶段", "stage", stages.get(wanted.stage or "", wanted.stage)),
        ("步骤", "step", steps.get(wanted.step or "", wanted.step)),
        ("区县", "district", districts.get(wanted.district or "", wanted.district)),
        ("灯", "light", wanted.light.label.zh if wanted.light is not None else None),
        ("状态", "state", wanted.state.label.zh if wanted.state else None),
        ("查找", "q", wanted.q or None),
    ]
    empty = {"q": ""}
    return [(f"{what}：{label}", address(wanted, **{name: empty.get(name)})) for what, name, label in found if label]


@router.get("/projects/{code}")
def show_project(request: Request, office: OpenOffice, code: str, page: Page = 1) -> HTMLResponse:
    """Everything about one project; `page` turns the pages of its history. Raises ProjectMissing."""
    reading = Reading(office.city, office.now())
    with office.database.read() as session:
        sheet = project_sheet(session, reading, code, page=page)
    return render(request, "project.html", sheet=sheet, project=sheet.line, today=reading.today)
