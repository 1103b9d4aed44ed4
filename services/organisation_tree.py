"""The organisation tree (机构树): read once, it says who is in charge without a statement for each project."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.organisation import Organisation
from models.person import Person, RoleGrant
from services.chain import in_charge, path_ids
from states.role import Level, Role


@dataclass(frozen=True, slots=True)
class Place:
    """One organisation of the tree."""

    id: int
    code: str
    name: str
    level: Level
    path: str
    roles: frozenset[Role] = frozenset()
    """The roles somebody active holds there."""


@dataclass(frozen=True)
class OrganisationTree:
    """Every organisation by id; a city has some hundreds of them."""

    by_id: dict[int, Place]

    def in_charge(self, organisation_id: int, level: Level, role: Role = Role.coordinator) -> Place:
        """The place `identity.seat_in_charge` names for what belongs to an organisation."""
        chain = self.chain(organisation_id)
        staffed = [role in place.roles for place in chain]
        return chain[in_charge([place.level for place in chain], level, staffed)]

    def district(self, organisation_id: int) -> Place:
        """The district of an organisation; what hangs directly under the city counts as the city's own."""
        chain = self.chain(organisation_id)
        return chain[in_charge([place.level for place in chain], Level.district)]

    def districts(self) -> list[Place]:
        """The city and every district, in the order they were entered."""
        return [place for place in self.by_id.values() if place.level in (Level.city, Level.district)]

    def of_district(self, code: str) -> list[int]:
        """The organisations whose district has this code; none for an unknown one."""
        return [place.id for place in self.by_id.values() if self.district(place.id).code == code]

    def under(self, place: str) -> list[int]:
        """The organisations of that code or name, with everything below them; none for an unknown one."""
        paths = tuple(one.path for one in self.by_id.values() if place in (one.code, one.name))
        return [one.id for one in self.by_id.values() if one.path.startswith(paths)]

    def name(self, organisation_id: int | None) -> str | None:
        """The name of an organisation, None for none."""
        return self.by_id[organisation_id].name if organisation_id else None

    def chain(self, organisation_id: int) -> list[Place]:
        """The organisation and all those above it, from the top down."""
        return [self.by_id[number] for number in path_ids(self.by_id[organisation_id].path)]


def load_tree(session: Session) -> OrganisationTree:
    """The whole tree, with one statement."""
    held = select(RoleGrant.organisation_id, RoleGrant.role).join(Person, Person.id == RoleGrant.person_id)
    staffed = held.where(Person.active).distinct().subquery()
    columns = (Organisation.id, Organisation.code, Organisation.name, Organisation.level, Organisation.path)
    query = select(*columns, staffed.c.role).outerjoin(staffed, staffed.c.organisation_id == Organisation.id)
    rows = session.execute(query.order_by(Organisation.id)).all()
    roles: dict[int, set[Role]] = {row.id: set() for row in rows}
    for row in rows:
        if row.role:
            roles[row.id].add(Role(row.role))
    return OrganisationTree(
        {
            row.id: Place(row.id, row.code, row.name, Level(row.level), row.path, frozenset(roles[row.id]))
            for row in rows
        }
    )
