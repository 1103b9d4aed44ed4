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
from contextvars import copy_context
from functools import partial

from prefect.context import SyncClientContext
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from flows.handling import office
from flows.relay import relay_once
from flows.schedule import JOBS, Job
from runtime.office import Office
from runtime.wake import Bell, can_listen, listen
from services.outbox import EVERY_LANE, Lanes, release_claims

log = logging.getLogger("jiugai.resident")


@contextmanager
def at_work() -> Iterator[None]:
    """Run flows in this process without what makes a run dear: the heartbeat thread and a new client for each run.

    The heartbeat costs a second a run, and our claims have a lease of their own; no environment value turns it off.
    """
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}), SyncClientContext.get_or_create():
        yield


class Resident:
    """The lanes: reactions, one for each channel, and the timetable; each a thread, so that none waits for another.

    `stop` lets the batch at hand finish.
    """

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._stopped = threading.Event()
        self._bell = Bell()

    def stop(self, *_: object) -> None:
        """Ask every lane to end after what it is doing now."""
        self._stopped.set()
        self._bell.ring()

    def run(self) -> None:
        """Drive the lanes until stopped; a failure of one round is logged, the next one tries again.

        With deployments this process only relays: the timetable has its own schedules there.
        """
        at = office()
        with at.database.write() as session:
            release_claims(session, f"{socket.gethostname()}:%", until=Office.now())
        # Prefect keeps its settings in the context, which a thread does not inherit by itself
        threads = [threading.Thread(target=copy_context().run, args=(lane,), name=n) for n, lane in self._lanes(at)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _lanes(self, at: Office) -> list[tuple[str, Callable[[], None]]]:
        return [*self._working(at), *self._listening(at)]

    def _listening(self, at: Office) -> list[tuple[str, Callable[[], None]]]:
        if not can_listen(at.database.url):
            return []
        return [("wake", partial(listen, at.database.url, self._bell, self._stopped))]

    def _working(self, at: Office) -> list[tuple[str, Callable[[], None]]]:
        if at.settings.reactions == "deployments":
            return [("relay", partial(self._relay, at, EVERY_LANE))]
        channels = at.settings.channel_names
        own = [(f"channel-{name}", partial(self._relay, at, Lanes(only=(name,)))) for name in channels]
        # what waits for a channel that is not in force any more is the first lane's: it ends as a visible failure
        return [
            ("reaction", partial(self._relay, at, Lanes(but=channels))),
            *own,
            ("timetable", partial(self._timed, at)),
        ]

    def _relay(self, at: Office, lanes: Lanes) -> None:
        with at_work():
            while not self._stopped.is_set():
                rung = self._bell.rung  # before looking: what comes while it looks is not slept over
                if not self._guarded(lambda: relay_once(at, self.name, lanes=lanes).events):
                    self._bell.wait(at.settings.poll_seconds, since=rung)

    def _timed(self, at: Office) -> None:
        upcoming = dict.fromkeys(JOBS, 0.0)
        with at_work():
            while not self._stopped.is_set():
                for job in [job for job, moment in upcoming.items() if time.monotonic() >= moment]:
                    upcoming[job] = time.monotonic() + job.seconds(at.settings)
                    self._guarded(partial(_start, job, at))
                self._stopped.wait(max(0.05, min(upcoming.values()) - time.monotonic()))

    def _guarded(self, work: Callable[[], int]) -> int:
        try:
            return work()
        except Exception:
            log.exception("本轮未完成，稍后再试")
            self._stopped.wait(1)
            return 0


def _start(job: Job, at: Office) -> int:
    if job.is_due(at, Office.now()):
        job.run()
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
