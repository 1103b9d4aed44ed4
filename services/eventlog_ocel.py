"""The event log as OCEL 2.0 JSON (对象中心事件日志): objects first, then events, one on each line, as they are read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import IO, Any

from services.eventlog import Log
from services.eventlog_event import Event, Link, Thing, Value
from services.eventlog_thing import TYPES

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""The time of what an object has been from the start: OCEL wants one for every value."""
EVENT_FIELDS = {
    "label": "string", "resource": "string", "group": "string", "lifecycle": "string", "working_days": "integer",
    "step_working_days": "integer", "opinion_working_days": "integer", "step_before": "string", "step": "string",
    "opinion": "string", "reason": "string", "source": "string", "on_behalf_of": "string", "late": "boolean",
    "occurred_at": "time", "recorded_at": "time",
}  # fmt: skip
"""The attributes of every event and their types, as OCEL 2.0 names them; what it is about are its objects."""


def write_ocel_json(stream: IO[bytes], log: Log) -> None:
    """Write the log; it is read twice, so that nothing has to be kept."""
    stream.write(b'{"objectTypes":[')
    _write(stream, ({"name": name, "attributes": _types(fields)} for name, fields in TYPES.items()))
    stream.write(b'],\n"eventTypes":[')
    _write(stream, ({"name": name, "attributes": _types(EVENT_FIELDS)} for name in log.activities()))
    stream.write(b'],\n"objects":[')
    _write(stream, (_object(thing) for trace in log.traces() for thing in trace.things))
    stream.write(b'],\n"events":[')
    _write(stream, (_event(event) for trace in log.traces() for event in trace.events))
    stream.write(b"]}\n")


def _write(stream: IO[bytes], items: Iterable[dict[str, Any]]) -> None:
    mark = b"\n"
    for item in items:
        stream.write(mark + json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode())
        mark = b",\n"


def _types(fields: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "type": type_} for name, type_ in fields.items()]


def _object(thing: Thing) -> dict[str, Any]:
    values = [{"name": name, "time": instant(at), "value": plain(value)} for at, name, value in values_of(thing)]
    return {"id": thing.id, "type": thing.type, "attributes": values, "relationships": _links(thing.links)}


def values_of(thing: Thing) -> Iterator[tuple[datetime, str, Value]]:
    """Every value an object has had, with the time from which it had it."""
    yield from ((EPOCH, name, value) for name, value in thing.fields.items())
    yield from thing.changes


def _event(event: Event) -> dict[str, Any]:
    known = fields_of(event)
    return {
        "id": event.id,
        "type": event.activity,
        "time": instant(event.at),
        "attributes": [{"name": name, "value": plain(known[name])} for name in EVENT_FIELDS if name in known],
        "relationships": _links(event.links),
    }


def fields_of(event: Event) -> dict[str, Value]:
    """The attributes an event has, by name."""
    own: dict[str, Value] = {
        "label": event.label, "resource": event.resource, "group": event.group, "lifecycle": event.lifecycle,
        "working_days": event.working_days,
    }  # fmt: skip
    return {name: value for name, value in {**own, **event.fields}.items() if value is not None}


def _links(links: Iterable[Link]) -> list[dict[str, str]]:
    return [{"objectId": link.target, "qualifier": link.qualifier} for link in links]


def instant(moment: datetime) -> str:
    """An instant in UTC as both forms of OCEL write it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def plain(value: Value) -> str | int | bool | None:
    """A value as JSON and SQLite keep it."""
    match value:
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
    return value
