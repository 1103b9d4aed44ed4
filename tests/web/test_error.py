"""Errors: a page that helps, a problem where JSON is asked for, the status its kind stands for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from runtime.settings import Settings
from states.exceptions import JiugaiError, Kind
from tests.world import World
from web.app import create_app
from web.error import STATUS


class TestMissing:
    def test_an_unknown_code_offers_to_search_for_it(self, client: TestClient, busy: World) -> None:
        answer = client.get("/projects/SN-2026-999")
        assert answer.status_code == 404
        assert 'value="SN-2026-999"' in answer.text
        assert 'href="/projects"' in answer.text

    def test_an_unknown_address_leads_back(self, client: TestClient) -> None:
        answer = client.get("/nowhere")
        assert answer.status_code == 404
        assert "回到总览" in answer.text

    def test_json_is_answered_with_a_problem(self, client: TestClient, busy: World) -> None:
        answer = client.get("/projects/SN-2026-999", headers={"accept": "application/json"})
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.json()["status"], answer.json()["code"]) == (404, "project_missing")

    def test_a_page_number_that_is_none_is_named(self, client: TestClient) -> None:
        answer = client.get("/projects?page=abc")
        assert answer.status_code == 400
        assert "page=abc" in answer.text


class Refused(JiugaiError):
    """An error of whichever kind a test asks for."""

    zh = "“{name}”不行"


@pytest.fixture
def failing(world: World, tmp_path: Path) -> Iterator[TestClient]:
    """An application with two pages that fail."""
    app: FastAPI = create_app(Settings(home=tmp_path, _env_file=None))

    @app.get("/kind/{kind}")
    def known(kind: Kind) -> None:
        raise type("Shown", (Refused,), {"kind": kind})(name="<i>")

    @app.get("/broken")
    def broken() -> None:
        raise ZeroDivisionError("secret")

    with TestClient(app, raise_server_exceptions=False) as browser:
        yield browser


class TestKinds:
    @pytest.mark.parametrize("kind", list(Kind))
    def test_each_kind_has_its_status_and_escapes_its_words(self, failing: TestClient, kind: Kind) -> None:
        answer = failing.get(f"/kind/{kind}")
        assert answer.status_code == STATUS[kind]
        assert "“&lt;i&gt;”不行" in answer.text

    def test_a_bug_shows_a_number_and_no_secret(self, failing: TestClient, caplog: pytest.LogCaptureFixture) -> None:
        answer = failing.get("/broken")
        assert answer.status_code == 500
        assert "故障编号" in answer.text
        assert "secret" not in answer.text
        assert answer.headers["content-security-policy"].startswith("default-src 'self'")
        assert any("故障编号" in record.message for record in caplog.records)


class TestNoDatabase:
    def test_pages_say_what_to_do_until_it_is_there(self, tmp_path: Path) -> None:
        with TestClient(create_app(Settings(home=tmp_path, _env_file=None))) as browser:
            answer = browser.get("/")
            assert answer.status_code == 409
            assert "jiugai db upgrade" in answer.text
