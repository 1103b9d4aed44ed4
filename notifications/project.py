"""Messages about the way of a project (推进、退回、整改、暂停、销号)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from notifications.base import ProjectMessage


@dataclass(frozen=True, kw_only=True)
class ProjectMoved(ProjectMessage):
    """A project moved forward; `next_action` says what is to be done in the new step."""

    kind = "project_moved"
    label = "项目推进"
    when = "项目进入新的步骤时"
    to = "项目责任单位和新步骤的承办人"

    from_step: str
    to_step: str
    actor: str
    moved_on: date
    reason: str = ""
    next_action: str = ""


@dataclass(frozen=True, kw_only=True)
class ProjectReturned(ProjectMessage):
    """A project was sent back to an earlier step."""

    kind = "project_returned"
    label = "项目退回"
    when = "项目被退回到前面的步骤时"
    to = "项目责任单位和退回步骤的承办人"

    from_step: str
    returned_to: str
    actor: str
    reason: str
    returned_on: date


@dataclass(frozen=True, kw_only=True)
class RectificationOpened(ProjectMessage):
    """Defects were found; `source` names the check that found them, `responsible` who puts them right."""

    kind = "rectification_opened"
    label = "整改通知"
    when = "检查或验收发现问题、开出整改时"
    to = "整改责任单位；抄送项目责任单位"
    mandatory = True

    source: str
    defects: tuple[str, ...]
    responsible: str
    opened_on: date
    due_on: date | None = None
    derivation: str = ""


@dataclass(frozen=True, kw_only=True)
class ProjectSuspended(ProjectMessage):
    """A project stands still (停工、暂停); `review_on` is the day by which resuming is looked at again."""

    kind = "project_suspended"
    label = "项目暂停"
    when = "项目停工或暂停时"
    to = "项目责任单位、有未办结事项的部门"

    step: str
    actor: str
    reason: str
    suspended_on: date
    clocks_stopped: bool
    review_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class HandoverCompleted(ProjectMessage):
    """A project was handed over and struck off the register (销号); `taken_over_by` manages it from now on."""

    kind = "handover_completed"
    label = "移交销号"
    when = "物业移交完成、项目从台账销号时"
    to = "项目责任单位、街道社区、领导小组办公室"

    taken_over_by: str
    mode: str
    completed_on: date
    struck_off_on: date
    actor: str
