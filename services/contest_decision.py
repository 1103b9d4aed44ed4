"""The decision of a contest (复核决定): by somebody who had no part in the first one; light, days and order follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.clock import Clock, ClockEntry
from models.person import Person, RoleGrant
from models.project import Project
from models.supervision import Contest, SupervisionOrder
from policy.pack import Pack
from services.audit import Act, done_before, record
from services.city import City
from services.clock import LIVE, refresh_light, stop_clock
from services.clock_ledger import ledgers_of, release_rungs, renew, write_entries
from services.contest import is_red, matter_of
from services.contest_error import ContestDaysUnfit, ContestDecidedAlready, ContestMissing
from services.contest_notice import tell_decided
from services.identity import OWN, Actor, Capacity
from services.keeping import Keeping
from services.lock import hold_project
from services.order import end_order
from services.order_hold import HeldOrder
from services.pack import pack_of
from services.supervision import FirstStaffRecused, require_supervisor, require_words, took_part
from states.clock import ClockStatus, ClockSubject, EntryKind, Light
from states.contest import ContestAbout, ContestStatus
from states.order import LIVE_ORDER, MOVE, OrderStatus

_FIRST = ("order_issued", "order_accepted", "order_sent_back")
"""The acts by which somebody has decided a matter the first time."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Upheld or dismissed, with reasons; `first` to `last` are the days, both included, that are not the unit's.

    A red light of a matter that is still open is only corrected by naming days; of one that ended late, none named
    means that the lateness as a whole is taken off.
    """

    upheld: bool
    reasons: str
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    contest: Contest
    project: Project
    pack: Pack
    clock: Clock | None
    order: SupervisionOrder | None
    matter: str
    capacity: Capacity = OWN


def decide(session: Session, city: City, contest_id: int, decision: Decision, keeping: Keeping) -> Contest:
    """Decide a contest as a supervisor above the unit who neither issued nor decided first, nor belongs to the unit.

    Upheld: the days are taken out of the clock by an entry of its ledger, or its lateness is overturned; light, days
    and ranking follow, a contested order is overturned, and so are orders about a light that is not red any more.
    Dismissed: everything stands. Harmless when repeated. Raises ContestMissing, SupervisorNeeded, FirstStaffRecused,
    WordsMissing, ContestDecidedAlready, ContestDaysUnfit, RequestReused.
    """
    held = _hold(session, contest_id)
    capacities = require_supervisor(keeping.actor, held.contest.unit, held.matter)
    if done_before(session, keeping.request_id, "project", held.project.code, "contest_decided") is not None:
        return held.contest
    held = replace(held, capacity=_uninvolved(session, held, keeping.actor, capacities))
    if held.contest.status != ContestStatus.open:
        label = ContestStatus(held.contest.status).label
        raise ContestDecidedAlready(contest=contest_id, status=label.zh, status_en=label.text("en"))
    reasons = require_words(decision.reasons, "决定的理由", "the reasons")
    _settle(held.contest, decision, reasons, keeping)
    effect = _correct(session, city, held, decision, keeping) if decision.upheld else ""
    stop_clock(session, held.project.id, ClockSubject.contest, contest_id, on=city.day(keeping.now))
    refresh_light(session, held.project)
    _note(session, held, keeping, effect)
    tell_decided(session, city, held.project, held.contest, held.matter, effect, now=keeping.now)
    return held.contest


def _hold(session: Session, contest_id: int) -> _Held:
    contest = session.get(Contest, contest_id)
    if contest is None:
        raise ContestMissing(contest=contest_id)
    project = hold_project(session, contest.project_id)
    session.refresh(contest)
    clock = session.get(Clock, contest.clock_id, with_for_update=True) if contest.clock_id else None
    order = session.get(SupervisionOrder, contest.order_id) if contest.order_id else None
    return _Held(contest, project, pack_of(project.pack_version), clock, order, matter_of(session, contest))


def _uninvolved(session: Session, held: _Held, actor: Actor, capacities: Sequence[Capacity]) -> Capacity:
    """The first capacity in which neither who decides, nor whom they stand in for, had a part in the first decision."""
    why = [_part_in_it(session, held, one.logins(actor)) for one in capacities]
    for capacity, part in zip(capacities, why, strict=True):
        if part is None:
            return capacity
    zh, en = next(part for part in why if part)
    raise FirstStaffRecused(actor=actor.name or actor.login, why=zh, why_en=en)


def _part_in_it(session: Session, held: _Held, logins: frozenset[str]) -> tuple[str, str] | None:
    """What one of those who act together had to do with it, in words; None for nothing."""
    orders = [held.order] if held.order else []
    if held.clock is not None:
        orders += session.scalars(select(SupervisionOrder).where(SupervisionOrder.clock_id == held.clock.id))
    first = [took_part(session, "order", order.code, _FIRST) for order in orders]
    if logins & frozenset().union(*first):
        return (
            "本人或被代理人就此事签发或审核过督办单",
            "issued or decided on an order about it, or stands in for who did",
        )
    if logins & _filed_by(session, held):
        return "本人或被代理人提出了此复核申请", "filed the contest, or stands in for who did"
    if logins & _people_of(session, held.contest.unit_id):
        return "本人或被代理人属于申请单位", "belongs to the unit that filed it, or stands in for who does"
    return None


def _filed_by(session: Session, held: _Held) -> frozenset[str]:
    query = select(AuditEntry).where(AuditEntry.subject == "project", AuditEntry.subject_id == held.project.code)
    filed = session.scalars(query.where(AuditEntry.action == "contest_filed"))
    mine = [entry for entry in filed if entry.after["contest"] == held.contest.id]
    return frozenset(login for entry in mine for login in (entry.actor, entry.on_behalf_of) if login)


def _people_of(session: Session, unit_id: int) -> frozenset[str]:
    """Whoever is employed at the unit or holds a seat there."""
    seated = select(RoleGrant.person_id).where(RoleGrant.organisation_id == unit_id)
    query = select(Person.login).where((Person.organisation_id == unit_id) | Person.id.in_(seated))
    return frozenset(session.scalars(query))


def _settle(contest: Contest, decision: Decision, reasons: str, keeping: Keeping) -> None:
    contest.status = ContestStatus.upheld if decision.upheld else ContestStatus.dismissed
    contest.reasons, contest.first_day, contest.last_day = reasons, decision.first, decision.last
    contest.decided_at, contest.decided_by = keeping.now, keeping.actor.login


def _correct(session: Session, city: City, held: _Held, decision: Decision, keeping: Keeping) -> str:
    """Correct what the conclusion had changed; what was done, in words."""
    done: list[str] = []
    if held.clock is not None and (held.contest.about == ContestAbout.light or decision.first is not None):
        done.append(_correct_clock(session, city, held, held.clock, decision, keeping))
    orders = [held.order] if held.order and OrderStatus(held.order.status) in MOVE["overturn"].sources else []
    if held.clock is not None and not is_red(held.clock, city.day(keeping.now)):
        orders += _orders_about(session, held.clock, but=held.order)
    why = Keeping(keeping.actor, keeping.now, keeping.source, reason=decision.reasons.strip())
    for order in orders:
        end_order(
            session,
            city,
            HeldOrder(order, held.project, held.pack, held.capacity),
            "overturn",
            why,
            contest=held.contest.id,
        )
        done.append(f"{order.code} 撤销")
    return "；".join(done)


def _correct_clock(
    session: Session, city: City, held: _Held, clock: Clock, decision: Decision, keeping: Keeping
) -> str:
    today = city.day(keeping.now)
    entry = ClockEntry(
        clock_id=clock.id, kind=EntryKind.exclude, on=today, first_day=decision.first, last_day=decision.last,
        reason=f"复核 {held.contest.id}：{decision.reasons.strip()}", actor=keeping.actor.login,
        recorded_at=keeping.now,
    )  # fmt: skip
    if decision.first is None or decision.last is None:
        return _overturn(session, clock, entry)
    _require_days(clock, decision.first, decision.last, today)
    entry.days = (decision.last - decision.first).days + 1
    ledger = [*ledgers_of(session, [clock.id])[clock.id], entry]
    entry.due_on = renew(city, held.pack, clock, ledger, today=today).due
    write_entries(session, [entry])
    if clock.status in LIVE:
        release_rungs(session, city, held.pack, clock, today=today)
    elif clock.ended_on is not None and clock.ended_on <= clock.due_on:
        clock.status = ClockStatus.met
    session.flush()
    return f"{decision.first} 至 {decision.last} 不计入期限，期满日改为 {clock.due_on}"


def _overturn(session: Session, clock: Clock, entry: ClockEntry) -> str:
    """Take the lateness off a clock that has ended: the days after its last one are not the unit's."""
    if clock.status != ClockStatus.late or clock.ended_on is None:
        raise ContestDaysUnfit(
            matter=clock.label, problem="事项还在计时", problem_en="it is still running",
            first=clock.started_on + timedelta(days=1), last=entry.on, due=clock.due_on,
        )  # fmt: skip
    entry.kind, entry.first_day, entry.last_day = EntryKind.overturn, clock.due_on + timedelta(days=1), clock.ended_on
    entry.days, entry.due_on = (clock.ended_on - clock.due_on).days, clock.due_on
    write_entries(session, [entry])
    clock.light = Light.green
    clock.status, clock.derivation = ClockStatus.met, f"{clock.derivation}；{entry.on} {EntryKind.overturn.label.zh}"
    session.flush()
    return "逾期记录撤销，按期办结"


def _require_days(clock: Clock, first: date, last: date, today: date) -> None:
    latest = min(today, clock.ended_on or today)
    if not clock.started_on < first <= min(last, clock.due_on) or last > latest:
        raise ContestDaysUnfit(
            matter=clock.label,
            problem=f"{first} 至 {last} 不能扣除", problem_en=f"{first} to {last} cannot be taken out",
            first=clock.started_on + timedelta(days=1), last=latest, due=clock.due_on,
        )  # fmt: skip


def _orders_about(session: Session, clock: Clock, *, but: SupervisionOrder | None) -> list[SupervisionOrder]:
    live = (SupervisionOrder.clock_id == clock.id, SupervisionOrder.status.in_(LIVE_ORDER))
    orders = session.scalars(select(SupervisionOrder).where(*live).order_by(SupervisionOrder.id))
    return [order for order in orders if but is None or order.id != but.id]


def _note(session: Session, held: _Held, keeping: Keeping, effect: str) -> None:
    contest = held.contest
    after = {
        "contest": contest.id, "about": contest.about, "status": contest.status, "clock": contest.clock_id,
        "effect": effect,
    }  # fmt: skip
    act = Act(
        "project", held.project.code, "contest_decided", keeping.actor.login, keeping.source, keeping.now,
        reason=contest.reasons or "", after=after, pack=held.pack.id, request_id=keeping.request_id,
        on_behalf_of=held.capacity.on_behalf_of,
    )  # fmt: skip
    record(session, act)
    if held.order is not None:
        own = Act(
            "order", held.order.code, "contest_decided", keeping.actor.login, keeping.source, keeping.now,
            reason=contest.reasons or "", after=after, pack=held.pack.id,
            on_behalf_of=held.capacity.on_behalf_of,
        )  # fmt: skip
        record(session, own)
    session.flush()
