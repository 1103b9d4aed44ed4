"""Projects (项目): the register as a list with stable addresses, and the page of one project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from sqlalchemy import select

from models.document import Document
from runtime.office import Office
from services.account_sight import find_seen
from services.document import stored_at
from services.fact_form import fact_fields
from services.identity import keeper_capacities
from services.pack import pack_of
from services.project_filter import Sort, State
from services.project_list import ProjectList, list_projects
from services.project_sheet import sheet_of
from services.reading import Reading
from states.clock import Light
from states.exceptions import JiugaiError
from states.refusal import MoveRefused
from web.desk import OpenOffice
from web.error import STATUS
from web.form import new_request_id
from web.page import render
from web.query import address, order, read_filter
from web.visitor import SignedIn, Visitor

router = APIRouter()
DONE = {
    "moved": "已办理，项目进入下一步。后续通知与期限由系统自动安排。",
    "recorded": "填报已保存。",
    "attached": "材料已提交。",
    "claimed": "已签收，这件任务由您办理。",
    "answered": "意见已提交。",
    "withdrawn": "意见已撤回，可以重新提出。",
}
"""What is said after something was done."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """What was wrong with a form: which one, why, everything that was typed, and what is wrong with single fields."""

    form: str
    problem: JiugaiError
    typed: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Every unmet requirement, where a move was refused."""
        return tuple(one.text() for one in self.problem.refusals) if isinstance(self.problem, MoveRefused) else ()


Page = Annotated[int, Query(ge=1, le=1_000_000)]
LIGHTS = (Light.red, Light.yellow, Light.green, Light.grey)


@router.get("/projects")
def show_projects(request: Request, office: OpenOffice, visitor: SignedIn, page: Page = 1) -> Response:
    """The projects a filter names. A form sends empty fields: its answer is the address without them."""
    given = dict(request.query_params)
    if "" in given.values():
        return RedirectResponse(address(read_filter(given, page)), 303)
    with office.database.read() as session:
        reading, wanted = Reading(office.city, office.now()), read_filter(given, page)
        listed = list_projects(session, reading, wanted, within=visitor.sight)
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
def show_project(request: Request, office: OpenOffice, visitor: SignedIn, code: str, page: Page = 1) -> HTMLResponse:
    """Everything about one project; `page` turns the pages of its history. Raises ProjectMissing."""
    return project_page(request, office, visitor, code, page=page)


def project_page(
    request: Request, office: Office, visitor: Visitor, code: str, *, page: int = 1, trouble: Trouble | None = None
) -> HTMLResponse:
    """The page of a project the visitor may see, with what was wrong with a form of it. Raises ProjectMissing."""
    reading = Reading(office.city, office.now())
    with office.database.read() as session:
        project = find_seen(session, visitor.actor, code)
        sheet = sheet_of(session, reading, project, page=page, actor=visitor.actor)
        pack, may_keep = pack_of(project.pack_version), bool(keeper_capacities(visitor.actor, project.organisation))
    return render(
        request,
        "project.html",
        status=int(STATUS[trouble.problem.kind]) if trouble else 200,
        sheet=sheet,
        project=sheet.line,
        today=reading.today,
        trouble=trouble,
        fields=fact_fields(reading, pack, sheet.line.step, sheet.facts) if may_keep else (),
        kinds=[(one.code, one.label) for one in pack.document.documents] if may_keep else (),
        may_keep=may_keep,
        request_id=new_request_id(),
        most_mb=office.settings.max_document_mb,
        done=DONE.get(request.query_params.get("done", ""), ""),
    )


@router.get("/projects/{code}/documents/{kind}/{version}")
def show_document(office: OpenOffice, visitor: SignedIn, code: str, kind: str, version: int) -> Response:
    """One file, always to be saved and never shown in the page. Raises ProjectMissing."""
    with office.database.read() as session:
        project = find_seen(session, visitor.actor, code)
        query = select(Document).where(Document.project_id == project.id, Document.kind == kind)
        found = session.scalar(query.where(Document.version == version, Document.withdrawn_at.is_(None)))
        path = stored_at(office.city, found.sha256) if found else None
    if found is None or path is None or not path.exists():
        raise HTTPException(404)
    return FileResponse(path, filename=found.filename, media_type="application/octet-stream")
