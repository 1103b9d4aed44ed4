"""The ranking (逾期排名): which unit is how late with how many matters, as the clocks stand after every contest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from models.clock import Clock
from models.organisation import Organisation
from models.project import Project
from models.supervision import SupervisionOrder
from services.city import City
from states.clock import ClockStatus, ClockSubject
from states.order import LIVE_ORDER

_MATTERS = (ClockSubject.step, ClockSubject.review, ClockSubject.task)


@dataclass(frozen=True, slots=True)
class UnitStanding:
    """One unit: matters over the limit now, matters ended late since, working days over in all, orders still open."""

    rank: int
    unit: str
    name: str
    overdue: int
    late: int
    days_over: int
    orders: int


def rank_units(session: Session, city: City, *, since: date, today: date) -> list[UnitStanding]:
    """Units with anything overdue today or ended late from `since` on, the worst first; equal ones share a rank.

    A contest that was upheld is in the clocks already, so that the ranking follows it (政府督查工作条例 17).
    """
    days: defaultdict[int, int] = defaultdict(int)
    overdue: defaultdict[int, int] = defaultdict(int)
    late: defaultdict[int, int] = defaultdict(int)
    for clock, place in _late_clocks(session, since, today):
        unit = clock.holder_id or place
        days[unit] += max(city.calendar.working_days_between(clock.due_on, clock.ended_on or today), 0)
        (late if clock.ended_on else overdue)[unit] += 1
    units = session.execute(select(Organisation.id, Organisation.code, Organisation.name)).all()
    named = {row.id: (row.code, row.name) for row in units}
    orders = _open_orders(session)
    keys = {unit: (-overdue[unit], -days[unit], -late[unit]) for unit in {*overdue, *late}}
    places = sorted(keys.values())
    return [
        UnitStanding(places.index(key) + 1, *named[unit], overdue[unit], late[unit], days[unit], orders.count(unit))
        for unit, key in sorted(keys.items(), key=lambda item: (item[1], item[0]))
    ]


def _late_clocks(session: Session, since: date, today: date) -> Iterable[tuple[Clock, int]]:
    running = and_(Clock.status == ClockStatus.running, Clock.due_on < today)
    ended = and_(Clock.status == ClockStatus.late, Clock.ended_on >= since)
    query = select(Clock, Project.organisation_id).join(Project, Project.id == Clock.project_id)
    return session.execute(query.where(Clock.subject.in_(_MATTERS), or_(running, ended))).tuples()


def _open_orders(session: Session) -> list[int]:
    return list(session.scalars(select(SupervisionOrder.unit_id).where(SupervisionOrder.status.in_(LIVE_ORDER))))
