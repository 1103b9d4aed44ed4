"""How a line of `jiugai doctor` ends (体检结论), and what a check gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum

from cli.language import say
from runtime.settings import Settings


class Level(StrEnum):
    """How a line of the examination ends."""

    ok = "ok"
    warn = "warn"
    fail = "fail"

    @property
    def words(self) -> str:
        """The level in words, with a sign."""
        zh, en = {"ok": ("✓ 正常", "✓ ok"), "warn": ("! 注意", "! warn"), "fail": ("✗ 异常", "✗ fail")}[self.value]
        return say(zh, en)


Check = Callable[[Settings], Iterator[tuple[Level, str]]]
"""One thing `jiugai doctor` looks at: its lines, each with how it is and what to do."""
