"""Logs of the program (程序日志): put aside when they grow large, kept as long as the settings say, never under a year.

The audit trail is no log: it is kept for good. The rule for logs is 互联网政务应用安全管理规定, article 20.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

LOG_LIMIT = 20 * 2**20
"""A log larger than this (bytes) is put aside at the next start of its program."""
_ASIDE = re.compile(r".+-\d{8}T\d{6}Z(-\d+)?\.log")


def put_aside(log: Path, *, now: datetime) -> None:
    """Give a log that has grown large a name with the moment in it, so that a new one begins and nothing is lost."""
    if not log.exists() or log.stat().st_size <= LOG_LIMIT:
        return
    name = f"{log.stem}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    target, number = log.with_name(f"{name}.log"), 1
    while target.exists():
        target, number = log.with_name(f"{name}-{number}.log"), number + 1
    log.replace(target)


def discard_old(logs: Path, *, days: int, now: datetime) -> list[Path]:
    """Remove the logs put aside that nothing was written to for so many days; returns them."""
    if not logs.is_dir():
        return []
    limit = (now - timedelta(days=days)).timestamp()
    aside = [path for path in sorted(logs.iterdir()) if _ASIDE.fullmatch(path.name)]
    old = [path for path in aside if path.stat().st_mtime < limit]
    for path in old:
        path.unlink()
    return old
