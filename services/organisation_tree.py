"""The organisation tree (机构树): read once, it says who is in charge without a statement for each project."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.organisation import Organisation
from services.identity import in_charge, path_ids
from states.role import Level


@dataclass(frozen=True, slots=True)
class Place:
    """One organisation of the tree."""

    id: int
    code: str
    name: str
    level: Level
    path: str


@dataclass(frozen=True)
class OrganisationTree:
    """Every organisation by id; a city has some hundreds of them."""

    by_id: dict[int, Place]

    def in_charge(self, organisation_id: int, level: Level) -> Place:
        """The place `identity.in_charge` names for what belongs to an organisation."""
        chain = self._chain(self.by_id[organisation_id])
        return chain[in_charge([place.level for place in chain], level)]

    def district(self, organisation_id: int) -> Place:
        """The district of an organisation; what hangs directly under the city counts as the city's own."""
        return self.in_charge(organisation_id, Level.district)

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

    def _chain(self, place: Place) -> list[Place]:
        return [self.by_id[number] for number in path_ids(place.path)]


def load_tree(session: Session) -> OrganisationTree:
    """The whole tree, with one statement."""
    columns = (Organisation.id, Organisation.code, Organisation.name, Organisation.level, Organisation.path)
    rows = session.execute(select(*columns).order_by(Organisation.id))
    return OrganisationTree({row.id: Place(row.id, row.code, row.name, Level(row.level), row.path) for row in rows})
