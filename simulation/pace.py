"""The driver of a simulation (按时推演): provides what can be provided now, and says until when it has to wait."""

from __future__ import annotations

from datetime import date, timedelta

from models.review import ReviewTask
from services.project import Advanced
from simulation.driver import Driver
from simulation.provider import Walk
from states.refusal import Refusal
from states.review import Opinion


class NotYet(Exception):
    """No error: a move can be tried again on `day`, not before."""

    def __init__(self, day: date) -> None:
        super().__init__(day.isoformat())
        self.day = day


class PacedDriver(Driver):
    """As the demonstration's, but time is everybody's: it waits by coming back, never by going ahead alone."""

    def move(self, walk: Walk, trigger: str, *, reason: str = "") -> Advanced:
        """Make a move, providing what it requires. Raises NotYet where only time helps, DriverStuck."""
        return super().move(walk, trigger, reason=reason)

    def answer_task(self, walk: Walk, task_id: int, opinion: Opinion, reasons: str) -> None:
        """Let one open task be answered by one of its unit's reviewers."""
        with self.office.database.write() as session:
            self._answer(session, walk, session.get_one(ReviewTask, task_id), opinion, reasons)

    def _provide(self, walk: Walk, refusals: list[Refusal], others: set[str]) -> None:
        waits = [day for refusal in refusals if (day := _wait_until(refusal)) is not None]
        rest = [refusal for refusal in refusals if _wait_until(refusal) is None]
        if rest:
            super()._provide(walk, rest, others)
        if waits:
            raise NotYet(max(*waits, walk.today(self.office.city) + timedelta(days=1)))


def _wait_until(refusal: Refusal) -> date | None:
    """The first day on which a refusal that only time mends may be gone."""
    if "until" in refusal.data:
        return date.fromisoformat(refusal.data["until"]) + timedelta(days=1)
    return date.fromisoformat(refusal.data["day"]) if "day" in refusal.data else None
