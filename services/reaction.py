"""Reactions (联动): what the system does after a committed move; each handler is one transaction's work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session, joinedload, selectinload

from models.project import Project
from models.review import Review, ReviewTask
from services.city import City
from services.escalation import escalate
from services.notice import (
    announce_incident,
    announce_move,
    announce_round,
    announce_settled,
    announce_turn,
)
from services.outbox import Event
from services.review_round import open_round
from services.settlement import settle


class FlowName(StrEnum):
    """The Prefect flows that carry reactions."""

    joint_review = "joint_review"
    approval = "approval"
    announcement = "announcement"
    escalation = "escalation"
    delivery = "delivery"


Handler = Callable[[Session, City, Event, datetime], str]


@dataclass(frozen=True, slots=True)
class Reaction:
    """Which flow carries an event, and what is done in its transaction."""

    flow: FlowName
    handle: Handler


def _open(session: Session, city: City, event: Event, now: datetime) -> str:
    review = open_round(
        session, city, _project(session, event), event.payload["review"], event.payload["round"], now=now
    )
    if review is None:
        return "项目已离开该步骤或已暂停，现不发起"
    told = announce_round(session, city, _round(session, review.id), event.id, now=now)
    return f"{len(review.tasks)} 个单位，通知 {told} 人"


def _settle(session: Session, city: City, event: Event, now: datetime) -> str:
    moved = settle(session, city, event.payload["review_id"], now=now)
    if moved is None:
        return "本轮已办结，或项目已暂停，现不办结"
    announce_settled(session, city, _round(session, event.payload["review_id"]), event.id, now=now)
    return f"{moved.before} → {moved.after}"


def _turn(session: Session, city: City, event: Event, now: datetime) -> str:
    task = session.get_one(ReviewTask, event.payload["task_id"], options=[joinedload(ReviewTask.organisation)])
    return f"通知 {announce_turn(session, city, _round(session, task.review_id), task, event.id, now=now)} 人"


def _moved(session: Session, city: City, event: Event, now: datetime) -> str:
    return f"通知 {announce_move(session, city, _project(session, event), event, now=now)} 人"


def _rung(session: Session, city: City, event: Event, now: datetime) -> str:
    return escalate(session, city, _project(session, event), event, now=now)


def _incident(session: Session, city: City, event: Event, now: datetime) -> str:
    return f"通知 {announce_incident(session, city, event, now=now)} 人"


def _project(session: Session, event: Event) -> Project:
    options = [joinedload(Project.pack_version), joinedload(Project.organisation)]
    return session.get_one(Project, event.project_id, options=options, with_for_update={"of": Project})


def _round(session: Session, review_id: int) -> Review:
    return session.get_one(Review, review_id, options=[selectinload(Review.tasks).joinedload(ReviewTask.organisation)])


REACTIONS: dict[str, Reaction] = {
    "joint_review_requested": Reaction(FlowName.joint_review, _open),
    "joint_review_decided": Reaction(FlowName.joint_review, _settle),
    "approval_requested": Reaction(FlowName.approval, _open),
    "approval_turned": Reaction(FlowName.approval, _turn),
    "approval_decided": Reaction(FlowName.approval, _settle),
    "project_moved": Reaction(FlowName.announcement, _moved),
    "incident_opened": Reaction(FlowName.announcement, _incident),
    "rung_fired": Reaction(FlowName.escalation, _rung),
}
"""Every kind of event but `delivery_requested`, whose sending lies between two transactions (flows.delivery)."""
