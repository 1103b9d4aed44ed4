"""Notices of contests (复核通知): to who may decide and to the unit, at the filing and at the decision."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from models.clock import Clock
from models.person import Person
from models.project import Project
from models.supervision import Contest
from notifications.message import ContestDecided, ContestFiled
from services.city import City
from services.message import post
from services.supervision import signed_name, supervisors_at, unit_people
from states.contest import ContestAbout, ContestStatus


def tell_filed(
    session: Session, city: City, project: Project, contest: Contest, matter: str, clock: Clock | None, *, now: datetime
) -> int:
    """Tell both sides that a conclusion is contested."""
    message = ContestFiled(
        **_about(project, contest, matter),
        grounds=contest.grounds,
        filed_by=signed_name(session, city, contest.filed_by, now),
        filed_on=city.day(now),
        due_on=clock.due_on if clock else None,
        papers=tuple(paper["file"] for paper in contest.papers["documents"]),
    )
    once = f"contest:{contest.id}:filed"
    return post(
        session, city, message, _both(session, contest, city.day(now)), once=once, now=now, project_id=project.id
    )


def tell_decided(
    session: Session, city: City, project: Project, contest: Contest, matter: str, effect: str, *, now: datetime
) -> int:
    """Tell both sides of the decision with its reasons, and what was corrected by it."""
    message = ContestDecided(
        **_about(project, contest, matter),
        outcome=ContestStatus(contest.status).label.zh,
        reasons=contest.reasons or "",
        decided_by=signed_name(session, city, contest.decided_by or "", now),
        decided_on=city.day(now),
        effect=effect,
    )
    once = f"contest:{contest.id}:decided"
    return post(
        session, city, message, _both(session, contest, city.day(now)), once=once, now=now, project_id=project.id
    )


def _about(project: Project, contest: Contest, matter: str) -> dict[str, Any]:
    return {
        "project_code": project.code,
        "project_name": project.name,
        "link": f"/projects/{project.code}#contest-{contest.id}",
        "contest": contest.id,
        "about": ContestAbout(contest.about).label.zh,
        "matter": matter,
        "unit": contest.unit.name,
    }


def _both(session: Session, contest: Contest, on: date) -> list[Person]:
    return [*supervisors_at(session, contest.decider, on=on), *unit_people(session, contest.unit, on=on)]
