"""The task page (审查任务): the papers beside the opinion form, for whoever is asked."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from models.project import Project
from runtime.office import Office
from services.account_sight import find_seen
from services.condition import Wanted
from services.keeping import Keeping
from services.project_sheet import sheet_of
from services.reading import Reading
from services.review import Answer, answer
from services.task_claim import claim_task
from services.task_hold import TaskMissing
from services.task_standing import task_standing
from services.task_withdrawal import withdraw_opinion
from states.exceptions import JiugaiError, Kind
from states.review import Opinion
from web.desk import OpenOffice
from web.error import STATUS
from web.form import Sent, SentForm, new_request_id
from web.page import render
from web.project import DONE, Trouble
from web.visitor import SignedIn, Visitor

router = APIRouter()


class OpinionMissing(JiugaiError):
    """No opinion was chosen."""

    code = "opinion_missing"
    kind = Kind.invalid
    zh = "还没有选择意见，没有提交。请先选一项；填写的内容都在。"
    en = "No opinion was chosen; nothing was recorded."


@router.get("/tasks/{number}")
def show_task(request: Request, office: OpenOffice, visitor: SignedIn, number: int) -> Response:
    """What is asked, the project's papers, and the form for whoever may answer. Raises TaskMissing."""
    return task_page(request, office, visitor, number)


@router.post("/tasks/{number}/claim")
def claim(request: Request, office: OpenOffice, sent: Sent, number: int) -> Response:
    """Take the task from the unit's pool."""

    def do(session: Session) -> None:
        claim_task(session, office.city, number, _keeping(office, sent))

    return _done(request, office, sent, number, do, form="claim", done="claimed")


@router.post("/tasks/{number}/answer")
def give_opinion(request: Request, office: OpenOffice, sent: Sent, number: int) -> Response:
    """Give the unit's opinion, with reasons and conditions, one a line."""

    def do(session: Session) -> None:
        given = sent.typed.fields.get("opinion", "")
        if given not in {one.value for one in Opinion}:
            raise OpinionMissing
        lines = tuple(Wanted(line.strip()) for line in sent.typed.text("conditions").splitlines() if line.strip())
        wish = Answer(
            number, sent.visitor.actor, Opinion(given), sent.typed.text("reasons"), sent.request_id, office.now(),
            conditions=lines,
        )  # fmt: skip
        answer(session, office.city, wish)

    return _done(request, office, sent, number, do, form="answer", done="answered")


@router.post("/tasks/{number}/withdraw")
def withdraw(request: Request, office: OpenOffice, sent: Sent, number: int) -> Response:
    """Take one's own opinion back while nobody has acted on it."""

    def do(session: Session) -> None:
        withdraw_opinion(session, office.city, number, _keeping(office, sent))

    return _done(request, office, sent, number, do, form="withdraw", done="withdrawn")


def task_page(
    request: Request, office: Office, visitor: Visitor, number: int, *, trouble: Trouble | None = None
) -> Response:
    """The page of one task the visitor may see. Raises TaskMissing."""
    reading = Reading(office.city, office.now())
    with office.database.read() as session:
        standing = task_standing(session, number, visitor.actor)
        project = _find_seen(session, visitor, standing.project, number)
        sheet = sheet_of(session, reading, project, actor=visitor.actor)
    review = next(one for one in sheet.rounds if one.id == standing.review)
    return render(
        request,
        "task.html",
        status=int(STATUS[trouble.problem.kind]) if trouble else 200,
        sheet=sheet,
        project=sheet.line,
        review=review,
        task=next(one for one in review.tasks if one.task == number),
        standing=standing,
        opinions=tuple(Opinion),
        trouble=trouble,
        request_id=new_request_id(),
        done=DONE.get(request.query_params.get("done", ""), ""),
    )


def _find_seen(session: Session, visitor: Visitor, code: str, number: int) -> Project:
    try:
        return find_seen(session, visitor.actor, code)
    except JiugaiError:
        raise TaskMissing(task=number) from None  # what is not theirs to see is not there


def _keeping(office: Office, sent: SentForm) -> Keeping:
    return Keeping(sent.visitor.actor, office.now(), "web", sent.request_id, sent.typed.text("reason"))


def _done(
    request: Request,
    office: Office,
    sent: SentForm,
    number: int,
    do: Callable[[Session], None],
    *,
    form: str,
    done: str,
) -> Response:
    try:
        with office.database.write() as session:
            _find_seen(session, sent.visitor, task_standing(session, number, sent.visitor.actor).project, number)
            do(session)
    except TaskMissing:
        raise
    except JiugaiError as problem:
        trouble = Trouble(form, problem, sent.typed.keepable)
        return task_page(request, office, sent.visitor, number, trouble=trouble)
    return RedirectResponse(f"/tasks/{number}?done={done}", 303)
