"""Child processes (子进程): started with a log of their own, ended with their parent, whatever ends the parent."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from runtime.log_keeping import put_aside

PR_SET_PDEATHSIG = 1
GRACE_SECONDS = 15


def _die_with_parent() -> None:
    # a supervisor killed with -9 cannot tell its children: the kernel does
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One child process, named; its output goes to `<logs>/<name>.log`."""

    def __init__(self, name: str, command: Sequence[str], env: Mapping[str, str], logs: Path) -> None:
        self.name = name
        self.log = logs / f"{name}.log"
        self._command = list(command)
        self._env = dict(env)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process else None

    @property
    def exit_code(self) -> int | None:
        """What it ended with; None while it runs."""
        return self._process.poll() if self._process else None

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only the parent, which ends it in order."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        put_aside(self.log, now=datetime.now(UTC))
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own commands
                self._command,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509 - the parent has one thread when it starts children
            )

    def stop(self, *, seconds: float = GRACE_SECONDS) -> None:
        """End it with everything it started: asked first, killed after `seconds`."""
        if self._process is None:
            return
        if self.is_running:
            self._process.terminate()
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._sweep_up(self._process.pid)

    @staticmethod
    def _sweep_up(group: int) -> None:
        with contextlib.suppress(ProcessLookupError):  # mostly nothing of it is left
            os.killpg(group, signal.SIGKILL)
