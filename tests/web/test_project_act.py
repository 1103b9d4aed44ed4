"""Acting on a project in the browser: moves, facts, documents; what is refused is explained with all that was typed."""

from __future__ import annotations

import re
from html import unescape

from fastapi.testclient import TestClient
from sqlalchemy import func, select

from models.audit import AuditEntry
from models.document import Document
from tests.web.conftest import hidden, sign_in
from tests.world import PDF, World

CODE = "SN-2026-001"
ADVANCE, FACTS, DOCUMENTS = (f"/projects/{CODE}/{act}" for act in ("advance", "facts", "documents"))


def move_form(page: str, trigger: str) -> dict[str, str]:
    """The hidden fields of the form of one move."""
    for form in re.findall(r'<form class="act".*?</form>', page, re.S):
        if f'name="trigger" value="{trigger}"' in form:
            return hidden(form, ADVANCE)
    raise AssertionError(f"no form for {trigger}")


def count(world: World, action: str) -> int:
    """How many entries of an action there are."""
    with world.read() as session:
        return session.scalar(select(func.count()).where(AuditEntry.action == action)) or 0


class TestMakeMove:
    def test_sent_twice_is_made_once(self, busy: World, stranger: TestClient) -> None:
        sign_in(busy, stranger, "wang.district")
        fields = {**move_form(stranger.get(f"/projects/{CODE}").text, "suspend"), "reason": "管网抢修"}
        before = count(busy, "suspend")
        first, second = (stranger.post(ADVANCE, data=fields) for _ in range(2))
        assert "项目已暂停" in first.text
        assert second.status_code == 200
        assert count(busy, "suspend") == before + 1

    def test_is_signed_by_the_person_with_the_reason(self, busy: World, stranger: TestClient) -> None:
        sign_in(busy, stranger, "wang.district")
        fields = {**move_form(stranger.get(f"/projects/{CODE}").text, "suspend"), "reason": "管网抢修"}
        assert "管网抢修" in stranger.post(ADVANCE, data=fields).text
        with busy.read() as session:
            entry = session.scalars(
                select(AuditEntry).where(AuditEntry.subject_id == CODE).order_by(AuditEntry.seq)
            ).all()[-1]
        assert (entry.actor, entry.source, entry.reason) == ("wang.district", "web", "管网抢修")

    def test_a_disabled_button_stands_beside_everything_that_is_missing(
        self, busy: World, stranger: TestClient
    ) -> None:
        page = sign_in(busy, stranger, "li.street").get(f"/projects/{CODE}").text
        form = re.search(r'<article class="move">\s*<h3>完成调查.*?</article>', page, re.S)
        assert form
        assert '<button type="submit" disabled' in form[0]
        assert "缺少材料“调查报告”</span><em>街道项目专员</em>" in form[0]

    def test_sent_all_the_same_it_is_refused_with_every_reason(self, busy: World, stranger: TestClient) -> None:
        page = sign_in(busy, stranger, "li.street").get(f"/projects/{CODE}").text
        answer = stranger.post(ADVANCE, data={**move_form(page, "finish_survey"), "reason": "赶工期"})
        assert answer.status_code == 422
        alert = re.search(r'<div class="wrong" role="alert">.*?</div>', answer.text, re.S)
        assert alert
        assert "缺少材料“调查报告”" in alert[0]
        assert "赶工期" in alert[0]

    def test_a_project_that_moved_on_meanwhile_keeps_what_was_typed(self, busy: World, stranger: TestClient) -> None:
        page = sign_in(busy, stranger, "wang.district").get(f"/projects/{CODE}").text
        busy.advance(CODE, "suspend", "wang.district", reason="先暂停")
        answer = stranger.post(ADVANCE, data={**move_form(page, "suspend"), "reason": "另一个理由"})
        assert answer.status_code in (409, 422)
        assert "另一个理由" in answer.text

    def test_a_reason_without_end_is_refused_and_kept(self, busy: World, stranger: TestClient) -> None:
        page = sign_in(busy, stranger, "wang.district").get(f"/projects/{CODE}").text
        long = "长" * 5001
        answer = stranger.post(ADVANCE, data={**move_form(page, "suspend"), "reason": long})
        assert (answer.status_code, long in answer.text) == (400, True)


class TestSaveFacts:
    def test_records_what_was_filled_in_and_leaves_the_rest(self, busy: World, stranger: TestClient) -> None:
        fields = hidden(sign_in(busy, stranger, "li.street").get(f"/projects/{CODE}").text, FACTS)
        answer = stranger.post(FACTS, data={**fields, "fact_households": "1,200户", "fact_structure": "砖混"})
        assert "填报已保存" in answer.text
        assert "1,200 户" in answer.text
        assert "总投资</dt>" not in answer.text

    def test_every_wrong_field_is_explained_beside_it_and_nothing_typed_is_lost(
        self, busy: World, stranger: TestClient
    ) -> None:
        fields = hidden(sign_in(busy, stranger, "li.street").get(f"/projects/{CODE}").text, FACTS)
        before = count(busy, "facts_recorded")
        given = {"fact_households": "很多", "fact_investment": "<b>大约</b>", "fact_owners": "900"}
        answer = stranger.post(FACTS, data={**fields, **given})
        assert answer.status_code == 400
        assert answer.text.count('aria-invalid="true"') == 2
        typed = [unescape(text) for text in re.findall(r'name="fact_[a-z]+" value="([^"]+)"', answer.text)]
        assert set(typed) == set(given.values())
        assert "<b>大约" not in answer.text
        assert count(busy, "facts_recorded") == before

    def test_changing_a_word_after_going_back_is_a_new_act(self, busy: World, stranger: TestClient) -> None:
        fields = hidden(sign_in(busy, stranger, "li.street").get(f"/projects/{CODE}").text, FACTS)
        stranger.post(FACTS, data={**fields, "fact_households": "120"})
        assert "121 户" in stranger.post(FACTS, data={**fields, "fact_households": "121"}).text


class TestTakeDocument:
    def send(self, world: World, browser: TestClient, name: str, content: bytes, kind: str = "survey_report") -> str:
        fields = hidden(sign_in(world, browser, "li.street").get(f"/projects/{CODE}").text, DOCUMENTS)
        answer = browser.post(DOCUMENTS, data={**fields, "kind": kind}, files={"file": (name, content)})
        return f"{answer.status_code} {answer.text}"

    def test_is_on_file_and_can_be_fetched_as_it_was(self, busy: World, stranger: TestClient) -> None:
        assert "材料已提交" in self.send(busy, stranger, "调查报告.pdf", PDF)
        answer = stranger.get(f"{DOCUMENTS}/survey_report/1")
        assert answer.content == PDF
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["content-type"] == "application/octet-stream"

    def test_a_program_an_empty_file_and_none_at_all_are_explained_beside_the_field(
        self, busy: World, stranger: TestClient
    ) -> None:
        for name, content in (("报告.pdf", b"MZ\x90\x00" + bytes(200)), ("报告.pdf", b""), ("", b"")):
            answer = self.send(busy, stranger, name, content)
            assert answer.startswith("400")
            assert 'id="file-wrong"' in answer
        with busy.read() as session:
            assert not session.scalar(
                select(func.count(Document.id)).where(Document.kind == "survey_report", Document.project_id == 1)
            )

    def test_more_than_a_form_may_bring_is_refused_before_it_is_read(self, busy: World, stranger: TestClient) -> None:
        sign_in(busy, stranger, "li.street")
        answer = stranger.post(FACTS, data={"fact_households": "1" * 1_200_000})
        assert (answer.status_code, "超过上限" in answer.text) == (413, True)
