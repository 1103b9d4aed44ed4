"""What has changed (情况变化) in a project since an opinion was given: facts with other values, new papers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.project import Project
from models.review import ReviewTask
from policy.pack import Pack
from policy.schema_round import WatchEntry
from services.figure import recorded_text
from services.pack import name_in

_RECORDED, _FILED, _WITHDRAWN = "facts_recorded", "document_attached", "document_withdrawn"
_ANSWERED = "opinion_given"
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Chronicle:
    """The entries of a project's history that tell of facts, papers and opinions, oldest first."""

    pack: Pack
    entries: Sequence[AuditEntry] = field(repr=False)

    def since(self, task: ReviewTask, watched: WatchEntry) -> list[str]:
        """What of the watched facts and papers has changed since a task was answered, in words.

        A fact that is back at what it was then has not changed; a paper has with every new or withdrawn version.
        """
        later = self.entries[self._place(task) :]
        return [*self._facts(later, watched.facts), *self._papers(later, watched.documents)]

    def _place(self, task: ReviewTask) -> int:
        """How many entries come before the answer, the answer's own included: order counts, not the instant."""
        origin = task.carried_from_id or task.id
        for number in range(len(self.entries), 0, -1):
            entry = self.entries[number - 1]
            if entry.action == _ANSWERED and entry.after.get("task") == origin:
                return number
        # answered through another act: whatever was written at that instant counts as later
        answered = task.answered_at
        return sum(answered is not None and entry.recorded_at < answered for entry in self.entries)

    def _facts(self, later: Sequence[AuditEntry], codes: Iterable[str]) -> Iterator[str]:
        for code in codes:
            changes = [entry for entry in later if entry.action == _RECORDED and code in entry.after]
            if not changes:
                continue
            was, now = changes[0].before.get(code, _ABSENT), changes[-1].after[code]
            if was != now:
                yield f"{name_in(self.pack.fact, code).zh}：{self._text(code, was)} → {self._text(code, now)}"

    def _text(self, code: str, value: Any) -> str:  # noqa: ANN401 - a fact as JSON keeps it
        return "未填报" if value is _ABSENT else recorded_text(self.pack, code, value)

    def _papers(self, later: Sequence[AuditEntry], kinds: Iterable[str]) -> Iterator[str]:
        for kind in kinds:
            label = name_in(self.pack.document_entry, kind).zh
            found = [entry for entry in later if entry.after.get("kind") == kind]
            filed = [entry.after["version"] for entry in found if entry.action == _FILED]
            if filed:
                yield f"{label}：新的第{filed[-1]}版"
            elif any(entry.action == _WITHDRAWN for entry in found):
                yield f"{label}：已撤下"


def load_chronicle(session: Session, project: Project, pack: Pack) -> Chronicle:
    """The chronicle of a project; one statement."""
    query = select(AuditEntry).where(
        AuditEntry.subject == "project",
        AuditEntry.subject_id == project.code,
        AuditEntry.action.in_((_RECORDED, _FILED, _WITHDRAWN, _ANSWERED)),
    )
    return Chronicle(pack, session.scalars(query.order_by(AuditEntry.seq)).all())
