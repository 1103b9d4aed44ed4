"""Reactions (联动) one by one, each in its transaction with its acknowledgement: CPU of a notice and of a rung."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import event

from benchmarks.advance import NOW, ours, prepare
from runtime.database import upgrade
from runtime.office import Office, open_office
from runtime.settings import Settings
from services.outbox import acknowledge, claim
from services.reaction import REACTIONS
from services.sweep import sweep

DAYS = 60
"""Calendar days after the move: long enough for every clock of the step to climb its ladder."""
BATCH = 500


def night(office: Office, now: datetime) -> None:
    """Sweep until nothing is due."""
    while True:
        with office.database.write() as session:
            if sweep(session, office.city, now=now).checked == 0:
                return


def react(office: Office, now: datetime, spent: dict[str, list[float]], asked: dict[str, list[int]]) -> None:
    """Handle every event that is due; CPU seconds and statements of each go under its kind."""
    count = [0]
    event.listen(office.database.engine, "before_cursor_execute", lambda *_: count.__setitem__(0, count[0] + 1))
    while True:
        with office.database.write() as session:
            events = claim(session, "benchmark", now=now, limit=BATCH)
        if not events:
            return
        for one in events:
            began, count[0] = time.process_time(), 0
            with office.database.write() as session:
                result = REACTIONS[one.kind].handle(session, office.city, one, now)
                acknowledge(session, one.id, now=now, flow_run=None, result=result)
            spent[one.kind].append(time.process_time() - began)
            asked[one.kind].append(count[0])


def main() -> None:
    """Print the figures as one JSON document: per kind of event the median and the best tenth."""
    spent: dict[str, list[float]] = defaultdict(list)
    asked: dict[str, list[int]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(home=folder, database_url=f"sqlite:///{folder / 'jiugai.db'}", channels="")
        upgrade(settings.url)
        office = open_office(settings)
        prepare(office)
        ours(office)
        react(office, NOW, spent, asked)
        for day in range(1, DAYS):
            night(office, NOW + timedelta(days=day))
            react(office, NOW + timedelta(days=day), spent, asked)
        office.close()
    figures: dict[str, float] = {}
    for kind, seconds in sorted(spent.items()):
        figures[f"{kind}_handled"] = len(seconds)
        figures[f"{kind}_cpu_ms"] = round(statistics.median(seconds) * 1000, 2)
        figures[f"{kind}_cpu_best_ms"] = round(sorted(seconds)[len(seconds) // 10] * 1000, 2)
        figures[f"{kind}_statements"] = statistics.median(asked[kind])
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
