"""Fixtures of the pages: a client on a real city, and a city with projects in several places."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, select

from models.review import ReviewTask
from runtime.office import Office
from runtime.settings import Settings
from states.review import Opinion
from tests.world import World
from web.app import create_app


@pytest.fixture
def client(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A browser on the city; the office's clock is the world's."""
    settings = Settings(home=world.folder, _env_file=None)
    office = Office(settings, world.database, world.city)
    monkeypatch.setattr(Office, "now", staticmethod(lambda: world.now))
    with TestClient(create_app(office=office), raise_server_exceptions=False) as browser:
        yield browser


@pytest.fixture
def busy(world: World) -> World:
    """Five projects: one at its start, one overdue, one suspended, one in a review, one terminated."""
    world.enrol("SN-2026-001", "幸福里小区")
    world.enrol("SN-2026-002", "惠德花园")
    world.enrol("SN-2026-003", "新华村")
    world.enrol("SN-2026-004", "东苑小区", "sunny-nan")
    world.enrol("SN-2026-005", "河边村", "sunny-bei")
    world.advance("SN-2026-003", "suspend", "wang.district", reason="汛期停工")
    submit("SN-2026-004", world)
    world.advance("SN-2026-005", "terminate", "zhao.city")
    return world


def submit(code: str, world: World) -> None:
    """Take a project to its joint review and have the planners agree."""
    world.document(code, "survey_report", "wang.district")
    numbers = {"households": "1200", "owners": "1200", "owners_voted": "1000", "owners_agreed": "800"}
    world.facts(code, "wang.district", structure="砖混", **numbers)
    world.advance(code, "finish_survey", "wang.district")
    world.document(code, "plan", "wang.district")
    world.facts(code, "wang.district", adds_area="是", investment="1234567.89")
    world.advance(code, "submit_plan", "wang.district")
    world.react()
    world.answer(task_of(world, "planning"), "sun.planning", Opinion.approve)


def task_of(world: World, member: str) -> int:
    """The number of a member's task in the newest round."""
    with world.read() as session:
        newest = select(ReviewTask.id).where(ReviewTask.member == member).order_by(ReviewTask.id.desc())
        return session.scalars(newest).first() or 0


class Statements:
    """Counts the SQL statements between `with` and its end; BEGIN and the like are not counted."""

    def __init__(self, world: World) -> None:
        self.engine = world.database.engine
        self.texts: list[str] = []

    def __enter__(self) -> Statements:
        event.listen(self.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._note)

    def _note(self, _c: object, _u: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            self.texts.append(statement)
