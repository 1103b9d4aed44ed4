"""/healthz: 200 while the database is usable, 503 when it is not."""

from __future__ import annotations

from pathlib import Path

from fastapi.testclient import TestClient

from runtime.database import upgrade
from runtime.settings import Settings
from tests.world import World
from web.app import create_app


class TestHealthz:
    def test_tells_the_backlog_and_how_long_it_waits(self, client: TestClient, world: World) -> None:
        assert client.get("/healthz").json()["outbox"] == {"backlog": 0, "oldest_seconds": 0}
        world.enrol()
        world.advance("SN-2026-001", "suspend", "wang.district", reason="汛期停工")
        world.tick(seconds=90)
        answer = client.get("/healthz")
        assert answer.status_code == 200
        assert answer.json() == {
            "status": "ok",
            "database": {"ok": True},
            "outbox": {"backlog": 1, "oldest_seconds": 90},
            "incidents": 0,
        }

    def test_without_a_database_it_is_unavailable_and_recovers_with_it(self, tmp_path: Path) -> None:
        settings = Settings(home=tmp_path, _env_file=None)
        with TestClient(create_app(settings)) as browser:
            answer = browser.get("/healthz")
            assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
            assert answer.json()["database"]["code"] == "database_behind"
            upgrade(settings.url)
            assert browser.get("/healthz").status_code == 200

    def test_a_database_taken_away_while_running_is_unavailable(self, client: TestClient, world: World) -> None:
        assert client.get("/healthz").status_code == 200
        (world.folder / "jiugai.db").rename(world.folder / "elsewhere.db")
        assert client.get("/healthz").status_code == 503
