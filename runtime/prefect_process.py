"""Prefect beside us (内嵌 Prefect): its environment and its server process. Imports nothing of Prefect itself."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from runtime.child import Child
from runtime.settings import Settings
from states.exceptions import JiugaiError, Kind

READY_SECONDS = 120


class PrefectUnavailable(JiugaiError):
    """Prefect's API does not answer."""

    code = "prefect_unavailable"
    kind = Kind.failure
    zh = "Prefect 服务（{url}）没有响应。已提交的操作都在发件箱里，不会丢失；请查看 {log}，服务恢复后自动继续。"
    en = "Prefect ({url}) does not answer. Nothing is lost: events wait in the outbox. See {log}."


def environment(settings: Settings) -> dict[str, str]:
    """The environment of Prefect and of whoever talks to it: no phoning home, loopback, bounded data."""
    home = (settings.home / "prefect").resolve()
    return {
        **os.environ,
        "DO_NOT_TRACK": "1",
        # a proxy of the office is not for our own server
        "NO_PROXY": ",".join(filter(None, (os.environ.get("NO_PROXY"), "127.0.0.1,localhost"))),
        "PREFECT_API_URL": settings.prefect_url,
        "PREFECT_CLIENT_MAX_RETRIES": "1",  # the outbox tries again; the relay must not hang on a dead server
        "PREFECT_HOME": str(home),
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": f"http://127.0.0.1:{settings.prefect_port}",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        # runs and events are kept a week; the history that matters is ours
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": "604800",
        # its marker of late runs locks the SQLite file with many runs waiting
        "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS": "3600",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        # else the server writes its pages into the installed package
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(home / "ui"),
    }


def server_child(settings: Settings) -> Child:
    """The embedded server, not yet started: loopback only."""
    command = [sys.executable, "-m", "prefect", "server", "start"]
    address = ["--host", "127.0.0.1", "--port", str(settings.prefect_port)]
    env = environment(settings)
    env.pop("PREFECT_API_URL")  # a server that knows an API would take itself for a client
    return Child("prefect", [*command, *address], env, settings.home / "logs")


def answers(url: str) -> bool:
    """Whether a Prefect API answers at `url`."""
    try:
        return httpx.get(f"{url}/health", timeout=2, trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def wait_until_ready(settings: Settings, child: Child | None = None, *, seconds: float = READY_SECONDS) -> None:
    """Wait until the API answers. Raises PrefectUnavailable after `seconds`, or at once when `child` has died."""
    deadline = time.monotonic() + seconds
    while not answers(settings.prefect_url):
        if time.monotonic() > deadline or (child is not None and not child.is_running):
            raise PrefectUnavailable(url=settings.prefect_url, log=settings.home / "logs" / "prefect.log")
        time.sleep(0.2)


@contextmanager
def prefect_at_hand(settings: Settings) -> Iterator[None]:
    """A Prefect API to work with: the one that answers already, else an embedded server for the length of the block."""
    if answers(settings.prefect_url) or settings.prefect_api_url:
        wait_until_ready(settings, seconds=10)
        yield
        return
    child = server_child(settings)
    child.start()
    try:
        wait_until_ready(settings, child)
        yield
    finally:
        child.stop()
