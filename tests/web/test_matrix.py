"""Who sees and does what: every role and subtree against every page and action, on one small city."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from services.account_sight import find_seen
from services.project import ProjectMissing
from services.stand_in import Appointing, Appointment, name_stand_in
from states.review import Opinion
from tests.web.conftest import sign_in, task_of
from tests.world import World

EVERYONE = (
    "wang.district", "li.street", "zhao.city", "sun.planning", "qian.fire", "zhou.audit", "wu.system",
)  # fmt: skip
NAN, EAST, BEI = "SN-2026-001", "SN-2026-004", "SN-2026-005"
"""A street's project, one of the district itself (in its joint review), one of the other district."""

SEES: Mapping[str, frozenset[str]] = {
    "wang.district": frozenset({NAN, EAST}),
    "li.street": frozenset({NAN}),
    "zhao.city": frozenset({NAN, EAST, BEI}),
    "sun.planning": frozenset({EAST}),
    "qian.fire": frozenset({EAST}),
    "zhou.audit": frozenset({NAN, EAST, BEI}),
    "wu.system": frozenset(),
}
NAMES = {NAN: "幸福里小区", EAST: "东苑小区", BEI: "河边村"}


@pytest.mark.parametrize("login", EVERYONE)
@pytest.mark.parametrize("code", [NAN, EAST, BEI])
class TestSees:
    def test_the_project_page_of_their_own_only(self, busy: World, stranger: TestClient, login: str, code: str) -> None:
        sign_in(busy, stranger, login)
        assert stranger.get(f"/projects/{code}").status_code == (200 if code in SEES[login] else 404)

    def test_the_same_in_the_list_and_on_the_board(
        self, busy: World, stranger: TestClient, login: str, code: str
    ) -> None:
        sign_in(busy, stranger, login)
        assert (NAMES[code] in stranger.get("/projects").text) == (code in SEES[login])
        assert (f"/projects/{code}" in stranger.get(f"/projects?q={code}").text) == (code in SEES[login])

    def test_its_papers(self, busy: World, stranger: TestClient, login: str, code: str) -> None:
        sign_in(busy, stranger, login)
        seen = code == EAST and code in SEES[login]
        assert stranger.get(f"/projects/{code}/documents/plan/1").status_code == (200 if seen else 404)


@pytest.mark.parametrize("login", EVERYONE)
def test_the_board_adds_up_to_what_they_see(busy: World, stranger: TestClient, login: str) -> None:
    sign_in(busy, stranger, login)
    page = stranger.get("/").text
    both = {"幸福里小区", "惠德花园", "新华村"} if NAN in SEES[login] else set()
    total = len(SEES[login]) + (2 if both else 0)
    assert ("没有项目" in page) if not total else (f">{total}</a></td>\n    </tr></tfoot>" in page)


ACTS: tuple[tuple[str, dict[str, str], frozenset[str]], ...] = (
    (f"/projects/{NAN}/advance", {"trigger": "suspend", "reason": "停工"}, frozenset({"wang.district"})),
    (f"/projects/{NAN}/facts", {"fact_households": "120"}, frozenset({"wang.district", "li.street", "zhao.city"})),
    ("/tasks/{fire}/claim", {}, frozenset({"qian.fire"})),
    ("/tasks/{fire}/answer", {"opinion": "approve"}, frozenset({"qian.fire"})),
    ("/tasks/{planning}/withdraw", {}, frozenset({"sun.planning"})),
)


@pytest.mark.parametrize("login", EVERYONE)
@pytest.mark.parametrize(("address", "fields", "allowed"), ACTS)
def test_only_who_may_can_do_it_even_with_a_form_of_their_own_making(
    busy: World, stranger: TestClient, login: str, address: str, fields: dict[str, str], allowed: frozenset[str]
) -> None:
    sign_in(busy, stranger, login)
    path = address.format(fire=task_of(busy, "fire"), planning=task_of(busy, "planning"))
    token = stranger.get("/todo").text.split('name="form_token" value="')[1].split('"')[0]
    sent = {"form_token": token, "request_id": "made-by-hand-1", **fields}
    answer = stranger.post(path, data=sent, follow_redirects=False)
    assert (answer.status_code == 303) == (login in allowed), answer.status_code
    assert answer.status_code in (303, 403, 404)


@pytest.mark.parametrize("login", EVERYONE)
def test_a_button_is_there_for_whom_the_act_is_allowed_and_nobody_else(
    busy: World, stranger: TestClient, login: str
) -> None:
    sign_in(busy, stranger, login)
    page = stranger.get(f"/projects/{NAN}").text
    assert ('name="trigger" value="suspend"' in page) == (login == "wang.district")
    assert (f'action="/projects/{NAN}/facts"' in page) == (login in {"wang.district", "li.street", "zhao.city"})
    assert (f'action="/projects/{NAN}/documents"' in page) == (login in {"wang.district", "li.street", "zhao.city"})
    task = task_of(busy, "fire")
    assert (f'action="/tasks/{task}/answer"' in stranger.get(f"/tasks/{task}").text) == (login == "qian.fire")


def test_a_stand_in_sees_what_the_absent_one_sees_while_they_stand_in(busy: World) -> None:
    appoint_stand_in(busy, "wang.district", "li.street")
    with busy.read() as session:
        assert find_seen(session, busy.actor("li.street"), EAST).name == "东苑小区"
    busy.tick(days=9)
    with busy.read() as session, pytest.raises(ProjectMissing):
        find_seen(session, busy.actor("li.street"), EAST)


def appoint_stand_in(world: World, absent: str, substitute: str) -> None:
    """Somebody is away for a week from today."""
    today = world.city.day(world.now)
    wish = Appointment(absent, substitute, today, today + timedelta(days=6), "出差")
    by = Appointing(world.actor(absent), world.now, "test")
    with world.write() as session:
        name_stand_in(session, world.city, wish, by)


def test_a_unit_keeps_seeing_what_it_was_asked_about(busy: World, stranger: TestClient) -> None:
    busy.answer(task_of(busy, "fire"), "qian.fire", Opinion.reject, "消防车道宽度不足4米")
    busy.react()
    sign_in(busy, stranger, "qian.fire")
    assert stranger.get(f"/projects/{EAST}").status_code == 200
