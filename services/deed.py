"""Who did what (经办记录), read from the history for the separation of duties: the person, and on whose behalf."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from models.audit import AuditEntry
from models.person import Person
from models.project import Project
from policy.pack import Pack
from states.case import Deed, DeedKey, DeedKind

Deeds = dict[DeedKey, tuple[Deed, ...]]
"""Who last made each move, brought each document, recorded each fact; all who answered in a review's newest round."""

_ACTIONS = {
    DeedKind.document: "document_attached",
    DeedKind.fact: "facts_recorded",
    DeedKind.review: "opinion_given",
}


def load_deeds(session: Session, project: Project, pack: Pack) -> Deeds:
    """The deeds the pack's requirements and duties look at; one statement, none where they look at nothing."""
    if not pack.watched_deeds:
        return {}
    wanted = {code if kind is DeedKind.move else _ACTIONS[kind] for kind, code in pack.watched_deeds}
    zone, found = ZoneInfo(pack.document.pack.timezone), _Found()
    for row in session.execute(_DONE, {"project": project.code, "actions": list(wanted)}):
        logins = frozenset(login for login in (row.actor, row.on_behalf_of) if login)
        words = row.name or row.actor
        words += f"（代{row.for_name or row.on_behalf_of}）" if row.on_behalf_of else ""
        deed = Deed(logins, words, row.occurred_at.astimezone(zone).date())
        for key, number in _keys(row.action, row.after):
            if key in pack.watched_deeds:
                found.add(key, number, deed)
    return found.deeds


_ACTOR, _ABSENT = aliased(Person), aliased(Person)
# built once: every answer in a review with separated duties asks for it
_DONE = (
    select(
        AuditEntry.action, AuditEntry.actor, AuditEntry.on_behalf_of, AuditEntry.after, AuditEntry.occurred_at,
        _ACTOR.name.label("name"), _ABSENT.name.label("for_name"),
    )
    .outerjoin(_ACTOR, _ACTOR.login == AuditEntry.actor)
    .outerjoin(_ABSENT, _ABSENT.login == AuditEntry.on_behalf_of)
    .where(
        AuditEntry.subject == "project",
        AuditEntry.subject_id == bindparam("project"),
        AuditEntry.action.in_(bindparam("actions", expanding=True)),
    )
    .order_by(AuditEntry.seq)
)  # fmt: skip


class _Found:
    """The newest deed of each kind; of a review all of its newest round."""

    def __init__(self) -> None:
        self.deeds: Deeds = {}
        self._round: dict[DeedKey, int] = {}

    def add(self, key: DeedKey, number: int | None, deed: Deed) -> None:
        """One more, younger than those before."""
        same = number is not None and self._round.get(key) == number
        self.deeds[key] = (*self.deeds[key], deed) if same else (deed,)
        if number is not None:
            self._round[key] = number


def _keys(action: str, after: dict[str, Any]) -> Iterator[tuple[DeedKey, int | None]]:
    """What an entry was about; for an opinion also its round."""
    match action:
        case "document_attached":
            yield (DeedKind.document, after["kind"]), None
        case "facts_recorded":
            yield from (((DeedKind.fact, code), None) for code in after)
        case "opinion_given":
            yield (DeedKind.review, after["review"]), after["round"]
        case trigger:
            yield (DeedKind.move, trigger), None
