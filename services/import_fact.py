"""Facts a list brings (清单里的情况): those the pack declares under the name of a column, where the value fits."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from models.project import Project
from policy.fact import FactInvalid
from policy.pack import Pack
from services.figure import FEN_PER_YUAN
from services.project_row import ProjectRow
from states.case import FactValue


def listed_facts(pack: Pack, row: ProjectRow) -> dict[str, FactValue]:
    """The facts a row states."""
    texts = {
        "households": row.households,
        "buildings": row.buildings,
        "floor_area": row.floor_area_m2,
        "built_year": row.built_year,
        "investment": _yuan(row.investment_fen),
        "planned_start": row.start_on,
    }
    return _fitting(pack, texts)


def registered_facts(pack: Pack, project: Project) -> dict[str, FactValue]:
    """The same facts as the register states them, before an import changes it."""
    community = project.community
    texts = {
        "households": community.households,
        "buildings": community.buildings,
        "floor_area": community.floor_area_m2,
        "built_year": community.built_year,
        "investment": _yuan(project.investment_fen),
        "planned_start": community.extra.get("start_on"),
    }
    return _fitting(pack, texts)


def _yuan(fen: int | None) -> Decimal | None:
    return None if fen is None else Decimal(fen) / FEN_PER_YUAN


def _fitting(pack: Pack, values: Mapping[str, object]) -> dict[str, FactValue]:
    """Those the pack declares and whose value its type takes: `1995-1998` is no year, it stays with the community."""
    found: dict[str, FactValue] = {}
    for code, value in values.items():
        if value is None or code not in pack.facts:
            continue
        plain = value.quantize(Decimal("0.01")) if isinstance(value, Decimal) else value
        try:
            found[code] = pack.parse_fact(code, str(plain))
        except FactInvalid:
            continue
    return found
