"""People and what they may do (身份与权限): role x subtree x move, denied by default; the one place that decides."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.organisation import Organisation
from models.person import Person, RoleGrant
from services.chain import Chain
from services.lending import holders_and_substitutes, lent_seats
from states.exceptions import JiugaiError, Kind
from states.procedure import Step
from states.role import SYSTEM, Level, Role, Seat


class PersonUnknown(JiugaiError):
    """No active person with that login."""

    code = "person_unknown"
    kind = Kind.missing
    zh = "没有账号为“{login}”的在岗人员。请用 jiugai user list 查看，或请系统管理员添加。"
    en = 'There is no active person with the login "{login}". See `jiugai user list`.'


class MoveForbidden(JiugaiError):
    """The person holds no role that may make this move on this project."""

    code = "move_forbidden"
    kind = Kind.forbidden
    zh = "{actor} 无权对“{project}”办理“{move}”。此动作由 {seats} 办理，请与其联系。"
    en = '{actor} may not "{move}" on "{project}". It belongs to: {seats_en}.'


class OpinionForbidden(JiugaiError):
    """The person is not a reviewer of the unit that is asked."""

    code = "opinion_forbidden"
    kind = Kind.forbidden
    zh = "{actor} 不是“{unit}”的审查人，不能代其发表意见。请由该单位的审查人办理。"
    en = '{actor} is not a reviewer of "{unit}" and cannot answer for it.'


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held in the subtree under `path`; `on_behalf_of` is the login of whose it is, for one held for another."""

    role: Role
    organisation_id: int
    level: str
    path: str
    on_behalf_of: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person with grants, or the system under a rule (`system:<rule>@<pack version>`).

    `grants` are the person's own, `borrowed` what they hold for absent people today. What is done by a borrowed grant
    is signed on behalf of its owner: ask `capacities`, `unit_capacities` or `keeper_capacities`, which say for whom.
    """

    login: str
    name: str
    grants: tuple[Grant, ...] = ()
    is_system: bool = False
    borrowed: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class Capacity:
    """In which capacity somebody acts: in their own right, or `on_behalf_of` an absent person (their login)."""

    on_behalf_of: str | None = None

    def logins(self, actor: Actor) -> frozenset[str]:
        """Who counts as acting: `actor`, and the one on whose behalf."""
        return frozenset(login for login in (actor.login, self.on_behalf_of) if login)


OWN = Capacity()
"""In one's own right."""


def system_actor(rule: str, pack: str) -> Actor:
    """The system acting under one rule of one pack version; it is never a person."""
    return Actor(f"system:{rule}@{pack}", "系统", is_system=True)


def find_person(session: Session, login: str) -> Person:
    """The active person with `login`. Raises PersonUnknown."""
    person = session.scalar(select(Person).where(Person.login == login, Person.active))
    if person is None:
        raise PersonUnknown(login=login)
    return person


def find_actor(session: Session, login: str, *, on: date | None = None) -> Actor:
    """The active person with `login`, with every role; on a day of the city also what they hold for absent people.

    Raises PersonUnknown.
    """
    return actor_of(session, find_person(session, login), on=on)


def actor_of(session: Session, person: Person, *, on: date | None = None) -> Actor:
    """A person who was found, with every role; on a day of the city also what they hold for absent people."""
    grants = (
        select(RoleGrant.role, Organisation.id, Organisation.level, Organisation.path)
        .join(Organisation, Organisation.id == RoleGrant.organisation_id)
        .where(RoleGrant.person_id == person.id)
    )
    own = tuple(Grant(Role(g.role), g.id, g.level, g.path) for g in session.execute(grants))
    lent = lent_seats(session, person.id, {grant.role for grant in own}, on) if on else ()
    borrowed = tuple(Grant(one.role, one.organisation_id, one.level, one.path, one.owner) for one in lent)
    return Actor(person.login, person.name, own, borrowed=borrowed)


def seat_in_charge(
    session: Session, organisation: Organisation, level: Level, role: Role = Role.coordinator
) -> Organisation:
    """The organisation at `level` above (or at) `organisation` that has an active `role`, else the nearest above.

    Many lists name only the district of a community, and an office may have nobody yet or no longer: what belongs to
    the street is then the district's. Where nobody holds the role in any office above, the office at `level` or the
    nearest above it; where there is none above either (a district that runs by itself), the topmost one, never a lower.
    """
    charged = Chain(session, organisation).in_charge(level, role)
    return organisation if charged == organisation.id else session.get_one(Organisation, charged)


def holding_level(step: Step) -> Level:
    """The level whose organisation has a project while it stands at `step`; a district where the pack names none."""
    return step.held_by.level if step.held_by and step.held_by.level else Level.district


def holder_of(session: Session, organisation: Organisation, step: Step) -> Organisation:
    """The organisation that has a project of `organisation` while it stands at `step`."""
    role = step.held_by.role if step.held_by and step.held_by.level else Role.coordinator
    return seat_in_charge(session, organisation, holding_level(step), role)


def capacities(
    session: Session,
    actor: Actor,
    seats: Collection[Seat],
    organisation: Organisation,
    chain: Chain | None = None,
) -> tuple[Capacity, ...]:
    """In which capacities `actor` holds one of `seats` for what belongs to `organisation`; nothing for none.

    In one's own right alone where that is so; else one for each absent person whose seat it is. `chain` is that of
    the organisation, where the caller asks it more than once.
    """
    if actor.is_system:
        return (OWN,) if SYSTEM in seats else ()
    chain = chain or Chain(session, organisation)
    return _as_capacities([grant for seat in seats for grant in _held(chain, actor, seat, organisation)])


def unit_capacities(actor: Actor, role: Role, organisation_id: int) -> tuple[Capacity, ...]:
    """In which capacities `actor` has `role` at exactly that organisation, as a reviewer of a department has."""
    return capacities_by(actor, lambda one: one.role is role and one.organisation_id == organisation_id)


def keeper_capacities(actor: Actor, organisation: Organisation) -> tuple[Capacity, ...]:
    """In which capacities `actor` is a coordinator at or above `organisation`; the system always is."""
    if actor.is_system:
        return (OWN,)
    path = organisation.path
    return capacities_by(actor, lambda one: one.role is Role.coordinator and path.startswith(one.path))


def capacities_by(actor: Actor, fits: Callable[[Grant], bool]) -> tuple[Capacity, ...]:
    """In which capacities `actor` holds a grant that fits; for rules of a service's own."""
    return _as_capacities([one for one in (*actor.grants, *actor.borrowed) if fits(one)])


def _as_capacities(grants: Sequence[Grant]) -> tuple[Capacity, ...]:
    owners = tuple(dict.fromkeys(grant.on_behalf_of for grant in grants))
    return (OWN,) if None in owners else tuple(Capacity(owner) for owner in owners)


def _held(chain: Chain, actor: Actor, seat: Seat, organisation: Organisation) -> list[Grant]:
    """The grants by which a seat is held; one statement at most for a chain."""
    if seat.level is None:
        return []
    every, path = (*actor.grants, *actor.borrowed), organisation.path
    fitting = [grant for grant in every if grant.role is seat.role and path.startswith(grant.path)]
    held = [grant for grant in fitting if grant.level == seat.level]
    if len(held) == len(fitting) or any(grant.on_behalf_of is None for grant in held):
        return held
    charged = chain.in_charge(seat.level, seat.role)
    return held + [grant for grant in fitting if grant.organisation_id == charged]


def holds_seat(session: Session, actor: Actor, seat: Seat, organisation: Organisation) -> bool:
    """Whether `actor` holds `seat` in their own right for what belongs to `organisation`; see `capacities`."""
    return capacities(session, actor, (seat,), organisation) == (OWN,)


def holds_any(session: Session, actor: Actor, seats: Iterable[Seat], organisation: Organisation) -> bool:
    """Whether `actor` holds one of `seats` in their own right for what belongs to `organisation`; see `capacities`."""
    return capacities(session, actor, tuple(seats), organisation) == (OWN,)


def people_in_seat(
    session: Session, seat: Seat, organisation: Organisation, *, on: date | None = None
) -> Sequence[Person]:
    """Every active person who holds `seat` for what belongs to `organisation`; on a day also their stand-ins."""
    if seat.level is None:
        return ()
    return people_at(session, Chain(session, organisation).in_charge(seat.level, seat.role), seat.role, on=on)


def people_at(
    session: Session, organisation_id: int, role: Role, *, on: date | None = None, only: Collection[str] | None = None
) -> Sequence[Person]:
    """Every active person who holds `role` at one organisation (`only` these logins); on a day also their stand-ins.

    The one place that decides whom messages and reminders reach: what an absent person gets, the stand-in gets too.
    """
    if on is not None:
        return holders_and_substitutes(session, organisation_id, role, on, only)
    query = (
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.organisation_id == organisation_id, RoleGrant.role == role, Person.active)
    )
    query = query.where(Person.login.in_(only)) if only is not None else query
    return session.scalars(query.order_by(Person.id)).all()
