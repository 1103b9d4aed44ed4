"""Why something came to somebody (为何请我办): from what set it off by rule and unit to the person, each sourced."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.clock import Clock
from models.delivery import InboxMessage
from models.organisation import Organisation
from models.outbox import OutboxEvent
from models.project import Project
from models.review import Review, ReviewTask
from policy.pack import Pack
from policy.schema import RungEntry
from policy.schema_entry import HOLDER, LEAD, UNIT_HEAD
from services.asked_rule import rule_reasons
from services.audit_phrase import PHRASES
from services.because import Because, Link, Reason, people_reasons
from services.clock_sheet import ClockMissing
from services.pack import pack_of
from services.person_list import person_names
from services.project import find_project
from services.reading import Reading
from services.review_round import role_asked
from services.rung_receiver import heads, leads
from services.seat_holder import resolve_seat
from services.task_hold import TaskMissing
from states.clock import ClockSubject
from states.exceptions import JiugaiError, Kind
from states.label import Label
from states.role import Role, Seat

_RECEIVERS = {
    HOLDER: Label("经办人", "holder"),
    UNIT_HEAD: Label("承办单位负责人", "head of the unit"),
    LEAD: Label("牵头部门", "lead department"),
}


class InboxMessageMissing(JiugaiError):
    """No message of that number in any inbox."""

    code = "inbox_message_missing"
    kind = Kind.missing
    zh = "没有编号为 {message} 的消息。请用 jiugai notify inbox 核对编号。"
    en = "There is no message {message}. Check the number with `jiugai notify inbox`."


def because_of_task(session: Session, reading: Reading, task_id: int, login: str | None = None) -> Because:
    """Why a review task came to its unit and its people, or to the one with `login`. Raises TaskMissing."""
    task = session.get(ReviewTask, task_id)
    if task is None:
        raise TaskMissing(task=task_id)
    review = session.get_one(Review, task.review_id)
    project = session.get_one(Project, review.project_id)
    pack, label = pack_of(project.pack_version), pack_of(project.pack_version).review(review.code).name
    about = reading.say(
        f"{project.name} · {label.zh}第{review.round}轮 · {task.matter}",
        f"{project.name} · {label.text('en')}, round {review.round} · {task.matter}",
    )
    started = [move.trigger for move in pack.procedure.moves for start in move.starts if start.code == review.code]
    reasons = [
        *_moved(session, reading, project, pack, started, until=review.opened_at.isoformat()),
        *rule_reasons(session, reading, project, pack, review, task),
        _unit_of_task(session, reading, project, pack, task),
        *_acts_on(session, reading, project, task),
        *people_reasons(session, reading, task.organisation, role_asked(task), login),
    ]
    return Because(about, tuple(reasons))


def because_of_step(session: Session, reading: Reading, code: str, login: str | None = None) -> Because:
    """Why a project lies where it lies: the move that brought it there, who holds the step. Raises ProjectMissing."""
    project = find_project(session, code)
    pack = pack_of(project.pack_version)
    step = pack.procedure.step[project.step]
    about = f"{project.name} · {reading.text(step.label)}"
    into = [move.trigger for source, target, move in pack.procedure.arrows() if target == step.code]
    reasons = _moved(session, reading, project, pack, into)
    if step.held_by is None or step.held_by.level is None:
        text = reading.say(
            "此步骤由各审查单位办理，见各项审查任务", "held by the units of its reviews: see their tasks"
        )
        return Because(about, (*reasons, Reason(Link.rule, text, pack.id)))
    text = reading.say(f"此步骤由{step.held_by.label.zh}办理", f"held by the {step.held_by.label.text('en')}")
    rule = Reason(Link.rule, text, pack.id, {"step": step.code, "held_by": str(step.held_by)})
    return Because(about, (*reasons, rule, *_seat(session, reading, project, step.held_by, login)))


def because_of_clock(
    session: Session, reading: Reading, clock_id: int, login: str | None = None, *, rung: int | None = None
) -> Because:
    """Why a warning about a clock goes to whom it goes: its limit, each rung (or one) and its receivers.

    Raises ClockMissing.
    """
    clock = session.get(Clock, clock_id)
    if clock is None:
        raise ClockMissing(clock=clock_id)
    project = session.get_one(Project, clock.project_id)
    pack = pack_of(project.pack_version)
    limit = pack.limit(clock.limit)
    began = Reason(Link.cause, clock.derivation, _source(reading, pack, limit.span.source), {"clock": clock.id})
    reasons = [began]
    rungs = list(enumerate(pack.ladder(limit.ladder).rungs)) if limit.ladder else []
    for number, entry in rungs:
        if rung in (None, number):
            reasons += _rung(session, reading, project, pack, clock, entry, login)
    return Because(f"{project.name} · {clock.label}", tuple(reasons))


def because_of_message(session: Session, reading: Reading, message_id: int) -> Because:
    """Why a message came to the person whose it is: the event behind it, then the chain of what it is about.

    Raises InboxMessageMissing.
    """
    message = session.get(InboxMessage, message_id)
    if message is None:
        raise InboxMessageMissing(message=message_id)
    login, event = message.person.login, _event(session, message)
    cause = [Reason(Link.cause, event.title, data={"event": event.id, "kind": event.kind})] if event else []
    place = re.search(r"#(task|clock)-(\d+)", str(message.payload.get("link", "")))
    if place and place[1] == "task":
        chain = because_of_task(session, reading, int(place[2]), login)
    elif place:
        rung = event.payload.get("rung") if event else None
        chain = because_of_clock(session, reading, int(place[2]), login, rung=rung)
    elif message.project_id is not None:
        chain = because_of_step(session, reading, session.get_one(Project, message.project_id).code, login)
    else:
        chain = Because(event.title if event else message.kind, ())
    return Because(chain.about, (*cause, *chain.reasons))


def _event(session: Session, message: InboxMessage) -> OutboxEvent | None:
    found = re.match(r"event:(\d+)", message.once)
    return session.get(OutboxEvent, int(found[1])) if found else None


def _moved(
    session: Session, reading: Reading, project: Project, pack: Pack, triggers: list[str], until: str | None = None
) -> list[Reason]:
    """The newest of these moves, with who made it for whom; the enrolment where there was none."""
    query = select(AuditEntry).where(AuditEntry.subject == "project", AuditEntry.subject_id == project.code)
    query = query.where(AuditEntry.action.in_([*triggers, "enrolled"]))
    entries = session.scalars(query.order_by(AuditEntry.seq)).all()
    entry = next((one for one in reversed(entries) if until is None or one.recorded_at.isoformat() <= until), None)
    if entry is None:
        return []
    names = person_names(session, reading, [login for login in (entry.actor, entry.on_behalf_of) if login])
    move = next((one for one in pack.procedure.moves if one.trigger == entry.action), None)
    label = reading.text(move.label if move else PHRASES.get(entry.action, Label(entry.action)))
    behalf = names[entry.on_behalf_of] if entry.on_behalf_of else ""
    by = reading.say(f"（代{behalf}）", f" (for {behalf})") if behalf else ""
    day = reading.city.day(entry.occurred_at)
    text = reading.say(f"{names[entry.actor]}{by}于 {day} “{label}”", f'{names[entry.actor]}{by}: "{label}", {day}')
    data = {"action": entry.action, "actor": entry.actor, "on_behalf_of": entry.on_behalf_of, "seq": entry.seq}
    return [Reason(Link.cause, text, reading.say("办理记录", "history"), data)]


def _unit_of_task(session: Session, reading: Reading, project: Project, pack: Pack, task: ReviewTask) -> Reason:
    unit, data = task.organisation, {"organisation": task.organisation.code, "member": task.member}
    if "@" in task.member:
        found = resolve_seat(session, project.organisation, Seat.parse(task.member))
        same = found.organisation.id == unit.id
        text = reading.text(found.why) if same else reading.say(f"发起时由{unit.name}办理", f"went to {unit.name}")
        return Reason(Link.unit, text, data=data)
    department = next((one.name for one in pack.document.departments if one.code == task.member), Label(task.member))
    above = session.get(Organisation, unit.parent_id) if unit.parent_id else None
    text = reading.say(
        f"{department.zh}在{above.name if above else '机构树'}对应的单位是{unit.name}",
        f"{department.text('en')} is {unit.name} under {above.name if above else 'the top'}",
    )
    return Reason(Link.unit, text, reading.say("机构树", "organisation tree"), data)


def _acts_on(session: Session, reading: Reading, project: Project, task: ReviewTask) -> list[Reason]:
    """What was done with the task since: added, claimed, transferred, delegated …"""
    query = select(AuditEntry).where(AuditEntry.subject == "project", AuditEntry.subject_id == project.code)
    entries = [
        entry
        for entry in session.scalars(query.order_by(AuditEntry.seq))
        if entry.after.get("task") == task.id and entry.action != "opinion_given"
    ]
    names = person_names(session, reading, {entry.actor for entry in entries})
    return [_act(reading, entry, names[entry.actor]) for entry in entries]


def _act(reading: Reading, entry: AuditEntry, name: str) -> Reason:
    label = reading.text(PHRASES.get(entry.action, Label(entry.action)))
    day, why = reading.city.day(entry.occurred_at), f"：{entry.reason}" if entry.reason else ""
    return Reason(Link.act, f"{name} {day} {label}{why}", data={"action": entry.action, **entry.after})


def _rung(
    session: Session, reading: Reading, project: Project, pack: Pack, clock: Clock, entry: RungEntry, login: str | None
) -> list[Reason]:
    to = "、".join(one.label.zh if isinstance(one, Seat) else _RECEIVERS[one].zh for one in entry.to)
    reasons = [
        Reason(
            Link.rule, f"{reading.text(entry.name)} → {to}", _source(reading, pack, entry.source), {"rung": entry.code}
        )
    ]
    for receiver in entry.to:
        if isinstance(receiver, Seat):
            reasons += _seat(session, reading, project, receiver, login)
        elif receiver == HOLDER:
            reasons += _holder(session, reading, project, clock, login)
        else:
            people = (heads if receiver == UNIT_HEAD else leads)(session, project, pack, clock, reading.today)
            named = [person for person in people if login in (None, person.login)]
            label = reading.text(_RECEIVERS[receiver])
            reasons += [Reason(Link.person, f"{label}：{one.name}", data={"login": one.login}) for one in named]
    found = [one for one in reasons if one.data.get("holds", True)]
    return found if any(one.link is Link.person for one in found) else reasons


def _holder(session: Session, reading: Reading, project: Project, clock: Clock, login: str | None) -> list[Reason]:
    unit = session.get_one(Organisation, clock.holder_id) if clock.holder_id else project.organisation
    task = session.get(ReviewTask, clock.subject_id) if clock.subject == ClockSubject.task else None
    text = reading.say(f"此事由{unit.name}办理", f"the matter is {unit.name}'s")
    role = role_asked(task) if task else Role.coordinator
    data = {"organisation": unit.code}
    return [Reason(Link.unit, text, data=data), *people_reasons(session, reading, unit, role, login)]


def _seat(session: Session, reading: Reading, project: Project, seat: Seat, login: str | None) -> list[Reason]:
    found = resolve_seat(session, project.organisation, seat)
    data = {"organisation": found.organisation.code, "seat": str(seat), "staffed": found.staffed}
    unit = Reason(Link.unit, reading.text(found.why), reading.say("机构树", "organisation tree"), data)
    return [unit, *people_reasons(session, reading, found.organisation, seat.role, login)]


def _source(reading: Reading, pack: Pack, code: str) -> str:
    source = pack.source(code)
    marked = source.assumed and not source.label.startswith("设定值")
    return reading.text(source.name) + (reading.say("（设定值）", " (assumed)") if marked else "")
