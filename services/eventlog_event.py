"""Cases, events and objects of the event log (轨迹、事件、对象), as process mining has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from models.clock import Clock
from models.project import Project
from services.history_entry import Told

Value = str | int | bool | date | datetime | None


@dataclass(frozen=True, slots=True)
class Link:
    """That an event, or an object, concerns another object; `qualifier` says how."""

    target: str
    qualifier: str


@dataclass(frozen=True, slots=True)
class Event:
    """One event: an entry of the history. `at` is what orders it, `lifecycle` a transition of the standard model.

    `group` is the unit of who acted. `working_days` are those since the event before in its case; `fields` has what
    else the entry says, among it further durations in working days.
    """

    id: str
    activity: str
    label: str
    at: datetime
    lifecycle: str
    resource: str
    group: str | None
    working_days: int
    fields: dict[str, Value]
    links: tuple[Link, ...]


@dataclass(slots=True)
class Thing:
    """One object: a project, a round, a task, a clock, an order, a document, a finding.

    `fields` never change; `changes` are (when, field, value) in order.
    """

    id: str
    type: str
    fields: dict[str, Value]
    links: tuple[Link, ...] = ()
    changes: list[tuple[datetime, str, Value]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Trace:
    """One case with its events, in order, and its objects; `fields` are the case's own."""

    case: str
    fields: dict[str, Value]
    events: tuple[Event, ...]
    things: tuple[Thing, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A project as the record has it, for one trace."""

    project: Project
    entries: Sequence[Told]
    clocks: Sequence[Clock]
