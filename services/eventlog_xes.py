"""The event log as XES (IEEE 1849-2016): one trace for each project, written as it is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import IO
from xml.sax.saxutils import quoteattr

from services.eventlog_event import Event, Trace, Value

_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
  <extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
  <extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
  <global scope="trace">
    <string key="concept:name" value="UNKNOWN"/>
  </global>
  <global scope="event">
    <string key="concept:name" value="UNKNOWN"/>
    <string key="concept:instance" value="UNKNOWN"/>
    <string key="label" value="UNKNOWN"/>
    <date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>
    <string key="lifecycle:transition" value="complete"/>
    <string key="org:resource" value="UNKNOWN"/>
    <int key="working_days" value="0"/>
  </global>
  <classifier name="Activity" keys="concept:name"/>
  <classifier name="Label" keys="label"/>
  <classifier name="Activity and lifecycle" keys="concept:name lifecycle:transition"/>
  <string key="concept:name" value="jiugai"/>
  <string key="lifecycle:model" value="standard"/>
"""
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_xes(stream: IO[bytes], traces: Iterable[Trace]) -> None:
    """Write the log; what XML cannot hold (control characters) becomes U+FFFD."""
    stream.write(_HEAD.encode())
    for trace in traces:
        stream.write("".join(_trace(trace)).encode())
    stream.write(b"</log>\n")


def _trace(trace: Trace) -> Iterator[str]:
    yield "  <trace>\n"
    yield from _attributes({"concept:name": trace.case, **trace.fields}, "    ")
    for event in trace.events:
        yield "    <event>\n"
        yield from _attributes(_event(event), "      ")
        yield "    </event>\n"
    yield "  </trace>\n"


def _event(event: Event) -> dict[str, Value]:
    return {
        "concept:name": event.activity,
        "concept:instance": event.id,
        "label": event.label,
        "time:timestamp": event.at,
        "lifecycle:transition": event.lifecycle,
        "org:resource": event.resource,
        "org:group": event.group,
        "working_days": event.working_days,
        **event.fields,
    }


def _attributes(fields: dict[str, Value], indent: str) -> Iterator[str]:
    for key, value in fields.items():
        if value is not None:
            tag, text = _typed(value)
            yield f"{indent}<{tag} key={quoteattr(key)} value={_quoted(text)}/>\n"


def _typed(value: Value) -> tuple[str, str]:
    match value:
        case bool():
            return "boolean", "true" if value else "false"
        case int():
            return "int", str(value)
        case datetime():
            return "date", value.isoformat(timespec="milliseconds")
        case date():
            return "string", value.isoformat()
    return "string", str(value)


def _quoted(text: str) -> str:
    """The text in quotes; line ends and tabs as references, or a reader would make blanks of them."""
    return quoteattr(_UNFIT.sub("\ufffd", text), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
