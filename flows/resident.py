"""The resident runner (常驻进程): one process with the flows loaded drives outbox and sweep."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prefect.context import SyncClientContext
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from flows.deadline_sweep import deadline_sweep
from flows.handling import office
from flows.relay import relay_once
from runtime.office import Office
from services.outbox import release_claims

log = logging.getLogger("jiugai.resident")


@contextmanager
def at_work() -> Iterator[None]:
    """Run flows in this process without what makes a run dear: the heartbeat thread and a new client for each run.

    The heartbeat costs a second a run, and our claims have a lease of their own; no environment value turns it off.
    """
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}), SyncClientContext.get_or_create():
        yield


class Resident:
    """The loop. `stop` lets the batch at hand finish."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._stopped = threading.Event()

    def stop(self, *_: object) -> None:
        """Ask the loop to end after what it is doing now."""
        self._stopped.set()

    def run(self) -> None:
        """Drive outbox and sweep until stopped; a failure of one round is logged, the next one tries again.

        With deployments this process only relays: the sweep has its own schedule there.
        """
        at, next_sweep = office(), 0.0
        with at.database.write() as session:
            release_claims(session, f"{socket.gethostname()}:%", until=Office.now())
        with at_work():
            while not self._stopped.is_set():
                moved = self._guarded(lambda: relay_once(at, self.name).events)
                if at.settings.reactions == "resident" and time.monotonic() >= next_sweep:
                    next_sweep = time.monotonic() + at.settings.sweep_seconds
                    self._guarded(lambda: deadline_sweep()["checked"])
                if not moved:
                    self._stopped.wait(at.settings.poll_seconds)

    def _guarded(self, work: Callable[[], int]) -> int:
        try:
            return work()
        except Exception:
            log.exception("本轮未完成，稍后再试")
            self._stopped.wait(1)
            return 0


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    resident = Resident()
    signal.signal(signal.SIGTERM, resident.stop)
    signal.signal(signal.SIGINT, resident.stop)
    # in a thread: in the main one Prefect takes SIGTERM for itself during a run and breaks the batch off
    work = threading.Thread(target=resident.run, name="resident")
    work.start()
    while work.is_alive():
        work.join(0.5)


if __name__ == "__main__":
    main()
