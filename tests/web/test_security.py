"""Headers on every answer, and pages that need nothing from outside and nothing inline."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from starlette.routing import Mount

from tests.world import World
from web.app import create_app
from web.page import STATIC, static_address
from web.security import HEADERS

ADDRESSES = {
    "/": ["/"],
    "/projects": ["/projects", "/projects?light=red", "/projects?page=abc"],
    "/projects/{code}": ["/projects/SN-2026-001", "/projects/SN-2026-004", "/projects/SN-2026-005", "/projects/NONE"],
    "/projects/{code}/advance": ["/projects/SN-2026-001/advance"],
    "/projects/{code}/facts": ["/projects/SN-2026-001/facts"],
    "/projects/{code}/documents": ["/projects/SN-2026-001/documents"],
    "/projects/{code}/documents/{kind}/{version}": ["/projects/SN-2026-001/documents/plan/9"],
    "/todo": ["/todo"],
    "/todo/read": ["/todo/read"],
    "/tasks/{number}": ["/tasks/1", "/tasks/999"],
    "/tasks/{number}/claim": ["/tasks/1/claim"],
    "/tasks/{number}/answer": ["/tasks/1/answer"],
    "/tasks/{number}/withdraw": ["/tasks/1/withdraw"],
    "/account": ["/account"],
    "/account/password": ["/account/password"],
    "/account/sessions/{number}/end": ["/account/sessions/1/end"],
    "/invite/{token}": ["/invite/none"],
    "/login": ["/login"],
    "/login/demo": ["/login/demo"],
    "/logout": ["/logout"],
    "/healthz": ["/healthz"],
    "/static": ["/static/app.css", "/static/none.css"],
}
"""Every route with addresses to try it on; a route that is not here fails the first test."""
TRIED = [*(address for tried in ADDRESSES.values() for address in tried), "/nowhere"]
PAGES = [address for address in TRIED if not address.startswith(("/static", "/healthz"))]


def test_every_route_is_tried() -> None:
    app = create_app()
    mounted = {route.path for route in app.routes if isinstance(route, Mount)}
    assert set(app.openapi()["paths"]) | mounted == set(ADDRESSES)


@pytest.mark.parametrize("address", TRIED)
def test_every_answer_has_the_headers(client: TestClient, busy: World, address: str) -> None:
    answer = client.get(address)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value or name == "Cache-Control"
    assert "Cache-Control" in answer.headers


@pytest.mark.parametrize("address", PAGES)
def test_pages_are_whole_in_themselves(client: TestClient, busy: World, address: str) -> None:
    page = client.get(address).text
    assert not re.search(r"<script(?![^>]*\ssrc=)", page)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", page)
    assert not re.search(r"""(?:href|src|action|url)\s*[=(]\s*["']?(?:https?:)?//""", page)
    assert '<html lang="zh-CN">' in page
    assert 'class="skip"' in page
    assert page.count("<h1") == 1
    for table in re.findall(r"<table.*?</table>", page, re.S):
        assert "<caption" in table
        assert "<th>" not in table


def test_ids_are_unique_on_a_page(client: TestClient, busy: World) -> None:
    found = re.findall(r'\sid="([^"]+)"', client.get("/projects/SN-2026-004").text)
    assert len(found) == len(set(found))


def test_the_first_page_is_light(client: TestClient, busy: World) -> None:
    page = client.get("/")
    files = [path for path in STATIC.iterdir() if path.suffix in (".css", ".js", ".svg")]
    assert len(page.content) + sum(path.stat().st_size for path in files) <= 60_000


class TestStatic:
    def test_a_versioned_file_may_be_kept_for_a_year(self, client: TestClient) -> None:
        assert "immutable" in client.get(static_address("app.css")).headers["cache-control"]

    def test_the_style_sheet_stays_within_the_floor(self) -> None:
        css = Path(STATIC / "app.css").read_text(encoding="utf-8")
        assert not re.search(
            r"color-mix\(|:has\(|@import|url\((?!#)|^\s*&", re.sub(r"/\*.*?\*/", "", css, flags=re.S), re.M
        )
