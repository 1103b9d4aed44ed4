"""Anchors handed out (锚点交存): what still has to leave this machine, and that it has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.anchor import AuditAnchor, AuditHandout
from models.person import Person
from notifications.anchor import AnchorTaken
from services.anchor_statement import SignedAnchor
from services.city import City
from services.message import post

BACKLOG = 100
"""So many of the newest anchors are handed out afterwards: one proves everything those before it prove."""


class Way(StrEnum):
    """How an anchor leaves the machine."""

    file = "file"
    mail = "mail"
    webhook = "webhook"


@dataclass(frozen=True, slots=True)
class Mailed:
    """To how many people an anchor went, and the logins nobody on duty has."""

    people: int
    unknown: tuple[str, ...]


def waiting(session: Session, way: Way, *, limit: int = BACKLOG) -> Sequence[AuditAnchor]:
    """The anchors not yet handed out that way, oldest first, of the newest BACKLOG."""
    last = session.scalar(select(func.max(AuditAnchor.number))) or 0
    done = select(AuditHandout.anchor).where(AuditHandout.way == way)
    query = select(AuditAnchor).where(AuditAnchor.number > last - BACKLOG, AuditAnchor.number.not_in(done))
    return session.scalars(query.order_by(AuditAnchor.number).limit(limit)).all()


def handed(session: Session, number: int, way: Way, place: str, *, now: datetime) -> None:
    """Write down that an anchor has left, and where to."""
    session.add(AuditHandout(anchor=number, way=way, place=place[:400], handed_at=now))
    session.flush()


def mail(session: Session, city: City, anchor: SignedAnchor, logins: Sequence[str], *, now: datetime) -> Mailed:
    """Put an anchor into the inboxes and channels of the supervisors named, in the transaction that took it."""
    query = select(Person).where(Person.login.in_(logins), Person.active).order_by(Person.id)
    people = session.scalars(query).all()
    unknown = tuple(login for login in logins if login not in {person.login for person in people})
    if people:
        number = anchor.statement.number
        post(session, city, message_of(anchor), people, once=f"anchor:{number}", now=now)
        handed(session, number, Way.mail, "、".join(person.login for person in people), now=now)
    return Mailed(len(people), unknown)


def message_of(anchor: SignedAnchor) -> AnchorTaken:
    """The letter that carries an anchor."""
    said = anchor.statement
    return AnchorTaken(
        link="/",
        number=said.number,
        size=said.size,
        root=said.root,
        taken_at=said.taken_at,
        code=anchor.code,
    )


def handouts_of(session: Session, numbers: Sequence[int]) -> dict[int, list[AuditHandout]]:
    """Where each of these anchors was handed out to."""
    found: dict[int, list[AuditHandout]] = {number: [] for number in numbers}
    query = select(AuditHandout).where(AuditHandout.anchor.in_(found)).order_by(AuditHandout.id)
    for one in session.scalars(query):
        found[one.anchor].append(one)
    return found
