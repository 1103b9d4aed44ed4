"""The event log as an OCEL 2.0 database (SQLite): a table for each type of event and object, and their relations."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from services.eventlog import Log
from services.eventlog_event import Thing, Trace
from services.eventlog_ocel import EPOCH, EVENT_FIELDS, fields_of, instant, plain
from services.eventlog_thing import TYPES

_SHARED = """
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT, FOREIGN KEY (ocel_type) REFERENCES event_map_type (ocel_type));
CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT, FOREIGN KEY (ocel_type) REFERENCES object_map_type (ocel_type));
CREATE TABLE event_object (
  ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT,
  PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier),
  FOREIGN KEY (ocel_event_id) REFERENCES event (ocel_id), FOREIGN KEY (ocel_object_id) REFERENCES object (ocel_id));
CREATE TABLE object_object (
  ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT,
  PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier),
  FOREIGN KEY (ocel_source_id) REFERENCES object (ocel_id), FOREIGN KEY (ocel_target_id) REFERENCES object (ocel_id));
"""  # noqa: E501
_OWN = "FOREIGN KEY (ocel_id) REFERENCES %s (ocel_id)"
_SQL = {"string": "TEXT", "integer": "INTEGER", "boolean": "INTEGER", "time": "TIMESTAMP"}
CHUNK = 100
"""Cases written together."""


def write_ocel_sqlite(path: Path, log: Log) -> None:
    """Write the log as a new database at `path`, in one pass."""
    with closing(sqlite3.connect(path, isolation_level=None)) as base:
        base.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA page_size=4096;")
        base.execute("BEGIN")
        for statement in _tables(log.activities()):
            base.execute(statement)
        traces = log.traces()
        while chunk := list(islice(traces, CHUNK)):
            _write(base, chunk)
        base.execute("COMMIT")


def _tables(activities: Iterable[str]) -> Iterator[str]:
    yield from (statement for statement in _SHARED.split(";\n") if statement.strip())
    columns = "".join(f", {_name(name)} {_SQL[type_]}" for name, type_ in EVENT_FIELDS.items())
    for activity in activities:
        yield f"INSERT INTO event_map_type VALUES ({_text(activity)}, {_text(activity)})"  # noqa: S608 - quoted
        parts = f"ocel_id TEXT PRIMARY KEY, ocel_time TIMESTAMP{columns}, {_OWN % 'event'}"
        yield f"CREATE TABLE {_name('event_' + activity)} ({parts})"
    for name, fields in TYPES.items():
        yield f"INSERT INTO object_map_type VALUES ({_text(name)}, {_text(name)})"  # noqa: S608 - quoted
        own = "".join(f", {_name(field)} {_SQL[type_]}" for field, type_ in fields.items())
        parts = f"ocel_id TEXT, ocel_time TIMESTAMP, ocel_changed_field TEXT{own}, {_OWN % 'object'}"
        yield f"CREATE TABLE object_{name} ({parts})"


def _write(base: sqlite3.Connection, traces: list[Trace]) -> None:
    events = [event for trace in traces for event in trace.events]
    things = [thing for trace in traces for thing in trace.things]
    base.executemany("INSERT INTO object VALUES (?, ?)", [(thing.id, thing.type) for thing in things])
    base.executemany("INSERT INTO event VALUES (?, ?)", [(event.id, event.activity) for event in events])
    related = [(event.id, link.target, link.qualifier) for event in events for link in event.links]
    base.executemany("INSERT INTO event_object VALUES (?, ?, ?)", related)
    related = [(thing.id, link.target, link.qualifier) for thing in things for link in thing.links]
    base.executemany("INSERT INTO object_object VALUES (?, ?, ?)", related)
    marks = ", ".join("?" * (len(EVENT_FIELDS) + 2))
    for event in events:
        known = fields_of(event)
        row = (event.id, instant(event.at), *(_kept(known.get(name)) for name in EVENT_FIELDS))
        base.execute(f"INSERT INTO {_name('event_' + event.activity)} VALUES ({marks})", row)  # noqa: S608 - quoted
    for thing in things:
        marks = ", ".join("?" * (len(TYPES[thing.type]) + 3))
        base.executemany(f"INSERT INTO object_{thing.type} VALUES ({marks})", list(_versions(thing)))  # noqa: S608


def _versions(thing: Thing) -> Iterator[tuple[Any, ...]]:
    """The object as it was from the start, then one row for each field that took a new value."""
    names = list(TYPES[thing.type])
    yield (thing.id, instant(EPOCH), None, *(_kept(thing.fields.get(name)) for name in names))
    for at, field, value in thing.changes:
        yield (thing.id, instant(at), field, *(_kept(value) if name == field else None for name in names))


def _kept(value: Any) -> Any:  # noqa: ANN401 - whatever SQLite keeps
    found = plain(value)
    return int(found) if isinstance(found, bool) else found


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
