"""Waking (唤醒): who waits for the outbox is called as soon as something is committed into it, where the database can.

On PostgreSQL a trigger sends a notification with the commit (migration 0011), and one connection listens. On SQLite
nobody calls: whoever waits looks again by itself, as everybody does anyway when a call is lost.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url

if TYPE_CHECKING:
    import psycopg

CHANNEL = "jiugai_outbox"
LOOK_SECONDS = 30.0
"""So often the listener makes sure that its connection still lives."""
AGAIN_SECONDS = (0.5, 2, 5, 15, 30)
"""How long to wait before the first, second … new connection; the last one again and again."""

log = logging.getLogger("jiugai.wake")


class Bell:
    """Many wait, one rings. What was rung between a look and the wait after it is not missed: see `rung`."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._rung = 0

    @property
    def rung(self) -> int:
        """How often it was rung: to be read before looking, and given to `wait` after it."""
        with self._changed:
            return self._rung

    def ring(self) -> None:
        """Wake everybody who waits."""
        with self._changed:
            self._rung += 1
            self._changed.notify_all()

    def wait(self, seconds: float, *, since: int) -> bool:
        """Wait until it is rung, at most so long; at once where it was rung after `since`. Whether it was."""
        with self._changed:
            return self._changed.wait_for(lambda: self._rung != since, seconds)


def can_listen(url: str) -> bool:
    """Whether the database at `url` calls: PostgreSQL does."""
    return make_url(url).get_backend_name() == "postgresql"


def listen(url: str, bell: Bell, stopped: threading.Event) -> None:
    """Ring the bell for every commit into the outbox, until stopped; a lost connection is made again.

    Rings once for every new connection: what was committed meanwhile was called to nobody.
    """
    import psycopg

    failures = 0
    while not stopped.is_set():
        try:
            with psycopg.connect(_plain(url), autocommit=True, connect_timeout=10) as connection:
                connection.execute(f"LISTEN {CHANNEL}")
                log.info("已接通数据库的发件箱通知")
                failures = 0
                bell.ring()
                _pass_on(connection, bell, stopped)
        except psycopg.Error as problem:
            log.warning("发件箱通知中断，改为定时查看，稍后重新接通：%s", str(problem).strip().splitlines()[:1])
            stopped.wait(AGAIN_SECONDS[min(failures, len(AGAIN_SECONDS) - 1)])
            failures += 1


def _pass_on(connection: psycopg.Connection[tuple[object, ...]], bell: Bell, stopped: threading.Event) -> None:
    quiet = 0.0
    while not stopped.is_set():
        heard = False
        for _ in connection.notifies(timeout=1, stop_after=1):
            heard = True
            bell.ring()
        quiet = 0.0 if heard else quiet + 1
        if quiet >= LOOK_SECONDS:  # a machine that vanished says nothing, not even that it is gone
            connection.execute("SELECT 1")
            quiet = 0.0


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
