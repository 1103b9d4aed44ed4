"""The event log as CSV (逗号分隔文本): one line for each event; cells never come alive in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import IO

from services.eventlog_event import Event, Trace

COLUMNS = (
    "case", "name", "district", "unit", "pack", "event", "activity", "label", "timestamp", "lifecycle", "resource",
    "group", "working_days", "step_working_days", "opinion_working_days", "step_before", "step", "review", "round",
    "member", "opinion", "kind", "version", "finding", "order", "clock", "limit", "status", "source", "on_behalf_of",
    "late", "occurred_at", "recorded_at", "reason", "objects",
)  # fmt: skip
_LIVE = ("=", "+", "-", "@", "\t", "\r", "\n")
BOM = b"\xef\xbb\xbf"


def write_csv(stream: IO[bytes], traces: Iterable[Trace], *, bom: bool = True) -> None:
    """Write the log as UTF-8; with `bom` Excel takes it for that. Instants are in UTC."""
    stream.write(BOM if bom else b"")
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for trace in traces:
        writer.writerows([_cell(cell) for cell in _cells(trace, event)] for event in trace.events)
        stream.write(text.getvalue().encode())
        text.seek(0)
        text.truncate()
    stream.write(text.getvalue().encode())


def _cells(trace: Trace, event: Event) -> Iterable[object]:
    known = {
        **{name: trace.fields.get(name) for name in ("name", "district", "unit")},
        **event.fields,
        "case": trace.case,
        "pack": trace.fields.get("pack"),
        "event": event.id,
        "activity": event.activity,
        "label": event.label,
        "timestamp": event.at,
        "lifecycle": event.lifecycle,
        "resource": event.resource,
        "group": event.group,
        "working_days": event.working_days,
        "objects": " ".join(link.target for link in event.links),
    }
    return [known.get(name) for name in COLUMNS]


def _cell(value: object) -> object:
    """A cell as text; one that Excel would take for a formula gets an apostrophe."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return f"'{value}" if isinstance(value, str) and value.startswith(_LIVE) else value
