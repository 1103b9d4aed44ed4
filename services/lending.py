"""Lent seats (代理席位): which seats of an absent person a stand-in holds on a day; admin seats are never lent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, ColumnElement, Date, and_, bindparam, select
from sqlalchemy.orm import Session, aliased

from models.organisation import Organisation
from models.person import Person, RoleGrant
from models.stand_in import StandIn
from states.role import ADMINS, Role


@dataclass(frozen=True, slots=True)
class LentSeat:
    """A seat of an absent person that somebody else holds for the time being."""

    role: Role
    organisation_id: int
    level: str
    path: str
    owner: str


def holds_on(day: date | BindParameter[date]) -> ColumnElement[bool]:
    """That a stand-in holds on a day of the city."""
    return and_(StandIn.first_day <= day, StandIn.last_day >= day, StandIn.ended_at.is_(None))


def live_on(day: date) -> ColumnElement[bool]:
    """That a stand-in holds on a day of the city or later."""
    return and_(StandIn.last_day >= day, StandIn.ended_at.is_(None))


def may_hold(own: Collection[Role], role: Role) -> bool:
    """Whether somebody with these roles of their own may stand in for a role.

    The admin roles are not lent at all (三员分立). Supervisors stand in for supervisors only, and nobody else does:
    who makes moves must not supervise them.
    """
    if role in ADMINS or role is Role.system:
        return False
    return (role is Role.supervisor) == (Role.supervisor in own)


def covers(stand_in: StandIn, role: Role | str, organisation_id: int) -> bool:
    """Whether the appointment lends that seat."""
    roles, places = stand_in.scope.get("roles") or (), stand_in.scope.get("organisations") or ()
    return (not roles or role in roles) and (not places or organisation_id in places)


def lent_seats(session: Session, person_id: int, own: Collection[Role], on: date) -> tuple[LentSeat, ...]:
    """The seats a person holds for others on a day; what they hold for others they cannot pass on (转委托)."""
    query = (
        select(StandIn, RoleGrant.role, Organisation.id, Organisation.level, Organisation.path, Person.login)
        .join(Person, Person.id == StandIn.absent_id)
        .join(RoleGrant, RoleGrant.person_id == StandIn.absent_id)
        .join(Organisation, Organisation.id == RoleGrant.organisation_id)
        .where(StandIn.substitute_id == person_id, Person.active, holds_on(on))
        .order_by(StandIn.id, RoleGrant.id)
    )
    return tuple(
        LentSeat(Role(row.role), row.id, row.level, row.path, row.login)
        for row in session.execute(query)
        if covers(row.StandIn, row.role, row.id) and may_hold(own, Role(row.role))
    )


def holders_and_substitutes(
    session: Session, organisation_id: int, role: Role, on: date, only: Collection[str] | None = None
) -> list[Person]:
    """Every active person in a seat at one organisation (`only` these logins), and who stands in for one that day."""
    return seated_people(session, [(organisation_id, role)], on, only)[organisation_id, role]


# built once: every message and every reminder asks who sits where
_SUBSTITUTE = aliased(Person)
_SEATED = (
    select(RoleGrant.organisation_id, RoleGrant.role, Person, StandIn, _SUBSTITUTE)
    .join(Person, RoleGrant.person_id == Person.id)
    .outerjoin(StandIn, (StandIn.absent_id == Person.id) & holds_on(bindparam("day", type_=Date())))
    .outerjoin(_SUBSTITUTE, (_SUBSTITUTE.id == StandIn.substitute_id) & _SUBSTITUTE.active)
    .where(RoleGrant.organisation_id.in_(bindparam("places", expanding=True)), Person.active)
    .where(RoleGrant.role.in_(bindparam("roles", expanding=True)))
    .order_by(Person.id, StandIn.id)
)
_SEATED_ONLY = _SEATED.where(Person.login.in_(bindparam("only", expanding=True)))


def seated_people(
    session: Session, seats: Collection[tuple[int, Role]], on: date, only: Collection[str] | None = None
) -> dict[tuple[int, Role], list[Person]]:
    """The people of several seats (organisation, role) as `holders_and_substitutes` has them; one statement."""
    query = _SEATED if only is None else _SEATED_ONLY
    asked = {"places": sorted({place for place, _ in seats}), "roles": sorted({role for _, role in seats}), "day": on}
    found: dict[tuple[int, Role], dict[int, Person]] = {seat: {} for seat in seats}
    for place, role, holder, stand_in, other in session.execute(query, asked | {"only": sorted(only or ())}).tuples():
        people = found.get((place, Role(role)))
        if people is None:
            continue
        people.setdefault(holder.id, holder)
        if stand_in is not None and other is not None and covers(stand_in, role, place):
            people.setdefault(other.id, other)
    return {seat: list(people.values()) for seat, people in found.items()}
