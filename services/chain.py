"""The chain of command (隶属链): the organisation of a matter and all above it, and which of them has what."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from models.organisation import Organisation
from models.person import Person, RoleGrant
from states.role import Level, Role

CHAIN = (Level.city, Level.district, Level.street, Level.community)
"""The chain of command, from above."""

_PLACE, _PERSON, _GRANT = (cast(Table, model.__table__) for model in (Organisation, Person, RoleGrant))
_STAFF = (
    select(_GRANT.c.organisation_id, _GRANT.c.role)
    .join(_PERSON, _PERSON.c.id == _GRANT.c.person_id)
    .where(_GRANT.c.organisation_id.in_(bindparam("chain", expanding=True)), _PERSON.c.active)
    .distinct()
    .subquery()
)
# columns, not entities: every move asks, and none needs more than who is where
_STAFFED = (
    select(_PLACE.c.id, _PLACE.c.level, _STAFF.c.role)
    .outerjoin(_STAFF, _STAFF.c.organisation_id == _PLACE.c.id)
    .where(_PLACE.c.id.in_(bindparam("chain", expanding=True)))
)


class Chain:
    """The chain above (and with) one organisation as a transaction sees it: one statement, when first asked.

    It is meant for one service call: what is granted meanwhile it does not see.
    """

    def __init__(self, session: Session, organisation: Organisation) -> None:
        self._session = session
        self._path = organisation.path

    def in_charge(self, level: Level, role: Role = Role.coordinator) -> int:
        """The id of the organisation that has what belongs to `role` at `level`; see identity.seat_in_charge."""
        places = list(self._staff)
        levels, staffed = [lvl for _, lvl in places], [role in self._staff[place] for place in places]
        return places[in_charge(levels, level, staffed)][0]

    @cached_property
    def _staff(self) -> dict[tuple[int, Level], set[str]]:
        """The roles somebody active holds, by organisation and its level."""
        self._session.flush()
        found: dict[tuple[int, Level], set[str]] = {}
        for number, level, role in self._session.execute(_STAFFED, {"chain": path_ids(self._path)}):
            found.setdefault((number, Level(level)), set()).add(role)
        return found


def path_ids(path: str) -> list[int]:
    """The ids in an organisation's path, from the top down to its own."""
    return [int(part) for part in path.split("/") if part]


def in_charge(chain: Sequence[Level], level: Level, staffed: Sequence[bool] = ()) -> int:
    """Which organisation of a chain of command (its levels, in any order, one at least) has what belongs to `level`.

    The one at that level, where there is none the next one above, where there is none above the topmost. With
    `staffed`, which says of each whether somebody is there, those where nobody is are passed over.
    """
    ranks = [_rank(one) for one in chain]
    above = [place for place, rank in enumerate(ranks) if rank <= _rank(level)]
    if not above:
        return ranks.index(min(ranks))
    manned = [place for place in above if staffed[place]] if staffed else above
    return max(manned or above, key=ranks.__getitem__)


def _rank(level: Level) -> int:
    return CHAIN.index(level) if level in CHAIN else len(CHAIN)
