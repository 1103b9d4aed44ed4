"""Acts on a task (任务操作): what all of them share: that the round still runs, the repeated request, the entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.review import ReviewTask
from services.audit import Act, RequestReused, done_before
from services.identity import Capacity
from services.keeping import Keeping
from services.task_hold import Held
from states.exceptions import JiugaiError, Kind
from states.label import Label
from states.procedure import StepKind
from states.review import ReviewStatus, TaskStatus


class TaskClosed(JiugaiError):
    """The task takes no opinion any more, or not yet."""

    code = "task_closed"
    kind = Kind.refused
    zh = "“{unit}”的审查任务现为“{status}”，不能再填写意见。您填写的内容未保存，请复制留存；如需更正，请联系牵头部门。"
    en = 'The task of "{unit}" is {status_en}; no opinion can be given. Nothing was saved; ask the lead department.'


class TaskUnfit(JiugaiError):
    """What is asked for does not go with how the task stands."""

    code = "task_unfit"
    kind = Kind.refused
    zh = "“{unit}”的审查任务现为“{status}”，不能{act}。本次未办理；如有疑问，请联系牵头部门。"
    en = 'The task of "{unit}" is {status_en}: it cannot be {act_en}. Nothing was done; ask the lead department.'


class ReviewSuspended(JiugaiError):
    """The project stands still, and so do its reviews."""

    code = "review_suspended"
    kind = Kind.refused
    zh = "“{project}”已暂停，审查计时同时停止，恢复后再办理。请联系项目专员。"
    en = '"{project}" is suspended and its reviews with it; wait until it has been resumed.'


TASKS: Mapping[TaskStatus, Label] = {
    TaskStatus.waiting: Label("未轮到", "not called yet"),
    TaskStatus.open: Label("待出意见", "to be answered"),
    TaskStatus.answered: Label("已填写", "answered"),
    TaskStatus.not_needed: Label("无需办理", "not needed any more"),
    TaskStatus.removed: Label("已减签", "taken off"),
}
ENDED = Label("本轮已有结论", "part of a round that is decided")


def require_open_round(held: Held, task: ReviewTask, act: Label) -> None:
    """Refuse what is asked of a round that has ended or stands still. Raises TaskUnfit, ReviewSuspended."""
    if held.review.status != ReviewStatus.open:
        raise unfit(task, act, ENDED if task.status in (TaskStatus.open, TaskStatus.waiting) else None)
    require_moving(held)


def require_moving(held: Held) -> None:
    """Refuse what is asked while the project stands still. Raises ReviewSuspended."""
    if held.pack.procedure.step[held.project.step].kind is StepKind.halt:
        raise ReviewSuspended(project=held.project.name)


def require_pending(held: Held, task: ReviewTask, act: Label) -> None:
    """Refuse what is asked of a task that is answered or done with. Raises TaskUnfit, ReviewSuspended."""
    require_open_round(held, task, act)
    if task.status not in (TaskStatus.open, TaskStatus.waiting):
        raise unfit(task, act)


def unfit(task: ReviewTask, act: Label, status: Label | None = None) -> TaskUnfit:
    """The refusal of `act` because of how the task stands."""
    status = status or TASKS[TaskStatus(task.status)]
    return TaskUnfit(
        unit=task.organisation.name, status=status.zh, status_en=status.text("en"), act=act.zh, act_en=act.text("en")
    )


def task_act_before(session: Session, held: Held, task: ReviewTask, action: str, keeping: Keeping) -> AuditEntry | None:
    """The entry this act left when it was done before under its request id. Raises RequestReused."""
    entry = done_before(session, keeping.request_id, "project", held.project.code, action)
    if entry is not None and entry.after["task"] != task.id:
        raise RequestReused(request=keeping.request_id, done=f"{entry.subject_id} {entry.action}")
    return entry


def task_act(
    held: Held,
    task: ReviewTask,
    action: str,
    keeping: Keeping,
    capacity: Capacity,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Act:
    """The act as the project's history keeps it, with the task it is about."""
    review = held.review
    about: dict[str, Any] = {"review": review.code, "round": review.round, "member": task.member, "task": task.id}
    about |= {"unit_name": task.organisation.name} if task.added else {}
    return Act(
        "project",
        held.project.code,
        action,
        keeping.actor.login,
        keeping.source,
        keeping.now,
        reason=keeping.reason.strip(),
        before=before or {},
        after=about | (after or {}),
        on_behalf_of=capacity.on_behalf_of,
        pack=held.pack.id,
        request_id=keeping.request_id,
    )
