"""Clocks whose end means something (届满即有后果): a supplement, a promise, a ruling, a silence the pack lists."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import Clock
from models.project import Project
from policy.pack import Pack
from services.city import City
from services.outbox import enqueue_all, row_of
from states.clock import ClockStatus, ClockSubject

LAPSED = "limit_passed"
"""The kind of event the sweep writes when such a clock has run out."""
EXPIRY = -1
"""In the rungs of a clock: the claim on its end, skipped as nobody is told by it. No rung of a ladder is there."""
ALWAYS = (ClockSubject.supplement, ClockSubject.promise, ClockSubject.ruling)


def is_consequential(pack: Pack, subject: str, limit: str) -> bool:
    """Whether something follows when a clock of this subject and limit runs out; for tasks only where silence counts.

    A table may give a member another limit than its own, so any task of a pack with tacit members is looked at again.
    """
    if subject in ALWAYS:
        return True
    return subject == ClockSubject.task and limit in pack.tacit_limits


def ask_again(session: Session, city: City, project: Project, pack: Pack, *, now: datetime) -> None:
    """On a resume: ask again for what ran out while the project stood still."""
    query = select(Clock).where(Clock.project_id == project.id, Clock.status == ClockStatus.running)
    rows = [
        row_of(LAPSED, f"期限届满 · {project.name} · {clock.label}", {"clock": clock.id}, now, project.id)
        for clock in session.scalars(query.where(Clock.due_on < city.day(now)))
        if is_consequential(pack, clock.subject, clock.limit)
    ]
    enqueue_all(session, rows)
