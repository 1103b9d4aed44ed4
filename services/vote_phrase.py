"""Votes and postings in the history (表决、公示留痕用语): which round, how it ended, what was posted where."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from policy.pack import Pack
from services.pack import name_in
from services.reading import Reading
from services.vote_count import outcome_of
from states.label import Label
from states.vote import Choice, Measure
from states.vote_requirement import square_metres

Json = dict[str, Any]
FEW = 4
"""From so many ballots on only their number is told."""
VOTE_ACTIONS = (
    "roll_replaced", "unit_changed", "contact_revealed", "poll_opened", "poll_closed", "poll_withdrawn",
    "ballots_cast", "ballot_corrected", "posting_opened",
)  # fmt: skip


def vote_details(reading: Reading, pack: Pack, after: Json) -> Iterable[str]:
    """What an entry about a vote or a posting says, line by line."""
    if "consent" in after:
        label = name_in(pack.consent, after["consent"])
        yield _round(reading, label, after)
    if "result" in after:
        yield _result(reading, after["result"])
    if "place" in after and "posting" in after:
        label = name_in(pack.posting, after["code"])
        yield reading.say(
            f"{label.zh} 第{after['round']}次：{after['place']}，{after['from']} 至 {after['until']}",
            f"{label.text('en')} {after['round']}: {after['place']}, {after['from']} to {after['until']}",
        )
    if "count" in after:
        yield reading.say(
            f"第{after['round']}轮 {after['count']} 票", f"round {after['round']}, {after['count']} ballot(s)"
        )
    for place, choice in after["ballots"] if after.get("count", FEW) < FEW else ():
        yield f"{place}：{_choice(reading, choice)}"
    if "units" in after and "area" in after:
        yield reading.say(
            f"第{after['roll']}版 {after['units']} 户 {after['area']} m²",
            f"version {after['roll']}: {after['units']} unit(s), {after['area']} m²",
        )
    if "unit" in after:
        yield str(after["unit"]) + (f"：{_choice(reading, after['choice'])}" if "choice" in after else "")


def _round(reading: Reading, label: Label, after: Json) -> str:
    place = f" {after['place']}" if after.get("place") else ""
    return reading.say(f"{label.zh}{place} 第{after['round']}轮", f"{label.text('en')}{place}, round {after['round']}")


def _result(reading: Reading, result: Json) -> str:
    outcome = outcome_of(result)
    owners, area = outcome.counts[Measure.owners], outcome.counts[Measure.area]
    sizes = f"{square_metres(area.agreed)}/{square_metres(area.voted)}/{square_metres(area.total)} m²"
    heads = f"{owners.agreed}/{owners.voted}/{owners.total}"
    zh, en = ("达到比例", "enough") if outcome.passed else ("未达到比例", "not enough")
    return reading.say(f"{zh}：同意/参加/全体 {heads} 人、{sizes}", f"{en}: agree/voted/all {heads} owners, {sizes}")


def _choice(reading: Reading, choice: str) -> str:
    return reading.text(Choice(choice).label)
