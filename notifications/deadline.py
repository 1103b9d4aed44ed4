"""Messages of the clocks (临期预警、逾期告警)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from notifications.base import ProjectMessage


@dataclass(frozen=True, kw_only=True)
class DeadlineWarning(ProjectMessage):
    """Yellow light: `what` is due on `due_on`; 0 working days left means today is the last one.

    `skipped` are the rungs an outage left untold, `also` the project's other notices of the day that come with it.
    """

    kind = "deadline_warning"
    label = "临期预警（黄灯）"
    when = "期限进入预警期、亮黄灯时"
    to = "当前承办人；按督办规则抄送其负责人"
    once_a_day = True

    what: str
    due_on: date
    working_days_left: int
    holder: str
    rule: str
    derivation: str = ""
    skipped: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DeadlineBreached(ProjectMessage):
    """Red light: `what` was due on `due_on`; `duty` is the duty to publish the reasons, in the pack's words.

    `skipped` and `also` as in a DeadlineWarning.
    """

    kind = "deadline_breached"
    label = "逾期告警（红灯）"
    when = "期限已过仍未办结、亮红灯时，以及此后每次升级"
    to = "当前承办人及其负责人；按督办规则逐级上报"
    mandatory = True
    once_a_day = True

    what: str
    due_on: date
    working_days_over: int
    holder: str
    rule: str
    duty: str
    derivation: str = ""
    skipped: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
