"""Rounds in words (轮次用语): where an opinion comes from, for whom a round waits, what the lead did."""

from __future__ import annotations

from cli.language import lang, say
from services.review_list import RoundLine, TaskLine


def opinion_text(task: TaskLine) -> str:
    """The opinion with its marks: carried over, taken from silence, overruled."""
    if task.opinion is None:
        return say(f"再审：{task.again_because}", f"again: {task.again_because}") if task.again_because else ""
    marks = [
        say(f"沿用{task.carried_from}", f"carried from {task.carried_from}") if task.carried_from else "",
        say("超时默认", "by silence") if task.tacit else "",
        say("裁定不采纳", "overruled") if task.overruled else "",
    ]
    said = "，".join(mark for mark in marks if mark)
    return task.opinion.label.text(lang()) + (f"（{said}）" if said else "")


def round_notes(one: RoundLine) -> list[str]:
    """Lines below a round: for whom it waits, its list, its rulings, whom the next one asks."""
    lines = [say(f"  ※ {one.awaits.label.zh}", f"  * {one.awaits.label.text('en')}")] if one.awaits else []
    if one.supplement:
        left, status = one.supplement.open, one.supplement.status.label
        lines.append(
            say(
                f"  补正清单 {one.supplement.id}：{status.zh}，未补 {left} 项（jiugai supplement show）",
                f"  list {one.supplement.id}: {status.text('en')}, {left} item(s) open",
            )
        )
    for ruling in one.rulings:
        about = f"（{ruling.organisation}）" if ruling.organisation else ""
        lines.append(f"  {ruling.kind.label.text(lang())}{about}：{ruling.reasons} · {ruling.by}")
    if one.next_again:
        label = one.next_again.label
        lines.append(
            say(f"  下一轮：{label.zh}（{one.next_reason}）", f"  next: {label.text('en')} ({one.next_reason})")
        )
    return lines
