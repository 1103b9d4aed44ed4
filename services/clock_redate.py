"""Clocks that hang on a recorded day (按日期定的期限): they start with it, and move with it, each move written down."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import Clock, ClockEntry
from models.project import Project
from policy.pack import Pack
from services.city import City
from services.clock import LIVE, Matter, refresh_light, start_clock
from services.clock_anchor import anchor_day
from services.clock_ledger import ledgers_of, release_rungs, renew, write_entries
from services.identity import holder_of
from services.keeping import Keeping
from states.clock import ClockSubject, EntryKind


def redate_clocks(
    session: Session, city: City, project: Project, pack: Pack, facts: Collection[str], keeping: Keeping
) -> None:
    """Let a project's clocks follow the facts just recorded; the project's row is held. Raises YearUnpublished.

    A running clock moves to the new day, with a line in its ledger; where the limit of the project's step waited for
    the fact, its clock starts, counted from the day the step was entered.
    """
    limits = {entry.code for entry in pack.document.limits if {entry.span.fact, entry.span.before_fact} & set(facts)}
    if not limits:
        return
    live = select(Clock).where(Clock.project_id == project.id, Clock.status.in_(LIVE), Clock.limit.in_(limits))
    clocks = session.scalars(live.order_by(Clock.id).with_for_update()).all()
    _move(session, city, project, pack, list(clocks), keeping)
    step = pack.procedure.step[project.step]
    if step.limit in limits and not clocks:
        holder = holder_of(session, project.organisation, step)
        matter = Matter(ClockSubject.step, None, holder.id)
        start_clock(session, city, project, pack, step.limit, matter, on=city.day(project.step_entered_at))
    refresh_light(session, project)


def _move(session: Session, city: City, project: Project, pack: Pack, clocks: list[Clock], keeping: Keeping) -> None:
    ledgers, entries = ledgers_of(session, [clock.id for clock in clocks]), []
    today = city.day(keeping.now)
    for clock in clocks:
        anchor = anchor_day(session, project, pack, pack.limit(clock.limit), on=clock.started_on)
        if anchor is None or anchor == clock.anchor_on:
            continue
        before, why, clock.anchor_on = clock.due_on, f"依据日期由 {clock.anchor_on} 改为 {anchor}", anchor
        entry = ClockEntry(
            clock_id=clock.id, kind=EntryKind.redate, on=today, reason=why,
            actor=keeping.actor.login, recorded_at=keeping.now,
        )  # fmt: skip
        ledgers[clock.id].append(entry)
        entry.due_on = renew(city, pack, clock, ledgers[clock.id], today=today).due
        release_rungs(session, city, pack, clock, today=today)
        entry.reason = f"{why}：期满日 {before} → {entry.due_on}"
        entries.append(entry)
    write_entries(session, entries)
