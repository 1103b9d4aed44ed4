"""The projection of a clock (期限推算): its last day from its budget and its ledger, with every part said in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from models.clock import Clock, ClockEntry
from policy.calendar import Calendar, TimeUnit
from policy.schema import LimitEntry
from services.clock_count import ONE, Budget, Count, Pause
from states.clock import HALT, ClockKind, ClockSubject, EntryKind


class Taken(NamedTuple):
    """Days taken out of the count, with the entry that ended or made it and the reason it had."""

    entry: ClockEntry
    pause: Pause
    reason: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a derivation: the budget, or what one entry did. `due` is the last day after it, `data` its figures.

    `due` is None while a suspension is open and for a part that only explains.
    """

    kind: str
    text: str
    due: date | None
    data: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """The part as data for `--json` and the API."""
        return {"kind": self.kind, "text": self.text, "due": self.due, **self.data}


@dataclass(frozen=True, slots=True)
class Projection:
    """What follows from a clock's budget, its ledger and the calendar. Days are in the city's zone.

    `due` is the last day in time, `warn` the first yellow one, `provisional` whether a year without a notice was
    counted; while a suspension is open they are as if it ended on the day it began.
    """

    due: date
    warn: date | None
    provisional: bool
    derivation: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The derivation in one line."""
        return "；".join(part.text for part in self.derivation)


def budget_of(clock: Clock, limit: LimitEntry) -> Budget:
    """The budget of a clock under its limit; a period never turns yellow: it is meant to run out."""
    is_period = clock.subject == ClockSubject.period
    return Budget(
        kind=ClockKind(clock.kind or ClockKind.counted),
        start=clock.started_on,
        length=clock.length,
        unit=TimeUnit(clock.unit),
        anchor=clock.anchor_on,
        yellow_share=None if is_period else limit.yellow_share,
        yellow_days=None if is_period else limit.yellow_days,
    )


def project_clock(calendar: Calendar, clock: Budget, entries: Sequence[ClockEntry] = ()) -> Projection:
    """Derive a clock's days. `entries` are its whole ledger, oldest first; nothing else is looked at.

    Of a suspension the day it begins is counted and the day it ends is not (民法典 201), so resumed on the same day
    nothing has changed. The days of an exclusion are not counted, both ends included. Days taken out twice are taken
    out once. The order of extensions and exclusions does not matter. Raises YearUnpublished beyond the calendar.
    """
    count = counted(calendar, clock, entries)
    parts = (_budget_part(calendar, clock), *_entry_parts(calendar, clock, entries))
    return Projection(count.due, count.warn, count.provisional, parts)


def counted(calendar: Calendar, clock: Budget, entries: Sequence[ClockEntry]) -> Count:
    """The count of a budget under its ledger."""
    extended = sum(entry.days or 0 for entry in entries if entry.kind == EntryKind.extend)
    taken = sorted((one.pause, one.entry.kind == EntryKind.exclude) for one in taken_out(entries))
    suspended = tuple(pause for pause, is_excluded in taken if not is_excluded)
    return Count(calendar, clock, extended, suspended, tuple(pause for pause, is_excluded in taken if is_excluded))


def taken_out(entries: Sequence[ClockEntry]) -> Iterator[Taken]:
    """The days each exclusion and each ended suspension took out, in the order of the ledger."""
    begun: dict[str, ClockEntry] = {}
    for entry in entries:
        cause = entry.cause or HALT
        if entry.kind == EntryKind.suspend:
            begun.setdefault(cause, entry)
        elif entry.kind == EntryKind.resume and cause in begun:
            first = begun.pop(cause)
            if first.on < entry.on:
                yield Taken(entry, Pause(first.on + ONE, entry.on), first.reason)
        elif entry.kind == EntryKind.exclude and entry.first_day and entry.last_day:
            yield Taken(entry, Pause(entry.first_day, entry.last_day), entry.reason)


def open_causes(entries: Sequence[ClockEntry]) -> dict[str, date]:
    """The causes a clock stands still for, each with the day it began."""
    begun: dict[str, date] = {}
    for entry in entries:
        if entry.kind == EntryKind.suspend:
            begun.setdefault(entry.cause or HALT, entry.on)
        elif entry.kind == EntryKind.resume:
            begun.pop(entry.cause or HALT, None)
    return begun


def _budget_part(calendar: Calendar, clock: Budget) -> Part:
    if clock.kind is not ClockKind.counted:
        return _dated_part(calendar, clock)
    found = calendar.derive(clock.start, clock.length, clock.unit)
    data = {
        "start": found.start,
        "days": found.n,
        "unit": found.unit.value,
        "skipped": [{"from": run.first, "to": run.last, "name": run.name} for run in found.skipped],
        "make_up_days": list(found.make_up_days),
        "unpublished": list(found.unpublished),
    }
    return Part("budget", found.text, found.due, data)


def _dated_part(calendar: Calendar, clock: Budget) -> Part:
    count = Count(calendar, clock)
    due, anchor = count.due, clock.anchor
    caveat = "（暂定：涉及放假安排尚未载入的年份）" if count.provisional else ""
    if clock.kind is ClockKind.fixed:
        moved = "" if due == anchor else f"，当日休息，顺延至 {due}"
        text = f"规定 {anchor} 止{moved}{caveat}"
    else:
        text = f"{anchor} 前 {clock.length} {clock.unit.label} → {due}{caveat}"
    return Part("budget", text, due, {"anchor": anchor, "days": clock.length, "unit": clock.unit.value})


def _entry_parts(calendar: Calendar, clock: Budget, entries: Sequence[ClockEntry]) -> Iterator[Part]:
    taken = {id(one.entry): one for one in taken_out(entries)}
    for number, entry in enumerate(entries, start=1):
        count = counted(calendar, clock, entries[:number])
        kind = EntryKind(entry.kind)
        if kind in (EntryKind.recount, EntryKind.redate):
            yield Part(kind, entry.reason, None, {"on": entry.on})
        elif kind is EntryKind.suspend:
            if open_causes(entries).get(entry.cause or HALT) == entry.on:
                yield Part(kind, f"{entry.on} 起暂停，尚未恢复{_because(entry)}", None, {"from": entry.on})
        elif kind is EntryKind.extend:
            yield _extended(count, entry)
        elif kind is EntryKind.overturn:
            data = {"from": entry.first_day, "to": entry.last_day, "reason": entry.reason}
            yield Part(kind, f"{entry.on} {kind.label.zh}{_because(entry)}", None, data)
        elif id(entry) in taken:
            yield _paused(count, taken[id(entry)])


def _extended(count: Count, entry: ClockEntry) -> Part:
    words = f"延期 {entry.days} {count.budget.unit.label}（{entry.approved_by} 批准）{_because(entry)} → {count.due}"
    data = {"on": entry.on, "days": entry.days, "approved_by": entry.approved_by, "reason": entry.reason}
    return Part(EntryKind.extend, words, count.due, data)


def _paused(count: Count, taken: Taken) -> Part:
    entry, pause, reason = taken
    unit = TimeUnit.calendar_day if count.budget.unit is TimeUnit.month else count.budget.unit
    days = count.lost(pause)
    span = f"{pause.first} 至 {pause.last}" if pause.first < pause.last else f"{pause.first}"
    because = f"：{reason}" if reason else ""
    if count.budget.kind is not ClockKind.counted:
        rest = "；按日期定的期限不因此后移"
    elif entry.kind == EntryKind.resume:
        rest = f"，{entry.on} 恢复，剩余 {count.left(entry.on)} 日 → {count.due}"
    else:
        rest = f" → {count.due}"
    data = {"from": pause.first, "to": pause.last, "days": days, "cause": entry.cause, "reason": reason}
    return Part(entry.kind, f"{span} 不计时（{days} {unit.label}）{because}{rest}", count.due, data)


def _because(entry: ClockEntry) -> str:
    return f"：{entry.reason}" if entry.reason else ""
