"""How long things take (办理用时统计): each step, each holder, each department, with median and P90 in working days.

A percentile is by nearest rank: the least number of working days in which at least that share of the cases was done. It
is always a number of days that occurred, found exactly from counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, case, func, select
from sqlalchemy.orm import Session

from models.insight import InsightTally
from services.insight_figure import ALL, Scope, Timing
from services.insight_name import Names
from services.insight_scope import group, names_of, part_of, within
from services.reading import Reading
from states.clock import ClockStatus, ClockSubject

MEDIAN, P90 = 50, 90
"""In hundredths."""
_TALLY = cast(Table, InsightTally.__table__)


def steps(session: Session, reading: Reading, scope: Scope = ALL) -> list[Timing]:
    """Time for each step and review, the longest median first. Raises CountsMissing, OrganisationMissing."""
    kinds = (ClockSubject.step, ClockSubject.review)
    return _timings(session, reading, scope, kinds, _TALLY.c.code)


def holders(session: Session, reading: Reading, scope: Scope = ALL) -> list[Timing]:
    """Time for each unit that held a step, most days first. Raises CountsMissing, OrganisationMissing."""
    found = _timings(session, reading, scope, (ClockSubject.step,), _TALLY.c.holder_id)
    return sorted(found, key=lambda one: (one.group or "", -one.days, one.code))


def departments(session: Session, reading: Reading, scope: Scope = ALL) -> list[Timing]:
    """Time for each department asked in reviews, most days first: where the way is narrow.

    Raises CountsMissing, OrganisationMissing.
    """
    found = _timings(session, reading, scope, (ClockSubject.task,), _TALLY.c.holder_id)
    return sorted(found, key=lambda one: (one.group or "", -one.days, one.code))


def late(session: Session, reading: Reading, scope: Scope = ALL) -> list[Timing]:
    """Units whose steps or tasks ended late, most often first. Raises CountsMissing, OrganisationMissing."""
    kinds = (ClockSubject.step, ClockSubject.task)
    found = [one for one in _timings(session, reading, scope, kinds, _TALLY.c.holder_id) if one.late]
    return sorted(found, key=lambda one: (one.group or "", -one.late, -one.late_share, one.code))


def _timings(
    session: Session, reading: Reading, scope: Scope, kinds: Sequence[str], code: ColumnElement[Any]
) -> list[Timing]:
    names = names_of(session, reading)
    by = group(scope)
    days = select(
        code.label("code"), by.label("part"), _TALLY.c.number, func.sum(_TALLY.c.times).label("times"),
        func.sum(case((_TALLY.c.outcome == ClockStatus.late, _TALLY.c.times), else_=0)).label("late"),
    )  # fmt: skip
    asked = _TALLY.c.code != "" if code is _TALLY.c.code else _TALLY.c.code == ""  # else they are counted twice
    days = days.where(_TALLY.c.kind.in_(kinds), asked, *within(names, scope)).group_by(code, by, _TALLY.c.number)
    rows = session.execute(_percentiles(days)).all()
    totals: dict[Any, int] = {}
    for row in rows:
        totals[row.part] = totals.get(row.part, 0) + int(row.days)
    found = [_timing(names, scope, row, totals[row.part]) for row in rows]
    return sorted(found, key=lambda one: (one.group or "", -one.median, -one.p90, one.code))


def _percentiles(days: Select[Any]) -> Select[Any]:
    """For each code and part: the least number at which the running count reaches the share wanted, exactly."""
    one = days.subquery()
    mine = (one.c.code, one.c.part)
    running = func.sum(one.c.times).over(partition_by=mine, order_by=one.c.number)
    ranked = select(
        one, running.label("reached"), func.sum(one.c.times).over(partition_by=mine).label("total")
    ).subquery()

    def rank(hundredths: int) -> ColumnElement[int]:
        is_reached = ranked.c.reached * 100 >= ranked.c.total * hundredths
        return func.min(case((is_reached, ranked.c.number)))

    return select(
        ranked.c.code, ranked.c.part, func.sum(ranked.c.times).label("ended"), func.sum(ranked.c.late).label("late"),
        func.sum(ranked.c.number * ranked.c.times).label("days"), rank(MEDIAN).label("median"), rank(P90).label("p90"),
    ).group_by(ranked.c.code, ranked.c.part)  # fmt: skip


def _timing(names: Names, scope: Scope, row: Any, total: int) -> Timing:  # noqa: ANN401 - a row of the query above
    code, label = names.unit(row.code) if not isinstance(row.code, str) else (row.code, names.limit(row.code))
    ended, days, is_late = int(row.ended), int(row.days), int(row.late)
    return Timing(
        code=code,
        label=label,
        group=part_of(names, scope, row.part),
        ended=ended,
        days=days,
        median=row.median,
        p90=row.p90,
        late=is_late,
        share=Fraction(days, total) if total else Fraction(0),
        late_share=Fraction(is_late, ended),
    )
