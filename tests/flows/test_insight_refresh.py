"""The flow that counts for the statistics: once a night, later the same day after an outage, the first time at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flows import handling
from flows.insight_refresh import insight_refresh
from flows.schedule import JOBS
from models.insight import InsightMark
from runtime.database import Database
from runtime.office import Office
from runtime.settings import Settings
from tests.way import surveyed
from tests.world import World

pytestmark = pytest.mark.usefixtures("prefect")


@pytest.fixture
def at(world: World) -> Iterator[Office]:
    made = Office(Settings(home=world.folder), Database(world.database.url), world.city)
    handling.use(made)
    yield made
    handling.forget()
    made.close()


def test_counts_what_there_is(world: World, at: Office) -> None:
    surveyed(world)
    assert insight_refresh(now=world.now) == {"projects": 1, "clocks": 1}
    with world.read() as session:
        assert session.get_one(InsightMark, 1).filled_at == world.now


def test_is_due_at_once_and_then_each_night_at_half_past_two(world: World, at: Office) -> None:
    (job,) = [job for job in JOBS if job.name == "insight_refresh"]
    assert job.is_due(at, world.now)
    insight_refresh(now=world.now)
    assert not job.is_due(at, world.now)
    world.to("2026-03-03", 2)
    assert not job.is_due(at, world.now)
    world.tick(minutes=30)
    assert job.is_due(at, world.now)
    world.to("2026-03-04", 11)  # the process was down at night
    assert job.is_due(at, world.now)
    insight_refresh(now=world.now)
    world.to("2026-03-04", 23)
    assert not job.is_due(at, world.now)
