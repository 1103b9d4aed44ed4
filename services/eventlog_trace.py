"""One case of the event log (事件轨迹): the entries of a project as events, with durations in working days."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from policy.pack import Pack
from services.audit import is_late
from services.eventlog_event import Event, Source, Trace, Value
from services.eventlog_thing import Things
from services.history_draft import Draft
from services.history_entry import Basis, Told
from services.history_phrase import action_label
from services.organisation_tree import OrganisationTree
from services.pack import pack_of
from services.reading import Reading
from states.procedure import Nature

_LIFECYCLE = {
    "task_claimed": "assign",
    "task_transferred": "reassign",
    "task_delegated": "reassign",
    "opinion_withdrawn": "withdraw",
    "reviewer_removed": "withdraw",
    "silence_taken": "autoskip",
}
_NATURES = {Nature.halt: "suspend", Nature.resume: "resume", Nature.end: "pi_abort"}
COMPLETE = "complete"
SYSTEM_GROUP = "system"


@dataclass(frozen=True)
class Tracer:
    """Makes the traces of one log. `units` are the names of people's units by login."""

    reading: Reading
    tree: OrganisationTree
    units: dict[str, str]
    basis: Basis

    def trace(self, source: Source) -> Trace:
        """The case of one project."""
        project = source.project
        course = _Course(self, pack_of(project.pack_version), Things(self.reading, self.tree, source))
        events = tuple(course.event(entry) for entry in source.entries)
        return Trace(project.code, self._fields(source), events, tuple(course.things.found()))

    def _fields(self, source: Source) -> dict[str, Value]:
        project = source.project
        first, last = (source.entries[0], source.entries[-1]) if source.entries else (None, None)
        days = self.days(first.at(self.basis), last.at(self.basis)) if first and last else 0
        return {
            "name": project.name,
            "unit": project.organisation.name,
            "district": self.tree.district(project.organisation_id).name,
            "pack": f"{project.pack_version.name}@{project.pack_version.version}",
            "plan_year": project.plan_year,
            "stage": project.stage,
            "step": project.step,
            "working_days": days,
        }

    def days(self, since: datetime, until: datetime) -> int:
        """Working days after the day of one moment, up to that of another."""
        first, last = self.reading.city.day(since), self.reading.city.day(until)
        return max(self.reading.city.calendar.working_days_between(first, last), 0)


@dataclass
class _Course:
    tracer: Tracer
    pack: Pack
    things: Things
    draft: Draft = field(init=False)
    before: datetime | None = None

    def __post_init__(self) -> None:
        self.draft = Draft(self.pack, self.tracer.basis)

    def event(self, entry: Told) -> Event:
        """The entry as the next event of the case."""
        at, step, since = entry.at(self.tracer.basis), self.draft.step, self.draft.entered
        self.draft.lay(entry)
        links = self.things.meet(entry, self.draft)
        passed = self.tracer.days(self.before or at, at)
        self.before = at
        durations = self._durations(entry, step, since)
        return Event(
            id=f"{self.things.code}:{entry.seq}",
            activity=entry.action,
            label=action_label(self.tracer.reading, self.pack, entry.action),
            at=at,
            lifecycle=self._lifecycle(entry, step),
            resource=entry.actor,
            group=SYSTEM_GROUP if entry.actor.startswith("system:") else self.tracer.units.get(entry.actor),
            working_days=passed,
            fields=self._fields(entry) | durations,
            links=links,
        )

    def _lifecycle(self, entry: Told, step: str) -> str:
        move = self.pack.procedure.move(entry.action, step)
        if move is not None:
            return _NATURES.get(move.nature, COMPLETE)
        return _LIFECYCLE.get(entry.action, COMPLETE)

    def _fields(self, entry: Told) -> dict[str, Value]:
        late = is_late(entry.occurred_at, entry.recorded_at)
        other = entry.recorded_at if self.tracer.basis is Basis.occurred else entry.occurred_at
        name = "recorded_at" if self.tracer.basis is Basis.occurred else "occurred_at"
        found: dict[str, Value] = {"source": entry.source, "late": late, name: other}
        found |= {"on_behalf_of": entry.on_behalf_of, "reason": entry.reason, "pack": entry.pack}
        found |= {key: _plain(entry.after.get(key)) for key in _KEPT}
        found["step_before"] = _plain(entry.before.get("step"))
        return {key: value for key, value in found.items() if value is not None}

    def _durations(self, entry: Told, step: str, since: Told | None) -> dict[str, Value]:
        at = entry.at(self.tracer.basis)
        if entry.after.get("step") and since is not None and step:
            return {"step_working_days": self.tracer.days(since.at(self.tracer.basis), at)}
        one = self.draft.rounds.get((str(entry.after.get("review")), entry.after.get("round") or 0))
        if entry.action in ("opinion_given", "silence_taken") and one is not None:
            return {"opinion_working_days": self.tracer.days(one.opened.at(self.tracer.basis), at)}
        return {}


_KEPT = (
    "step",
    "review",
    "round",
    "member",
    "opinion",
    "kind",
    "version",
    "finding",
    "status",
    "order",
    "clock",
    "limit",
)
"""What of an entry becomes a field of its event."""


def _plain(value: object) -> str | int | bool | date | None:
    return value if isinstance(value, str | int | bool | date) else None
