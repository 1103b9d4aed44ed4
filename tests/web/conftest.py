"""Fixtures of the pages: a client on a real city, and a city with projects in several places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event, select

from models.review import ReviewTask
from runtime.office import Office
from runtime.settings import Settings
from services.identity import find_person
from services.session import Browser, Way, open_session
from states.review import Opinion
from tests.world import World
from web.app import create_app
from web.visitor import COOKIE

ORIGIN = "http://testserver"
VISITOR = 4
"""Statements every page takes to know who asks: session and person, roles, roles held for others, the menu's counts."""


@pytest.fixture
def stranger(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A browser on the city with nobody signed in; the office's clock is the world's."""
    settings = Settings(home=world.folder, _env_file=None)
    office = Office(settings, world.database, world.city)
    monkeypatch.setattr(Office, "now", staticmethod(lambda: world.now))
    with TestClient(create_app(office=office), raise_server_exceptions=False) as browser:
        browser.headers["origin"] = ORIGIN
        yield browser


@pytest.fixture
def client(world: World, stranger: TestClient) -> TestClient:
    """The browser of the supervisor, who sees everything."""
    return sign_in(world, stranger, "zhou.audit")


def sign_in(world: World, browser: TestClient, login: str) -> TestClient:
    """Let a person into this browser, without the price of a password."""
    with world.write() as session:
        who = Browser("testclient", "test")
        token = open_session(session, find_person(session, login), Way.password, who, now=world.now)
    browser.cookies.set(COOKIE, token)
    return browser


def form_of(browser: TestClient, address: str, action: str) -> dict[str, str]:
    """The hidden fields of the form on a page that is sent to `action`; fails where there is none."""
    page = browser.get(address).text
    return hidden(page, action)


def hidden(page: str, action: str) -> dict[str, str]:
    """The hidden fields of a page's form for `action`."""
    found = re.search(rf'<form[^>]* action="{re.escape(action)}".*?</form>', page, re.S)
    assert found, f"no form for {action}"
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[0])
    return {name: unescape(value) for name, value in fields}


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
