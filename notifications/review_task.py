"""Messages about a task on its way (任务变动): claimed, transferred, delegated, added to, reminded, conditions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from notifications.base import ProjectMessage


@dataclass(frozen=True, kw_only=True)
class ReviewTaskChanged(ProjectMessage):
    """Something happened to a review task: `change` names it (转办、催办 …), `detail` says it in one sentence."""

    kind = "review_task_changed"
    label = "审查任务变动"
    when = "审查任务签收、转办、委派、加签、减签、撤回意见、催办、抄送，以及所附条件有进展时"
    to = "接办、受托、被催办、被抄送的人员，以及须知情的委派人、条件提出单位或项目专员"

    review: str
    round: int
    matter: str
    department: str
    change: str
    detail: str
    actor: str
    changed_on: date
    reason: str = ""
    due_on: date | None = None
    todo: str = ""
