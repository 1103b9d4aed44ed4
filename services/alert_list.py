"""The alerts of a person (本人预警): what warns them now, what they acknowledged or put off, what closed by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from models.clock import Clock
from models.person import Person
from models.project import Project
from models.supervision import Alert
from services.chunk import chunks
from services.clock import LIVE
from services.clock_list import left_text
from services.pack import pack_of
from services.reading import Reading
from services.rung_notice import rung_of
from states.alert import AlertStatus
from states.clock import Light

_Row = tuple[Alert, Clock, Project]


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One notice of one rung to one person. `matter` is its clock's name, `rung` the rung's, `left` what is left in
    words; `merged` when the day's budget was used up and it came with another notice; `skipped` what an outage left.
    """

    id: int
    status: AlertStatus
    project: str
    project_name: str
    clock: int
    matter: str
    rung: str
    skipped: tuple[str, ...]
    light: Light
    due_on: date
    left: str
    told_at: datetime
    merged: bool
    snoozed_until: date | None
    snooze_reason: str | None


def list_alerts(session: Session, reading: Reading, person: Person, *, with_closed: bool = False) -> list[AlertLine]:
    """A person's alerts, soonest due first; those whose matter is done only when asked for. Two statements.

    Of one clock the newest alert counts: the next rung takes the place of the one before.
    """
    query = _query().where(Alert.person_id == person.id)
    rows = session.execute(query if with_closed else query.where(Clock.status.in_(LIVE))).tuples()
    return _newest(reading, rows)


def live_alerts(session: Session, reading: Reading, people: Sequence[int]) -> dict[int, list[AlertLine]]:
    """The alerts of several people by the person's id, as `list_alerts` has them without those that closed."""
    rows: defaultdict[int, list[_Row]] = defaultdict(list)
    for some in chunks(people):
        query = _query().where(Alert.person_id.in_(some), Clock.status.in_(LIVE))
        for row in session.execute(query).tuples():
            rows[row[0].person_id].append(row)
    return {person_id: _newest(reading, mine) for person_id, mine in rows.items()}


def _query() -> Select[_Row]:
    return (
        select(Alert, Clock, Project)
        .join(Clock, Clock.id == Alert.clock_id)
        .join(Project, Project.id == Alert.project_id)
        .options(joinedload(Project.pack_version))
        .order_by(Alert.id)
    )


def _newest(reading: Reading, rows: Iterable[_Row]) -> list[AlertLine]:
    newest = {row[0].clock_id: row for row in rows}
    return sorted((_line(reading, *row) for row in newest.values()), key=lambda line: (line.due_on, line.id))


def status_of(alert: Alert, clock: Clock, today: date) -> AlertStatus:
    """How an alert stands on a day."""
    if clock.status not in LIVE:
        return AlertStatus.closed
    if alert.acknowledged_at is not None:
        return AlertStatus.acknowledged
    if alert.snoozed_until is not None and today < alert.snoozed_until:
        return AlertStatus.snoozed
    return AlertStatus.open


def _line(reading: Reading, alert: Alert, clock: Clock, project: Project) -> AlertLine:
    pack = pack_of(project.pack_version)
    return AlertLine(
        id=alert.id,
        status=status_of(alert, clock, reading.today),
        project=project.code,
        project_name=project.name,
        clock=clock.id,
        matter=clock.label,
        rung=reading.text(rung_of(pack, clock, alert.rung).name),
        skipped=tuple(reading.text(rung_of(pack, clock, place).name) for place in alert.skipped["rungs"]),
        light=Light(clock.light),
        due_on=clock.due_on,
        left=left_text(reading, clock),
        told_at=alert.told_at,
        merged=alert.merged,
        snoozed_until=alert.snoozed_until,
        snooze_reason=alert.snooze_reason,
    )
