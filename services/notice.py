"""Notices (通知): who is told what after a move, a round of review, an incident."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.outbox import OutboxEvent
from models.person import Person, RoleGrant
from models.project import Project
from models.review import Review
from notifications.message import (
    Dissent,
    HandoverCompleted,
    IncidentRaised,
    Message,
    ProjectMoved,
    ProjectReturned,
    ProjectSuspended,
    ReviewSettled,
)
from policy.pack import Pack
from services.city import City
from services.condition import conditions_of
from services.identity import people_in_seat
from services.message import Letter, post, post_all
from services.outbox import Event
from services.pack import pack_of
from services.settlement import summary
from services.task_copy import COPIED, readers
from states.procedure import Nature, StepKind
from states.review import Opinion, ReviewStatus
from states.role import Level, Role, Seat

DISTRICT = Seat(Role.coordinator, Level.district)


def announce_move(session: Session, city: City, project: Project, event: Event, *, now: datetime) -> int:
    """Tell who holds the new step, and the district's coordinators; returns how many people were told."""
    pack = pack_of(project.pack_version)
    told = event.payload
    step = pack.procedure.step[told["after"]]
    today = city.day(now)
    people = [*people_in_seat(session, DISTRICT, project.organisation, on=today)]
    if step.held_by:
        people += people_in_seat(session, step.held_by, project.organisation, on=today)
    message = _move_message(city, project, pack, told, today)
    return post(session, city, message, people, once=f"event:{event.id}", now=now, project_id=project.id)


def _move_message(city: City, project: Project, pack: Pack, told: dict[str, str], today: date) -> Message:
    steps = pack.procedure.step
    move = pack.procedure.move(told["trigger"], told["before"])
    step, before = steps[told["after"]], steps[told["before"]].label.zh
    common: dict[str, Any] = {
        "project_code": project.code,
        "project_name": project.name,
        "link": f"/projects/{project.code}",
        "actor": told["actor"],
    }
    reason = told["reason"] or "未注明"
    if move and move.nature is Nature.halt:
        return ProjectSuspended(**common, step=before, reason=reason, suspended_on=today, clocks_stopped=True)
    if move and move.nature is Nature.back:
        return ProjectReturned(**common, from_step=before, returned_to=step.label.zh, reason=reason, returned_on=today)
    if step.kind is StepKind.end and move and move.nature is Nature.forward:
        return HandoverCompleted(
            **common, taken_over_by="见移交清单", mode="见移交材料", completed_on=today, struck_off_on=today
        )
    return ProjectMoved(
        **common,
        from_step=before,
        to_step=step.label.zh,
        reason=told["reason"],
        moved_on=today,
        next_action="、".join(m.label.zh for m in pack.procedure.moves_from(step.code) if m.nature is Nature.forward),
    )


def announce_settled(session: Session, city: City, review: Review, event_id: int, *, now: datetime) -> int:
    """Tell the district's coordinators how the round ended, with every dissent and its reasons."""
    project = session.get_one(Project, review.project_id)
    pack = pack_of(project.pack_version)
    entry = pack.review(review.code)
    passed = review.status == ReviewStatus.passed
    message = ReviewSettled(
        project_code=project.code,
        project_name=project.name,
        link=f"/projects/{project.code}#review-{review.id}",
        review=entry.label,
        round=review.round,
        outcome="通过" if passed else "未通过",
        summary=summary(entry, review),
        settled_on=city.day(now),
        dissents=tuple(
            Dissent(department=task.organisation.name, reason=task.reasons or "")
            for task in review.tasks
            if task.opinion in (Opinion.reject, Opinion.supplement)
        ),
        next_step=pack.procedure.step[project.step].label.zh,
        conditions=conditions_of(session, review) if passed else (),
    )
    people = people_in_seat(session, DISTRICT, project.organisation, on=city.day(now))
    known = {person.id for person in people}
    copied = [person for person in readers(session, review.id) if person.id not in known]
    letters = [Letter(message, people, f"event:{event_id}")]
    letters += [Letter(replace(message, why=COPIED), copied, f"event:{event_id}")] if copied else []
    return post_all(session, city, letters, now=now, project_id=project.id)


def announce_incident(session: Session, city: City, event: Event, *, now: datetime) -> int:
    """Tell the system administrators of an event that was parked."""
    failed = session.get_one(OutboxEvent, event.payload["event_id"])
    message = IncidentRaised(
        link="/incidents",
        event=failed.kind,
        about=failed.title,
        attempts=failed.failures,
        first_failed_at=failed.created_at,
        last_failed_at=now,
        error=failed.last_error or "",
    )
    admins = select(Person).join(RoleGrant).where(RoleGrant.role == Role.system_admin, Person.active)
    return post(session, city, message, session.scalars(admins.distinct()).all(), once=f"event:{event.id}", now=now)
