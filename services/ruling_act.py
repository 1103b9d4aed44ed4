"""What the lead does about dissents (处理不同意见): overrule in writing, or hold a coordination meeting."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.document import Document
from models.review import ReviewTask
from models.ruling import Ruling
from services.city import City
from services.clock import refresh_light
from services.clock_ledger import is_over
from services.identity import Capacity
from services.round_act import (
    Doing,
    acted_before,
    lead_capacities,
    lead_unit,
    of_round,
    require_lead,
    require_open,
    require_reason,
    write_act,
)
from services.ruling import dissents_of, end_wait, is_contested, is_final, ruling_clock
from services.ruling_error import (
    DissentFinal,
    DissentUnknown,
    MeetingMissing,
    MeetingUnfit,
    NothingToRule,
    OverrulerSame,
    RulingNotAllowed,
    RulingTooLate,
)
from services.standing import ask_settlement, standing
from services.task_hold import Held, hold_round
from states.category import Category
from states.review import ReviewStatus
from states.ruling import MeetingOutcome, RulingKind


@dataclass(frozen=True, slots=True)
class Meeting:
    """A coordination meeting: the day it was held (city's zone), who came, the kind of document its minutes are."""

    held_on: date
    attendees: Sequence[str]
    minutes: str
    outcome: MeetingOutcome


def overrule(
    session: Session, city: City, review_id: int, tasks: Sequence[int], doing: Doing, *, meeting: int | None = None
) -> list[Ruling]:
    """Decide in writing that dissents do not stand; the opinions stay as they were given.

    After all have spoken, within the lead's days, by somebody else than who dissented. Once no dissent is left that
    keeps the round from passing it is settled. A repeated request changes nothing twice. Raises ReviewMissing,
    LeadForbidden, RoundClosed, ReasonMissing, RulingNotAllowed, NothingToRule, RulingTooLate, DissentUnknown,
    DissentFinal, OverrulerSame, MeetingMissing, RequestReused.
    """
    held = hold_round(session, review_id)
    if acted_before(session, held.project, doing, "dissent_overruled", {"review_id": review_id}):
        return rulings_of(session, review_id)
    capacities = lead_capacities(session, held, doing)
    _require_ruling(session, city, held, doing)
    found = [_dissent(held, number) for number in dict.fromkeys(tasks)]
    said = {task.answered_by for task in found}
    capacity = next((one for one in capacities if not one.logins(doing.actor) & said), capacities[0])
    for task in found:
        _require_overrulable(session, held, task, doing, capacity)
    if meeting is not None:
        _meeting(session, held, meeting)
    made = [_overrule(held, task, doing, meeting) for task in found]
    session.add_all(made)
    after = {**of_round(held), "tasks": [task.id for task in found], "members": [task.member for task in found]}
    write_act(session, held.project, held.pack, doing, "dissent_overruled", after, capacity=capacity)
    if standing(held.review) is ReviewStatus.passed:
        end_wait(session, city, held.review, now=doing.now)
        ask_settlement(session, held.project, held.pack, held.review, now=doing.now)
    refresh_light(session, held.project)
    return made


def record_meeting(session: Session, review_id: int, meeting: Meeting, doing: Doing) -> Ruling:
    """Write down a coordination meeting (协调会) about the dissents: its day, who came, its minutes, its outcome.

    The outcome is the meeting's; a dissent is overruled only by a ruling that names the meeting. A repeated request
    changes nothing twice. Raises as `overrule` does, and MeetingUnfit.
    """
    held = hold_round(session, review_id)
    if acted_before(session, held.project, doing, "meeting_recorded", {"review_id": review_id}):
        return rulings_of(session, review_id)[-1]
    capacity = require_lead(session, held, doing)
    require_open(held, "召开协调会", "discussed")
    require_reason(doing, "协调会", "recorded")
    if not dissents_of(held.review):
        raise NothingToRule(**_words(held, "没有不同意见", "nobody dissents"))
    ruling = Ruling(
        review_id=review_id, kind=RulingKind.meeting, reasons=doing.reason.strip(), held_on=meeting.held_on,
        attendees="、".join(_attendees(meeting)), document_id=_minutes(session, held, meeting).id,
        outcome=meeting.outcome, ruled_at=doing.now, ruled_by=doing.actor.login,
    )  # fmt: skip
    session.add(ruling)
    session.flush()
    after = {**of_round(held), "held_on": meeting.held_on.isoformat(), "outcome": meeting.outcome, "ruling": ruling.id}
    write_act(session, held.project, held.pack, doing, "meeting_recorded", after, capacity=capacity)
    return ruling


def rulings_of(session: Session, review_id: int) -> list[Ruling]:
    """Every ruling of a round, oldest first."""
    return list(session.scalars(select(Ruling).where(Ruling.review_id == review_id).order_by(Ruling.id)))


def _require_ruling(session: Session, city: City, held: Held, doing: Doing) -> None:
    require_open(held, "裁定", "ruled on")
    require_reason(doing, "裁定不采纳不同意见", "overruled")
    if held.entry.dissent is None:
        raise RulingNotAllowed(pack=held.pack.id, review=held.entry.label)
    if not is_contested(held):
        raise NothingToRule(
            **_words(held, "尚有单位未出意见，或没有不同意见", "not all have spoken, or nobody dissents")
        )
    clock = ruling_clock(session, held.review)
    if clock is not None and is_over(clock, city.day(doing.now)):
        raise RulingTooLate(due=clock.due_on)


def _words(held: Held, problem: str, problem_en: str) -> dict[str, object]:
    said = {"problem": problem, "problem_en": problem_en}
    return {"review": held.entry.label, "round": held.review.round, **said}


def _dissent(held: Held, number: int) -> ReviewTask:
    found = next((task for task in dissents_of(held.review) if task.id == number), None)
    if found is None:
        raise DissentUnknown(task=number)
    return found


def _require_overrulable(session: Session, held: Held, task: ReviewTask, doing: Doing, capacity: Capacity) -> None:
    unit, acting = lead_unit(session, held), {doing.actor.login, capacity.on_behalf_of}
    if task.answered_by in acting or (unit is not None and task.organisation_id == unit.id):
        raise OverrulerSame(unit=task.organisation.name, actor=doing.name)
    if is_final(held.pack, held.review.code, task.member):
        category = _category(held, task)
        raise DissentFinal(
            unit=task.organisation.name, category=category.label.zh, category_en=category.label.text("en")
        )


def _category(held: Held, task: ReviewTask) -> Category:
    members = {entry.key: entry for entry in held.entry.members}
    if task.member in members:
        return held.pack.category(members[task.member]) or Category.general
    return held.pack.department(task.member).category or Category.general


def _overrule(held: Held, task: ReviewTask, doing: Doing, meeting: int | None) -> Ruling:
    task.overruled = True
    return Ruling(
        review_id=held.review.id, task_id=task.id, kind=RulingKind.overruled, opinion=task.opinion,
        reasons=doing.reason.strip(), meeting_id=meeting, ruled_at=doing.now, ruled_by=doing.actor.login,
    )  # fmt: skip


def _meeting(session: Session, held: Held, number: int) -> Ruling:
    found = session.get(Ruling, number)
    if found is None or found.review_id != held.review.id or found.kind != RulingKind.meeting:
        raise MeetingMissing(meeting=number)
    return found


def _attendees(meeting: Meeting) -> Iterable[str]:
    found = [name.strip() for name in meeting.attendees if name.strip()]
    if not found:
        raise MeetingUnfit(problem="没有写参加人员", problem_en="nobody is named as having come")
    return found


def _minutes(session: Session, held: Held, meeting: Meeting) -> Document:
    label = held.pack.document_entry(meeting.minutes).label
    query = select(Document).where(Document.project_id == held.project.id, Document.kind == meeting.minutes)
    query = query.where(Document.withdrawn_at.is_(None)).order_by(Document.version.desc()).limit(1)
    found = session.scalar(query)
    if found is None or found.uploaded_at < held.review.opened_at:
        raise MeetingUnfit(problem=f"本轮发起后没有提交“{label}”", problem_en=f'no "{label}" filed since the opening')
    return found
