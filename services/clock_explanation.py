"""A clock explained (期限推算说明): its sheet, every part of its derivation as data, and the rule behind its light."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session, joinedload

from models.clock import Clock
from models.project import Project
from services.clock_ledger import ledgers_of
from services.clock_projection import Part, budget_of, project_clock
from services.clock_sheet import ClockMissing, ClockSheet, explain_clock
from services.light_rule import LightRule, light_rule
from services.pack import pack_of
from services.reading import Reading


@dataclass(frozen=True, slots=True)
class ClockExplanation:
    """`parts` are derived anew from budget, ledger and calendar; `is_current` when the clock's last day is the same."""

    sheet: ClockSheet
    parts: tuple[Part, ...]
    light_rule: LightRule
    is_current: bool


def explain(session: Session, reading: Reading, clock_id: int) -> ClockExplanation:
    """How a clock's last day comes about. Raises ClockMissing."""
    clock = session.get(Clock, clock_id)
    if clock is None:
        raise ClockMissing(clock=clock_id)
    project = session.get_one(Project, clock.project_id, options=[joinedload(Project.pack_version)])
    pack = pack_of(project.pack_version)
    limit = pack.limit(clock.limit)
    found = project_clock(reading.city.calendar, budget_of(clock, limit), ledgers_of(session, [clock.id])[clock.id])
    return ClockExplanation(
        sheet=explain_clock(session, reading, clock_id),
        parts=found.derivation,
        light_rule=light_rule(reading, pack, limit),
        is_current=found.due == clock.due_on,
    )
