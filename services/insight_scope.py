"""Of what figures are (统计范围): the conditions of a scope, what is compared, and when the counts were filled."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import ColumnElement, Table
from sqlalchemy.orm import Session

from models.insight import InsightMark, InsightTally
from services.insight_figure import Compare, CountsMissing, Scope
from services.insight_name import Names, load_names
from services.organisation import OrganisationMissing
from services.reading import Reading

_TALLY = cast(Table, InsightTally.__table__)


def counted_at(session: Session) -> InsightMark:
    """When and from how much the counts were filled. Raises CountsMissing."""
    mark = session.get(InsightMark, 1)
    if mark is None:
        raise CountsMissing
    return mark


def names_of(session: Session, reading: Reading) -> Names:
    """The names of now. Raises CountsMissing."""
    counted_at(session)
    return load_names(session, reading)


def group(scope: Scope, table: Table = _TALLY) -> ColumnElement[Any]:
    """The column whose values are compared."""
    match scope.compare:
        case Compare.district:
            return table.c.district_id
        case Compare.year:
            return table.c.year
    return table.c.year - table.c.year  # one group; a constant of its own would be a position in GROUP BY


def part_of(names: Names, scope: Scope, part: int) -> str | None:
    """What one of the compared values is called; None where nothing is compared."""
    if scope.compare is None:
        return None
    return str(part) if scope.compare is Compare.year else names.unit(part)[1]


def within(names: Names, scope: Scope, table: Table = _TALLY) -> list[ColumnElement[bool]]:
    """The conditions of a scope. Raises OrganisationMissing for a district nobody knows."""
    found: list[ColumnElement[bool]] = []
    if scope.district is not None:
        district = names.district(scope.district)
        if district is None:
            raise OrganisationMissing(organisation=scope.district)
        found.append(table.c.district_id == district)
    if scope.year is not None:
        found.append(table.c.year == scope.year)
    return found
