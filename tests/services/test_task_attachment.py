"""Attachments: files of an opinion lie in the store under their hash and are never the project's own papers."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from models.document import Document
from models.review_attachment import ReviewAttachment
from services.document import DocumentEmpty, DocumentTypeRefused, stored_at
from services.identity import OpinionForbidden
from services.task_act import TaskUnfit
from services.task_attachment import attach_to_task
from tests.scenarios.tasks import all_approve, found_tasks, keeping, opened, say, tasks
from tests.world import PDF, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Everybody is asked at once."""
    found = found_tasks(tmp_path)
    yield found
    found.database.close()


def attach(
    world: World, login: str, name: str = "日照分析.pdf", content: bytes = PDF, request: str | None = None
) -> int:
    with world.write() as session:
        kept = keeping(world, login, request=request)
        return attach_to_task(session, world.city, tasks(world)["planning"].id, name, io.BytesIO(content), kept).id


def rows(world: World) -> list[ReviewAttachment]:
    with world.read() as session:
        return list(session.scalars(select(ReviewAttachment).order_by(ReviewAttachment.id)))


class TestAttachToTask:
    def test_before_and_after_the_opinion(self, world: World) -> None:
        opened(world)
        attach(world, "sun.planning")
        say(world, "planning", "sun.planning")
        attach(world, "sun.planning", "现场照片.png", b"\x89PNG\r\n\x1a\n" + b"0" * 20)
        assert [(row.filename, row.media_type) for row in rows(world)] == [
            ("日照分析.pdf", "application/pdf"),
            ("现场照片.png", "image/png"),
        ]
        assert stored_at(world.city, hashlib.sha256(PDF).hexdigest()).read_bytes() == PDF

    def test_is_no_paper_of_the_project(self, world: World) -> None:
        opened(world)
        with world.read() as session:
            before = session.scalars(select(Document.id)).all()
        attach(world, "sun.planning")
        with world.read() as session:
            assert session.scalars(select(Document.id)).all() == before

    def test_the_same_request_attaches_once(self, world: World) -> None:
        opened(world)
        assert attach(world, "sun.planning", request="press-1") == attach(world, "sun.planning", request="press-1")
        assert len(rows(world)) == 1

    def test_what_is_refused_leaves_nothing(self, world: World) -> None:
        opened(world)
        stored = sorted(world.city.documents.rglob("*"))
        with pytest.raises(OpinionForbidden):
            attach(world, "qian.fire")
        with pytest.raises(DocumentTypeRefused):
            attach(world, "sun.planning", "看图.exe", b"MZ" + b"\0" * 100)
        with pytest.raises(DocumentEmpty):
            attach(world, "sun.planning", content=b"")
        assert rows(world) == []
        assert sorted(world.city.documents.rglob("*")) == stored

    def test_not_after_the_round_has_ended(self, world: World) -> None:
        opened(world)
        all_approve(world)
        world.react()
        with pytest.raises(TaskUnfit):
            attach(world, "sun.planning")
