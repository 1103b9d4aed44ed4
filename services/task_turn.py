"""Whose turn it is (先后次序): after whom each member answers, from which day, and with how much time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from models.clock import Clock, ClockEntry
from models.review import Review, ReviewTask
from policy.calendar import Calendar, TimeUnit
from policy.route import MemberAnswer
from policy.schema_review import ReviewEntry
from policy.schema_route import DayWindow
from services.clock import Course
from services.clock_count import Budget, Count
from services.clock_projection import counted
from states.clock import ClockKind, ClockStatus, EntryKind
from states.review import ReviewMode, TaskStatus

PENDING = (TaskStatus.waiting, TaskStatus.open)


@dataclass(frozen=True, slots=True)
class Turn:
    """When one member's turn is: `after` these members of the round, in these days of it."""

    after: tuple[str, ...]
    window: DayWindow | None


def turns(entry: ReviewEntry, members: Sequence[MemberAnswer]) -> list[Turn]:
    """The turn of each member: what routing says, and what the mode of the review adds.

    In order (顺签) each waits for the one before; a lead who decides waits until it has heard all others.
    """
    keys, lead = [one.member for one in members], entry.lead_index([one.entry for one in members])
    found = []
    for place, one in enumerate(members):
        after = list(one.after)
        if entry.mode is ReviewMode.ordered:
            after += keys[place - 1 : place]
        elif entry.mode is ReviewMode.lead and place == lead:
            after += [key for key in keys if key != one.member]
        found.append(Turn(tuple(dict.fromkeys(after)), one.window))
    return found


def ready(review: Review) -> list[ReviewTask]:
    """The waiting tasks nobody has to answer before any more; a day may still keep them."""
    pending = {task.member for task in review.tasks if task.status in PENDING}
    return [task for task in review.tasks if task.status == TaskStatus.waiting and not pending & set(task.after)]


def followers(review: Review, task: ReviewTask) -> list[ReviewTask]:
    """Every task that waits, or waited, for this one, directly or through others."""
    found: list[ReviewTask] = []
    heads = [task.member]
    while heads:
        head = heads.pop()
        new = [one for one in review.tasks if head in one.after and one not in found and one is not task]
        found += new
        heads += [one.member for one in new]
    return found


@dataclass(frozen=True, slots=True)
class ReviewDays:
    """The days of one round: day 1 is the first counted day after its opening, suspensions and exclusions left out."""

    calendar: Calendar
    start: date
    ledger: tuple[ClockEntry, ...] = ()
    due: date | None = None
    is_suspended: bool = False

    @classmethod
    def of(cls, calendar: Calendar, clock: Clock, ledger: Sequence[ClockEntry]) -> ReviewDays:
        """The days of the round whose clock this is; an extension makes no day of it come later."""
        kept = tuple(entry for entry in ledger if entry.kind != EntryKind.extend)
        return cls(calendar, clock.started_on, kept, clock.due_on, clock.status == ClockStatus.suspended)

    def day(self, number: int, unit: TimeUnit) -> date:
        """The `number`-th day of the round; day 0 is the opening."""
        return self._count(number, unit).due if number else self.start

    def left(self, today: date, number: int, unit: TimeUnit) -> int:
        """Days still to be counted after `today` until the `number`-th day of the round."""
        return self._count(number, unit).left(today)

    def _count(self, number: int, unit: TimeUnit) -> Count:
        return counted(self.calendar, Budget(ClockKind.counted, self.start, number, unit), self.ledger)


def opens_on(days: ReviewDays, task: ReviewTask) -> date:
    """The day of the round on which a task may open: its window's first day, else the opening."""
    window = window_of(task)
    # day 1 begins when the round does: nothing is gained by letting the first member wait until the next morning
    return days.day(window.starts, TimeUnit(window.unit)) if window and window.starts > 1 else days.start


def course(days: ReviewDays, task: ReviewTask, today: date) -> Course | None:
    """The time a task with a window has when it opens today; None without a window: its limit says.

    It ends with the window's last day. Whoever is called after that day, because others were late, has as many days as
    the window is long, counted from the day of the call.
    """
    window = window_of(task)
    if window is None:
        return None
    unit, length = TimeUnit(window.unit), window.ends - window.starts + 1
    if today <= days.day(window.starts, unit):
        return Course(days.day(window.starts - 1, unit), length, unit)
    left = days.left(today, window.ends, unit)
    return Course(today, left if left >= 0 else length, unit)


def capped(days: ReviewDays, wanted: Course, today: date) -> Course:
    """The time of a reviewer who was added: what is wanted, never past the round's own last day."""
    calendar, due = days.calendar, days.due
    if due is None or calendar.due(wanted.start, wanted.length, wanted.unit).day <= due:
        return wanted
    if wanted.unit is TimeUnit.working_day:
        return Course(today, max(calendar.working_days_between(today, due), 0), wanted.unit)
    return Course(today, max((due - today).days, 0), TimeUnit.calendar_day)


def window_of(task: ReviewTask) -> DayWindow | None:
    """The window kept with a task."""
    return DayWindow.model_validate(task.window) if task.window else None
