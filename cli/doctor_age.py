"""What grows old when nothing runs (时效): the newest anchor and the counts of the statistics, for `jiugai doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from cli.doctor_level import Level
from cli.language import say
from models.insight import InsightMark
from runtime.database import open_database
from runtime.office import Office
from runtime.settings import Settings
from services.anchor import is_due, newest

ANCHORS_MISSED = 3
"""So many anchors may be late before somebody should look."""
FIGURES_LATE = timedelta(days=2)
"""Counts older than that missed a night."""
HOUR = 60


def proof(settings: Settings) -> Iterator[tuple[Level, str]]:
    """How old the newest anchor is: what was written since then could be rewritten without a trace."""
    with _reading(settings) as session:
        anchor, minutes = newest(session), ANCHORS_MISSED * settings.anchor_minutes
        due = is_due(session, minutes=minutes, now=Office.now())
    if anchor is None:
        told = say("还没有锚点", "no anchor yet")
    else:
        said = say(f"第 {anchor.number} 号，{_ago(anchor.taken_at)}", f"No. {anchor.number}, {_ago(anchor.taken_at)}")
        told = said + (say("，此后有新记录", ", with entries since") if due else "")
    advice = say("；请确认 jiugai up 在运行，或执行 jiugai audit anchor", "; is `jiugai up` running?")
    yield (Level.warn, told + advice) if due else (Level.ok, told)


def figures(settings: Settings) -> Iterator[tuple[Level, str]]:
    """How old the counts are the statistics are read from."""
    with _reading(settings) as session:
        mark = session.get(InsightMark, 1)
    if mark is None:
        yield Level.ok, say("还没有汇总过，首次查看时汇总", "not counted yet: the first look will")
        return
    told = say(f"{_ago(mark.filled_at)}汇总", f"counted {_ago(mark.filled_at)}")
    late = Office.now() - mark.filled_at > FIGURES_LATE
    advice = say("；每夜应重新汇总，请确认 jiugai up 在运行", "; counted each night: is `jiugai up` running?")
    yield (Level.warn, told + advice) if late else (Level.ok, told)


@contextmanager
def _reading(settings: Settings) -> Iterator[Session]:
    database = open_database(settings.url)
    try:
        with database.read() as session:
            yield session
    finally:
        database.close()


def _ago(moment: datetime) -> str:
    minutes = int((Office.now() - moment).total_seconds()) // 60
    if minutes < 2 * HOUR:
        return say(f"{minutes} 分钟前", f"{minutes} min ago")
    return say(f"{minutes // HOUR} 小时前", f"{minutes // HOUR} h ago")
