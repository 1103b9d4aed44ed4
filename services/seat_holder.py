"""Who is in a seat (在席人员): holders with the grant behind each, stand-ins of the day, and who is away or gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from models.organisation import Organisation
from models.person import Person, RoleGrant
from models.stand_in import StandIn
from services.chain import in_charge, path_ids
from services.lending import covers, holds_on
from states.label import Label
from states.role import Level, Role, Seat


@dataclass(frozen=True, slots=True)
class Holder:
    """One person who acts for a seat: `granted_*` is the grant behind it, their own or that of `absent`.

    `stand_in` is the appointment of the day, for who acts for `absent` and for who is away: then `substitute` acts.
    """

    login: str
    name: str
    active: bool
    granted_at: datetime
    granted_by: str
    absent: Person | None = None
    substitute: Person | None = None
    stand_in: StandIn | None = None

    @property
    def is_away(self) -> bool:
        """Whether somebody stands in for them today."""
        return self.substitute is not None


def seat_holders(session: Session, organisation_id: int, role: Role, on: date) -> list[Holder]:
    """Everybody with a grant for the seat, also who has left, and after each whoever stands in on that day."""
    substitute = aliased(Person)
    query = (
        select(Person, RoleGrant, StandIn, substitute)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .outerjoin(StandIn, (StandIn.absent_id == Person.id) & holds_on(on))
        .outerjoin(substitute, (substitute.id == StandIn.substitute_id) & substitute.active)
        .where(RoleGrant.organisation_id == organisation_id, RoleGrant.role == role)
        .order_by(Person.id, StandIn.id)
    )
    own: dict[int, Holder] = {}
    others: list[Holder] = []
    for person, grant, stand_in, other in session.execute(query).tuples():
        signed = (grant.granted_at, grant.granted_by)
        lends = stand_in is not None and other is not None and person.active and covers(stand_in, role, organisation_id)
        if not lends:
            own.setdefault(person.id, Holder(person.login, person.name, person.active, *signed))
            continue
        own[person.id] = Holder(person.login, person.name, True, *signed, substitute=other, stand_in=stand_in)
        others.append(Holder(other.login, other.name, True, *signed, absent=person, stand_in=stand_in))
    return [*own.values(), *others]


@dataclass(frozen=True, slots=True)
class Resolution:
    """Which organisation has what belongs to a seat, and why that one; `staffed` when somebody is there."""

    organisation: Organisation
    why: Label
    staffed: bool


def resolve_seat(session: Session, organisation: Organisation, seat: Seat) -> Resolution:
    """The organisation `identity.seat_in_charge` names, with the reason in words."""
    assert seat.level is not None  # noqa: S101 - the system sits nowhere
    ids = path_ids(organisation.path)
    chain = session.scalars(select(Organisation).where(Organisation.id.in_(ids))).all()
    held = select(RoleGrant.organisation_id).join(Person, Person.id == RoleGrant.person_id)
    manned = set(
        session.scalars(held.where(RoleGrant.organisation_id.in_(ids), RoleGrant.role == seat.role, Person.active))
    )
    levels, staffed = [Level(one.level) for one in chain], [one.id in manned for one in chain]
    due, found = chain[in_charge(levels, seat.level)], chain[in_charge(levels, seat.level, staffed)]
    return Resolution(found, _why(chain, organisation, seat, due, found, found.id in manned), found.id in manned)


def _why(
    chain: Sequence[Organisation],
    organisation: Organisation,
    seat: Seat,
    due: Organisation,
    found: Organisation,
    manned: bool,
) -> Label:
    role, role_en = seat.role.label.zh, seat.role.label.text("en")
    level = seat.level.label if seat.level else Label("")
    if not manned:
        return Label(
            f"“{due.name}”及其上级都没有在岗的{role}，现无人可办，请系统管理员配备人员",
            f"nobody is {role_en} of {due.name} or of any office above it: an administrator has to appoint somebody",
        )
    if due.level != seat.level and found is due:
        return Label(
            f"“{organisation.name}”之上没有{level.zh}一级机构，由{due.name}办理",
            f"there is no {level.text('en')} above {organisation.name}, so it is {due.name}'s",
        )
    if found is not due:
        return Label(
            f"{due.name}没有在岗的{role}，由{found.name}代办",
            f"{due.name} has no active {role_en}, so {found.name} acts for it",
        )
    where = found.name if found.id == organisation.id else f"{organisation.name}所属的{level.zh}为{found.name}"
    return Label(f"项目在{where}", f"the project belongs to {found.name}")
