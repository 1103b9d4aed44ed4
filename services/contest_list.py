"""Contests for readers (复核清单): what is contested, by whom, why, and how it was decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.clock import Clock
from models.project import Project
from models.supervision import Contest, SupervisionOrder
from services.clock_list import left_text
from services.person_list import person_names
from services.reading import Reading
from states.clock import ClockStatus, ClockSubject
from states.contest import ContestAbout, ContestStatus


@dataclass(frozen=True, slots=True)
class ContestLine:
    """One contest. `due_on` and `left` are those of the decision while it is open."""

    id: int
    about: ContestAbout
    status: ContestStatus
    project: str
    project_name: str
    matter: str
    clock: int | None
    order: str | None
    unit: str
    decider: str
    grounds: str
    papers: tuple[str, ...]
    filed_at: datetime
    filed_by: str
    due_on: date | None
    left: str
    decided_at: datetime | None
    decided_by: str | None
    reasons: str | None
    first_day: date | None
    last_day: date | None


def list_contests(
    session: Session, reading: Reading, *, status: ContestStatus | None = None, project: str | None = None
) -> list[ContestLine]:
    """Contests, newest first; three statements."""
    query = (
        select(Contest, Project, Clock.label, SupervisionOrder)
        .join(Project, Project.id == Contest.project_id)
        .outerjoin(Clock, Clock.id == Contest.clock_id)
        .outerjoin(SupervisionOrder, SupervisionOrder.id == Contest.order_id)
        .options(joinedload(Contest.unit), joinedload(Contest.decider))
    )
    if status is not None:
        query = query.where(Contest.status == status)
    if project is not None:
        query = query.where(Project.code == project)
    rows = session.execute(query.order_by(Contest.id.desc())).tuples().all()
    clocks = _clocks(session, [contest.id for contest, *_ in rows])
    logins = [login for contest, *_ in rows for login in (contest.filed_by, contest.decided_by) if login]
    names = person_names(session, reading, logins)
    return [
        _line(reading, contest, project_row, label, order, clocks.get(contest.id), names)
        for contest, project_row, label, order in rows
    ]


def _clocks(session: Session, contests: list[int]) -> dict[int, Clock]:
    mine = (Clock.subject == ClockSubject.contest, Clock.subject_id.in_(contests))
    running = select(Clock).where(*mine, Clock.status == ClockStatus.running)
    return {clock.subject_id or 0: clock for clock in session.scalars(running)}


def _line(
    reading: Reading,
    contest: Contest,
    project: Project,
    label: str | None,
    order: SupervisionOrder | None,
    clock: Clock | None,
    names: dict[str, str],
) -> ContestLine:
    return ContestLine(
        id=contest.id,
        about=ContestAbout(contest.about),
        status=ContestStatus(contest.status),
        project=project.code,
        project_name=project.name,
        matter=f"{order.code} {order.matter}" if order else label or "",
        clock=contest.clock_id,
        order=order.code if order else None,
        unit=contest.unit.name,
        decider=contest.decider.name,
        grounds=contest.grounds,
        papers=tuple(paper["file"] for paper in contest.papers["documents"]),
        filed_at=contest.filed_at,
        filed_by=names[contest.filed_by],
        due_on=clock.due_on if clock else None,
        left=left_text(reading, clock) if clock else "",
        decided_at=contest.decided_at,
        decided_by=names[contest.decided_by] if contest.decided_by else None,
        reasons=contest.reasons,
        first_day=contest.first_day,
        last_day=contest.last_day,
    )
