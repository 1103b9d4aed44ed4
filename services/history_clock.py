"""Clocks as they were (当时的期限): from when each began, its dated ledger, and what the entries say had ended."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import Clock, ClockEntry
from models.organisation import Organisation
from models.project import Project
from models.review import Review, ReviewTask
from policy.pack import PackEntryUnknown
from services.city import City
from services.clock_ledger import ledgers_of
from services.clock_projection import budget_of, open_causes, project_clock
from services.history_draft import Draft
from services.history_entry import Basis
from services.history_part import RoundKey
from states.clock import ClockStatus, ClockSubject, EntryKind, Light, light_on
from states.review import ReviewStatus

_MOVED = re.compile(r"(\d{4}-\d\d-\d\d) → \d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class ClockThen:
    """One clock at a moment; days are in the city's zone, `holder` the unit's name.

    `part` is what of the project it measures (`step`, `round:…`, `opinion:…` as services.history_difference names
    them; empty for the others). `due_on` is the last day as it was known then. `is_sure` is False where something
    about it falls on the very day of the moment, or rests on the calendar, and the record does not say in which order.
    """

    clock: int
    part: str
    subject: ClockSubject
    limit: str
    label: str
    holder: str | None
    started_on: date
    due_on: date
    status: ClockStatus
    light: Light
    is_sure: bool = True

    @property
    def is_live(self) -> bool:
        """Whether it had not ended."""
        return self.status in (ClockStatus.running, ClockStatus.suspended)


@dataclass(frozen=True, slots=True)
class Moment:
    """The moment looked at: an aware instant, its day in the city, on which basis entries count.

    `before` and `after` say whether anything was written about the project earlier and later on that very day.
    """

    at: datetime
    day: date
    basis: Basis
    before: bool
    after: bool


@dataclass(frozen=True, slots=True)
class _Then:
    city: City
    draft: Draft
    moment: Moment
    rounds: dict[int, RoundKey]
    members: dict[int, tuple[RoundKey, str]]


def clocks_then(session: Session, city: City, project: Project, draft: Draft, moment: Moment) -> tuple[ClockThen, ...]:
    """Every clock that had begun, oldest first; four statements.

    Starting or ending a clock is part of a move or an opinion and has no entry of its own: those of steps, rounds and
    members follow the entries, the others the days in the register of clocks. Last days follow the ledger.
    """
    rows = session.execute(
        select(Clock, Organisation.name)
        .outerjoin(Organisation, Organisation.id == Clock.holder_id)
        .where(Clock.project_id == project.id, Clock.started_on <= moment.day)
        .order_by(Clock.id)
    ).all()
    ledgers = ledgers_of(session, [clock.id for clock, _ in rows])
    then = _Then(city, draft, moment, *_subjects(session, project))
    newest = {(clock.subject, clock.subject_id, clock.limit): clock.id for clock, _ in rows}
    found = [
        _clock(then, clock, name, ledgers[clock.id], newest[clock.subject, clock.subject_id, clock.limit] == clock.id)
        for clock, name in rows
    ]
    return tuple(one for one in found if one is not None)


def _subjects(session: Session, project: Project) -> tuple[dict[int, RoundKey], dict[int, tuple[RoundKey, str]]]:
    """Which round, or which member of which round, a clock's row is about: that never changes."""
    query = select(Review.id, Review.code, Review.round, ReviewTask.id.label("task"), ReviewTask.member)
    rows = session.execute(query.outerjoin(ReviewTask).where(Review.project_id == project.id)).all()
    rounds = {row.id: (row.code, row.round) for row in rows}
    return rounds, {row.task: ((row.code, row.round), row.member) for row in rows if row.task is not None}


def _clock(
    then: _Then, clock: Clock, holder: str | None, ledger: Sequence[ClockEntry], is_newest: bool
) -> ClockThen | None:
    moment = then.moment
    kept = [entry for entry in ledger if _is_known(then, entry)]
    live = _is_live(then, clock, is_newest)
    if live is None:
        return None
    same_day = moment.before and moment.after
    sure = live[1] or not same_day
    due, warn, exact = _days(then, clock, ledger, kept)
    status = _status(clock, kept, ledger, is_live=live[0])
    light = Light.grey
    if status is ClockStatus.running:
        light = light_on(moment.day, warn_on=warn, due_on=due)
        light = Light.green if clock.subject == ClockSubject.period else light
    return ClockThen(
        clock=clock.id,
        part=_part(then, clock),
        subject=ClockSubject(clock.subject),
        limit=clock.limit,
        label=clock.label,
        holder=holder,
        started_on=clock.started_on,
        due_on=due,
        status=status,
        light=light,
        is_sure=sure and exact,
    )


def _part(then: _Then, clock: Clock) -> str:
    if clock.subject == ClockSubject.task and clock.subject_id in then.members:
        (code, number), member = then.members[clock.subject_id]
        return f"opinion:{code}:{number}:{member}"
    if clock.subject == ClockSubject.review and clock.subject_id in then.rounds:
        code, number = then.rounds[clock.subject_id]
        return f"round:{code}:{number}"
    return "step" if clock.subject == ClockSubject.step else ""


def _is_known(then: _Then, entry: ClockEntry) -> bool:
    if then.moment.basis is Basis.occurred:
        return entry.on <= then.moment.day
    return entry.recorded_at <= then.moment.at


def _is_live(then: _Then, clock: Clock, is_newest: bool) -> tuple[bool, bool] | None:
    """Whether the clock had not ended, and whether that is sure; None where it had not begun."""
    day, draft = then.moment.day, then.draft
    match ClockSubject(clock.subject):
        case ClockSubject.step:
            return _step_is_live(then, clock)
        case ClockSubject.review if clock.subject_id in then.rounds:
            one = draft.rounds.get(then.rounds[clock.subject_id])
            return None if one is None else (one.status is ReviewStatus.open, True)
        case ClockSubject.task if clock.subject_id in then.members:
            key, member = then.members[clock.subject_id]
            one = draft.rounds.get(key)
            if one is None:
                return None
            said = one.members.get(member)
            waits = one.status is ReviewStatus.open and is_newest and (said is None or said.opinion is None)
            return waits and not (said is not None and said.is_off), clock.started_on < day
    if clock.started_on == day and not then.moment.before:
        return None
    ended = clock.ended_on is not None and (clock.ended_on < day or (clock.ended_on == day and then.moment.before))
    return not ended, day not in (clock.started_on, clock.ended_on)


def _step_is_live(then: _Then, clock: Clock) -> tuple[bool, bool] | None:
    draft = then.draft
    step = draft.pack.procedure.step.get(draft.resume_step or draft.step)
    entered = then.city.day(draft.stay_since) if draft.stay_since else None
    is_here = step is not None and step.limit == clock.limit and clock.started_on == entered
    if not is_here and clock.started_on == then.moment.day and (clock.ended_on is None or not then.moment.before):
        return None  # the step it belongs to was entered later that day
    return is_here, True


def _status(clock: Clock, kept: Sequence[ClockEntry], ledger: Sequence[ClockEntry], *, is_live: bool) -> ClockStatus:
    if is_live:
        return ClockStatus.suspended if open_causes(kept) else ClockStatus.running
    later = [entry for entry in ledger if entry not in kept]
    if any(entry.kind == EntryKind.overturn for entry in later):
        return ClockStatus.late  # only later was it found that the days were not the unit's
    status = ClockStatus(clock.status)
    if status in (ClockStatus.running, ClockStatus.suspended):  # ended then, opened again since
        return ClockStatus.met
    return status


def _days(
    then: _Then, clock: Clock, ledger: Sequence[ClockEntry], kept: Sequence[ClockEntry]
) -> tuple[date, date | None, bool]:
    """The last day and the first yellow one as known then, and whether that is sure."""
    pack = then.draft.pack
    try:
        limit = pack.limit(clock.limit)
    except PackEntryUnknown:
        return clock.due_on, clock.warn_on, False
    budget, exact = budget_of(clock, limit), True
    fact = limit.span.fact or limit.span.before_fact
    if fact and clock.anchor_on is not None:
        known = then.draft.facts.get(fact)
        value = pack.load_fact(fact, known.value) if known else None
        budget = replace(budget, anchor=value if isinstance(value, date) else clock.anchor_on)
        exact = known is not None
    found = project_clock(then.city.calendar, budget, kept)
    for entry in [one for one in ledger if one not in kept]:
        if entry.kind == EntryKind.recount:  # another calendar since: its line says what the day had been
            moved = _MOVED.search(entry.reason)
            return (date.fromisoformat(moved[1]), None, True) if moved else (found.due, found.warn, exact)
        if entry.kind in (EntryKind.extend, EntryKind.exclude, EntryKind.resume):
            break
    return found.due, found.warn, exact
