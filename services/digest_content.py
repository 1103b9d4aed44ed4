"""What stands in a digest (提要内容): each person's matters, messages and, for administrators, what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.delivery import Delivery, InboxMessage, SuppressedNotice
from models.organisation import Organisation
from models.outbox import Incident
from models.person import Person, RoleGrant
from notifications.digest import DailyDigest, DigestMatter, DigestPart, DigestTitles
from services.chunk import chunks
from services.delivery import DeliveryStatus
from services.digest_matter import Page, Scope, pages
from services.inbox import title_of
from services.preference import USUAL, preferences
from states.exceptions import Lang
from states.role import Role

DIGEST = DailyDigest.kind
LINK = "/"
SHOWN = 20
"""So many matters of a part stand in the letter; the others are counted."""
TITLES = 10
_UNREAD = (InboxMessage.read_at.is_(None), InboxMessage.kind != DIGEST)


def digests(session: Session, scope: Scope, people: Sequence[Person]) -> dict[int, DailyDigest]:
    """The digest of each of `people` who has something before them, by the person's id.

    Old unread messages alone are nothing: they stand beside other matters, or when there are new ones among them.
    """
    chosen = preferences(session, [person.id for person in people])
    langs: dict[str, Lang] = {one.login: chosen.get(one.id, USUAL).lang or scope.lang for one in people}
    ids = {one.login: one.id for one in people}
    matters, unread = pages(session, scope, langs, ids), _unread(session, people)
    dead, incidents, admins = _troubles(session, scope)
    found: dict[int, DailyDigest] = {}
    for person in people:
        lang, page, is_admin = langs[person.login], matters[person.login], person.id in admins
        total, newest = unread.get(person.id, (0, None))
        kept_back = _kept_back(session, scope, person, lang)
        news = newest is not None and newest > scope.since
        if page.is_empty and not (news or kept_back.total or (is_admin and (dead or incidents))):
            continue
        found[person.id] = DailyDigest(
            link=LINK,
            to_whom=person.name,
            on=scope.today,
            **_parts(page),
            unread=DigestTitles(total=total, titles=_titles(session, scope, person, lang) if total else ()),
            suppressed=kept_back,
            dead=dead if is_admin else 0,
            incidents=incidents if is_admin else 0,
        )
    return found


def of_unit(scope: Scope, unit: Organisation, page: Page) -> DailyDigest:
    """A unit's page as a digest."""
    say = scope.reading(scope.lang).say
    why = say("这是该单位承办事项的汇总，只供查看，不发送。", "what the unit has to handle, to be looked at, not sent.")
    return DailyDigest(link=LINK, to_whom=unit.name, on=scope.today, why=why, **_parts(page))


def _parts(page: Page) -> dict[str, Any]:
    names = ("overdue", "today", "this_week", "turning", "to_claim")
    return {name: _part(getattr(page, name)) for name in names}


def _part(matters: list[DigestMatter]) -> DigestPart:
    return DigestPart(total=len(matters), matters=tuple(matters[:SHOWN]))


def _unread(session: Session, people: Sequence[Person]) -> dict[int, tuple[int, datetime]]:
    """How many messages each has not read, and when the newest of them came."""
    columns = (InboxMessage.person_id, func.count(), func.max(InboxMessage.created_at))
    query = select(*columns).where(*_UNREAD).group_by(InboxMessage.person_id)
    found: dict[int, tuple[int, datetime]] = {}
    for some in chunks([person.id for person in people]):
        for person_id, total, newest in session.execute(query.where(InboxMessage.person_id.in_(some))):
            found[person_id] = (total, newest)
    return found


def _titles(session: Session, scope: Scope, person: Person, lang: Lang) -> tuple[str, ...]:
    query = select(InboxMessage).where(InboxMessage.person_id == person.id, *_UNREAD)
    rows = session.scalars(query.order_by(InboxMessage.id.desc()).limit(TITLES))
    return tuple(title_of(row.kind, row.payload, lang, scope.city.zone) for row in rows)


def _kept_back(session: Session, scope: Scope, person: Person, lang: Lang) -> DigestTitles:
    """What was not sent to them one by one since the last digest: repetitions, and what a noise budget held."""
    mine = (SuppressedNotice.person_id == person.id, SuppressedNotice.created_at > scope.since)
    rows = session.scalars(select(SuppressedNotice).where(*mine).order_by(SuppressedNotice.id.desc())).all()
    titles = dict.fromkeys(title_of(row.kind, row.payload, lang, scope.city.zone) for row in rows)
    return DigestTitles(total=len(rows), titles=tuple(titles)[:TITLES])


def _troubles(session: Session, scope: Scope) -> tuple[int, int, set[int]]:
    """Letters given up since the last digest, open incidents, and the ids of those who are to know."""
    lost = (Delivery.status == DeliveryStatus.dead, Delivery.changed_at > scope.since)
    dead = session.scalar(select(func.count(Delivery.id)).where(*lost)) or 0
    incidents = session.scalar(select(func.count(Incident.id)).where(Incident.closed_at.is_(None))) or 0
    admins = select(RoleGrant.person_id).where(RoleGrant.role == Role.system_admin)
    return dead, incidents, set(session.scalars(admins))
