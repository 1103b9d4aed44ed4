"""The words of a rung (预警措辞): what a notice says of its clock, of the rungs skipped, and of what else is due."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.clock import Clock
from models.project import Project
from notifications.message import DeadlineBreached, DeadlineWarning, Message
from policy.pack import Pack
from policy.schema import RungEntry
from services.city import City
from services.rung import overdue_from
from services.rung_receiver import held_by
from states.clock import RungAt

DUTY = "逾期须说明原因并公开（《优化营商环境条例》第三十六条）。"


@dataclass(frozen=True, slots=True)
class Fired:
    """A rung that has fired: of which clock, its place in the ladder, the event that tells it, when.

    `skipped` are the places of the rungs an outage left untold.
    """

    project: Project
    pack: Pack
    clock: Clock
    place: int
    event_id: int
    now: datetime
    skipped: tuple[int, ...] = ()

    @property
    def once(self) -> str:
        """The cause its notices are told once for."""
        return f"event:{self.event_id}"

    @property
    def rung(self) -> RungEntry:
        """What the pack says of it."""
        return rung_of(self.pack, self.clock, self.place)

    @property
    def skipped_labels(self) -> tuple[str, ...]:
        """The skipped rungs by name."""
        return tuple(rung_of(self.pack, self.clock, place).label for place in self.skipped)


def rung_of(pack: Pack, clock: Clock, place: int) -> RungEntry:
    """The rung at a place of the clock's ladder."""
    ladder = pack.limit(clock.limit).ladder
    assert ladder is not None  # noqa: S101 - only a clock with a ladder fires rungs
    return pack.ladder(ladder).rungs[place]


def line_of(pack: Pack, clock: Clock, place: int) -> str:
    """One notice in one line, as another one lists it."""
    return f"{clock.label}：{rung_of(pack, clock, place).label}，期满日 {clock.due_on.isoformat()}"


def notice_of(session: Session, city: City, fired: Fired, also: Sequence[str] = ()) -> Message:
    """The message of a rung: a warning before the limit has passed, else how long it is over."""
    clock, today = fired.clock, city.day(fired.now)
    common = _common(session, fired, also)
    if fired.rung.at == RungAt.warning and today < overdue_from(clock):
        left = city.calendar.working_days_between(today, clock.due_on)
        return DeadlineWarning(**common, working_days_left=max(left, 0))
    over = max(city.calendar.working_days_between(clock.due_on, today), 0)
    return DeadlineBreached(**common, working_days_over=over, duty=DUTY)


def _common(session: Session, fired: Fired, also: Iterable[str]) -> dict[str, Any]:
    project, clock, limit = fired.project, fired.clock, fired.pack.limit(fired.clock.limit)
    return {
        "project_code": project.code,
        "project_name": project.name,
        "link": f"/projects/{project.code}#clock-{clock.id}",
        "what": clock.label,
        "due_on": clock.due_on,
        "holder": held_by(session, project, clock).name,
        "rule": f"{limit.label}，依据：{fired.pack.source(limit.span.source).label}",
        "derivation": clock.derivation,
        "skipped": fired.skipped_labels,
        "also": tuple(also),
    }
