"""Residents of the demonstration: a roll that adds up whatever the size of the community."""

from __future__ import annotations

import pytest

from services.vote_roll import check_units
from simulation.residents import roll


@pytest.mark.parametrize(("households", "area"), [(1, 90), (7, 500), (120, 10_001), (3_001, 268_017)])
def test_every_unit_is_another_one_and_the_areas_add_up(households: int, area: int) -> None:
    units = roll(households, area)
    check_units(units)
    assert len({unit.key for unit in units}) == households
    assert sum(unit.area for unit in units) == area * 100
