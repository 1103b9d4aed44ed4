"""Objects of the event log (事件对象): projects, rounds, tasks, documents, findings, clocks and orders, linked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from models.clock import Clock
from services.eventlog_event import Link, Source, Thing, Value
from services.history_as_of import member_label
from services.history_draft import Draft
from services.history_entry import Told
from services.organisation_tree import OrganisationTree
from services.pack import name_in
from services.reading import Reading
from states.clock import ClockSubject

TYPES: dict[str, dict[str, str]] = {
    "project": {
        "name": "string", "unit": "string", "district": "string", "pack": "string", "plan_year": "integer",
        "step": "string",
    },
    "review_round": {"review": "string", "label": "string", "round": "integer", "status": "string"},
    "task": {"member": "string", "label": "string", "opinion": "string"},
    "document": {
        "kind": "string", "label": "string", "version": "integer", "file": "string", "sha256": "string",
        "size": "integer",
    },
    "finding": {"kind": "string", "label": "string", "title": "string", "status": "string"},
    "clock": {
        "subject": "string", "limit": "string", "label": "string", "holder": "string", "started_on": "string",
        "due_on": "string", "ended_on": "string", "status": "string", "working_days": "integer",
    },
    "order": {"colour": "string", "unit": "string", "matter": "string", "status": "string"},
}  # fmt: skip
"""Every type of object with its attributes and their types, as OCEL 2.0 names them."""

_QUALIFIERS = {
    ("review_opened", "review_round"): "opens",
    ("review_opened", "task"): "asks",
    ("opinion_given", "task"): "answers",
    ("silence_taken", "task"): "answers",
    ("opinion_withdrawn", "task"): "takes back",
    ("task_returned", "task"): "returns",
    ("document_attached", "document"): "attaches",
    ("document_withdrawn", "document"): "withdraws",
    ("clock_extended", "clock"): "extends",
    ("clock_excluded", "clock"): "excludes days of",
    ("order_issued", "order"): "issues",
}
CONCERNS = "concerns"


class Things:
    """The objects of one project, made as its entries name them."""

    def __init__(self, reading: Reading, tree: OrganisationTree, source: Source) -> None:
        self.reading, self.tree, self.source = reading, tree, source
        self.code = source.project.code
        self._found: dict[str, Thing] = {}
        self._project = self._add(f"project:{self.code}", "project", self._register())
        self._steps: dict[tuple[str, date], list[Clock]] = defaultdict(list)
        self._running: Clock | None = None
        for clock in source.clocks:
            self._clock(clock)

    def found(self) -> list[Thing]:
        """Every object there is, in the order they were met."""
        return list(self._found.values())

    def meet(self, entry: Told, draft: Draft) -> tuple[Link, ...]:
        """The objects an entry is about, the project first; what it changed about them is kept with them."""
        links = {self._project.id: Link(self._project.id, "case")}
        for thing in self._about(entry, draft):
            qualifier = _QUALIFIERS.get((entry.action, thing.type), CONCERNS)
            links[thing.id] = Link(thing.id, qualifier)
        if entry.after.get("step"):
            links |= {link.target: link for link in self._turned(entry, draft)}
        return tuple(links.values())

    def _register(self) -> dict[str, Value]:
        project = self.source.project
        return {
            "name": project.name,
            "unit": project.organisation.name,
            "district": self.tree.district(project.organisation_id).name,
            "pack": f"{project.pack_version.name}@{project.pack_version.version}",
            "plan_year": project.plan_year,
        }

    def _about(self, entry: Told, draft: Draft) -> Iterator[Thing]:
        touched = [key for key, last in draft.touched.items() if last is entry]
        for key in touched:
            yield from self._changed(key, entry, draft)
        named = self._round_id(entry)
        if named in self._found:
            yield self._found[named]
        clock = self._found.get(f"clock:{entry.after.get('clock')}")
        if clock is not None:
            yield clock
        if entry.after.get("order"):
            yield self._order(entry, draft)

    def _round_id(self, entry: Told) -> str:
        return f"round:{self.code}:{entry.after.get('review')}:{entry.after.get('round')}"

    def _changed(self, key: str, entry: Told, draft: Draft) -> Iterator[Thing]:
        kind, _, rest = key.partition(":")
        at = entry.at(draft.basis)
        if kind == "step":
            self._project.changes.append((at, "step", draft.step))
        elif kind == "round":
            yield self._round(rest, entry, draft)
        elif kind == "opinion":
            yield self._task(rest, entry, draft)
        elif kind == "document":
            yield self._document(rest, draft)
        elif kind == "finding":
            yield self._finding(int(rest), entry, draft)

    def _round(self, rest: str, entry: Told, draft: Draft) -> Thing:
        code, _, number = rest.rpartition(":")
        label = self.reading.text(name_in(draft.pack.review, code))
        fields: dict[str, Value] = {"review": code, "label": label, "round": int(number)}
        thing = self._add(f"round:{self.code}:{rest}", "review_round", fields, Link(self._project.id, "round of"))
        thing.changes.append((entry.at(draft.basis), "status", draft.rounds[code, int(number)].status.value))
        return thing

    def _task(self, rest: str, entry: Told, draft: Draft) -> Thing:
        code, number, member = rest.split(":", 2)
        fields: dict[str, Value] = {"member": member, "label": member_label(self.reading, draft.pack, member)}
        round_id = f"round:{self.code}:{code}:{number}"
        thing = self._add(f"task:{self.code}:{rest}", "task", fields, Link(round_id, "task of"))
        said = draft.rounds[code, int(number)].members[member]
        thing.changes.append((entry.at(draft.basis), "opinion", said.opinion.value if said.opinion else ""))
        return thing

    def _document(self, rest: str, draft: Draft) -> Thing:
        kind, _, version = rest.rpartition(":")
        paper = draft.papers[kind, int(version)]
        label = self.reading.text(name_in(draft.pack.document_entry, kind))
        fields: dict[str, Value] = {
            "kind": kind, "label": label, "version": int(version), "file": paper.file, "sha256": paper.sha256,
            "size": paper.size,
        }  # fmt: skip
        return self._add(f"document:{self.code}:{rest}", "document", fields, Link(self._project.id, "on file of"))

    def _finding(self, number: int, entry: Told, draft: Draft) -> Thing:
        one = draft.findings[number]
        label = self.reading.text(name_in(draft.pack.finding, one.kind))
        fields: dict[str, Value] = {"kind": one.kind, "label": label, "title": one.title}
        thing = self._add(f"finding:{number}", "finding", fields, Link(self._project.id, "raised in"))
        thing.changes.append((entry.at(draft.basis), "status", one.status.value))
        return thing

    def _order(self, entry: Told, draft: Draft) -> Thing:
        said = entry.after
        fields: dict[str, Value] = {key: str(said[key]) for key in ("colour", "unit", "matter") if said.get(key)}
        links = [Link(self._project.id, "about")]
        links += [Link(f"clock:{said['clock']}", "about")] if f"clock:{said.get('clock')}" in self._found else []
        thing = self._add(f"order:{said['order']}", "order", fields, *links)
        if said.get("status"):
            thing.changes.append((entry.at(draft.basis), "status", str(said["status"])))
        return thing

    def _clock(self, clock: Clock) -> None:
        ended = clock.ended_on
        days = self.reading.city.calendar.working_days_between(clock.started_on, ended) if ended else None
        fields: dict[str, Value] = {
            "subject": clock.subject, "limit": clock.limit, "label": clock.label,
            "holder": self.tree.name(clock.holder_id), "started_on": clock.started_on.isoformat(),
            "due_on": clock.due_on.isoformat(), "ended_on": ended.isoformat() if ended else None,
            "status": clock.status, "working_days": days,
        }  # fmt: skip
        self._add(f"clock:{clock.id}", "clock", fields, Link(self._project.id, "measures"))
        if clock.subject == ClockSubject.step:
            self._steps[clock.limit, clock.started_on].append(clock)

    def _turned(self, entry: Told, draft: Draft) -> Iterator[Link]:
        """The clock of the step that was left, and that of the one entered; a suspension leaves both as they are."""
        if draft.resume_step or (draft.stay_since and draft.stay_since != entry.at(draft.basis)):
            return
        if self._running is not None:
            yield Link(f"clock:{self._running.id}", "stops")
        step = draft.pack.procedure.step.get(draft.step)
        day = self.reading.city.day(entry.at(draft.basis))
        waiting = self._steps.get((str(step.limit), day)) if step and step.limit else None
        self._running = waiting.pop(0) if waiting else None
        if self._running is not None:
            yield Link(f"clock:{self._running.id}", "starts")

    def _add(self, number: str, type_: str, fields: dict[str, Value], *links: Link) -> Thing:
        if number not in self._found:
            known: Iterable[tuple[str, Value]] = ((key, value) for key, value in fields.items() if value is not None)
            self._found[number] = Thing(number, type_, dict(known), links)
        return self._found[number]
