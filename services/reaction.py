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
from services.escalation import escalate, wake
from services.lapse import lapse
from services.lapse_rule import LAPSED
from services.notice import (
    announce_incident,
    announce_move,
    announce_settled,
)
from services.order import close_finished
from services.outbox import Event
from services.pack import pack_of
from services.review_round import open_round
from services.round_notice import announce_dissents, announce_supplement
from services.settlement import settle_held
from services.standing import ask_settlement, standing
from services.sweep import CHECK, look_again
from services.task_hold import hold_round, hold_rounds
from services.task_opening import open_waiting
from services.turn_notice import announce_round
from states.review import ReviewStatus
from states.ruling import Awaits


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
    if standing(review) is not ReviewStatus.open:  # every opinion was carried over: nobody is left to ask
        project = _project(session, event)
        ask_settlement(session, project, pack_of(project.pack_version), review, now=now)
    return f"{len(review.tasks)} 个单位，通知 {told} 人"


def _settle(session: Session, city: City, event: Event, now: datetime) -> str:
    found = hold_rounds(session, [event.payload["review_id"]])
    moved = settle_held(session, city, found[0], now=now) if found else None
    if moved is None:
        return _waits_for_lead(session, city, event, now) or "本轮已办结，或项目已暂停，现不办结"
    announce_settled(session, city, found[0].review, event.id, now=now)
    return f"{moved.before} → {moved.after}"


def _waits_for_lead(session: Session, city: City, event: Event, now: datetime) -> str:
    held = hold_round(session, event.payload["review_id"])
    if held.review.status != ReviewStatus.open or held.review.awaits != Awaits.ruling:
        return ""
    told = announce_dissents(session, city, held, event.id, now=now)
    return f"有不同意见，待牵头部门处理，通知 {told} 人"


def _supplement(session: Session, city: City, event: Event, now: datetime) -> str:
    told = announce_supplement(session, city, event.payload["supplement_id"], event.id, now=now)
    return f"通知 {told} 人"


def _lapse(session: Session, city: City, event: Event, now: datetime) -> str:
    project = _project(session, event)
    return lapse(session, city, project, pack_of(project.pack_version), event.payload["clock"], now=now)


def _turn(session: Session, city: City, event: Event, now: datetime) -> str:
    called = event.payload.get("task_ids") or [event.payload["task_id"]]  # one number: written by an earlier version
    review_id = session.get_one(ReviewTask, called[0]).review_id
    told = announce_round(session, city, _round(session, review_id), event.id, now=now, only=called)
    return f"{len(called)} 个单位，通知 {told} 人"


def _due(session: Session, city: City, event: Event, now: datetime) -> str:
    opened = open_waiting(session, city, event.payload["review_id"], now=now)
    return "、".join(task.organisation.name for task in opened) or "尚未轮到，或本轮已办结、已暂停"


def _moved(session: Session, city: City, event: Event, now: datetime) -> str:
    project = _project(session, event)
    closed = close_finished(session, city, project, now=now)  # orders whose matter the move has brought to its end
    told = announce_move(session, city, project, event, now=now)
    return f"通知 {told} 人" + (f"，销号督办单 {closed} 张" if closed else "")


def _rung(session: Session, city: City, event: Event, now: datetime) -> str:
    return escalate(session, city, _project(session, event), event, now=now)


def _clock(session: Session, city: City, event: Event, now: datetime) -> str:
    look_again(session, event.payload["clock"], today=city.day(now))
    return "下次巡检再算"


def _woken(session: Session, city: City, event: Event, now: datetime) -> str:
    return wake(session, city, _project(session, event), event, now=now)


def _incident(session: Session, city: City, event: Event, now: datetime) -> str:
    return f"通知 {announce_incident(session, city, event, now=now)} 人"


def _project(session: Session, event: Event) -> Project:
    options = [joinedload(Project.pack_version), joinedload(Project.organisation)]
    return session.get_one(Project, event.project_id, options=options, with_for_update={"of": Project})


def _round(session: Session, review_id: int) -> Review:
    return session.get_one(Review, review_id, options=[selectinload(Review.tasks).joinedload(ReviewTask.organisation)])


REACTIONS: dict[str, Reaction] = {
    "joint_review_requested": Reaction(FlowName.joint_review, _open),
    "joint_review_turned": Reaction(FlowName.joint_review, _turn),
    "joint_review_due": Reaction(FlowName.joint_review, _due),
    "joint_review_decided": Reaction(FlowName.joint_review, _settle),
    "supplement_issued": Reaction(FlowName.joint_review, _supplement),
    LAPSED: Reaction(FlowName.joint_review, _lapse),
    "approval_requested": Reaction(FlowName.approval, _open),
    "approval_due": Reaction(FlowName.approval, _due),
    "approval_turned": Reaction(FlowName.approval, _turn),
    "approval_decided": Reaction(FlowName.approval, _settle),
    "project_moved": Reaction(FlowName.announcement, _moved),
    "incident_opened": Reaction(FlowName.announcement, _incident),
    "rung_fired": Reaction(FlowName.escalation, _rung),
    "alert_woken": Reaction(FlowName.escalation, _woken),
    CHECK: Reaction(FlowName.escalation, _clock),
}
"""Every kind of event but `delivery_requested`, whose sending lies between two transactions (flows.delivery)."""
