"""Clean text (洁净文字): what people typed, without the characters that forge headers, lines or terminals."""

from __future__ import annotations

import re

_BREAK = re.compile(r"\r\n?|[\u2028\u2029\x85]")
# Control characters except the line feed, bidirectional overrides (they make text read otherwise than it is
# stored), and lone surrogates (no mail server takes them).
_FORBIDDEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(value: str) -> str:
    """Text of several lines: every line end becomes a line feed, tabs a space, other control characters go."""
    return _FORBIDDEN.sub("", _BREAK.sub("\n", value).replace("\t", " "))


def one_line(value: str, limit: int | None = None) -> str:
    """Text fit for a header: one line, single spaces, at most `limit` characters (an ellipsis marks a cut)."""
    line = " ".join(clean(value).split())
    return line if limit is None or len(line) <= limit else line[: limit - 1] + "…"
