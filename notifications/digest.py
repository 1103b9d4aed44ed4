"""The message of the morning (每日提要): everything one person has before them, once a working day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from notifications.base import Message


@dataclass(frozen=True, kw_only=True)
class DigestMatter:
    """One matter of the digest; `note` says in words what is left of its limit, or when its light turns."""

    project_code: str
    project_name: str
    what: str
    due_on: date | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class DigestPart:
    """One part of the digest: how many matters there are in all, and the first of them."""

    total: int = 0
    matters: tuple[DigestMatter, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DigestTitles:
    """Messages the digest reminds of: how many there are in all, and the subjects of the newest."""

    total: int = 0
    titles: tuple[str, ...] = ()


NO_MATTERS, NO_TITLES = DigestPart(), DigestTitles()


@dataclass(frozen=True, kw_only=True)
class DailyDigest(Message):
    """What `to_whom` has before them on the day `on`; a part with nothing in it is left out of the letter.

    `this_week` leaves out today, `turning` what is due this week already. `dead` and `incidents` are for system
    administrators: letters given up, and reactions parked.
    """

    kind = "daily_digest"
    label = "每日提要"
    when = "每个工作日早上（默认 8:30），有事才发，每人每天一条"
    to = "有逾期、将到期、待认领事项或未读通知的人员；系统管理员另见未送达与故障数"

    to_whom: str
    on: date
    overdue: DigestPart = NO_MATTERS
    today: DigestPart = NO_MATTERS
    this_week: DigestPart = NO_MATTERS
    turning: DigestPart = NO_MATTERS
    to_claim: DigestPart = NO_MATTERS
    unread: DigestTitles = NO_TITLES
    suppressed: DigestTitles = NO_TITLES
    dead: int = 0
    incidents: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        parts = (self.overdue, self.today, self.this_week, self.turning, self.to_claim, self.unread, self.suppressed)
        return not (any(part.total for part in parts) or self.dead or self.incidents)
