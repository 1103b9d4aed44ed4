"""What a made-up community says of itself (样例情况): plausible facts, the same for the same seed."""

from __future__ import annotations

import random
from datetime import date

from policy.schema_entry import FactEntry

_BY_TYPE = {"integer": "1", "decimal": "100", "money": "100000", "share": "19/20", "text": "见附件", "flag": "是"}
_TOUCHED = (
    "structure_touched",
    "roads_occupied",
    "fire_lane_touched",
    "green_touched",
    "gas_works",
    "elderly_services",
)


def profile(seed: str, *, households: int | None, floor_area: int | None) -> dict[str, str]:
    """Facts of one community as people would type them; `households` and `floor_area` (m²) where they are known."""
    rng = random.Random(seed)  # noqa: S311 - a demonstration, not a secret
    homes = households or rng.randrange(60, 900)
    area = floor_area or homes * rng.randrange(70, 105)
    investment = area * rng.randrange(280, 420)
    return {
        **_wishes(homes, area),
        **_money(investment, rng),
        **{code: rng.choice(("是", "否", "否")) for code in _TOUCHED},
        "households": str(homes),
        "buildings": str(max(homes // 40, 1)),
        "floor_area": str(area),
        "built_year": str(rng.randrange(1978, 2001)),
        "illegal_structures": (illegal := str(rng.randrange(0, 12))),
        "illegal_structures_cleared": illegal,
        "added_floor_area": "0",
        "common_parts_altered": "否",
        "heritage": "否",
        "lifts": "0",
    }


def _wishes(homes: int, area: int) -> dict[str, str]:
    return {"households_willing": str(homes * 17 // 20), "owners": str(homes), "area": str(area)}


def _money(investment: int, rng: random.Random) -> dict[str, str]:
    ceiling = min(investment, 3_900_000)
    return {
        "investment": str(investment),
        "funds_raised": str(investment),
        "control_price": str(ceiling),
        "contract_sum": str(ceiling * rng.randrange(88, 98) // 100),
        "settlement_sum": str(ceiling * rng.randrange(85, 96) // 100),
        "change_amount": str(rng.randrange(2, 30) * 1000),
        "procurement_mode": "negotiation",
        "evaluation_score": str(rng.randrange(78, 98)),
        "maintenance_fund": str(rng.randrange(5, 60) * 10_000),
        "pool_tier": "implementation",
    }


def guess(entry: FactEntry, today: date) -> str:
    """A value for a fact the profile does not know, by its type."""
    if entry.choices:
        return next(iter(entry.choices))
    return today.isoformat() if entry.type == "date" else _BY_TYPE[entry.type]
