"""Stand-ins for lists (代理清单): who acts for whom, since when, for what, and whether it holds today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.organisation import Organisation
from models.stand_in import StandIn
from services.lending import live_on
from services.reading import Reading
from states.label import Label
from states.role import Role


@dataclass(frozen=True, slots=True)
class StandInLine:
    """One stand-in. `scope` is what is lent in words; `status` is upcoming, holding, over or ended."""

    id: int
    absent: str
    absent_name: str
    substitute: str
    substitute_name: str
    first: date
    last: date
    scope: str
    reason: str
    status: str
    status_label: str
    named_by: str


_STATUS = {
    "upcoming": Label("未开始", "not yet"),
    "holding": Label("代理中", "holds"),
    "over": Label("已期满", "over"),
    "ended": Label("已提前终止", "ended early"),
}


def list_stand_ins(session: Session, reading: Reading, *, every: bool = False) -> list[StandInLine]:
    """Those that hold today or will, by first day; all there ever were with `every`. Two statements."""
    query = select(StandIn).options(
        joinedload(StandIn.absent, innerjoin=True), joinedload(StandIn.substitute, innerjoin=True)
    )
    if not every:
        query = query.where(live_on(reading.today))
    rows = session.scalars(query.order_by(StandIn.first_day, StandIn.id)).all()
    ids = {number for row in rows for number in row.scope.get("organisations") or ()}
    named = select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids))
    names = dict(session.execute(named).tuples().all())
    return [_line(reading, row, names) for row in rows]


def _line(reading: Reading, row: StandIn, names: dict[int, str]) -> StandInLine:
    roles = [Role(role).label for role in row.scope.get("roles") or ()]
    places = [names[number] for number in row.scope.get("organisations") or ()]
    words = ["、".join(reading.text(role) for role in roles), "、".join(places)]
    status = _status(row, reading.today)
    return StandInLine(
        id=row.id,
        absent=row.absent.login,
        absent_name=row.absent.name,
        substitute=row.substitute.login,
        substitute_name=row.substitute.name,
        first=row.first_day,
        last=row.last_day,
        scope="@".join(word for word in words if word) or reading.say("全部席位", "all seats"),
        reason=row.reason,
        status=status,
        status_label=reading.text(_STATUS[status]),
        named_by=row.named_by,
    )


def _status(row: StandIn, today: date) -> str:
    if row.ended_at is not None:
        return "ended"
    if row.first_day > today:
        return "upcoming"
    return "holding" if today <= row.last_day else "over"
