"""The rule behind a light (亮灯规则): when a clock turns yellow and red and by which text, as data and in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from models.clock import Clock
from policy.calendar import TimeUnit
from policy.pack import Pack
from policy.schema import LimitEntry
from policy.show_words import span_words
from services.clock_list import UNITS
from services.reading import Reading
from states.clock import ClockStatus, Light
from states.label import Label

WHOLE = Label(
    "项目的灯取各在计时期限中最重的一盏：任何一个环节逾期，总时限未到也是红灯",
    "a project shows the worst light of its clocks: one link late turns it red, though the whole is in time",
)
"""How the light of a project follows from its links (单个环节超时即亮灯)."""


@dataclass(frozen=True, slots=True)
class LightRule:
    """When a limit's lights turn: yellow with `yellow_share` used or `yellow_days` left, red once it is over.

    `extension` is how far the limit may be prolonged, in words. Sources are in words, `assumed` marks a number without
    one. `text` is all of it in one line.
    """

    span: str
    yellow_share: str | None
    yellow_days: int | None
    yellow_unit: str
    extension: str
    source: str
    assumed: bool
    yellow_source: str
    text: str


def light_rule(reading: Reading, pack: Pack, limit: LimitEntry) -> LightRule:
    """The rule of one limit of a pack."""
    span, source = _span(reading, pack, limit), pack.source(limit.span.source)
    unit = UNITS[TimeUnit.calendar_day if limit.span.unit == "month" else TimeUnit(limit.span.unit)]
    yellow = _yellow(reading, limit.yellow_share, limit.yellow_days, unit)
    turns = reading.say(f"；{yellow}起转黄灯", f"; yellow once {yellow}") if yellow else ""
    return LightRule(
        span=span,
        yellow_share=None if limit.yellow_share is None else str(limit.yellow_share),
        yellow_days=limit.yellow_days,
        yellow_unit=reading.text(unit),
        extension=_extension(reading, pack, limit),
        source=reading.text(source.name),
        assumed=source.assumed,
        yellow_source=reading.text(pack.source(limit.yellow_source).name) if limit.yellow_source else "",
        text=f"{reading.text(limit.name)} {span}{turns}{reading.say('；期满次日起转红灯', '; red the day after')}",
    )


def leading_light(clocks: Iterable[Clock]) -> Clock | None:
    """The link that gives a project its light: the running clock with the worst one, the earliest due among equals."""
    running = [clock for clock in clocks if clock.status == ClockStatus.running and clock.light > Light.green]
    return min(running, key=lambda clock: (-clock.light, clock.due_on, clock.id), default=None)


def _span(reading: Reading, pack: Pack, limit: LimitEntry) -> str:
    if limit.span.is_dated:
        return reading.text(span_words(pack, limit))
    return f"{limit.span.days} {reading.text(UNITS[TimeUnit(limit.span.unit)])}"


def _yellow(reading: Reading, share: Fraction | None, days: int | None, unit: Label) -> str:
    marks = []
    if share is not None:
        marks.append(reading.say(f"用去 {share}", f"{share} are used"))
    if days is not None:
        marks.append(reading.say(f"剩 {days} {unit.zh}", f"{days} {unit.text('en')} are left"))
    return reading.say("或", " or ").join(marks)


def _extension(reading: Reading, pack: Pack, limit: LimitEntry) -> str:
    if limit.extension is None:
        return reading.say("不得延期", "cannot be prolonged")
    unit, found = UNITS[TimeUnit(limit.span.unit)], limit.extension
    source = reading.text(pack.source(found.source).name)
    return reading.say(
        f"可延期 {found.times} 次，每次至多 {found.days} {unit.zh}（{source}）",
        f"may be prolonged {found.times} time(s) by {found.days} {unit.text('en')} ({source})",
    )
