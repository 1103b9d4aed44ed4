"""Notices (通知): who is told what after a move, a round of review, an incident."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import Clock
from models.outbox import OutboxEvent
from models.person import Person, RoleGrant
from models.project import Project
from models.review import Review, ReviewTask
from notifications.message import (
    ApprovalStepOpened,
    Dissent,
    HandoverCompleted,
    IncidentRaised,
    Message,
    ProjectMoved,
    ProjectReturned,
    ProjectSuspended,
    ReviewSettled,
    ReviewTaskOpened,
)
from policy.pack import Pack
from services.city import City
from services.identity import people_at, people_in_seat
from services.message import post
from services.outbox import Event
from services.pack import pack_of
from services.review_round import role_asked
from services.settlement import summary
from states.clock import ClockSubject
from states.procedure import Nature, StepKind
from states.review import Opinion, ReviewStatus, TaskStatus
from states.role import Level, Role, Seat

DISTRICT = Seat(Role.coordinator, Level.district)


def announce_move(session: Session, city: City, project: Project, event: Event, *, now: datetime) -> int:
    """Tell who holds the new step, and the district's coordinators; returns how many people were told."""
    pack = pack_of(project.pack_version)
    told = event.payload
    step = pack.procedure.step[told["after"]]
    people = [*people_in_seat(session, DISTRICT, project.organisation)]
    if step.held_by:
        people += people_in_seat(session, step.held_by, project.organisation)
    message = _move_message(city, project, pack, told, city.day(now))
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


def announce_round(session: Session, city: City, review: Review, event_id: int, *, now: datetime) -> int:
    """Tell the reviewers of every task that is now open."""
    open_tasks = [task for task in review.tasks if task.status == TaskStatus.open]
    return sum(announce_turn(session, city, review, task, event_id, now=now) for task in open_tasks)


def announce_turn(
    session: Session, city: City, review: Review, task: ReviewTask, event_id: int, *, now: datetime
) -> int:
    """Tell the reviewers of one task that it waits for them, until when, and how that day was counted."""
    project = session.get_one(Project, review.project_id)
    pack = pack_of(project.pack_version)
    clock = session.scalar(
        select(Clock).where(Clock.subject == ClockSubject.task, Clock.subject_id == task.id).order_by(Clock.id.desc())
    )
    message = _turn_message(project, pack, review, task, clock, city.day(now))
    people = people_at(session, task.organisation_id, role_asked(task))
    once = f"event:{event_id}:task:{task.id}"
    return post(session, city, message, people, once=once, now=now, project_id=project.id)


def _turn_message(
    project: Project, pack: Pack, review: Review, task: ReviewTask, clock: Clock | None, today: date
) -> Message:
    label = pack.review(review.code).label
    common: dict[str, Any] = {
        "project_code": project.code,
        "project_name": project.name,
        "link": f"/projects/{project.code}#task-{task.id}",
        "opened_on": today,
        "due_on": clock.due_on if clock else None,
        "derivation": clock.derivation if clock else "",
    }
    if review.kind == "approval":
        submitted_by = project.organisation.name
        return ApprovalStepOpened(
            **common,
            approval=label,
            approval_step=task.organisation.name,
            content=task.matter,
            submitted_by=submitted_by,
        )
    return ReviewTaskOpened(
        **common, review=label, round=review.round, matter=task.matter, department=task.organisation.name
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
    )
    people = people_in_seat(session, DISTRICT, project.organisation)
    return post(session, city, message, people, once=f"event:{event_id}", now=now, project_id=project.id)


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
