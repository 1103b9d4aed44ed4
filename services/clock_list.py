"""Clocks for people (期限清单): the live ones, and how one of them came about."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.clock import Clock, ClockEntry, ClockRung
from models.organisation import Organisation
from models.project import Project
from services.city import City
from services.clock import LIVE
from services.pack import pack_of
from services.project_sheet import clock_line
from services.rung import rung_days
from states.clock import Light
from states.exceptions import JiugaiError, Kind, Lang

Row = dict[str, Any]


class ClockMissing(JiugaiError):
    """No clock of that number."""

    code = "clock_missing"
    kind = Kind.missing
    zh = "没有编号为 {clock} 的期限。请用 jiugai clock list 查看。"
    en = "There is no clock {clock}. See `jiugai clock list`."


def list_clocks(
    session: Session, *, until: date | None = None, light: Light | None = None, lang: Lang = "zh"
) -> list[Row]:
    """Live clocks, soonest first; `until` is the last due day, overdue ones included."""
    query = (
        select(Clock, Project.code, Project.name, Organisation.name)
        .join(Project, Project.id == Clock.project_id)
        .outerjoin(Organisation, Organisation.id == Clock.holder_id)
        .where(Clock.status.in_(LIVE))
    )
    if until is not None:
        query = query.where(Clock.due_on <= until)
    if light is not None:
        query = query.where(Clock.light == light)
    rows = session.execute(query.order_by(Clock.due_on, Clock.id))
    return [
        {**clock_line(clock, lang), "project": code, "project_name": name, "holder": holder}
        for clock, code, name, holder in rows
    ]


def explain_clock(session: Session, city: City, clock_id: int, *, lang: Lang = "zh") -> Row:
    """One clock with its derivation, its ledger, and the days of its rungs. Raises ClockMissing."""
    clock = session.get(Clock, clock_id)
    if clock is None:
        raise ClockMissing(clock=clock_id)
    project = session.get_one(Project, clock.project_id, options=[joinedload(Project.pack_version)])
    pack = pack_of(project.pack_version)
    fired = set(session.scalars(select(ClockRung.rung).where(ClockRung.clock_id == clock.id)))
    holder = session.get(Organisation, clock.holder_id) if clock.holder_id else None
    return {
        **clock_line(clock, lang),
        "project": project.code,
        "project_name": project.name,
        "holder": holder.name if holder else None,
        "unit": clock.unit,
        "length": clock.length,
        "source": pack.source(pack.limit(clock.limit).span.source).name.text(lang),
        "ledger": _ledger(session, clock),
        "rungs": [
            {"rung": mark.rung.code, "label": mark.rung.name.text(lang), "day": mark.day, "fired": mark.place in fired}
            for mark in rung_days(city, pack, clock)
        ],
    }


def _ledger(session: Session, clock: Clock) -> list[Row]:
    rows = session.scalars(select(ClockEntry).where(ClockEntry.clock_id == clock.id).order_by(ClockEntry.id))
    return [{"on": r.on, "kind": r.kind, "days": r.days, "reason": r.reason, "actor": r.actor} for r in rows]
