"""Searching the history (历史检索): entries by who, unit, what, project, when and why, a page at a time by a cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.orm import Session

from models.audit import AuditEntry
from models.person import Person
from models.project import Project
from policy.pack import Pack
from services.audit import is_late
from services.history_phrase import action_label
from services.organisation import OrganisationMissing
from services.organisation_tree import load_tree
from services.pack import pack_of
from services.person_list import person_names
from services.reading import Reading
from states.exceptions import JiugaiError, Kind

PAGE = 50


class CursorInvalid(JiugaiError):
    """A cursor no page has given."""

    code = "cursor_invalid"
    kind = Kind.invalid
    zh = "翻页标记“{cursor}”不对。请用上一页返回的 next，或从第一页查起。"
    en = 'The cursor "{cursor}" is none that a page has given. Use its `next`, or begin with the first page.'


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; None or empty means any.

    `person` is a login that acted or on whose behalf; `unit` the code or name of an organisation, with those below;
    `action` a code such as `opinion_given`; `since` and `until` aware instants of recording, the latter not included;
    `reason` words of the reason; `late` only what was written down late (补录).
    """

    person: str | None = None
    unit: str | None = None
    action: str | None = None
    project: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    reason: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One entry; `id` is its number over the whole record, `seq` its number in its own chain."""

    id: int
    subject: str
    subject_id: str
    subject_name: str | None
    seq: int
    action: str
    action_label: str
    actor: str
    actor_name: str
    on_behalf_of: str | None
    reason: str | None
    occurred_at: datetime
    recorded_at: datetime
    is_late: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, newest first; `next` is the cursor of the page after, None on the last one."""

    entries: tuple[Found, ...]
    next: str | None


def search(session: Session, reading: Reading, wanted: Wanted, *, cursor: str | None = None, size: int = PAGE) -> Page:
    """One page of the entries looked for. Entries written meanwhile do not move those of later pages.

    Raises CursorInvalid, OrganisationMissing (for a unit nobody knows).
    """
    rows: list[Row[Any]] = []
    for row in _rows(session, wanted, _before(cursor), size):
        if not wanted.late or is_late(row.occurred_at, row.recorded_at):
            rows.append(row)
        if len(rows) > size:
            break
    shown = rows[:size]
    following = str(shown[-1].id) if len(rows) > size else None
    return Page(tuple(_told(session, reading, shown)), following)


def _before(cursor: str | None) -> int | None:
    if cursor is not None and not (cursor.isascii() and cursor.isdigit()):
        raise CursorInvalid(cursor=cursor)
    return int(cursor) if cursor else None


_SHOWN = (
    AuditEntry.id,
    AuditEntry.subject,
    AuditEntry.subject_id,
    AuditEntry.seq,
    AuditEntry.action,
    AuditEntry.actor,
    AuditEntry.on_behalf_of,
    AuditEntry.reason,
    AuditEntry.pack,
    AuditEntry.occurred_at,
    AuditEntry.recorded_at,
)


def _rows(session: Session, wanted: Wanted, before: int | None, size: int) -> Iterator[Row[Any]]:
    """Rows newest first, from one statement after another: `late` is decided exactly only once they are read."""
    query = select(*_SHOWN).where(*_conditions(session, wanted)).order_by(AuditEntry.id.desc()).limit(size + 1)
    while True:
        rows = session.execute(query if before is None else query.where(AuditEntry.id < before)).all()
        yield from rows
        if len(rows) <= size:
            return
        before = rows[-1].id


def _conditions(session: Session, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.unit:
        yield _by_unit(session, wanted.unit)
    if wanted.late:
        yield AuditEntry.occurred_at < AuditEntry.recorded_at
    for word in wanted.reason.split():
        yield AuditEntry.reason.contains(word, autoescape=True)
    yield from (condition(getattr(wanted, name)) for name, condition in _SIMPLE.items() if getattr(wanted, name))


def _by_unit(session: Session, unit: str) -> ColumnElement[bool]:
    under = load_tree(session).under(unit)
    if not under:
        raise OrganisationMissing(organisation=unit)
    logins = select(Person.login).where(Person.organisation_id.in_(under))
    return or_(AuditEntry.actor.in_(logins), AuditEntry.on_behalf_of.in_(logins))


_SIMPLE: dict[str, Callable[[Any], ColumnElement[bool]]] = {
    "person": lambda login: or_(AuditEntry.actor == login, AuditEntry.on_behalf_of == login),
    "action": lambda action: AuditEntry.action == action,
    "project": lambda code: (AuditEntry.subject == "project") & (AuditEntry.subject_id == code),
    "since": lambda moment: AuditEntry.recorded_at >= moment,
    "until": lambda moment: AuditEntry.recorded_at < moment,
}


def _told(session: Session, reading: Reading, rows: Sequence[Row[Any]]) -> Iterator[Found]:
    names = person_names(session, reading, [row.actor for row in rows])
    projects = _projects(session, rows)
    for row in rows:
        project = projects.get(row.subject_id) if row.subject == "project" else None
        yield Found(
            id=row.id,
            subject=row.subject,
            subject_id=row.subject_id,
            subject_name=project[0] if project else None,
            seq=row.seq,
            action=row.action,
            action_label=action_label(reading, project[1] if project else None, row.action),
            actor=row.actor,
            actor_name=names[row.actor],
            on_behalf_of=row.on_behalf_of,
            reason=row.reason,
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
            is_late=is_late(row.occurred_at, row.recorded_at),
        )


def _projects(session: Session, rows: Sequence[Row[Any]]) -> dict[str, tuple[str, Pack]]:
    codes = {row.subject_id for row in rows if row.subject == "project"}
    if not codes:
        return {}
    found = session.scalars(select(Project).where(Project.code.in_(codes)))
    return {project.code: (project.name, pack_of(project.pack_version)) for project in found}
