"""Messages to those who run the system (运行故障)."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import AwareDatetime

from notifications.base import Message


@dataclass(frozen=True, kw_only=True)
class IncidentRaised(Message):
    """For operators: an event keeps failing and was parked; `about` is what it concerns, `error` its last words."""

    kind = "incident_raised"
    label = "运行故障"
    when = "同一事件多次处理失败、已搁置待人工处理时"
    to = "系统管理员（运维）"
    mandatory = True
    urgent = True

    event: str
    about: str
    attempts: int
    first_failed_at: AwareDatetime
    last_failed_at: AwareDatetime
    error: str
