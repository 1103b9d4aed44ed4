"""A reviewer in the browser: the opinion form with its compulsory reasons, conditions, withdrawing."""

from __future__ import annotations

import re

from fastapi.testclient import TestClient

from tests.web.conftest import hidden, sign_in, task_of
from tests.world import World


def page_of(world: World, browser: TestClient, login: str = "qian.fire") -> tuple[str, str]:
    """The address of the fire brigade's task and its page for somebody."""
    address = f"/tasks/{task_of(world, 'fire')}"
    return address, sign_in(world, browser, login).get(address).text


def give(world: World, browser: TestClient, **fields: str) -> str:
    """Send the opinion form; status and page."""
    address, page = page_of(world, browser)
    action = f"{address}/answer"
    answer = browser.post(action, data={**hidden(page, action), **fields})
    return f"{answer.status_code} {answer.text}"


class TestShowTask:
    def test_has_the_papers_beside_the_form(self, busy: World, stranger: TestClient) -> None:
        _, page = page_of(busy, stranger)
        assert 'href="/projects/SN-2026-004/documents/plan/1"' in page
        assert "1,200 户" in page
        assert all(word in page for word in ("同意", "不同意", "不涉及", "需补正"))

    def test_tells_another_unit_why_it_may_not_answer(self, busy: World, stranger: TestClient) -> None:
        _, page = page_of(busy, stranger, "sun.planning")
        assert "孙规划 不是“南山区消防救援大队”的审查人" in page


class TestGiveOpinion:
    def test_is_the_units_opinion_and_in_the_history(self, busy: World, stranger: TestClient) -> None:
        assert "意见已提交" in give(busy, stranger, opinion="reject", reasons="消防车道宽度不足4米")
        assert "消防车道宽度不足4米" in stranger.get("/projects/SN-2026-004").text

    def test_a_rejection_without_reasons_is_refused(self, busy: World, stranger: TestClient) -> None:
        answer = give(busy, stranger, opinion="reject", conditions="保留消防登高面")
        assert answer.startswith("400")
        assert "必须写明理由" in answer
        assert "保留消防登高面</textarea>" in answer
        assert re.search(r'value="reject" required checked', answer)

    def test_nothing_chosen_keeps_the_reasons(self, busy: World, stranger: TestClient) -> None:
        answer = give(busy, stranger, reasons="已现场踏勘")
        assert answer.startswith("400")
        assert "已现场踏勘</textarea>" in answer

    def test_conditions_are_kept_one_a_line(self, busy: World, stranger: TestClient) -> None:
        answer = give(busy, stranger, opinion="approve", conditions="保留消防登高面\n\n车道宽度不小于4米")
        assert "条件：保留消防登高面" in answer
        assert "条件：车道宽度不小于4米" in answer

    def test_an_answer_a_colleague_gave_first_keeps_what_was_typed(self, busy: World, stranger: TestClient) -> None:
        address, page = page_of(busy, stranger)
        action = f"{address}/answer"
        fields = hidden(page, action)
        stranger.post(action, data={**fields, "opinion": "not_concerned"})
        again = stranger.post(action, data={**fields, "opinion": "reject", "reasons": "车道不足"})
        assert again.status_code >= 400
        assert "车道不足" in again.text


class TestWithdraw:
    def test_opens_the_task_again_until_the_round_is_settled(self, busy: World, stranger: TestClient) -> None:
        address = f"/tasks/{task_of(busy, 'planning')}"
        page = sign_in(busy, stranger, "sun.planning").get(address).text
        action = f"{address}/withdraw"
        answer = stranger.post(action, data={**hidden(page, action), "reason": "看错了图纸"})
        assert "意见已撤回" in answer.text
        assert f'action="{address}/answer"' in answer.text
