"""Tasks in words (任务用语): who has one, what it waits for, and what was attached to it or asked with it."""

from __future__ import annotations

from collections.abc import Iterator

from cli.language import lang, say
from services.review_list import RoundLine, TaskLine
from services.task_list import DelegationLine


def unit_text(task: TaskLine) -> str:
    """The unit with who has claimed the task, and how it was added."""
    marks = [task.way.added or "", say(f"{task.way.holder} 签收", f"claimed by {task.way.holder}")]
    said = "，".join(mark for mark in (marks if task.way.holder else marks[:1]) if mark)
    return task.organisation + (f"（{said}）" if said else "")


def status_text(task: TaskLine) -> str:
    """How the task stands, with what it waits for."""
    return f"{task.status_label}{say('：', ': ')}{task.way.waits}" if task.way.waits else task.status_label


def task_notes(one: RoundLine) -> list[str]:
    """Lines below a round: delegations, conditions, attachments, reminders, and who reads along."""
    lines = [f"  {task.task} {note}" for task in one.tasks for note in _notes(task)]
    if one.copies:
        lines.append(say(f"  抄送：{'、'.join(one.copies)}", f"  copied to: {', '.join(one.copies)}"))
    return lines


def _notes(task: TaskLine) -> Iterator[str]:
    way = task.way
    if way.delegation:
        yield _delegation(way.delegation)
    for condition in way.conditions:
        status = condition.status.label.text(lang())
        yield say(
            f"附加条件 {condition.id}：{condition.text}（{condition.owed_by}落实，{status}）",
            f"condition {condition.id}: {condition.text} ({condition.owed_by}, {status})",
        )
    for file in way.attachments:
        yield say(f"附件 {file.id}：{file.filename}（{file.by}）", f"attachment {file.id}: {file.filename} ({file.by})")
    for reminder in way.reminders:
        told = "、".join(reminder.told)
        yield say(f"催办：{reminder.on} {reminder.by} → {told}", f"reminded: {reminder.on} {reminder.by} → {told}")


def _delegation(one: DelegationLine) -> str:
    """Who prepares the opinion for whom, and what was proposed."""
    parts = [one.status.label.text(lang())]
    if one.opinion:
        parts += [part for part in (one.opinion.label.text(lang()), one.reasons) if part]
    if one.conditions:
        parts.append(say(f"附条件：{'；'.join(one.conditions)}", f"on condition: {'; '.join(one.conditions)}"))
    people = f"{one.delegator} → {one.delegate}"
    return say(f"委派：{people}，{'，'.join(parts)}", f"delegated: {people}, {', '.join(parts)}")
