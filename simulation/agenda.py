"""The agenda (日程): what will happen when, in order; of two things at one moment the one planned first."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

Act = Callable[[datetime], None]


@dataclass(order=True, frozen=True, slots=True)
class _Due:
    at: datetime
    order: int
    act: Act = field(compare=False)


class Agenda:
    """A virtual clock that goes from one planned act to the next."""

    def __init__(self) -> None:
        self._planned: list[_Due] = []
        self._order = itertools.count()

    def plan(self, at: datetime, act: Act) -> None:
        """Have `act` called with `at` when that moment comes."""
        heapq.heappush(self._planned, _Due(at.astimezone(UTC), next(self._order), act))

    def until(self, end: datetime) -> Iterator[tuple[datetime, Act]]:
        """What is planned up to `end`, each when its turn comes; acts may plan more meanwhile."""
        while self._planned and self._planned[0].at <= end:
            due = heapq.heappop(self._planned)
            yield due.at, due.act
