"""Chunks and pages (分批、分页): a long sequence in pieces, for the parameters of a statement or for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

CHUNK = 500
_One = TypeVar("_One")


def chunks(values: Sequence[_One]) -> Iterator[Sequence[_One]]:
    """The values in order, CHUNK at a time."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def page_count(total: int, size: int | None) -> int:
    """How many pages of `size` a list of `total` fills, one at least; one for a `size` of None."""
    return max(-(-total // size), 1) if size else 1
