"""Rates (发送频率): how many letters a provider takes in a while, kept by us rather than answered by a block."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from threading import Lock
from typing import Any, Protocol
from zlib import crc32

_HORIZON = timedelta(minutes=15)
_HALF_HOUR = 30
_SPREAD_SECONDS = 120


@dataclass(frozen=True)
class Window:
    """At most `limit` letters in any span of `seconds`."""

    limit: int
    seconds: int


class Rate(Protocol):
    """What a channel asks before it sends: counted in one process, or for all of them in the database."""

    def allow(self, now: datetime) -> int:
        """0 and the letter is counted as sent, or the seconds after which to ask again."""

    def hold(self, now: datetime, seconds: int) -> None:
        """Send nothing for a while."""


@dataclass
class RateLimit:
    """Counts what was sent in every window; safe between threads, one object for one bot in one process.

    A token bucket filled 18 times a minute lets 36 letters pass in its first minute, and 20 are enough to be blocked
    for ten: so the last letters themselves are counted.
    """

    windows: tuple[Window, ...]
    _sent: deque[datetime] = field(default_factory=deque, init=False, repr=False)
    _promised: deque[datetime] = field(default_factory=deque, init=False, repr=False)
    _held_until: datetime | None = field(default=None, init=False, repr=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)

    def allow(self, now: datetime) -> int:
        """0 and the letter is counted as sent; or the seconds after which to ask again, each asker later than the last.

        At most a quarter of an hour, so that a long queue is looked at again in time. A clock set back only delays.
        """
        with self._lock:
            self._forget(now)
            if self._free(self._sent, now) <= now and (self._held_until is None or self._held_until <= now):
                self._sent.append(now)
                return 0
            slot = max(self._free([*self._sent, *self._promised], now), self._held_until or now)
            if slot - now <= _HORIZON:
                self._promised.append(slot)
            return max(1, math.ceil(min(slot - now, _HORIZON).total_seconds()))

    def hold(self, now: datetime, seconds: int) -> None:
        """Send nothing for a while: the provider said that it was too fast already."""
        with self._lock:
            self._held_until = max(self._held_until or now, now + timedelta(seconds=seconds))

    def state(self) -> dict[str, Any]:
        """Everything it remembers, as JSON with instants in ISO form."""
        held = self._held_until
        return {
            "sent": [at.isoformat() for at in self._sent],
            "promised": [at.isoformat() for at in self._promised],
            "held_until": held.isoformat() if held else None,
        }

    @classmethod
    def of(cls, windows: tuple[Window, ...], state: dict[str, Any]) -> RateLimit:
        """The limit that gave `state`; an empty one remembers nothing."""
        limit, held = cls(windows), state.get("held_until")
        limit._sent = deque(map(datetime.fromisoformat, state.get("sent", ())))
        limit._promised = deque(map(datetime.fromisoformat, state.get("promised", ())))
        limit._held_until = datetime.fromisoformat(held) if held else None
        return limit

    def _free(self, taken: deque[datetime] | list[datetime], now: datetime) -> datetime:
        """When the next letter fits behind those taken."""
        fits = [
            taken[-window.limit] + timedelta(seconds=window.seconds)
            for window in self.windows
            if len(taken) >= window.limit
        ]
        return max(chain(fits, [now]))

    def _forget(self, now: datetime) -> None:
        longest = timedelta(seconds=max(window.seconds for window in self.windows))
        self._sent = deque(min(at, now) for at in self._sent if now - at < longest)
        self._promised = deque(at for at in self._promised if now < at <= now + _HORIZON)
        if self._held_until is not None and self._held_until <= now:
            self._held_until = None


def past_half_hour(now: datetime, key: str) -> int:
    """Seconds to wait out the first minute of each half hour, spread by `key` over two minutes more; 0 outside it.

    Everybody's timed messages are sent in those minutes, and providers refuse some of them (Feishu 11232).
    """
    if now.minute % _HALF_HOUR:
        return 0
    return 60 - now.second + crc32(key.encode()) % _SPREAD_SECONDS
