"""The inbox (收件箱): what a person was told, what of it they have not read, and reading it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.delivery import InboxMessage
from models.person import Person
from notifications.message import MESSAGES, from_payload
from notifications.render import subject
from services.identity import find_person
from services.preference import preference_of
from services.reading import Reading
from states.exceptions import JiugaiError, Kind, Lang

PAGE = 50


class MessageMissing(JiugaiError):
    """No message of that number in this inbox."""

    code = "message_missing"
    kind = Kind.missing
    zh = "收件箱里没有编号为 {numbers} 的消息，一条也没有标为已读。请用 jiugai notify inbox 核对编号。"
    en = "There is no message {numbers} in this inbox; none was marked as read. See `jiugai notify inbox`."


@dataclass(frozen=True, slots=True)
class InboxLine:
    """One message of an inbox; `link` is the path to its to-do."""

    id: int
    kind: str
    label: str
    title: str
    link: str
    received_at: datetime
    read_at: datetime | None


def inbox(
    session: Session, reading: Reading, login: str, *, unread: bool = False, limit: int = PAGE
) -> list[InboxLine]:
    """The newest messages of a person, in their own language where they chose one. Raises PersonUnknown."""
    person = find_person(session, login)
    lang = preference_of(session, person.id).lang or reading.lang
    query = select(InboxMessage).where(InboxMessage.person_id == person.id)
    if unread:
        query = query.where(InboxMessage.read_at.is_(None))
    rows = session.scalars(query.order_by(InboxMessage.id.desc()).limit(limit))
    return [_line(row, lang, reading.city.zone) for row in rows]


def mark_read(session: Session, login: str, numbers: Collection[int] | None, *, now: datetime) -> int:
    """Mark messages of a person's own inbox as read, all of them for None; returns how many had not been.

    The first reading counts. It is no entry of the history: it changes nothing about a matter, `read_at` says when, and
    an entry for each look into the inbox would bury those that count. Whoever is to stand by having been told
    acknowledges the alert or signs for the order: those are entries.

    Raises PersonUnknown; MessageMissing, and nothing is marked, for numbers not in it.
    """
    person = find_person(session, login)
    if numbers is not None:
        _require(session, person, set(numbers))
    unread = [InboxMessage.person_id == person.id, InboxMessage.read_at.is_(None)]
    if numbers is not None:
        unread.append(InboxMessage.id.in_(numbers))
    ids = session.scalars(select(InboxMessage.id).where(*unread)).all()
    session.execute(update(InboxMessage).where(*unread).values(read_at=now))
    return len(ids)


def title_of(kind: str, payload: dict[str, Any], lang: Lang, zone: tzinfo) -> str:
    """The subject of a stored message; for one this version cannot read, what kind it is."""
    try:
        return subject(from_payload(kind, payload), lang=lang, zone=zone)
    except JiugaiError:
        return MESSAGES[kind].label if kind in MESSAGES else kind


def _require(session: Session, person: Person, numbers: set[int]) -> None:
    mine = select(InboxMessage.id).where(InboxMessage.person_id == person.id, InboxMessage.id.in_(numbers))
    strange = numbers - set(session.scalars(mine))
    if strange:
        raise MessageMissing(numbers="、".join(map(str, sorted(strange))))


def _line(row: InboxMessage, lang: Lang, zone: tzinfo) -> InboxLine:
    label = MESSAGES[row.kind].label if row.kind in MESSAGES else row.kind
    title, link = title_of(row.kind, row.payload, lang, zone), str(row.payload.get("link", "/"))
    return InboxLine(row.id, row.kind, label, title, link, row.created_at, row.read_at)
