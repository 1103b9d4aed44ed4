"""The flow that anchors: a real run takes the anchor, and one whose handing out fails shows red but keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows import handling
from flows.audit_anchor import TAKEN_BY, audit_anchor
from flows.schedule import JOBS
from runtime.anchoring import HandoutFailed
from runtime.database import Database
from runtime.office import Office
from runtime.settings import Settings
from services.anchor import newest
from tests.way import surveyed
from tests.world import World

pytestmark = pytest.mark.usefixtures("prefect")


def at_work(world: World, **settings: object) -> Office:
    made = Office(Settings(home=world.folder, **settings), Database(world.database.url), world.city)  # type: ignore[arg-type]
    handling.use(made)
    return made


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    yield
    handling.forget()


def test_takes_an_anchor_once_and_signs_it_as_the_system(world: World) -> None:
    surveyed(world)
    at = at_work(world)
    assert audit_anchor(now=world.now)["is_new"]
    assert not audit_anchor(now=world.now)["is_new"]
    with world.read() as session:
        row = newest(session)
        assert row is not None
        assert (row.number, row.taken_by) == (1, TAKEN_BY)
    at.close()


def test_keeps_the_anchor_that_could_not_be_handed_out(world: World, tmp_path: Path) -> None:
    surveyed(world)
    (tmp_path / "file").write_text("no folder", encoding="ascii")
    at = at_work(world, anchor_folder=tmp_path / "file")
    with pytest.raises(HandoutFailed):
        audit_anchor(now=world.now)
    with world.read() as session:
        assert newest(session) is not None
    at.close()


def test_is_on_the_timetable_and_due_when_something_was_written(world: World) -> None:
    (job,) = [job for job in JOBS if job.name == "audit_anchor"]
    at = at_work(world)
    assert not job.is_due(at, world.now)
    surveyed(world)
    assert job.is_due(at, world.now)
    at.close()
