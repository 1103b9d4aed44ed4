"""Places (所在地): which district a project's organisation belongs to, and who is in charge above it, in one read."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.organisation import Organisation
from services.identity import CHAIN
from states.role import Level


@dataclass(frozen=True, slots=True)
class Place:
    """One organisation of the chain of command."""

    id: int
    code: str
    name: str
    level: Level
    path: str


@dataclass(frozen=True)
class Places:
    """The chain of command by id; a city has some hundreds of them."""

    by_id: dict[int, Place]

    def in_charge(self, organisation_id: int, level: Level) -> Place:
        """Who stands at `level` above (or at) an organisation, else the next above: as identity.seat_in_charge."""
        wanted = CHAIN.index(level) if level in CHAIN else len(CHAIN)
        chain = self._chain(self.by_id[organisation_id])
        above = [place for place in chain if CHAIN.index(place.level) <= wanted]
        return above[-1] if above else self.by_id[organisation_id]

    def district(self, organisation_id: int) -> Place:
        """The district of an organisation; what hangs directly under the city counts as the city's own."""
        return self.in_charge(organisation_id, Level.district)

    def districts(self) -> list[Place]:
        """The city and every district, in the order they were entered."""
        return [place for place in self.by_id.values() if place.level in (Level.city, Level.district)]

    def of_district(self, code: str) -> list[int]:
        """The organisations whose district has this code; none for an unknown one."""
        return [place.id for place in self.by_id.values() if self.district(place.id).code == code]

    def _chain(self, place: Place) -> list[Place]:
        ids = [int(part) for part in place.path.split("/") if part]
        return [self.by_id[number] for number in ids if number in self.by_id]


def load_places(session: Session) -> Places:
    """Every organisation of the chain of command, with one statement."""
    columns = (Organisation.id, Organisation.code, Organisation.name, Organisation.level, Organisation.path)
    rows = session.execute(select(*columns).where(Organisation.level.in_(CHAIN)).order_by(Organisation.id))
    return Places({row.id: Place(row.id, row.code, row.name, Level(row.level), row.path) for row in rows})
