"""Filling the counts (统计汇总): everything a statistic reads, counted from clocks and rounds inside the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    Integer,
    MetaData,
    Select,
    Table,
    delete,
    func,
    insert,
    literal,
    null,
    select,
)
from sqlalchemy import cast as cast_as
from sqlalchemy.orm import Session

from models.clock import Clock
from models.insight import InsightMark, InsightPath, InsightTally
from models.project import Project
from models.review import Review
from services.city import City
from services.organisation_tree import load_tree
from services.procedure_outline import load_outline
from states.clock import ClockStatus, ClockSubject

FRESH_FOR = timedelta(days=1)
"""Counts older than this are filled again before they are read."""
NIGHT = time(2, 30)
"""When the counts are filled anew, in the city's zone: nobody reads them, and midnight's sweep is done."""
ARROW = ">"
"""Between two limits of a path."""
AGAIN, ROUND = "again", "round"

_TEMPORARY = MetaData()
_DAY = Table(
    "insight_day", _TEMPORARY,
    Column("day", Date, primary_key=True), Column("passed", Integer), Column("year", Integer),
    prefixes=["TEMPORARY"],
)  # fmt: skip
_PLACE = Table(
    "insight_place", _TEMPORARY,
    Column("organisation_id", Integer, primary_key=True, autoincrement=False), Column("district_id", Integer),
    prefixes=["TEMPORARY"],
)  # fmt: skip
_TALLY, _CLOCK = cast(Table, InsightTally.__table__), cast(Table, Clock.__table__)
_PATH = cast(Table, InsightPath.__table__)
_COLUMNS = ("kind", "code", "holder_id", "district_id", "year", "outcome", "number", "times")
_WAYS = ("path", "district_id", "year", "times")
_STEPS = (ClockSubject.step, ClockSubject.review)
_TIMED = (*_STEPS, ClockSubject.task)


@dataclass(frozen=True, slots=True)
class Counts:
    """What has been counted, not kept yet: the rows of the tally and of the paths, and from how much."""

    tally: tuple[tuple[Any, ...], ...]
    paths: tuple[tuple[Any, ...], ...]
    projects: int
    clocks: int


def gather(session: Session, city: City) -> Counts:
    """Count everything, in a reading transaction: over a whole country it takes minutes, in which nobody waits.

    Durations are working days of the city's calendar after the first day up to the last, days of a suspension among
    them. A clock that fell away counts nowhere.
    """
    with _help(session, city):
        queries = (_times(_CLOCK.c.limit_code, _NOBODY), _times(literal(""), _CLOCK.c.holder_id), _rounds(), _again())
        tally = tuple(tuple(row) for query in queries for row in session.execute(query))
        paths = tuple(tuple(row) for row in session.execute(_paths(session)))
    projects = session.scalar(select(func.count()).select_from(Project)) or 0
    return Counts(tally, paths, projects, session.scalar(select(func.count()).select_from(Clock)) or 0)


def keep(session: Session, counts: Counts, *, now: datetime) -> InsightMark:
    """Put what was counted in place of what was counted before, in the caller's transaction."""
    mark = session.get(InsightMark, 1, with_for_update=True) or InsightMark(id=1)
    mark.filled_at, mark.projects, mark.clocks = now, counts.projects, counts.clocks
    session.add(mark)
    session.flush()  # before the rows: of two who fill for the first time one fails here
    for table, names, rows in ((_TALLY, _COLUMNS, counts.tally), (_PATH, _WAYS, counts.paths)):
        session.execute(delete(table))
        if rows:
            session.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])
    return mark


def refresh(session: Session, city: City, *, now: datetime) -> InsightMark:
    """Count and keep in one transaction, for a record so small that nobody has to wait."""
    return keep(session, gather(session, city), now=now)


def is_stale(session: Session, now: datetime, *, unless_over: int | None = None) -> bool:
    """Whether the counts were never filled, or too long ago to be read.

    With `unless_over` old counts of more clocks than that still do: to count so many takes minutes.
    """
    mark = session.get(InsightMark, 1)
    if mark is None:
        return True
    is_big = unless_over is not None and mark.clocks > unless_over
    return now - mark.filled_at >= FRESH_FOR and not is_big


def is_due(session: Session, city: City, now: datetime) -> bool:
    """Whether the counting of the night is still to come: from NIGHT on (city's zone), once a day, also later that day.

    The first one comes at once: without it there are no figures at all.
    """
    mark = session.get(InsightMark, 1)
    tonight = datetime.combine(city.day(now), NIGHT, city.zone)
    return mark is None or mark.filled_at < tonight <= now


@contextmanager
def _help(session: Session, city: City) -> Iterator[None]:
    """Two tables for as long as it takes: working days passed up to each day, and the district of each place."""
    connection = session.connection()
    _TEMPORARY.drop_all(connection)
    _TEMPORARY.create_all(connection)
    days = list(_days(session, city))
    tree = load_tree(session)
    places = [{"organisation_id": place, "district_id": tree.district(place).id} for place in tree.by_id]
    for table, rows in ((_DAY, days), (_PLACE, places)):
        if rows:
            session.execute(insert(table), rows)
    yield
    _TEMPORARY.drop_all(connection)


def _days(session: Session, city: City) -> Iterator[dict[str, Any]]:
    first, begun, ended = session.execute(
        select(func.min(Clock.started_on), func.max(Clock.started_on), func.max(Clock.ended_on))
    ).one()
    last = max(filter(None, (begun, ended)), default=None)
    if first is None or last is None:
        return
    first = max(first, date(min(city.calendar.published_years), 1, 1))
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        yield {"day": day, "passed": city.calendar.working_days_between(first, day), "year": day.year}


# typed, for PostgreSQL: a bare NULL would be text
_NOBODY = cast_as(null(), Integer)


def _times(code: ColumnElement[Any], holder: ColumnElement[Any]) -> Select[Any]:
    """Ended clocks by how long they took, for each limit or for each holder: no figure asks for both at once."""
    began, ended = _DAY.alias("began"), _DAY.alias("ended")
    days = ended.c.passed - began.c.passed
    kept = [column for column in (code, holder) if isinstance(column, Column)]
    key = (_CLOCK.c.subject, *kept, _PLACE.c.district_id, ended.c.year, _CLOCK.c.status, days)
    return (
        select(_CLOCK.c.subject, code, holder, _PLACE.c.district_id, ended.c.year, _CLOCK.c.status, days, func.count())
        .join(began, began.c.day == _CLOCK.c.started_on)
        .join(ended, ended.c.day == _CLOCK.c.ended_on)
        .join(Project, Project.id == _CLOCK.c.project_id)
        .join(_PLACE, _PLACE.c.organisation_id == Project.organisation_id)
        .where(_CLOCK.c.subject.in_(_TIMED), _CLOCK.c.status.in_((ClockStatus.met, ClockStatus.late)))
        .group_by(*key)
    )


def _rounds() -> Select[Any]:
    """Rounds by how they ended; the day is that of the round's clock."""
    key = (Review.code, _PLACE.c.district_id, _DAY.c.year, Review.status, Review.round)
    clock = (_CLOCK.c.subject == ClockSubject.review) & (_CLOCK.c.subject_id == Review.id)
    return (
        select(
            literal(ROUND), Review.code, _NOBODY, _PLACE.c.district_id, _DAY.c.year, Review.status, Review.round,
            func.count(),
        )
        .join(_CLOCK, clock & (_CLOCK.c.project_id == Review.project_id))
        .join(_DAY, _DAY.c.day == _CLOCK.c.ended_on)
        .join(Project, Project.id == Review.project_id)
        .join(_PLACE, _PLACE.c.organisation_id == Project.organisation_id)
        .group_by(*key)
    )  # fmt: skip


def _again() -> Select[Any]:
    """How often projects came to each step or review."""
    times = (
        select(
            _CLOCK.c.project_id, _CLOCK.c.limit_code, func.count().label("number"),
            func.max(_CLOCK.c.started_on).label("last"),
        )
        .where(_CLOCK.c.subject.in_(_STEPS))
        .group_by(_CLOCK.c.project_id, _CLOCK.c.limit_code)
        .subquery()
    )  # fmt: skip
    key = (times.c.limit_code, _PLACE.c.district_id, _DAY.c.year, times.c.number)
    return (
        select(
            literal(AGAIN), times.c.limit_code, _NOBODY, _PLACE.c.district_id, _DAY.c.year, literal(""), times.c.number,
            func.count(),
        )
        .join(_DAY, _DAY.c.day == times.c.last)
        .join(Project, Project.id == times.c.project_id)
        .join(_PLACE, _PLACE.c.organisation_id == Project.organisation_id)
        .group_by(*key)
    )  # fmt: skip


def _paths(session: Session) -> Select[Any]:
    """The limits of every ended project one after another, counted."""
    mine = _CLOCK.c.project_id
    steps = (
        select(
            _CLOCK.c.project_id,
            func.aggregate_strings(_CLOCK.c.limit_code, ARROW)
            .over(partition_by=mine, order_by=_CLOCK.c.id, rows=(None, None))
            .label("path"),
            func.row_number().over(partition_by=mine, order_by=_CLOCK.c.id).label("place"),
            func.max(_CLOCK.c.started_on).over(partition_by=mine).label("last"),
        )
        .join(Project, Project.id == _CLOCK.c.project_id)
        .where(_CLOCK.c.subject.in_(_STEPS), load_outline(session).has_ended())
        .subquery()
    )
    key = (steps.c.path, _PLACE.c.district_id, _DAY.c.year)
    return (
        select(*key, func.count())
        .select_from(steps)
        .join(_DAY, _DAY.c.day == steps.c.last)
        .join(Project, Project.id == steps.c.project_id)
        .join(_PLACE, _PLACE.c.organisation_id == Project.organisation_id)
        .where(steps.c.place == 1)
        .group_by(*key)
    )
