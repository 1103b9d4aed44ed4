"""Limits of a pack as tables (期限一览): how long, prolonged how far, yellow when, and the ladders they climb."""

from __future__ import annotations

from typing import cast

from policy.schema_entry import HOLDER, LEAD, UNIT_HEAD, LadderEntry, Recipient, RungEntry
from policy.schema_limit import LimitEntry
from policy.show_table import Part, Row, Table, Telling, inner, register
from policy.show_words import length_words
from states.alert import RungAct
from states.label import Label
from states.order import OrderColour
from states.role import Seat

_RECEIVERS = {
    HOLDER: Label("经办人", "holder"),
    UNIT_HEAD: Label("承办单位负责人", "head of the unit"),
    LEAD: Label("牵头部门", "lead department"),
}
_AT = {"warning": Label("变黄灯", "warning"), "breach": Label("逾期", "breach")}


def _limit(telling: Telling, part: Part) -> Row:
    limit = cast("LimitEntry", part.entry)
    return {
        "code": limit.code,
        "label": limit.name.text(telling.lang),
        "span": telling.limit(limit.code),
        "share_of": _share(telling, limit),
        "source": telling.source(limit.span.source),
        "yellow": _yellow(telling, limit),
        "yellow_source": telling.source(limit.yellow_source),
        "extension": _extension(telling, limit),
        "extension_source": telling.source(limit.extension.source if limit.extension else None),
        "ladder": telling.name("ladder", limit.ladder),
    }


def _share(telling: Telling, limit: LimitEntry) -> str:
    if limit.span.share is None:
        return ""
    whole = telling.name("limit", limit.span.of)
    return telling.say(f"“{whole}”的 {limit.span.share}", f'{limit.span.share} of "{whole}"')


def _yellow(telling: Telling, limit: LimitEntry) -> str:
    said = []
    if limit.yellow_share is not None:
        said.append(telling.say(f"用去 {limit.yellow_share}", f"{limit.yellow_share} used"))
    if limit.yellow_days is not None:
        said.append(telling.say(f"剩 {limit.yellow_days} 天", f"{limit.yellow_days} left"))
    both = telling.say("，先到为准", ", the earlier one") if len(said) > 1 else ""
    return f"{telling.say('或', ' or ').join(said)}{both}"


def _extension(telling: Telling, limit: LimitEntry) -> str:
    given = limit.extension
    if given is None:
        return ""
    length = length_words(given.days, telling.pack.limit(limit.code).span.unit)
    return telling.say(
        f"每次至多 {length.zh}，至多 {given.times} 次", f"{length.en} each, {given.times} time(s) at most"
    )


def _rung(telling: Telling, part: Part) -> Row:
    rung, ladder = cast("RungEntry", part.entry), cast("LadderEntry", part.inside)
    plus = telling.say(f"后第 {rung.plus} 个工作日", f" +{rung.plus} working day(s)") if rung.plus else ""
    return {
        "code": f"{ladder.code}#{rung.code}",
        "ladder": ladder.name.text(telling.lang),
        "rung": rung.name.text(telling.lang),
        "at": f"{_AT[rung.at].text(telling.lang)}{plus}",
        "act": _act(telling, rung),
        "to": [_receiver(telling, to) for to in rung.to],
        "source": telling.source(rung.source),
    }


def _act(telling: Telling, rung: RungEntry) -> str:
    act = RungAct(rung.act).label.text(telling.lang)
    return f"{act} {OrderColour[rung.colour].label.text(telling.lang)}" if rung.colour else act


def _receiver(telling: Telling, to: Recipient) -> str:
    return telling.seat(to) if isinstance(to, Seat) else _RECEIVERS[to].text(telling.lang)


TABLES = (
    Table("limits", Label("期限", "limits"), ("limits",), register("limits"), _limit),
    Table(
        "ladders",
        Label("预警阶梯", "escalation ladders"),
        ("ladders",),
        inner("ladders", "rungs", lambda rung: str(rung.code)),
        _rung,
        ordered=True,
        around=("label", "en"),
    ),
)
