"""Phrases of tasks (任务用语): what the entries about claims, delegates, added reviewers and conditions are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from policy.pack import Pack
from services.pack import name_in
from services.reading import Reading
from states.label import Label
from states.review import Opinion
from states.review_task import ConditionStatus, Place
from states.role import Seat

TASK_PHRASES = {
    "task_claimed": Label("签收审查任务", "review task claimed"),
    "task_given_back": Label("退回待签收", "review task given back"),
    "task_transferred": Label("转办审查任务", "review task transferred"),
    "task_delegated": Label("委派审查任务", "review task delegated"),
    "delegation_recalled": Label("收回委派", "delegation recalled"),
    "opinion_proposed": Label("拟提意见", "opinion proposed"),
    "opinion_withdrawn": Label("撤回意见", "opinion withdrawn"),
    "opinion_attached": Label("添加意见附件", "file put to an opinion"),
    "reviewer_added": Label("加签", "reviewer added"),
    "reviewer_removed": Label("减签", "reviewer taken off"),
    "task_reminded": Label("催办", "reminded"),
    "round_copied": Label("抄送", "copied"),
    "condition_reported": Label("报告附加条件已落实", "condition reported met"),
    "condition_met": Label("确认附加条件已落实", "condition confirmed"),
    "condition_sent_back": Label("退回附加条件", "condition sent back"),
    "condition_waived": Label("免除附加条件", "condition waived"),
}
"""By the action of the entry."""


def task_details(reading: Reading, pack: Pack, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """What an entry about a task says in words: the round, the unit, and what was done with it."""
    review = name_in(pack.review, after["review"])
    round_ = reading.say(f"{review.zh} 第{after['round']}轮", f"{review.text('en')}, round {after['round']}")
    unit = reading.text(unit_label(pack, after)) if "member" in after else ""
    yield " · ".join(part for part in (round_, unit) if part)
    if "place" in after:
        yield reading.text(Place(after["place"]).label)
    for key in ("holder", "delegate", "unit", "to", "file", "text"):
        earlier = f"{before[key]} → " if before.get(key) else ""
        if after.get(key) or earlier:
            yield f"{earlier}{after.get(key) or ''}".removesuffix(" → ")
    opinion = after.get("opinion") or before.get("opinion")
    if opinion:
        yield reading.text(Opinion(opinion).label)
    if before.get("reasons"):
        yield str(before["reasons"])
    if "status" in after:
        yield reading.text(ConditionStatus(after["status"]).label)
    if after.get("told"):
        yield "、".join(after["told"])


def unit_label(pack: Pack, after: Mapping[str, Any]) -> Label:
    """The unit a task's entry is about, as the pack calls it; of an added reviewer the entry keeps the name."""
    member = str(after["member"])
    if "unit_name" in after:
        return Label(str(after["unit_name"]))
    return Seat.parse(member).label if "@" in member else name_in(pack.department, member)
