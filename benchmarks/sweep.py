"""A sweep of 1,000 due clocks among N open ones, beside the same rows written with the raw driver in the same run.

`python -m benchmarks.sweep [N …]`; by default 10,000, 100,000 and 1,000,000 open clocks.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Table, insert

from models.clock import Clock
from models.project import Project
from runtime.database import upgrade
from runtime.office import Office, open_office
from runtime.settings import Settings
from runtime.shelf import take_pack
from services.identity import system_actor
from services.organisation import find_organisation
from services.pack import activate, current_version
from services.register import Enrolment, enrol
from services.sweep import sweep
from simulation.founding import found

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
TODAY = date(2026, 3, 2)
DUE = 1000
CHUNK = 20_000
ROUNDS = 3


def prepare(office: Office, size: int) -> None:
    """`size` open clocks, each of a project of its own, none of them due."""
    pack = take_pack(office.settings, "default")
    with office.database.write() as session:
        activate(session, pack, actor="system:benchmark", source="benchmark", now=NOW)
        found(session, pack, ["南山区"], now=NOW)
    with office.database.write() as session:
        place, version = find_organisation(session, "demo-01"), current_version(session, "default")
        actor = system_actor("benchmark", pack.id)
        enrolment = Enrolment("B-0", "幸福里", place, community="幸福里")
        enrol(session, office.city, version, enrolment, actor=actor, source="benchmark", now=NOW)
    _multiply(office, size)


def _multiply(office: Office, size: int) -> None:
    with office.database.write() as session:
        projects, clocks = cast(Table, Project.__table__), cast(Table, Clock.__table__)
        project = dict(session.execute(projects.select()).mappings().one())
        clock = dict(session.execute(clocks.select()).mappings().one())
        far = TODAY + timedelta(days=400)
        clock |= {"due_on": far, "warn_on": far - timedelta(days=2), "next_check_on": far}
        for start in range(2, size + 1, CHUNK):
            numbers = range(start, min(start + CHUNK, size + 1))
            session.execute(insert(projects), [project | {"id": n, "code": f"B-{n}"} for n in numbers])
            session.execute(insert(clocks), [clock | {"id": n, "project_id": n} for n in numbers])


def make_due(office: Office, size: int, round_: int) -> None:
    """Let DUE clocks, spread over the whole table, run out yesterday."""
    first = round_ + 2
    numbers = range(first, size, (size - first) // DUE)[:DUE]
    over = TODAY - timedelta(days=1)
    with office.database.write() as session:
        rows = [{"n": number, "over": over, "warn": over - timedelta(days=2)} for number in numbers]
        said = "UPDATE clock SET due_on = :over, warn_on = :warn, next_check_on = :warn WHERE id = :n"
        session.connection().exec_driver_sql(said, [dict(row) for row in rows])


def ours(office: Office) -> tuple[float, float]:
    """CPU and wall seconds of one sweep with its commit."""
    began, began_cpu = time.perf_counter(), time.process_time()
    with office.database.write() as session:
        done = sweep(session, office.city, now=NOW, limit=DUE)
    spent = time.process_time() - began_cpu, time.perf_counter() - began
    if done.checked != DUE or done.fired != DUE:
        raise SystemExit(f"the sweep looked at {done} instead of {DUE} clocks")
    return spent


def raw(path: Path, size: int) -> float:
    """Wall seconds in which the bare driver finds as many rows, notes two rungs and an event for each, and commits."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE c (id INTEGER PRIMARY KEY, light INT, next_check_on TEXT, text TEXT)")
    connection.execute("CREATE TABLE rung (clock INT, rung INT, fired_at TEXT, PRIMARY KEY (clock, rung))")
    connection.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, kind TEXT, payload TEXT)")
    connection.execute("CREATE INDEX due ON c (next_check_on) WHERE next_check_on IS NOT NULL")
    step = size // DUE
    rows = (("2026-03-01" if n % step == 0 else "2027-04-06", "x" * 300) for n in range(size))
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO c VALUES (NULL, 1, ?, ?)", rows)
    connection.execute("COMMIT")
    began = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    due = [r[0] for r in connection.execute("SELECT id FROM c WHERE next_check_on <= '2026-03-02' LIMIT 1000")]
    connection.executemany("INSERT INTO rung VALUES (?, ?, ?)", [(n, r, str(NOW)) for n in due for r in (0, 1)])
    connection.executemany("INSERT INTO event VALUES (NULL, 'rung_fired', ?)", [(json.dumps({"c": n}),) for n in due])
    connection.executemany("UPDATE c SET light = 3, next_check_on = '2026-03-05' WHERE id = ?", [(n,) for n in due])
    connection.execute("COMMIT")
    return time.perf_counter() - began


def measure(size: int) -> dict[str, Any]:
    """The figures of one size: the best of some sweeps, in milliseconds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(home=folder, database_url=f"sqlite:///{folder / 'jiugai.db'}", channels="")
        upgrade(settings.url)
        office = open_office(settings)
        prepare(office, size)
        spent = []
        for round_ in range(ROUNDS):
            make_due(office, size, round_)
            spent.append(ours(office))
        office.close()
        limit = raw(folder / "raw.db", size)
    cpu, wall = min(s[0] for s in spent), min(s[1] for s in spent)
    return {
        "open_clocks": size,
        "sweep_cpu_ms": round(cpu * 1000, 1),
        "sweep_wall_ms": round(wall * 1000, 1),
        "limit_wall_ms": round(limit * 1000, 1),
        "wall_ratio": round(wall / limit, 1),
    }


def main() -> None:
    """Print the figures as one JSON document."""
    sizes = [int(word) for word in sys.argv[1:]] or [10_000, 100_000, 1_000_000]
    sys.stdout.write(json.dumps([measure(size) for size in sizes], indent=1) + "\n")


if __name__ == "__main__":
    main()
