"""People and what they may do (身份与权限): role x subtree x move, denied by default; the one place that decides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.organisation import Organisation
from models.person import Person, RoleGrant
from states.exceptions import JiugaiError, Kind
from states.procedure import Step
from states.role import SYSTEM, Level, Role, Seat

CHAIN = (Level.city, Level.district, Level.street, Level.community)
"""The chain of command, from above."""


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
    """A role held in the subtree under `path`."""

    role: Role
    organisation_id: int
    level: str
    path: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person with grants, or the system under a rule (`system:<rule>@<pack version>`)."""

    login: str
    name: str
    grants: tuple[Grant, ...] = ()
    is_system: bool = False


def system_actor(rule: str, pack: str) -> Actor:
    """The system acting under one rule of one pack version; it is never a person."""
    return Actor(f"system:{rule}@{pack}", "系统", is_system=True)


def find_person(session: Session, login: str) -> Person:
    """The active person with `login`. Raises PersonUnknown."""
    person = session.scalar(select(Person).where(Person.login == login, Person.active))
    if person is None:
        raise PersonUnknown(login=login)
    return person


def find_actor(session: Session, login: str) -> Actor:
    """The active person with `login`, with every role. Raises PersonUnknown."""
    person = find_person(session, login)
    grants = (
        select(RoleGrant.role, Organisation.id, Organisation.level, Organisation.path)
        .join(Organisation, Organisation.id == RoleGrant.organisation_id)
        .where(RoleGrant.person_id == person.id)
    )
    return Actor(
        person.login, person.name, tuple(Grant(Role(g.role), g.id, g.level, g.path) for g in session.execute(grants))
    )


def seat_in_charge(session: Session, organisation: Organisation, level: Level) -> Organisation:
    """The organisation at `level` above (or at) `organisation`; where there is none, the next one above stands in.

    Where there is none above either (a district that runs by itself), the topmost one stands in, never a lower one.
    Many lists name only the district of a community: what belongs to the street is then the district's.
    """
    chain = session.scalars(select(Organisation).where(Organisation.id.in_(path_ids(organisation.path)))).all()
    return chain[in_charge([Level(one.level) for one in chain], level)]


def path_ids(path: str) -> list[int]:
    """The ids in an organisation's path, from the top down to its own."""
    return [int(part) for part in path.split("/") if part]


def in_charge(chain: Sequence[Level], level: Level) -> int:
    """Which organisation of a chain of command (its levels, in any order, one at least) has what belongs to `level`.

    The one at that level, where there is none the next one above, where there is none above the topmost.
    """
    ranks = [_rank(one) for one in chain]
    above = [place for place, rank in enumerate(ranks) if rank <= _rank(level)]
    return max(above, key=ranks.__getitem__) if above else ranks.index(min(ranks))


def _rank(level: Level) -> int:
    return CHAIN.index(level) if level in CHAIN else len(CHAIN)


def holding_level(step: Step) -> Level:
    """The level whose organisation has a project while it stands at `step`; a district where the pack names none."""
    return step.held_by.level if step.held_by and step.held_by.level else Level.district


def holds_seat(session: Session, actor: Actor, seat: Seat, organisation: Organisation) -> bool:
    """Whether `actor` holds `seat` for what belongs to `organisation`."""
    if seat == SYSTEM:
        return actor.is_system
    mine = [grant for grant in actor.grants if grant.role is seat.role and organisation.path.startswith(grant.path)]
    if not mine or seat.level is None:
        return False
    if any(grant.level == seat.level for grant in mine):
        return True
    in_charge = seat_in_charge(session, organisation, seat.level).id
    return any(grant.organisation_id == in_charge for grant in mine)


def holds_any(session: Session, actor: Actor, seats: Iterable[Seat], organisation: Organisation) -> bool:
    """Whether `actor` holds one of `seats` for what belongs to `organisation`."""
    return any(holds_seat(session, actor, seat, organisation) for seat in seats)


def people_in_seat(session: Session, seat: Seat, organisation: Organisation) -> Sequence[Person]:
    """Every active person who holds `seat` for what belongs to `organisation`."""
    if seat.level is None:
        return ()
    return people_at(session, seat_in_charge(session, organisation, seat.level).id, seat.role)


def people_at(session: Session, organisation_id: int, role: Role) -> Sequence[Person]:
    """Every active person who holds `role` at one organisation."""
    query = (
        select(Person)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.organisation_id == organisation_id, RoleGrant.role == role, Person.active)
    )
    return session.scalars(query.order_by(Person.id)).all()
