"""The clock sheet (期限详情): how one clock came about, which rule is behind it, its ledger and its ladder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.clock import Clock, ClockEntry, ClockRung
from models.project import Project
from policy.calendar import TimeUnit
from policy.pack import Pack
from services.clock_ledger import ledgers_of
from services.clock_list import ClockLine, line_fields
from services.light_rule import light_rule
from services.organisation_tree import OrganisationTree, load_tree
from services.pack import pack_of
from services.reading import Reading
from services.rung import rung_days
from states.clock import EntryKind
from states.exceptions import JiugaiError, Kind


class ClockMissing(JiugaiError):
    """No clock of that number."""

    code = "clock_missing"
    kind = Kind.missing
    zh = "没有编号为 {clock} 的期限。请用 jiugai clock list 查看。"
    en = "There is no clock {clock}. See `jiugai clock list`."


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One entry of the ledger (models.clock.ClockEntry says what its days are); `text` is all of it in words."""

    on: date
    kind: EntryKind
    days: int | None
    first_day: date | None
    last_day: date | None
    due_on: date | None
    reason: str
    actor: str
    approved_by: str | None
    text: str


@dataclass(frozen=True, slots=True)
class RungLine:
    """One rung of the ladder: its code and name, the day it is due, whether that day has come, whether it fired."""

    rung: str
    label: str
    day: date
    is_past: bool
    fired: bool


@dataclass(frozen=True, slots=True)
class ClockSheet(ClockLine):
    """One clock with what it rests on: `length` `unit`s by `source`; `rule` is that with what turns it yellow."""

    unit: TimeUnit
    length: int
    rule: str
    source: str
    assumed: bool
    ledger: tuple[LedgerLine, ...]
    rungs: tuple[RungLine, ...]


def explain_clock(session: Session, reading: Reading, clock_id: int) -> ClockSheet:
    """One clock with its derivation, its ledger, and the days of its rungs. Raises ClockMissing."""
    clock = session.get(Clock, clock_id)
    if clock is None:
        raise ClockMissing(clock=clock_id)
    project = session.get_one(Project, clock.project_id)
    (sheet,) = _sheets(session, reading, project, [clock], load_tree(session))
    return sheet


def list_sheets(session: Session, reading: Reading, project: Project, tree: OrganisationTree) -> list[ClockSheet]:
    """The sheet of every clock of a project, newest first; three statements."""
    clocks = session.scalars(select(Clock).where(Clock.project_id == project.id).order_by(Clock.id.desc())).all()
    return _sheets(session, reading, project, clocks, tree)


def _sheets(
    session: Session, reading: Reading, project: Project, clocks: Sequence[Clock], tree: OrganisationTree
) -> list[ClockSheet]:
    ids = [clock.id for clock in clocks]
    ledger = ledgers_of(session, ids)
    fired = {(row.clock_id, row.rung) for row in session.scalars(select(ClockRung).where(ClockRung.clock_id.in_(ids)))}
    pack = pack_of(project.pack_version)
    return [_sheet(reading, pack, project, clock, tree, ledger[clock.id], fired) for clock in clocks]


def _sheet(
    reading: Reading,
    pack: Pack,
    project: Project,
    clock: Clock,
    tree: OrganisationTree,
    ledger: Iterable[ClockEntry],
    fired: set[tuple[int, int]],
) -> ClockSheet:
    limit = pack.limit(clock.limit)
    source = pack.source(limit.span.source)
    return ClockSheet(
        **line_fields(reading, clock, project.code, project.name, tree.name(clock.holder_id)),
        unit=TimeUnit(clock.unit),
        length=clock.length,
        rule=light_rule(reading, pack, limit).text,
        source=reading.text(source.name),
        assumed=source.assumed,
        ledger=tuple(_ledger_line(reading, entry) for entry in ledger),
        rungs=tuple(_rung_lines(reading, pack, clock, fired)),
    )


def _ledger_line(reading: Reading, entry: ClockEntry) -> LedgerLine:
    kind, days = EntryKind(entry.kind), ""
    if entry.days is not None:
        left = kind in (EntryKind.suspend, EntryKind.resume)  # of the others the days were granted or taken out
        days = reading.say(f"，{'余 ' if left else ''}{entry.days} 日", f", {entry.days} days{' left' if left else ''}")
    reason = reading.say(f"：{entry.reason}", f": {entry.reason}") if entry.reason else ""
    text = f"{entry.on.isoformat()} {reading.text(kind.label)}{days}{reason}"
    return LedgerLine(
        on=entry.on,
        kind=kind,
        days=entry.days,
        first_day=entry.first_day,
        last_day=entry.last_day,
        due_on=entry.due_on,
        reason=entry.reason,
        actor=entry.actor,
        approved_by=entry.approved_by,
        text=text,
    )


def _rung_lines(reading: Reading, pack: Pack, clock: Clock, fired: set[tuple[int, int]]) -> Iterable[RungLine]:
    for mark in rung_days(reading.city, pack, clock):
        label, day = reading.text(mark.rung.name), mark.day
        yield RungLine(mark.rung.code, label, day, day <= reading.today, (clock.id, mark.place) in fired)
