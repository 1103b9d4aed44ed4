"""Conditions on their way (附加条件落实): reported met by the applicant, confirmed, sent back or waived."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.document import Document
from models.project import Project
from models.review import ReviewTask
from models.review_condition import ReviewCondition
from services.audit import record
from services.city import City
from services.identity import Capacity, OpinionForbidden, people_at, unit_capacities
from services.keeping import Keeping, require_keeper
from services.review_round import role_asked
from services.task_act import task_act, task_act_before
from services.task_hold import Held, hold_task
from services.task_notice import Telling, coordinators, tell
from states.exceptions import JiugaiError, Kind
from states.label import Label
from states.review_task import OWED, ConditionStatus


class ConditionMissing(JiugaiError):
    """No condition of that number."""

    code = "condition_missing"
    kind = Kind.missing
    zh = "没有编号为 {condition} 的附加条件。请用 jiugai review conditions 项目编号 查看。"
    en = "There is no condition {condition}. See `jiugai review conditions CODE`."


class ConditionMisplaced(JiugaiError):
    """The condition is not in the state this act starts from."""

    code = "condition_misplaced"
    kind = Kind.refused
    zh = "附加条件“{text}”现为“{status}”，不能{act}。请先核对，再联系“{unit}”。"
    en = 'The condition "{text}" is {status_en}; it cannot be {act_en}. Check it, then ask {unit}.'


class ConditionReasonMissing(JiugaiError):
    """Sending back or waiving a condition takes words."""

    code = "condition_reason_missing"
    kind = Kind.invalid
    zh = "{act}须写明理由，再提交。"
    en = "To {act_en} a condition takes a reason."


class ConditionDocumentMissing(JiugaiError):
    """The document that is to show it is not on file."""

    code = "condition_document_missing"
    kind = Kind.refused
    zh = "“{project}”的材料里没有“{document}”，不能作为条件已落实的证明。请先上传（jiugai project attach），再办理。"
    en = '"{document}" is not on file for {project} and cannot show that the condition is met. Attach it first.'


def report_condition(
    session: Session, city: City, condition_id: int, document: str, keeping: Keeping
) -> ReviewCondition:
    """Say that a condition has been met, shown by a document of that kind on file; the department then confirms.

    The applicant's coordinators may. Harmless when repeated. Raises ConditionMissing, KeepingForbidden,
    ConditionMisplaced, ConditionDocumentMissing, RequestReused.
    """
    row, held, task = _hold(session, condition_id)
    capacity = require_keeper(held.project, keeping.actor)
    if task_act_before(session, held, task, "condition_reported", keeping):
        return row
    _require(row, task, (ConditionStatus.open,), Label("报告落实", "reported met"))
    row.status, row.document_id = ConditionStatus.reported, _document(session, held.project, document)
    row.reported_at, row.reported_by = keeping.now, keeping.actor.login
    _note(session, held, task, row, "condition_reported", keeping, capacity)
    telling = Telling("条件待确认", f"所附条件“{row.text}”已报落实", "核对材料，确认已落实，或写明理由退回。")
    people = people_at(session, task.organisation_id, role_asked(task), on=city.day(keeping.now))
    tell(session, city, held, task, telling, people, keeping)
    return row


def confirm_condition(
    session: Session, city: City, condition_id: int, keeping: Keeping, *, met: bool
) -> ReviewCondition:
    """Confirm a reported condition, or send it back with a reason. Only the department that set it may.

    Harmless when repeated. Raises ConditionMissing, OpinionForbidden, ConditionMisplaced, ConditionReasonMissing,
    RequestReused.
    """
    act = Label("确认", "confirmed") if met else Label("退回", "sent back")
    status = ConditionStatus.met if met else ConditionStatus.open
    return _close(session, city, condition_id, keeping, act, status, (ConditionStatus.reported,))


def waive_condition(session: Session, city: City, condition_id: int, keeping: Keeping) -> ReviewCondition:
    """Do without a condition, with a reason. Only the department that set it may.

    Harmless when repeated. Raises ConditionMissing, OpinionForbidden, ConditionMisplaced, ConditionReasonMissing,
    RequestReused.
    """
    return _close(session, city, condition_id, keeping, Label("免除", "waived"), ConditionStatus.waived, OWED)


def _close(
    session: Session,
    city: City,
    condition_id: int,
    keeping: Keeping,
    act: Label,
    status: ConditionStatus,
    sources: Sequence[ConditionStatus],
) -> ReviewCondition:
    row, held, task = _hold(session, condition_id)
    capacity = _require_setter(task, keeping)
    action = _ACTIONS[status]
    if task_act_before(session, held, task, action, keeping):
        return row
    _require(row, task, sources, act)
    if status is not ConditionStatus.met and not keeping.reason.strip():
        raise ConditionReasonMissing(act=f"{act.zh}附加条件", act_en=act.text("en"))
    row.status = status
    if status is not ConditionStatus.open:
        row.closed_at, row.closed_by = keeping.now, keeping.actor.login
        row.closing_reason = keeping.reason.strip() or None
    _note(session, held, task, row, action, keeping, capacity)
    telling = Telling(f"条件{act.zh}", f"所附条件“{row.text}”：{status.label.zh}")
    tell(session, city, held, task, telling, coordinators(session, held, city.day(keeping.now)), keeping)
    return row


_ACTIONS = {
    ConditionStatus.met: "condition_met",
    ConditionStatus.open: "condition_sent_back",
    ConditionStatus.waived: "condition_waived",
}


def _hold(session: Session, condition_id: int) -> tuple[ReviewCondition, Held, ReviewTask]:
    row = session.get(ReviewCondition, condition_id)
    if row is None:
        raise ConditionMissing(condition=condition_id)
    held, task = hold_task(session, row.task_id)
    session.refresh(row)  # as it stands now that nobody else can change it
    return row, held, task


def _require(row: ReviewCondition, task: ReviewTask, sources: Sequence[ConditionStatus], act: Label) -> None:
    if row.status not in sources:
        label = ConditionStatus(row.status).label
        words = {"status": label.zh, "status_en": label.text("en"), "act": act.zh, "act_en": act.text("en")}
        raise ConditionMisplaced(text=row.text, unit=task.organisation.name, **words)


def _require_setter(task: ReviewTask, keeping: Keeping) -> Capacity:
    held = unit_capacities(keeping.actor, role_asked(task), task.organisation_id)
    if not held:
        raise OpinionForbidden(actor=keeping.actor.name or keeping.actor.login, unit=task.organisation.name)
    return held[0]


def _document(session: Session, project: Project, kind: str) -> int:
    on_file = (Document.project_id == project.id, Document.kind == kind, Document.withdrawn_at.is_(None))
    found = session.scalar(select(Document.id).where(*on_file).order_by(Document.version.desc()).limit(1))
    if found is None:
        raise ConditionDocumentMissing(project=project.name, document=kind)
    return found


def _note(
    session: Session,
    held: Held,
    task: ReviewTask,
    row: ReviewCondition,
    action: str,
    keeping: Keeping,
    capacity: Capacity,
) -> None:
    after = {"condition": row.id, "text": row.text, "status": row.status, "document": row.document_id}
    record(session, task_act(held, task, action, keeping, capacity, after=after))
