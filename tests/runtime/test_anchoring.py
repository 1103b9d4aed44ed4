"""Anchors handed out: into a folder, to supervisors, to a webhook; what fails is said and made up for later."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from models.anchor import AuditHandout
from models.delivery import InboxMessage
from notifications.message import from_payload
from runtime.anchor_key import AnchorKeyUnusable, KeyFile
from runtime.anchoring import HandoutFailed, anchor_record, anchoring_is_due, kept_anchors
from runtime.database import Database
from runtime.office import Office
from runtime.settings import Settings
from services.anchor_statement import SignedAnchor, anchor_of, read_anchor
from tests.way import CODE, surveyed
from tests.world import World


class Keeper:
    """A keeper's own server: keeps what it is sent, and answers as it is told to."""

    def __init__(self) -> None:
        self.kept: list[SignedAnchor] = []
        self.status = 200
        keeper = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if keeper.status == 200:
                    keeper.kept.append(anchor_of(json.loads(body)))
                self.send_response(keeper.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/anchors?token=geheim123"
        self._thread = threading.Thread(target=self.server.serve_forever)
        self._thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    made = Keeper()
    yield made
    made.stop()


def office(world: World, **settings: object) -> Office:
    return Office(Settings(home=world.folder, **settings), Database(world.database.url), world.city)  # type: ignore[arg-type]


class TestHandingOut:
    def test_goes_every_way_the_settings_name_and_is_written_down(self, world: World, keeper: Keeper) -> None:
        surveyed(world)
        at = office(world, anchor_receivers="zhou.audit, zhao.city", anchor_webhook_url=SecretStr(keeper.url))
        done = anchor_record(at, taken_by="test", now=world.now)
        done.require_handed()
        anchor = done.taken.anchor
        assert keeper.kept == [anchor]
        assert kept_anchors(at.settings).anchors == (anchor,)
        with world.read() as session:
            messages = session.scalars(select(InboxMessage).where(InboxMessage.kind == "anchor_taken")).all()
            ways = session.scalars(select(AuditHandout.way).order_by(AuditHandout.way)).all()
        assert len(messages) == 2
        letter = from_payload(messages[0].kind, messages[0].payload)
        assert read_anchor(letter.code, file="letter") == anchor  # type: ignore[attr-defined]
        assert list(ways) == ["file", "mail", "webhook"]
        at.close()

    def test_supervisors_are_told_once_a_day_the_folder_each_time(self, world: World) -> None:
        at = office(world, anchor_receivers="zhou.audit")
        surveyed(world)
        for hours in (0, 2, 3, 24):
            world.tick(hours=hours)
            world.facts(CODE, households=str(200 + hours))
            anchor_record(at, taken_by="test", now=world.now)
        with world.read() as session:
            assert len(session.scalars(select(InboxMessage).where(InboxMessage.kind == "anchor_taken")).all()) == 2
        assert len(kept_anchors(at.settings).anchors) == 4
        at.close()

    def test_what_fails_is_named_without_the_secret_and_made_up_for(self, world: World, keeper: Keeper) -> None:
        surveyed(world)
        keeper.status = 503
        at = office(world, anchor_receivers="gone.person", anchor_webhook_url=SecretStr(keeper.url))
        done = anchor_record(at, taken_by="test", now=world.now)
        with pytest.raises(HandoutFailed) as failed:
            done.require_handed()
        assert "gone.person" in str(failed.value)
        assert "503" in str(failed.value)
        assert "geheim123" not in str(failed.value)
        keeper.status = 200
        world.tick(hours=1)
        world.facts(CODE, households="121")
        anchor_record(at, taken_by="test", now=world.now).require_handed()
        assert [one.statement.number for one in keeper.kept] == [1, 2]
        at.close()

    def test_a_folder_that_cannot_be_written_costs_no_anchor(self, world: World, tmp_path: Path) -> None:
        surveyed(world)
        (tmp_path / "file").write_text("no folder", encoding="ascii")
        at = office(world, anchor_folder=tmp_path / "file")
        done = anchor_record(at, taken_by="test", now=world.now)
        assert done.taken.is_new
        assert len(done.problems) == 1
        at.close()

    def test_is_due_only_after_its_time(self, world: World) -> None:
        at = office(world, anchor_minutes=30)
        surveyed(world)
        assert anchoring_is_due(at, world.now)
        anchor_record(at, taken_by="test", now=world.now)
        world.facts(CODE, households="121")
        world.tick(minutes=29)
        assert not anchoring_is_due(at, world.now)
        world.tick(minutes=1)
        assert anchoring_is_due(at, world.now)
        at.close()


class TestKey:
    def test_is_made_once_also_by_two_at_once(self, tmp_path: Path) -> None:
        files = [KeyFile(tmp_path / "keys" / "anchor.pem") for _ in range(8)]
        with ThreadPoolExecutor(8) as pool:
            keys = set(pool.map(lambda one: one.public, files))
        assert len(keys) == 1
        assert [path.name for path in (tmp_path / "keys").iterdir()] == ["anchor.pem"]

    def test_of_another_kind_is_refused(self, tmp_path: Path) -> None:
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        path = tmp_path / "anchor.pem"
        path.write_bytes(X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        path.chmod(0o600)
        with pytest.raises(AnchorKeyUnusable, match="Ed25519"):
            KeyFile(path).sign(b"")
