"""Notices around a round (轮次通知): the lead is told that dissents wait for it, the applicant what is missing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import Clock
from models.supplement import Supplement
from notifications.message import ReviewTaskOpened, SupplementRequested
from services.city import City
from services.clock import LIVE
from services.identity import people_at
from services.message import post
from services.round_act import lead_unit
from services.ruling import dissents_of, ruling_clock
from services.supplement import applicant_unit
from services.task_hold import Held, hold_round
from states.clock import ClockSubject
from states.role import Role


def announce_dissents(session: Session, city: City, held: Held, event_id: int, *, now: datetime) -> int:
    """Tell the lead's reviewers that everybody has spoken and who dissents; returns how many people were told."""
    unit, clock = lead_unit(session, held), ruling_clock(session, held.review)
    if unit is None:
        return 0
    said = "；".join(f"{task.organisation.name}：{task.reasons}" for task in dissents_of(held.review))
    today = city.day(now)
    message = ReviewTaskOpened(
        project_code=held.project.code,
        project_name=held.project.name,
        link=f"/projects/{held.project.code}#review-{held.review.id}",
        review=held.entry.label,
        round=held.review.round,
        matter=f"各方意见已齐，请牵头处理不同意见（裁定、协调、补正或退回）：{said}",
        department=unit.name,
        opened_on=today,
        due_on=clock.due_on if clock else None,
        derivation=clock.derivation if clock else "",
    )
    people = people_at(session, unit.id, Role.reviewer, on=today)
    return post(session, city, message, people, once=f"event:{event_id}", now=now, project_id=held.project.id)


def announce_supplement(session: Session, city: City, supplement_id: int, event_id: int, *, now: datetime) -> int:
    """Tell the applicant's coordinators everything that is missing, and until when; returns how many were told."""
    made = session.get_one(Supplement, supplement_id)
    held, today = hold_round(session, made.review_id), city.day(now)
    mine = (Clock.subject == ClockSubject.supplement, Clock.subject_id == made.id, Clock.status.in_(LIVE))
    clock = session.scalar(select(Clock).where(*mine))
    unit, lead = applicant_unit(session, held), lead_unit(session, held)
    message = SupplementRequested(
        project_code=held.project.code,
        project_name=held.project.name,
        link=f"/projects/{held.project.code}#supplement-{made.id}",
        matter=f"{held.entry.label}第{held.review.round}轮",
        requested_by=lead.name if lead else held.entry.label,
        items=tuple(item.says for item in made.items),
        requested_on=city.day(made.issued_at),
        clock_stopped=True,
        due_on=clock.due_on if clock else None,
        reason=made.reason or "",
    )
    people = people_at(session, unit.id, Role.coordinator, on=today)
    return post(session, city, message, people, once=f"event:{event_id}", now=now, project_id=held.project.id)
