"""`python -m web` (启动网页): the pages on the address of the settings, until the process is asked to stop."""

from __future__ import annotations

import signal
import socket
import sys
from types import FrameType

import uvicorn

from runtime.settings import Settings
from web.app import create_app

PORT_BUSY = 5
"""The exit code of a conflict, as on the command line."""
GRACE_SECONDS = 10
_REASONS = "请先停止占用该端口的程序，或用环境变量 JIUGAI_PORT 换一个端口后再启动。"


def main() -> int:
    """Serve until SIGTERM or SIGINT, then let running requests end; returns the exit code."""
    settings = Settings()
    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    try:
        listener = listen(settings.host, settings.port)
    except OSError as problem:
        sys.stderr.write(f"网页无法在 {settings.host}:{settings.port} 启动：{problem.strerror}。{_REASONS}\n")
        return PORT_BUSY
    # uvicorn ends gracefully, then raises the signal again: being asked to stop is no failure
    signal.signal(signal.SIGTERM, _asked)
    signal.signal(signal.SIGINT, _asked)
    with listener:
        uvicorn.Server(config).run(sockets=[listener])
    return 0


def _asked(_signal: int, _frame: FrameType | None) -> None:
    """Nothing is left to do."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError when the address is taken or not this machine's.

    Bound here and not by uvicorn, which reports a busy port in English and leaves with its own exit code.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=128)


if __name__ == "__main__":
    sys.exit(main())
