"""Contests (复核申请): the supervised ask for review of a red light or an order (政府督查工作条例 17)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.clock import Clock
from models.organisation import Organisation
from models.project import Project
from models.supervision import Contest, SupervisionOrder
from policy.calendar import TimeUnit
from policy.pack import Pack
from policy.schema_supervision import ContestEntry
from services.audit import Act, done_before, record
from services.city import City
from services.clock import Matter, start_clock
from services.clock_sheet import ClockMissing
from services.contest_error import ContestLate, ContestRepeated, NothingToContest
from services.contest_notice import tell_filed
from services.identity import OWN, Actor, Capacity, keeper_capacities
from services.keeping import Keeping
from services.lock import hold_project
from services.order_hold import find_order
from services.pack import pack_of
from services.supervision import (
    SupervisionOff,
    UnitNeeded,
    answering_for,
    issuer_of,
    papers_of,
    require_words,
    rule_of,
)
from states.clock import ClockStatus, ClockSubject
from states.contest import ContestAbout, ContestStatus
from states.order import LIVE_ORDER, OrderStatus


@dataclass(frozen=True, slots=True)
class Filing:
    """What is contested, a clock's red light or an order (its number or id), why, shown by which documents on file."""

    grounds: str
    clock: int | None = None
    order: str | int | None = None
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Target:
    """The contested conclusion: of which unit, since which day, in which words."""

    project: Project
    pack: Pack
    unit: Organisation
    matter: str
    since: date
    clock: Clock | None
    order: SupervisionOrder | None


def file_contest(session: Session, city: City, filing: Filing, keeping: Keeping) -> Contest:
    """Contest a red light or an order as its unit or as a coordinator of the project; the clock of the decision starts.

    The conclusion stands until it is decided. Harmless when repeated. Raises ClockMissing, OrderMissing, UnitNeeded,
    SupervisionOff, WordsMissing, PaperMissing, NothingToContest, ContestLate, ContestRepeated, RequestReused.
    """
    target = _target(session, city, filing)
    capacity = _require_supervised(target, keeping.actor)
    done = done_before(session, keeping.request_id, "project", target.project.code, "contest_filed")
    if done is not None:
        return session.get_one(Contest, done.after["contest"])
    grounds = require_words(filing.grounds, "申请复核的理由", "the grounds")
    rule = contest_rule(target.pack)
    _require_conclusion(city, target, city.day(keeping.now))
    _require_in_days(city, target, rule, city.day(keeping.now))
    _require_first(session, target)
    contest = _written(session, target, grounds, papers_of(session, target.project, filing.documents), keeping)
    matter = Matter(ClockSubject.contest, contest.id, contest.decider_id, target.matter)
    clock = start_clock(session, city, target.project, target.pack, rule.limit, matter, on=city.day(keeping.now))
    _note(session, target, contest, keeping, capacity)
    tell_filed(session, city, target.project, contest, target.matter, clock, now=keeping.now)
    return contest


def contest_rule(pack: Pack) -> ContestEntry:
    """The pack's rule of contests. Raises SupervisionOff."""
    rule = rule_of(pack).contest
    if rule is None:
        raise SupervisionOff(pack=pack.id, what="复核（contest）", what_en="contests")
    return rule


def matter_of(session: Session, contest: Contest) -> str:
    """What a contest is about in words: the order's number, the clock's name."""
    if contest.order_id is not None:
        order = session.get_one(SupervisionOrder, contest.order_id)
        return f"{order.code} {order.matter}"
    return session.get_one(Clock, contest.clock_id).label


def last_day(city: City, rule: ContestEntry, since: date) -> date:
    """The last day a conclusion of the day `since` can be contested on."""
    return city.calendar.due(since, rule.days, TimeUnit(rule.unit)).day


def _target(session: Session, city: City, filing: Filing) -> _Target:
    if filing.order is not None:
        order = find_order(session, filing.order)
        project = hold_project(session, order.project_id)
        session.refresh(order)
        clock = session.get(Clock, order.clock_id) if order.clock_id else None
        matter, since = f"{order.code} {order.matter}", city.day(order.issued_at)
        return _Target(project, pack_of(project.pack_version), order.unit, matter, since, clock, order)
    found = session.get(Clock, filing.clock) if filing.clock is not None else None
    if found is None:
        raise ClockMissing(clock=filing.clock)
    project = hold_project(session, found.project_id)
    session.refresh(found)
    unit = session.get_one(Organisation, found.holder_id) if found.holder_id else project.organisation
    since = found.due_on + timedelta(days=1)
    return _Target(project, pack_of(project.pack_version), unit, found.label, since, found, None)


def _require_supervised(target: _Target, actor: Actor) -> Capacity:
    held = (*answering_for(actor, target.unit), *keeper_capacities(actor, target.project.organisation))
    if actor.is_system or not held:
        raise UnitNeeded(actor=actor.name or actor.login, unit=target.unit.name, matter=target.matter)
    return OWN if OWN in held else held[0]


def _require_conclusion(city: City, target: _Target, today: date) -> None:
    problem: tuple[str, str] | None = None
    if target.order is not None:
        if OrderStatus(target.order.status) not in (*LIVE_ORDER, OrderStatus.closed):
            label = OrderStatus(target.order.status).label
            problem = (label.zh, f"is {label.text('en')}")
    elif target.clock is not None and not is_red(target.clock, today):
        problem = ("没有亮红灯", "is not red")
    if problem:
        raise NothingToContest(matter=target.matter, problem=problem[0], problem_en=problem[1])


def is_red(clock: Clock, today: date) -> bool:
    """Whether a clock is over its limit, or ended late. Those of the supervisors themselves are not contested."""
    if clock.subject in (ClockSubject.period, ClockSubject.contest):
        return False
    return clock.status == ClockStatus.late or (clock.status == ClockStatus.running and clock.due_on < today)


def _require_in_days(city: City, target: _Target, rule: ContestEntry, today: date) -> None:
    last = last_day(city, rule, target.since)
    if today > last:
        source = target.pack.source(rule.source).label
        raise ContestLate(matter=target.matter, since=target.since, last=last, source=source)


def _require_first(session: Session, target: _Target) -> None:
    query = select(Contest).where(_same(target), Contest.status != ContestStatus.upheld).limit(1)
    before = session.scalar(query)
    if before is not None:
        label = ContestStatus(before.status).label
        raise ContestRepeated(matter=target.matter, contest=before.id, status=label.zh, status_en=label.text("en"))


def _same(target: _Target) -> ColumnElement[bool]:
    if target.order is not None:
        return Contest.order_id == target.order.id
    assert target.clock is not None  # noqa: S101 - a target is one or the other
    return (Contest.clock_id == target.clock.id) & Contest.order_id.is_(None)


def _written(session: Session, target: _Target, grounds: str, papers: dict[str, object], keeping: Keeping) -> Contest:
    decider = target.order.issuer if target.order else issuer_of(session, target.pack, target.project.organisation)
    contest = Contest(
        project_id=target.project.id,
        about=ContestAbout.order if target.order else ContestAbout.light,
        clock_id=target.clock.id if target.clock else None,
        order_id=target.order.id if target.order else None,
        unit=target.unit,
        decider=decider,
        status=ContestStatus.open,
        grounds=grounds,
        papers=papers,
        filed_at=keeping.now,
        filed_by=keeping.actor.login,
    )
    session.add(contest)
    session.flush()
    return contest


def _note(session: Session, target: _Target, contest: Contest, keeping: Keeping, capacity: Capacity) -> None:
    after = {
        "contest": contest.id, "about": contest.about, "matter": target.matter, "clock": contest.clock_id,
        "unit": target.unit.name, "grounds": contest.grounds, **contest.papers,
    }  # fmt: skip
    act = Act(
        "project", target.project.code, "contest_filed", keeping.actor.login, keeping.source, keeping.now,
        after=after, pack=target.pack.id, request_id=keeping.request_id, on_behalf_of=capacity.on_behalf_of,
    )  # fmt: skip
    record(session, act)
    if target.order is not None:
        own = Act(
            "order", target.order.code, "contest_filed", keeping.actor.login, keeping.source, keeping.now,
            after=after, pack=target.pack.id, on_behalf_of=capacity.on_behalf_of,
        )  # fmt: skip
        record(session, own)
