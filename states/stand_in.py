"""Circles of stand-ins (循环代理): whether on some day each of a chain would stand in for the next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Cover:
    """`substitute` acts for `absent` (logins) from `first` to `last`, both included."""

    absent: str
    substitute: str
    first: date
    last: date


def circle(new: Cover, others: Iterable[Cover]) -> tuple[str, ...]:
    """The logins of a circle `new` would close with some of `others` on one day, in order; nothing for none.

    It begins with the absent person and does not name them again at the end.
    """
    following: dict[str, list[Cover]] = {}
    for one in others:
        following.setdefault(one.absent, []).append(one)
    waiting: list[tuple[date, date, tuple[str, ...]]] = [(new.first, new.last, (new.absent, new.substitute))]
    while waiting:
        first, last, chain = waiting.pop()
        for one in following.get(chain[-1], ()):
            begin, end = max(first, one.first), min(last, one.last)
            if begin > end:
                continue
            if one.substitute == new.absent:
                return chain
            if one.substitute not in chain:
                waiting.append((begin, end, (*chain, one.substitute)))
    return ()
