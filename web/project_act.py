"""Acting on a project (办理): a move, facts, a document; what is refused is shown beside the form, with all typed."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from policy.fact import FactInvalid
from runtime.office import Office
from services.account_sight import find_seen
from services.document import Upload, attach
from services.fact import record_facts
from services.fact_form import wrong_facts
from services.keeping import Keeping
from services.pack import pack_of
from services.project import Command, ProjectMissing, advance, find_project
from states.exceptions import JiugaiError, Kind
from web.desk import OpenOffice
from web.form import Sent, SentForm
from web.project import Trouble, project_page

router = APIRouter()
FACT = "fact_"


class FactsWrong(JiugaiError):
    """Some fields of the form cannot be recorded; nothing was."""

    code = "facts_wrong"
    kind = Kind.invalid
    zh = "有 {count} 处填写不对，全部没有保存。填写的内容都在，请按各处提示改正后再保存。"
    en = "{count} field(s) cannot be recorded; nothing was saved. Correct them and save again."


class FileMissing(JiugaiError):
    """No file was chosen."""

    code = "upload_missing"
    kind = Kind.invalid
    zh = "还没有选择文件，没有提交。请选择文件后再提交。"
    en = "No file was chosen; nothing was attached."


@router.post("/projects/{code}/advance")
def make_move(request: Request, office: OpenOffice, sent: Sent, code: str) -> Response:
    """Make one move, with its reason; sent twice it is made once."""
    trigger = sent.typed.fields.get("trigger", "")

    def do(session: Session) -> None:
        reason = sent.typed.text("reason")
        advance(session, office.city, Command(code, trigger, sent.visitor.actor, sent.request_id, office.now(), reason))

    return _done(request, office, sent, code, do, form=f"move-{trigger}", done="moved")


@router.post("/projects/{code}/facts")
def save_facts(request: Request, office: OpenOffice, sent: Sent, code: str) -> Response:
    """Record what was filled in; a field left empty changes nothing."""
    wrong: dict[str, FactInvalid] = {}

    def do(session: Session) -> None:
        project = find_project(session, code)
        names = [name for name in sent.typed.fields if name.startswith(FACT)]
        given = {name.removeprefix(FACT): text for name in names if (text := sent.typed.text(name))}
        wrong.update(wrong_facts(pack_of(project.pack_version), given))
        if wrong:
            raise FactsWrong(count=len(wrong))
        record_facts(session, project, given, _keeping(office, sent), city=office.city)

    return _done(request, office, sent, code, do, form="facts", done="recorded", wrong=wrong)


@router.post("/projects/{code}/documents")
def take_document(request: Request, office: OpenOffice, sent: Sent, code: str) -> Response:
    """Attach one file as the next version of its kind."""

    def do(session: Session) -> None:
        file = sent.typed.files.get("file")
        if file is None:
            raise FileMissing
        upload = Upload(sent.typed.fields.get("kind", ""), file.filename or "", file.file)
        attach(session, office.city, find_project(session, code), upload, _keeping(office, sent))

    return _done(request, office, sent, code, do, form="documents", done="attached")


def _keeping(office: Office, sent: SentForm) -> Keeping:
    return Keeping(sent.visitor.actor, office.now(), "web", sent.request_id, sent.typed.text("reason"))


def _done(
    request: Request,
    office: Office,
    sent: SentForm,
    code: str,
    do: Callable[[Session], None],
    *,
    form: str,
    done: str,
    wrong: dict[str, FactInvalid] | None = None,
) -> Response:
    """Do it in one transaction and go back to the project; or show the project with what was wrong and was typed."""
    try:
        with office.database.write() as session:
            find_seen(session, sent.visitor.actor, code)
            do(session)
    except ProjectMissing:
        raise
    except JiugaiError as problem:
        said = {name: one.text() for name, one in (wrong or {}).items()}
        trouble = Trouble(form, problem, sent.typed.keepable, said)
        return project_page(request, office, sent.visitor, code, trouble=trouble)
    return RedirectResponse(f"/projects/{quote(code, safe='')}?done={done}", 303)
