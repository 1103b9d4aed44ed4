"""A full advance (推进) beside the same rows written with the raw driver: CPU each, and their ratio in one run."""

from __future__ import annotations

import io
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from runtime.database import upgrade
from runtime.office import Office, open_office
from runtime.settings import Settings
from runtime.shelf import take_pack
from services.document import Upload, attach
from services.fact import record_facts
from services.identity import find_actor, system_actor
from services.keeping import Keeping
from services.organisation import find_organisation
from services.pack import activate, current_version
from services.project import Command, advance, find_project
from services.register import Enrolment, enrol
from simulation.founding import found
from simulation.profile import profile

COUNT = 300
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
WHO = "demo-01-coordinator1"


def prepare(office: Office) -> None:
    """COUNT projects of the default pack that have everything their first move requires."""
    pack = take_pack(office.settings, "default")
    with office.database.write() as session:
        activate(session, pack, actor="system:benchmark", source="benchmark", now=NOW)
        found(session, pack, ["南山区"], now=NOW)
    with office.database.write() as session:
        place, version = find_organisation(session, "demo-01"), current_version(session, "default")
        keeping = Keeping(find_actor(session, WHO), NOW, "benchmark")
        facts = profile("benchmark", households=120, floor_area=9000)
        first = ("households", "buildings", "floor_area", "built_year", "illegal_structures")
        for number in range(COUNT):
            enrolment = Enrolment(f"B-{number}", f"幸福{number}里", place, community=f"幸福{number}里")
            actor = system_actor("benchmark", pack.id)
            project = enrol(session, office.city, version, enrolment, actor=actor, source="benchmark", now=NOW)
            record_facts(session, project, {code: facts[code] for code in first}, keeping)
            upload = Upload("survey_form", "摸底调查表.pdf", io.BytesIO(b"%PDF-1.7 survey"))
            attach(session, office.city, project, upload, keeping)


def ours(office: Office) -> tuple[list[float], list[float]]:
    """CPU and wall seconds of each full advance: guards, audit with hash, clocks, outbox, version and repeat check."""
    with office.database.read() as session:
        actor = find_actor(session, WHO)
        find_project(session, "B-0")
    cpu, wall = [], []
    for number in range(COUNT):
        command = Command(f"B-{number}", "finish_survey", actor, f"benchmark-{number}", NOW, source="benchmark")
        began, began_cpu = time.perf_counter(), time.process_time()
        with office.database.write() as session:
            advance(session, office.city, command)
        cpu.append(time.process_time() - began_cpu)
        wall.append(time.perf_counter() - began)
    return cpu, wall


def raw(folder: Path) -> tuple[list[float], list[float]]:
    """The same four rows written with sqlite3 alone, with the same durability."""
    connection = sqlite3.connect(folder / "raw.db", isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE project (id INTEGER PRIMARY KEY, step TEXT, version INTEGER);"
        "CREATE TABLE audit_entry (id INTEGER PRIMARY KEY, subject TEXT, body TEXT, hash TEXT);"
        "CREATE TABLE outbox_event (id INTEGER PRIMARY KEY, kind TEXT, payload TEXT);"
        "CREATE TABLE clock (id INTEGER PRIMARY KEY, project_id INTEGER, due_on TEXT, status TEXT);"
    )
    connection.executemany("INSERT INTO project VALUES (?, 'survey', 1)", [(number,) for number in range(COUNT)])
    cpu, wall = [], []
    for number in range(COUNT):
        began, began_cpu = time.perf_counter(), time.process_time()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("SELECT step, version FROM project WHERE id = ?", (number,)).fetchone()
        connection.execute("UPDATE project SET step = 'publicity', version = 2 WHERE id = ? AND version = 1", (number,))
        connection.execute("INSERT INTO audit_entry VALUES (NULL, ?, ?, ?)", (str(number), "{}" * 100, "0" * 64))
        connection.execute("INSERT INTO clock VALUES (NULL, ?, '2026-03-13', 'running')", (number,))
        connection.execute("INSERT INTO outbox_event VALUES (NULL, 'project_moved', ?)", ("{}" * 60,))
        connection.execute("COMMIT")
        cpu.append(time.process_time() - began_cpu)
        wall.append(time.perf_counter() - began)
    return cpu, wall


def main() -> None:
    """Print the figures as one JSON document."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(home=folder, database_url=f"sqlite:///{folder / 'jiugai.db'}", channels="")
        upgrade(settings.url)
        office = open_office(settings)
        prepare(office)
        cpu, wall = ours(office)
        limit_cpu, limit_wall = raw(folder)
    median = statistics.median
    figures = {
        "advance_cpu_ms": round(median(cpu) * 1000, 2),
        "advance_cpu_best_ms": round(sorted(cpu)[COUNT // 10] * 1000, 2),
        "advance_wall_ms": round(median(wall) * 1000, 2),
        "limit_cpu_ms": round(median(limit_cpu) * 1000, 2),
        "limit_wall_ms": round(median(limit_wall) * 1000, 2),
        "wall_ratio": round(median(wall) / median(limit_wall), 1),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
