"""Access tokens (访问令牌): fetched once, kept until shortly before they end, renewed when withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

_MARGIN = timedelta(seconds=300)


@dataclass
class AccessToken:
    """One token for all threads; only one of them fetches, the others wait for it."""

    _value: str | None = field(default=None, init=False, repr=False)
    _until: datetime | None = field(default=None, init=False)
    _lock: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)

    def get(self, now: datetime, fetch: Callable[[], tuple[str, int]]) -> str:
        """The token in force, or the one `fetch` gives with its seconds to live. Raises what `fetch` raises."""
        with self._lock:
            if self._value is None or self._until is None or now >= self._until:
                self._value, seconds = fetch()
                self._until = now + timedelta(seconds=seconds) - _MARGIN
            return self._value

    def forget(self, value: str) -> None:
        """Drop this token; a newer one that another thread has fetched meanwhile stays."""
        with self._lock:
            if self._value == value:
                self._value = None
