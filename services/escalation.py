"""Escalation (逐级预警): a fired rung becomes one message to everybody the ladder names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.clock import Clock
from models.organisation import Organisation
from models.person import Person
from models.project import Project
from models.review import ReviewTask
from notifications.message import DeadlineBreached, DeadlineWarning, Message
from policy.pack import Pack
from policy.schema import RungEntry
from services.city import City
from services.identity import people_at, people_in_seat
from services.message import post
from services.outbox import Event
from services.pack import pack_of
from services.review_round import role_asked
from services.rung import overdue_from
from states.clock import ClockStatus, ClockSubject, RungAt
from states.role import Role, Seat

DUTY = "逾期须说明原因并公开（《优化营商环境条例》第三十六条）。"


def escalate(session: Session, city: City, project: Project, event: Event, *, now: datetime) -> str:
    """Tell the rung's receivers; nobody when the matter was done between the sweep and this reaction."""
    clock = session.get_one(Clock, event.payload["clock"])
    if clock.status != ClockStatus.running:
        return "已办结或已暂停，不再提醒"
    pack = pack_of(project.pack_version)
    ladder = pack.limit(clock.limit).ladder
    assert ladder is not None  # noqa: S101 - only a clock with a ladder fires rungs
    rung = pack.ladder(ladder).rungs[event.payload["rung"]]
    people = _receivers(session, project, clock, rung)
    told = post(
        session, city, _message(session, city, project, pack, clock, rung, now), people,
        once=f"event:{event.id}", now=now, project_id=project.id,
    )  # fmt: skip
    return f"通知 {told} 人" if told else "没有可通知的人员"


def _receivers(session: Session, project: Project, clock: Clock, rung: RungEntry) -> list[Person]:
    found: list[Person] = []
    for receiver in rung.to:
        if isinstance(receiver, Seat):
            found += people_in_seat(session, receiver, project.organisation)
        else:  # the word `holder`
            found += _holders(session, project, clock)
    return found


def _holders(session: Session, project: Project, clock: Clock) -> Sequence[Person]:
    task = session.get(ReviewTask, clock.subject_id) if clock.subject == ClockSubject.task else None
    role = role_asked(task) if task else Role.coordinator
    return people_at(session, clock.holder_id or project.organisation_id, role)


def _message(
    session: Session, city: City, project: Project, pack: Pack, clock: Clock, rung: RungEntry, now: datetime
) -> Message:
    today = city.day(now)
    holder = session.get(Organisation, clock.holder_id) if clock.holder_id else None
    limit = pack.limit(clock.limit)
    source = pack.source(limit.span.source)
    common: dict[str, Any] = {
        "project_code": project.code,
        "project_name": project.name,
        "link": f"/projects/{project.code}#clock-{clock.id}",
        "what": clock.label,
        "due_on": clock.due_on,
        "holder": holder.name if holder else project.organisation.name,
        "rule": f"{limit.label}，依据：{source.label}",
        "derivation": clock.derivation,
    }
    if rung.at == RungAt.warning and today < overdue_from(clock):
        left = city.calendar.working_days_between(today, clock.due_on)
        return DeadlineWarning(**common, working_days_left=max(left, 0))
    over = max(city.calendar.working_days_between(clock.due_on, today), 0)
    return DeadlineBreached(**common, working_days_over=over, duty=DUTY)
