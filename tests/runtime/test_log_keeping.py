"""Logs: a large one is put aside whole, and only what is older than the retention is removed."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from runtime.log_keeping import LOG_LIMIT, discard_old, put_aside
from runtime.settings import Settings

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


def test_a_large_log_is_put_aside_and_no_earlier_one_is_lost(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    for mark in (b"a", b"b"):
        log.write_bytes(mark * (LOG_LIMIT + 1))
        put_aside(log, now=NOW)
        assert not log.exists()
    log.write_bytes(b"c")
    put_aside(log, now=NOW)
    first, second = sorted(path for path in tmp_path.iterdir() if path != log)
    assert {first.read_bytes()[:1], second.read_bytes()[:1]} == {b"a", b"b"}
    assert log.read_bytes() == b"c"


def test_only_logs_put_aside_and_older_than_the_retention_are_removed(tmp_path: Path) -> None:
    ages = {"web-20250101T000000Z.log": 366, "web-20260101T000000Z.log": 364, "web.log": 900, "jiugai.log": 900}
    for name, days in ages.items():
        (tmp_path / name).write_text("x", encoding="ascii")
        moment = (NOW - timedelta(days=days)).timestamp()
        os.utime(tmp_path / name, (moment, moment))
    assert [path.name for path in discard_old(tmp_path, days=365, now=NOW)] == ["web-20250101T000000Z.log"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(set(ages) - {"web-20250101T000000Z.log"})
    assert discard_old(tmp_path / "none", days=365, now=NOW) == []


def test_less_than_a_year_is_refused() -> None:
    assert Settings(retention_days=365).retention_days == 365
    with pytest.raises(ValidationError, match="retention_days"):
        Settings(retention_days=364)
