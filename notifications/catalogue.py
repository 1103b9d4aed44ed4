"""The catalogue (通知目录): every kind of message, when it is sent, to whom, and its subject, for the documentation."""

from __future__ import annotations

from notifications.message import MESSAGES
from notifications.render import template_source

_HEAD = "| 通知 | 标识 | 何时发出 | 发给谁 | 标题模板 |\n| --- | --- | --- | --- | --- |\n"


def message_catalogue() -> str:
    """A Markdown table, one row per kind in the order of the registry; ends with a line feed."""
    rows = (
        (cls.label, f"`{kind}`", cls.when, cls.to, f"`{template_source(kind, 'subject.txt').strip()}`")
        for kind, cls in MESSAGES.items()
    )
    # A bar inside a cell ends it, also between backticks.
    return _HEAD + "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n" for row in rows)
