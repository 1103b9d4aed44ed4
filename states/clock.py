"""Lights and rungs (红黄绿灯、预警阶梯): what a clock shows on a day, and which rung that reaches. No calendar here."""

from __future__ import annotations

from datetime import date
from enum import IntEnum, StrEnum

from states.label import Label


class Light(IntEnum):
    """The light of a clock or a project; the greater the worse, so the worst of several is `max`."""

    grey = 0
    green = 1
    yellow = 2
    red = 3

    @property
    def label(self) -> Label:
        """Shape and word, so that colour is never the only sign."""
        return _LIGHTS[self]


_LIGHTS = {
    Light.grey: Label("○ 暂停计时", "○ suspended"),
    Light.green: Label("● 绿灯 正常", "● green, in time"),
    Light.yellow: Label("◆ 黄灯 临期", "◆ yellow, due soon"),
    Light.red: Label("▲ 红灯 已逾期", "▲ red, overdue"),
}


class ClockStatus(StrEnum):
    """How a clock stands. `met` in time, `late` after the limit, `cancelled` when the matter fell away."""

    running = "running"
    suspended = "suspended"
    met = "met"
    late = "late"
    cancelled = "cancelled"


class ClockSubject(StrEnum):
    """What a clock measures: a step of the project, a whole review, one member's task, a period such as a posting,
    the reply to a supervision order, the decision of a contest, the lead's ruling about a dissent, the applicant's
    supplement, the promise that papers will follow.
    """

    step = "step"
    review = "review"
    task = "task"
    period = "period"
    order = "order"
    contest = "contest"
    ruling = "ruling"
    supplement = "supplement"
    promise = "promise"


class ClockKind(StrEnum):
    """How a clock's last day is found: counted from its start, a fixed day, or so many days before another day."""

    counted = "counted"
    fixed = "fixed"
    before = "before"


class EntryKind(StrEnum):
    """What an entry of a clock's ledger (期限台账) does. `recount` and `redate` only say why the last day moved.

    `overturn` takes the lateness off a clock that has ended: a contest found that the days were not the unit's.
    """

    suspend = "suspend"
    resume = "resume"
    extend = "extend"
    exclude = "exclude"
    recount = "recount"
    redate = "redate"
    overturn = "overturn"

    @property
    def label(self) -> Label:
        """The entry in words."""
        return _ENTRIES[self]


_ENTRIES = {
    EntryKind.suspend: Label("暂停计时", "suspended"),
    EntryKind.resume: Label("恢复计时", "resumed"),
    EntryKind.extend: Label("延期", "extended"),
    EntryKind.exclude: Label("不计时", "excluded"),
    EntryKind.recount: Label("日历变动重新推算", "counted again by a new calendar"),
    EntryKind.redate: Label("依据日期变动重新推算", "moved with the day it hangs on"),
    EntryKind.overturn: Label("复核后不计逾期", "lateness overturned on review"),
}

HALT = "halt"
"""Cause of a suspension: the whole project stands still. A clock runs again when every cause has ended."""
ADDED = "added"
"""Cause of a suspension: somebody who was added (前加签) answers before the task; those days are the added unit's."""
SUPPLEMENT = "supplement"
"""Cause of a suspension: the applicant completes the papers (补正); those days are the applicant's."""


class RungAt(StrEnum):
    """What a rung of the ladder hangs on."""

    warning = "warning"
    breach = "breach"


def light_on(today: date, *, warn_on: date | None, due_on: date) -> Light:
    """The light of a running clock: red from the day after `due_on`, yellow from `warn_on` on, else green.

    The last day itself is still in time (民法典 203: a period ends at the end of its last day).
    """
    if today > due_on:
        return Light.red
    if warn_on is not None and today >= warn_on:
        return Light.yellow
    return Light.green
