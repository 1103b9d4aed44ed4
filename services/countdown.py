"""Countdowns (倒计时): a clock as people read it: days left, how the last day came about, which rule is behind it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from models.clock import Clock, ClockEntry
from policy.calendar import TimeUnit
from policy.pack import Pack
from policy.schema import LimitEntry
from services.city import City
from services.clock import LIVE, days_left
from services.rung import rung_days
from states.clock import ClockStatus, ClockSubject, Light
from states.procedure import StepKind

_UNITS = {TimeUnit.working_day: "个工作日", TimeUnit.calendar_day: "天", TimeUnit.month: "个月"}
_ENTRIES = {"suspend": "暂停计时", "resume": "恢复计时", "extend": "延长", "exclude": "扣除"}


@dataclass(frozen=True, slots=True)
class Alarm:
    """One rung of the ladder: the day it is due, what it is called, whether that day has come."""

    day: date
    label: str
    is_past: bool


@dataclass(frozen=True, slots=True)
class Countdown:
    """One clock on one day. `text` is what is left in words, `rule` the span with what turns it yellow."""

    id: int
    subject: ClockSubject
    label: str
    light: Light
    is_suspended: bool
    is_live: bool
    started_on: date
    due_on: date
    ended_on: date | None
    text: str
    derivation: str
    provisional: bool
    rule: str
    source: str
    assumed: bool
    holder: str
    ledger: tuple[str, ...]
    alarms: tuple[Alarm, ...]


def countdown(
    city: City, pack: Pack, clock: Clock, *, today: date, holder: str = "", ledger: Iterable[ClockEntry] = ()
) -> Countdown:
    """The clock as it stands on `today` (a day in the city's zone)."""
    limit = pack.limit(clock.limit)
    source = pack.source(limit.span.source)
    return Countdown(
        id=clock.id,
        subject=ClockSubject(clock.subject),
        label=clock.label,
        light=Light(clock.light),
        is_suspended=clock.status == ClockStatus.suspended,
        is_live=clock.status in LIVE,
        started_on=clock.started_on,
        due_on=clock.due_on,
        ended_on=clock.ended_on,
        text=left_text(city, clock, today),
        derivation=clock.derivation,
        provisional=clock.provisional,
        rule=_rule(limit),
        source=source.label,
        assumed=source.assumed,
        holder=holder,
        ledger=tuple(_entry_text(entry) for entry in ledger),
        alarms=_alarms(city, pack, clock, today),
    )


def left_text(city: City, clock: Clock, today: date) -> str:
    """What is left of a clock in words: 剩 3 个工作日, 今天到期, 逾期 2 个工作日, 暂停，剩 5 天."""
    unit = "天" if clock.unit == TimeUnit.month else _UNITS[TimeUnit(clock.unit)]
    if clock.status == ClockStatus.suspended:
        return f"暂停，剩 {clock.remaining or 0} {unit}"
    if clock.status != ClockStatus.running:
        return _ENDED[ClockStatus(clock.status)]
    left = days_left(city, clock, today)
    if today > clock.due_on:
        return f"逾期 {-left} {unit}" if left else f"逾期不足 1 {unit}"
    if today == clock.due_on:
        return "今天到期"
    return f"剩 {left} {unit}" if left else f"剩不足 1 {unit}"


_ENDED = {ClockStatus.met: "按期办结", ClockStatus.late: "逾期办结", ClockStatus.cancelled: "不再计时"}


def leading_clock(clocks: Sequence[Clock]) -> Clock | None:
    """The clock a project is watched by: the live one that falls due first; a posting only where nothing else runs."""
    live = [clock for clock in clocks if clock.status in LIVE]
    return min(
        live,
        key=lambda c: (c.subject == ClockSubject.period, c.status != ClockStatus.running, c.due_on, c.id),
        default=None,
    )


def shown_light(kind: StepKind, light: int) -> Light:
    """The light a project shows: grey while it is suspended, unless it was over a limit before: that does not fade."""
    return Light.grey if kind is StepKind.halt and light < Light.red else Light(light)


def _rule(limit: LimitEntry) -> str:
    unit = _UNITS[TimeUnit(limit.span.unit)]
    yellow = []
    if limit.yellow_share is not None:
        yellow.append(f"用去 {limit.yellow_share}")
    if limit.yellow_days is not None:
        yellow.append(f"剩 {limit.yellow_days} {'天' if limit.span.unit == 'month' else unit}")
    warned = f"；{'或'.join(yellow)}起转黄灯" if yellow else ""
    return f"{limit.label} {limit.span.days} {unit}{warned}"


def _entry_text(entry: ClockEntry) -> str:
    days = f"，余 {entry.days} 日" if entry.days is not None else ""
    reason = f"：{entry.reason}" if entry.reason else ""
    return f"{entry.on.isoformat()} {_ENTRIES.get(entry.kind, entry.kind)}{days}{reason}"


def _alarms(city: City, pack: Pack, clock: Clock, today: date) -> tuple[Alarm, ...]:
    if clock.status != ClockStatus.running:
        return ()
    return tuple(Alarm(mark.day, mark.rung.label, mark.day <= today) for mark in rung_days(city, pack, clock))
