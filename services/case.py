"""The case (个案) from the record: loads just those parts of a project that a requirement reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.orm import Session

from models.clock import Clock
from models.fact import Fact, Milestone
from models.finding import Finding
from models.project import Project
from models.review import Review
from policy.pack import Pack
from services.case_paper import load_documents, load_papers
from services.city import City
from services.condition import load_conditions
from services.deed import load_deeds
from services.posting_case import load_postings
from services.vote_case import load_polls
from states.case import Case, ClockState, FactValue, Part, ReviewState
from states.clock import ClockStatus
from states.finding import FindingStatus

# built once: nearly every move asks for them
_FACT = cast(Table, Fact.__table__)
_FACTS = select(_FACT.c.code, _FACT.c.value).where(_FACT.c.project_id == bindparam("of_project"))


def load_case(
    session: Session, city: City, project: Project, pack: Pack, parts: Iterable[Part], *, actor: str, now: datetime
) -> Case:
    """The project as the procedure sees it, with `parts` loaded; one statement for each part."""
    loaded = {str(part): _LOADERS[part](session, project, pack) for part in set(parts)}
    return Case(
        name=project.name,
        step=project.step,
        resume_step=project.resume_step,
        today=city.day(now),
        actor=actor,
        **loaded,
    )


def load_facts(session: Session, project: Project, pack: Pack) -> dict[str, FactValue]:
    """Every recorded fact, with its type."""
    session.flush()
    rows = session.execute(_FACTS, {"of_project": project.id})
    return {row.code: pack.load_fact(row.code, row.value) for row in rows if row.code in pack.facts}


def _reviews(session: Session, project: Project, pack: Pack) -> dict[str, ReviewState]:
    rounds = select(Review.code, Review.status, Review.round).where(Review.project_id == project.id)
    return {row.code: ReviewState(row.status, row.round) for row in session.execute(rounds.order_by(Review.round))}


def _findings(session: Session, project: Project, pack: Pack) -> dict[str, tuple[str, ...]]:
    query = select(Finding.kind, Finding.title).where(
        Finding.project_id == project.id, Finding.status != FindingStatus.closed
    )
    found: dict[str, tuple[str, ...]] = {}
    for row in session.execute(query.order_by(Finding.id)):
        found[row.kind] = (*found.get(row.kind, ()), row.title)
    return found


def _clocks(session: Session, project: Project, pack: Pack) -> dict[str, ClockState]:
    newest = (
        select(func.max(Clock.id))
        .where(Clock.project_id == project.id, Clock.status != ClockStatus.cancelled)
        .group_by(Clock.limit)
    )
    rows = session.execute(select(Clock.limit, Clock.due_on, Clock.status).where(Clock.id.in_(newest)))
    return {row.limit: ClockState(_end(row), row.status == ClockStatus.running) for row in rows}


def _end(row: Any) -> date | None:  # noqa: ANN401 - a row of the query above
    # a suspended period has no end yet: it will be longer than it looks
    return None if row.status == ClockStatus.suspended else row.due_on


def _milestones(session: Session, project: Project, pack: Pack) -> dict[str, date]:
    rows = session.execute(select(Milestone.code, Milestone.reached_on).where(Milestone.project_id == project.id))
    return {row.code: row.reached_on for row in rows}


_LOADERS: dict[Part, Callable[[Session, Project, Pack], Any]] = {
    Part.facts: load_facts,
    Part.documents: load_documents,
    Part.papers: load_papers,
    Part.reviews: _reviews,
    Part.findings: _findings,
    Part.conditions: load_conditions,
    Part.clocks: _clocks,
    Part.milestones: _milestones,
    Part.deeds: load_deeds,
    Part.polls: load_polls,
    Part.postings: load_postings,
}
