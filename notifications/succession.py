"""The message that tells a successor what is theirs now (工作交接)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from notifications.base import Message


@dataclass(frozen=True, kw_only=True)
class WorkHandedOver(Message):
    """For the successor: whose work it was, since which day it is theirs, and what it is, one line each.

    `seats` they sit on now, `tasks` of reviews they have to answer, `steps` of projects that wait there.
    """

    kind = "work_handed_over"
    label = "工作交接"
    when = "他人离岗、工作交接给接任人时"
    to = "接任人"
    mandatory = True

    leaver: str
    handed_on: date
    reason: str = ""
    seats: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
