"""Stand-ins (代理): named for dated days with a reason, without circles or overlaps, ended early; each act recorded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from models.organisation import Organisation
from models.person import Person, RoleGrant
from models.stand_in import StandIn
from services.audit import Act, done_before, record
from services.city import City
from services.identity import Actor, find_person
from services.lending import covers, live_on, may_hold
from services.organisation import find_organisation
from services.stand_in_error import (
    StandInCircle,
    StandInDaysUnfit,
    StandInForbidden,
    StandInMissing,
    StandInOver,
    StandInOverlaps,
    StandInReasonMissing,
    StandInSelf,
    StandInUnfit,
)
from states.label import Label
from states.role import Role
from states.stand_in import Cover, circle

LONGEST_DAYS = 366
"""Calendar days one appointment may hold: a longer one is a slip of the pen or a matter for a hand-over."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """Who is away, who acts, from `first` to `last` (days of the city, both included), and why.

    `roles` and `organisations` (codes) narrow what is lent; empty means all the absent person holds.
    """

    absent: str
    substitute: str
    first: date
    last: date
    reason: str
    roles: tuple[Role, ...] = ()
    organisations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Appointing:
    """Who names or ends a stand-in, when, through which edge, under which request."""

    actor: Actor
    now: datetime
    source: str = "web"
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Appointed:
    """A stand-in that was named: the seats lent and those that cannot be, in words; `repeated` when done before."""

    stand_in: StandIn
    lent: tuple[Label, ...]
    kept: tuple[Label, ...]
    repeated: bool = False


def name_stand_in(session: Session, city: City, wish: Appointment, by: Appointing) -> Appointed:
    """Let somebody act for an absent person on given days; harmless when repeated under its request id.

    Seats are lent as the absent person holds them on the day, never passed on. Raises PersonUnknown for either when not
    active, OrganisationMissing, RequestReused, and the errors of services.stand_in_error but the last two.
    """
    absent, substitute = _lock_people(session, wish)
    _require_right(session, absent, by.actor, substitute)
    done = done_before(session, by.request_id, "person", absent.login, "stand_in_named")
    if done is not None:
        return _seats(session, session.get_one(StandIn, done.after["stand_in"]), substitute, repeated=True)
    _require_sense(city, wish, by, absent, substitute)
    places = [find_organisation(session, code) for code in wish.organisations]
    row = StandIn(
        absent=absent, substitute=substitute, first_day=wish.first, last_day=wish.last, reason=wish.reason.strip(),
        scope=_scope(wish, places), named_at=by.now, named_by=by.actor.login,
    )  # fmt: skip
    _require_free(session, row)
    _require_no_circle(session, row)
    found = _seats(session, row, substitute)
    if not found.lent:
        seats, seats_en = "、".join(s.zh for s in found.kept) or "无", ", ".join(s.text("en") for s in found.kept)
        raise StandInUnfit(person=absent.name, substitute=substitute.name, seats=seats, seats_en=seats_en or "none")
    session.add(row)
    session.flush()
    after = {**_described(row), "organisations": list(wish.organisations)}
    _record(session, row, "stand_in_named", by, row.reason, after)
    return found


def end_stand_in(session: Session, city: City, stand_in_id: int, by: Appointing, *, reason: str = "") -> StandIn:
    """End a stand-in before its last day, at once. The absent person, the stand-in and whoever may name one may.

    Harmless when repeated under its request id. Raises StandInMissing, StandInForbidden, StandInOver, RequestReused.
    """
    row = session.get(StandIn, stand_in_id, with_for_update=True)
    if row is None:
        raise StandInMissing(stand_in=stand_in_id)
    if by.actor.login != row.substitute.login:
        _require_right(session, row.absent, by.actor)
    if done_before(session, by.request_id, "person", row.absent.login, "stand_in_ended"):
        return row
    ended = city.day(row.ended_at) if row.ended_at else row.last_day
    if row.ended_at is not None or row.last_day < city.day(by.now):
        raise StandInOver(stand_in=row.id, ended=ended)
    _end(session, row, by, reason)
    return row


def end_stand_ins_of(session: Session, city: City, person: Person, by: Appointing, *, reason: str) -> list[StandIn]:
    """End every stand-in of a person and by a person who leaves; their rights are the caller's to check."""
    query = _live(city.day(by.now)).where(or_(StandIn.absent_id == person.id, StandIn.substitute_id == person.id))
    rows = session.scalars(query.with_for_update(of=StandIn)).all()
    for row in rows:
        _end(session, row, by, reason)
    return list(rows)


def live_stand_ins(session: Session, today: date) -> Sequence[StandIn]:
    """Every stand-in that holds today or will, with both people, by first day."""
    return session.scalars(_live(today).order_by(StandIn.first_day, StandIn.id)).all()


def _live(today: date) -> Any:  # noqa: ANN401 - a select of stand-ins
    query = select(StandIn).where(live_on(today))
    return query.options(joinedload(StandIn.absent, innerjoin=True), joinedload(StandIn.substitute, innerjoin=True))


def _lock_people(session: Session, wish: Appointment) -> tuple[Person, Person]:
    """Both people, their rows held in one order: two appointments that touch each other are written one by one."""
    absent, substitute = find_person(session, wish.absent), find_person(session, wish.substitute)
    ids = {absent.id, substitute.id}
    session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.id).with_for_update()).all()
    return absent, substitute


def _require_right(session: Session, absent: Person, actor: Actor, substitute: Person | None = None) -> None:
    """In one's own right only: who stands in for somebody appoints nobody."""
    if actor.is_system or actor.login == absent.login:
        return
    place = session.get_one(Organisation, absent.organisation_id)
    above = [grant for grant in actor.grants if place.path.startswith(grant.path)]
    if any(grant.role is Role.coordinator and grant.organisation_id != place.id for grant in above):
        return
    if not any(grant.role is Role.security_admin for grant in above):
        raise StandInForbidden(actor=actor.name or actor.login, person=absent.name)
    if substitute is not None and substitute.login == actor.login:
        raise StandInSelf(person=substitute.name)


def _require_sense(city: City, wish: Appointment, by: Appointing, absent: Person, substitute: Person) -> None:
    if absent.id == substitute.id:
        raise StandInSelf(person=absent.name)
    today = city.day(by.now)
    if not today <= wish.first <= wish.last or (wish.last - wish.first).days >= LONGEST_DAYS:
        raise StandInDaysUnfit(first=wish.first, last=wish.last, today=today, most=LONGEST_DAYS)
    if not wish.reason.strip():
        raise StandInReasonMissing


def _scope(wish: Appointment, places: Iterable[Organisation]) -> dict[str, Any]:
    roles, ids = [role.value for role in wish.roles], [place.id for place in places]
    return ({"roles": roles} if roles else {}) | ({"organisations": ids} if ids else {})


def _require_free(session: Session, row: StandIn) -> None:
    for other in _meeting(session, row):
        if other.absent_id == row.absent.id and _meet(other, row, "roles") and _meet(other, row, "organisations"):
            raise StandInOverlaps(
                person=row.absent.name, substitute=other.substitute.name, stand_in=other.id,
                first=other.first_day, last=other.last_day,
            )  # fmt: skip


def _meeting(session: Session, row: StandIn) -> Sequence[StandIn]:
    """The stand-ins that share a day with `row`."""
    found: Sequence[StandIn] = session.scalars(
        _live(row.first_day).where(StandIn.first_day <= row.last_day).order_by(StandIn.id)
    ).all()
    return found


def _meet(one: StandIn, other: StandIn, part: str) -> bool:
    mine, theirs = set(one.scope.get(part) or ()), set(other.scope.get(part) or ())
    return not mine or not theirs or bool(mine & theirs)


def _require_no_circle(session: Session, row: StandIn) -> None:
    """What is lent cannot be lent on: in a circle nobody would be at work."""
    others = _meeting(session, row)
    people = {one.login: one.name for other in (row, *others) for one in (other.absent, other.substitute)}
    chain = circle(_cover(row), map(_cover, others))
    if chain:
        raise StandInCircle(chain=" → ".join(people[login] for login in (*chain, chain[0])))


def _cover(row: StandIn) -> Cover:
    return Cover(row.absent.login, row.substitute.login, row.first_day, row.last_day)


def _seats(session: Session, row: StandIn, substitute: Person, *, repeated: bool = False) -> Appointed:
    """Which seats of the absent person the appointment lends, and which it cannot."""
    query = select(RoleGrant.role, RoleGrant.person_id, Organisation.id, Organisation.name)
    query = query.join(Organisation, Organisation.id == RoleGrant.organisation_id).order_by(RoleGrant.id)
    seats = session.execute(query.where(RoleGrant.person_id.in_([row.absent.id, substitute.id]))).all()
    own = {Role(seat.role) for seat in seats if seat.person_id == substitute.id}
    lent: list[Label] = []
    kept: list[Label] = []
    for seat in seats:
        if seat.person_id == row.absent.id and covers(row, seat.role, seat.id):
            role = Role(seat.role)
            label = Label(f"{seat.name}{role.label.zh}", f"{role.label.text('en')} of {seat.name}")
            (lent if may_hold(own, role) else kept).append(label)
    return Appointed(row, tuple(lent), tuple(kept), repeated)


def _end(session: Session, row: StandIn, by: Appointing, reason: str) -> None:
    row.ended_at, row.ended_by, row.ended_reason = by.now, by.actor.login, reason.strip() or None
    session.flush()
    _record(session, row, "stand_in_ended", by, reason.strip(), _described(row))


def _described(row: StandIn) -> dict[str, Any]:
    return {
        "stand_in": row.id,
        "substitute": row.substitute.login,
        "first": row.first_day.isoformat(),
        "last": row.last_day.isoformat(),
        "roles": row.scope.get("roles", []),
    }


def _record(session: Session, row: StandIn, action: str, by: Appointing, reason: str, after: dict[str, Any]) -> None:
    signed = (by.actor.login, by.source, by.now)
    record(
        session,
        Act("person", row.absent.login, action, *signed, reason=reason, after=after, request_id=by.request_id),
    )
