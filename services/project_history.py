"""The history (办理记录): audit entries of one project in words, newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.project import Project
from policy.pack import Pack
from services.audit import is_late
from services.audit_phrase import FINDING_PHRASES, PHRASES, SOURCES
from services.chunk import page_count
from services.figure import recorded_text
from services.pack import name_in
from services.person_list import person_names
from services.reading import Reading
from services.round_phrase import ROUND_PHRASES, round_details
from services.supervision_phrase import SHOWN, SUPERVISION_PHRASES
from services.task_phrase import TASK_PHRASES, task_details, unit_label
from services.vote_phrase import VOTE_ACTIONS, vote_details
from states.label import Label
from states.procedure import Move, Nature
from states.review import Opinion

PAGE = 30
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One entry as it is kept, and in words: `action_label`, `details`, `source_label`, names beside logins.

    `is_late` when it was written down more than a day after it happened; `nature` only for a move.
    """

    seq: int
    action: str
    action_label: str
    nature: Nature | None
    details: tuple[str, ...]
    reason: str | None
    actor: str
    actor_name: str
    on_behalf_of: str | None
    on_behalf_of_name: str | None
    source: str
    source_label: str
    before: Json
    after: Json
    pack: str | None
    occurred_at: datetime
    recorded_at: datetime
    is_late: bool
    hash: str


@dataclass(frozen=True, slots=True)
class History:
    """One page of the history."""

    lines: tuple[HistoryLine, ...]
    total: int
    page: int
    pages: int


def list_history(
    session: Session, reading: Reading, project: Project, pack: Pack, *, page: int = 1, size: int | None = PAGE
) -> History:
    """One page of a project's history, all of it for a `size` of None, newest first: three statements.

    A page past the end is the last one.
    """
    mine = (AuditEntry.subject == "project", AuditEntry.subject_id == project.code)
    total = session.scalar(select(func.max(AuditEntry.seq)).where(*mine)) or 0
    pages = page_count(total, size)
    page = min(page, pages)
    query = select(AuditEntry).where(*mine).order_by(AuditEntry.seq.desc())
    query = query.offset((page - 1) * size).limit(size) if size else query
    entries = session.scalars(query).all()
    names = person_names(session, reading, [login for e in entries for login in (e.actor, e.on_behalf_of) if login])
    return History(tuple(_Teller(reading, pack).line(entry, names) for entry in entries), total, page, pages)


@dataclass(frozen=True, slots=True)
class _Teller:
    """Tells entries in the words of one pack and one language."""

    reading: Reading
    pack: Pack

    def line(self, entry: AuditEntry, names: dict[str, str]) -> HistoryLine:
        move = next((m for m in self.pack.procedure.moves if m.trigger == entry.action), None)
        return HistoryLine(
            seq=entry.seq,
            action=entry.action,
            action_label=self._action(move, entry.action),
            nature=move.nature if move else None,
            details=tuple(self._details(entry)),
            reason=entry.reason,
            actor=entry.actor,
            actor_name=names[entry.actor],
            on_behalf_of=entry.on_behalf_of,
            on_behalf_of_name=names[entry.on_behalf_of] if entry.on_behalf_of else None,
            source=entry.source,
            source_label=self.reading.text(SOURCES.get(entry.source, Label(entry.source))),
            before=entry.before,
            after=entry.after,
            pack=entry.pack,
            occurred_at=entry.occurred_at,
            recorded_at=entry.recorded_at,
            is_late=is_late(entry.occurred_at, entry.recorded_at),
            hash=entry.hash,
        )

    def _action(self, move: Move | None, action: str) -> str:
        if move:
            return self.reading.text(move.label)
        if action in PHRASES:
            return self.reading.text(PHRASES[action])
        for ending, words in FINDING_PHRASES.items():
            if action.endswith(f"_{ending}"):
                kind = name_in(self.pack.finding, action.removesuffix(f"_{ending}"))
                return f"{self.reading.text(kind)}{self.reading.text(words)}"
        return self.reading.text(PHRASES.get(action, Label(action)))

    def _details(self, entry: AuditEntry) -> Iterable[str]:
        writer = _WRITERS.get(entry.action)
        if writer is not None:
            return writer(self, entry.before, entry.after)
        if entry.action in SUPERVISION_PHRASES:
            return [str(entry.after[key]) for key in SHOWN if entry.after.get(key)]
        if "title" in entry.after:
            return [str(entry.after[key]) for key in ("title", "answer") if entry.after.get(key)]
        before, after = entry.before.get("step"), entry.after.get("step")
        return [f"{self._step(before)} → {self._step(after)}"] if before and after else []

    def _step(self, code: str) -> str:
        step = self.pack.procedure.step.get(code)
        return self.reading.text(step.label) if step else code

    def facts(self, before: Json, after: Json) -> Iterable[str]:
        for code, value in after.items():
            earlier = f"{recorded_text(self.pack, code, before[code])} → " if code in before else ""
            label = name_in(self.pack.fact, code)
            yield (
                self.reading.say(f"{label.zh}：", f"{label.text('en')}: ")
                + earlier
                + recorded_text(self.pack, code, value)
            )

    def document(self, _: Json, after: Json) -> Iterable[str]:
        label, version = name_in(self.pack.document_entry, after["kind"]), after["version"]
        zh, en = f"{label.zh} 第{version}版：{after['file']}", f"{label.text('en')}, version {version}: {after['file']}"
        yield self.reading.say(zh, en)

    def milestone(self, _: Json, after: Json) -> Iterable[str]:
        for code, day in after.items():
            label = name_in(self.pack.milestone, code)
            yield self.reading.say(f"{label.zh}：{day}", f"{label.text('en')}: {day}")

    def review(self, _: Json, after: Json) -> Iterable[str]:
        units = len(after["members"])
        yield self._round(after) + self.reading.say(f"，{units} 个单位", f", {units} unit(s)")

    def opinion(self, _: Json, after: Json) -> Iterable[str]:
        unit = unit_label(self.pack, after)
        label = Opinion(after["opinion"]).label
        said = self.reading.say(f"{unit.zh}：{label.zh}", f"{unit.text('en')}: {label.text('en')}")
        yield f"{self._round(after)} · {said}"

    def _round(self, after: Json) -> str:
        label, number = name_in(self.pack.review, after["review"]), after["round"]
        return self.reading.say(f"{label.zh} 第{number}轮", f"{label.text('en')}, round {number}")

    def vote(self, _: Json, after: Json) -> Iterable[str]:
        yield from vote_details(self.reading, self.pack, after)

    def task(self, before: Json, after: Json) -> Iterable[str]:
        yield from task_details(self.reading, self.pack, before, after)

    def around(self, _: Json, after: Json) -> Iterable[str]:
        yield from round_details(self.reading, self.pack, after)

    def enrolled(self, _: Json, after: Json) -> Iterable[str]:
        step = self._step(str(after.get("step")))
        yield self.reading.say(f"从“{step}”开始", f'from "{step}" on')


_WRITERS: dict[str, Callable[[_Teller, Json, Json], Iterable[str]]] = {
    "facts_recorded": _Teller.facts,
    "document_attached": _Teller.document,
    "milestone_reached": _Teller.milestone,
    "review_opened": _Teller.review,
    "opinion_given": _Teller.opinion,
    "enrolled": _Teller.enrolled,
    **dict.fromkeys(VOTE_ACTIONS, _Teller.vote),
    **dict.fromkeys(ROUND_PHRASES, _Teller.around),
    **dict.fromkeys(TASK_PHRASES, _Teller.task),
}
