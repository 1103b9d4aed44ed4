"""The digest (每日提要): once each working day, for everybody who has something before them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.delivery import DigestRun
from models.person import Person
from notifications.digest import DailyDigest
from services.city import City
from services.digest_content import digests, of_unit
from services.digest_matter import Scope, unit_page
from services.message import post
from services.organisation import find_organisation
from services.quiet import is_worked
from states.exceptions import Lang

_LOOK_BACK = timedelta(days=7)
"""What counts as new where there was no digest before."""


def is_due(session: Session, city: City, now: datetime, *, at: time) -> bool:
    """Whether today's digest is still to be sent: on a working day, from `at` (city time) on, the same day only.

    Not in the city's quiet hours either: a digest of the evening would arrive the next morning.
    """
    today = city.day(now)
    if not is_worked(city.calendar, today) or now.astimezone(city.zone).time() < at:
        return False
    if city.quiet.end(now, city.zone, city.calendar) is not None:
        return False
    run = session.get(DigestRun, today)
    return run is None or run.finished_at is None


def scope_of(session: Session, city: City, now: datetime, *, days: int, lang: Lang) -> Scope:
    """What a digest made now looks at: what is news since the last one that was sent on another day."""
    earlier = select(DigestRun.started_at).where(DigestRun.day < city.day(now)).order_by(DigestRun.day.desc()).limit(1)
    return Scope(city, now, session.scalar(earlier) or now - _LOOK_BACK, days, lang)


def open_run(session: Session, city: City, now: datetime) -> None:
    """Write down that today's digest has begun; harmless when it has."""
    if session.get(DigestRun, city.day(now)) is None:
        session.add(DigestRun(day=city.day(now), started_at=now, told=0))


def close_run(session: Session, city: City, now: datetime, *, told: int) -> None:
    """Write down that everybody has today's digest; `told` are those who got it in this run."""
    run = session.get_one(DigestRun, city.day(now), with_for_update=True)
    run.finished_at, run.told = now, run.told + told


def plan(session: Session, scope: Scope, *, login: str | None = None) -> list[tuple[int, DailyDigest]]:
    """The digest of everybody who has something before them (of one person where given), by the person's id."""
    query = select(Person).where(Person.active).order_by(Person.id)
    people = session.scalars(query if login is None else query.where(Person.login == login)).all()
    return sorted(digests(session, scope, people).items())


def unit_digest(session: Session, scope: Scope, code: str) -> DailyDigest:
    """What a unit has before it, in the form of a digest; nobody is sent it. Raises OrganisationMissing."""
    unit = find_organisation(session, code)
    return of_unit(scope, unit, unit_page(session, scope, unit))


def send(session: Session, scope: Scope, planned: Sequence[tuple[int, DailyDigest]]) -> int:
    """Post some of what was planned; returns how many are new: one a person and day, however often it is called."""
    people = select(Person).where(Person.active, Person.id.in_([person_id for person_id, _ in planned]))
    found = {person.id: person for person in session.scalars(people)}
    key = once_on(scope.today)
    return sum(
        post(session, scope.city, digest, [found[person_id]], once=key, now=scope.now)
        for person_id, digest in planned
        if person_id in found
    )


def once_on(day: date) -> str:
    """The key that makes a day's digest one for each person."""
    return f"digest:{day.isoformat()}"
