"""我的待办: what is over, due today, this week, to claim and not read, each for whom it belongs to."""

from __future__ import annotations

import re

from fastapi.testclient import TestClient

from tests.web.conftest import Statements, form_of, sign_in, task_of
from tests.world import World


def part(page: str, heading: str) -> str:
    """One section of the page; empty where it is not shown."""
    found = re.search(rf'<h2 id="{heading}".*?</section>', page, re.S)
    return found[0] if found else ""


class TestShowTodo:
    def test_a_coordinator_finds_what_is_over_and_nobody_elses(self, busy: World, stranger: TestClient) -> None:
        busy.to("2026-03-17")
        page = sign_in(busy, stranger, "li.street").get("/todo").text
        assert "幸福里小区" in part(page, "overdue")
        assert "东苑小区" not in page
        assert "新华村" not in page, "a suspended project is not counted on"

    def test_a_limit_stands_under_today_and_under_this_week_before(self, busy: World, stranger: TestClient) -> None:
        busy.to("2026-03-16")
        page = sign_in(busy, stranger, "li.street").get("/todo").text
        assert "幸福里小区" in part(page, "today")
        assert "今天到期" in part(page, "today")

    def test_on_a_friday_what_is_due_on_monday_is_in_sight(self, busy: World, stranger: TestClient) -> None:
        busy.to("2026-03-13")
        page = sign_in(busy, stranger, "li.street").get("/todo").text
        assert "幸福里小区" in part(page, "coming")

    def test_a_reviewer_finds_tasks_to_claim_until_a_colleague_has_one(self, busy: World, stranger: TestClient) -> None:
        page = sign_in(busy, stranger, "qian.fire").get("/todo").text
        task = task_of(busy, "fire")
        assert f'href="/tasks/{task}"' in part(page, "claim")
        action = f"/tasks/{task}/claim"
        assert "已签收" in stranger.post(action, data=form_of(stranger, f"/tasks/{task}", action)).text
        assert not part(stranger.get("/todo").text, "claim")

    def test_the_menu_counts_what_is_urgent_on_every_page(self, busy: World, stranger: TestClient) -> None:
        page = sign_in(busy, stranger, "qian.fire").get("/projects").text
        assert re.search(r'我的待办 <b class="count">1<', page)
        busy.to("2026-03-17")
        page = sign_in(busy, stranger, "li.street").get("/projects").text
        assert re.search(r'我的待办 <b class="count">2<', page)

    def test_unread_messages_are_listed_until_they_are_read(self, busy: World, stranger: TestClient) -> None:
        page = sign_in(busy, stranger, "qian.fire").get("/todo").text
        assert part(page, "messages")
        stranger.post("/todo/read", data=form_of(stranger, "/todo", "/todo/read"))
        assert not part(stranger.get("/todo").text, "messages")

    def test_who_has_nothing_is_told_so(self, busy: World, stranger: TestClient) -> None:
        assert "今天没有待办" in sign_in(busy, stranger, "wu.system").get("/todo").text

    def test_takes_a_bounded_number_of_statements(self, busy: World, stranger: TestClient) -> None:
        sign_in(busy, stranger, "qian.fire")
        with Statements(busy) as counted:
            assert stranger.get("/todo").status_code == 200
        assert 0 < len(counted.texts) <= 10, counted.texts
