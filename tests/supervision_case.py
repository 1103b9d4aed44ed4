"""A second matter of the same project that is due on the same day (同日到期的另一事项)."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from models.clock import Clock
from services.clock import Matter, start_clock
from services.project import find_project
from states.clock import ClockSubject
from tests.world import World


def second_clock(session: Session, world: World, code: str) -> Clock | None:
    """Another clock of the survey's limit, held by the street."""
    project = find_project(session, code)
    matter = Matter(ClockSubject.step, None, project.organisation_id, "补充")
    return start_clock(session, world.city, project, world.pack, "survey_limit", matter, on=date(2026, 3, 2))
