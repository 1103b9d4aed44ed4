"""Messages of joint review and approval (联审联批、审批、补正)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from pydantic import ConfigDict

from notifications.base import ProjectMessage


@dataclass(frozen=True, kw_only=True)
class ReviewTaskOpened(ProjectMessage):
    """A department has a matter to review; `derivation` says how `due_on` was counted, `when_late` what follows."""

    kind = "review_task_opened"
    label = "联审任务"
    when = "一轮联审联批发起或重新发起，部门收到审查事项时"
    to = "该事项的审查部门经办人"

    review: str
    round: int
    matter: str
    department: str
    opened_on: date
    due_on: date | None = None
    derivation: str = ""
    when_late: str = ""


@dataclass(frozen=True, kw_only=True)
class Dissent:
    """One department's 不同意 with its reason."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    department: str
    reason: str

    def __str__(self) -> str:
        return f"{self.department}：{self.reason}"


@dataclass(frozen=True, kw_only=True)
class ReviewSettled(ProjectMessage):
    """A round of joint review ended; `summary` sums up the opinions, e.g. `同意 9，不同意 1`.

    `conditions` are those its approvals were made to depend on, each with the unit that set it.
    """

    kind = "review_settled"
    label = "联审结论"
    when = "一轮联审联批形成结论时"
    to = "项目责任单位、牵头部门和参加审查的部门"

    review: str
    round: int
    outcome: str
    summary: str
    settled_on: date
    dissents: tuple[Dissent, ...] = ()
    next_step: str = ""
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ApprovalStepOpened(ProjectMessage):
    """An approval reached its next signature; `approval_step` is the label of that signature."""

    kind = "approval_step_opened"
    label = "审批待办"
    when = "审批流转到下一环节时"
    to = "该环节的审批人（含代理人）"

    approval: str
    approval_step: str
    content: str
    submitted_by: str
    opened_on: date
    due_on: date | None = None
    derivation: str = ""


@dataclass(frozen=True, kw_only=True)
class SupplementRequested(ProjectMessage):
    """Papers are missing; `clock_stopped` says whether the reviewer's clock stands still meanwhile."""

    kind = "supplement_requested"
    label = "补正通知"
    when = "审查部门一次性提出补正时"
    to = "项目责任单位（申报人）"

    matter: str
    requested_by: str
    items: tuple[str, ...]
    requested_on: date
    clock_stopped: bool
    due_on: date | None = None
    reason: str = ""
