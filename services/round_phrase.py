"""Phrases of rounds (轮次用语): what the entries about supplements, rulings, returns and promises are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from policy.pack import Pack
from services.pack import name_in
from services.reading import Reading
from states.label import Label
from states.role import Seat

ROUND_PHRASES = {
    "supplement_issued": Label("一次性告知补正", "supplement asked for"),
    "supplement_ticked": Label("补正一项", "item of the supplement done"),
    "supplement_handed_in": Label("提交补正", "supplement handed in"),
    "supplement_missed": Label("逾期未补正", "supplement missed"),
    "dissent_overruled": Label("裁定不采纳不同意见", "dissent overruled"),
    "meeting_recorded": Label("登记协调会", "coordination meeting recorded"),
    "round_returned": Label("退回审查", "review returned"),
    "task_returned": Label("退回单个部门", "returned to one unit"),
    "next_round_chosen": Label("确定下一轮审查范围", "scope of the next round chosen"),
    "silence_taken": Label("超时默认同意", "silence taken for approval"),
    "late_reason_given": Label("说明逾期原因", "reason for being late given"),
    "promise_made": Label("书面承诺", "promise made"),
    "promise_kept": Label("承诺已履行", "promise kept"),
    "promise_missed": Label("承诺未履行", "promise missed"),
}
"""By the action of the entry."""


def round_details(reading: Reading, pack: Pack, after: Mapping[str, Any]) -> Iterable[str]:
    """What an entry of these says beside its reasons: which round, which units, which items, which promise."""
    parts = []
    if "review" in after and "round" in after:
        label, number = name_in(pack.review, after["review"]), after["round"]
        parts.append(reading.say(f"{label.zh} 第{number}轮", f"{label.text('en')}, round {number}"))
    members = [*after.get("members", ()), *([after["member"]] if after.get("member") else [])]
    parts += [_unit(reading, pack, str(member)) for member in members]
    parts += [str(item) for item in after.get("items", ())]
    if "promise" in after:
        parts.append(reading.text(name_in(pack.promise, after["promise"])))
    parts += [str(after[key]) for key in ("promisor", "held_on") if after.get(key)]
    return [" · ".join(parts)] if parts else []


def _unit(reading: Reading, pack: Pack, member: str) -> str:
    return reading.text(Seat.parse(member).label if "@" in member else name_in(pack.department, member))
