"""Documents: stored once under their hash; what is refused leaves neither a row nor a byte behind."""

from __future__ import annotations

import hashlib
import io
import resource
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest
from sqlalchemy import func, select

from models.audit import AuditEntry
from models.document import Document
from policy.pack import PackEntryUnknown
from services.city import City
from services.document import (
    DocumentEmpty,
    DocumentTooLarge,
    DocumentTypeRefused,
    StoreUnavailable,
    Upload,
    attach,
    stored_at,
)
from services.keeping import KeepingForbidden
from services.project import find_project
from states.exceptions import JiugaiError
from tests.way import CODE
from tests.world import PDF, World

EXE = b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 64


@pytest.fixture
def enrolled(world: World) -> World:
    world.enrol()
    return world


def put(
    world: World,
    name: str = "调查报告.pdf",
    content: bytes | BinaryIO = PDF,
    *,
    kind: str = "survey_report",
    login: str = "li.street",
    city: City | None = None,
    request_id: str | None = None,
) -> Document:
    keeping = replace(world.keeping(login), request_id=request_id)
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    with world.write() as session:
        return attach(session, city or world.city, find_project(session, CODE), Upload(kind, name, stream), keeping)


def on_disk(world: World) -> list[Path]:
    return sorted(path for path in world.city.documents.rglob("*") if path.is_file())


def rows(world: World) -> int:
    with world.read() as session:
        return session.scalar(select(func.count(Document.id))) or 0


def refused(world: World, error: type[JiugaiError], *args: object, **kwargs: object) -> None:
    before = rows(world), on_disk(world)
    with pytest.raises(error):
        put(world, *args, **kwargs)  # type: ignore[arg-type]
    assert (rows(world), on_disk(world)) == before


class TestStored:
    def test_whole_under_its_hash_with_a_row_and_an_entry(self, enrolled: World) -> None:
        document = put(enrolled)
        assert (document.version, document.size, document.media_type) == (1, len(PDF), "application/pdf")
        assert document.sha256 == hashlib.sha256(PDF).hexdigest()
        assert stored_at(enrolled.city, document.sha256).read_bytes() == PDF
        with enrolled.read() as session:
            entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "document_attached")).one()
        assert (entry.after["sha256"], entry.after["file"]) == (document.sha256, "调查报告.pdf")

    def test_the_same_content_twice_shares_one_file_and_makes_two_versions(self, enrolled: World) -> None:
        assert [put(enrolled).version, put(enrolled, "副本.pdf").version] == [1, 2]
        assert len(on_disk(enrolled)) == 1

    def test_versions_count_for_each_kind(self, enrolled: World) -> None:
        put(enrolled)
        assert put(enrolled, content=PDF + b"2").version == 2
        assert put(enrolled, "方案.dwg", b"AC1032", kind="plan", login="wang.district").version == 1
        assert len(on_disk(enrolled)) == 3

    def test_a_file_larger_than_one_read_is_whole(self, enrolled: World) -> None:
        content = PDF + bytes(range(256)) * 9000  # more than two chunks of a megabyte
        assert stored_at(enrolled.city, put(enrolled, content=content).sha256).read_bytes() == content

    def test_a_stream_that_trickles_is_still_told_by_its_first_bytes(self, enrolled: World) -> None:
        class Trickle(io.BytesIO):
            def read(self, size: int | None = -1) -> bytes:
                return super().read(1)

        assert put(enrolled, content=Trickle(PDF)).media_type == "application/pdf"

    def test_a_repeated_request_attaches_nothing_twice(self, enrolled: World) -> None:
        first = put(enrolled, request_id="press-9")
        assert put(enrolled, request_id="press-9").id == first.id
        assert rows(enrolled) == 1


class TestNames:
    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("../../etc/passwd.pdf", "passwd.pdf"),
            ("C:\\Users\\li\\报告.pdf", "报告.pdf"),
            ("/tmp/报告.pdf", "报告.pdf"),
            ("..", "survey_report"),
            ("", "survey_report"),
            ("a/..", "survey_report"),
            ("报告\r\nSet-Cookie: x.pdf", "报告Set-Cookie: x.pdf"),
            ("报告\u202efdp.exe", "报告fdp.exe"),
            ("报\x00告.pdf", "报告.pdf"),
            ("长" * 300 + ".pdf", "长" * 196 + ".pdf"),
        ],
    )
    def test_only_the_last_part_is_kept_and_never_decides_where_it_lies(
        self, enrolled: World, sent: str, kept: str
    ) -> None:
        document = put(enrolled, sent)
        assert document.filename == kept
        assert on_disk(enrolled) == [stored_at(enrolled.city, document.sha256)]


class TestRefused:
    def test_too_large(self, enrolled: World) -> None:
        small = replace(enrolled.city, max_document_bytes=2**20)
        refused(enrolled, DocumentTooLarge, content=PDF + b"\0" * 2**20, city=small)
        assert put(enrolled, content=PDF.ljust(2**20, b"\0"), city=small).size == 2**20

    def test_empty(self, enrolled: World) -> None:
        refused(enrolled, DocumentEmpty, content=b"")

    def test_a_program_that_calls_itself_a_pdf(self, enrolled: World) -> None:
        refused(enrolled, DocumentTypeRefused, "报告.pdf", EXE)

    def test_a_sheet_where_only_pdf_and_word_are_taken(self, enrolled: World) -> None:
        refused(enrolled, DocumentTypeRefused, "报告.xlsx", b"PK\x03\x04rest")
        assert put(enrolled, "报告.docx", b"PK\x03\x04rest").version == 1

    def test_a_kind_the_pack_does_not_know(self, enrolled: World) -> None:
        refused(enrolled, PackEntryUnknown, kind="love_letter")

    @pytest.mark.parametrize("login", ["sun.planning", "zhou.audit", "wu.system"])
    def test_by_whom_the_record_does_not_belong(self, enrolled: World, login: str) -> None:
        refused(enrolled, KeepingForbidden, login=login)

    def test_where_the_store_is_no_folder(self, enrolled: World, tmp_path: Path) -> None:
        (tmp_path / "documents.txt").write_text("not a folder")
        broken = replace(enrolled.city, documents=tmp_path / "documents.txt")
        refused(enrolled, StoreUnavailable, city=broken)


FULL = """
import io, sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo
from policy.calendar import Calendar
from runtime.database import Database
from services.city import City
from services.document import StoreFull, Upload, attach
from services.identity import find_actor
from services.keeping import Keeping
from services.project import find_project

url, folder = sys.argv[1:]
database = Database(url)
city = City(Calendar.national(), ZoneInfo("Asia/Shanghai"), Path(folder))
try:
    with database.write() as session:
        keeping = Keeping(find_actor(session, "li.street"), datetime.fromisoformat("2026-03-02T09:00:00+08:00"))
        content = io.BytesIO(b"%PDF-1.7" + bytes(3 * 2**20))
        attach(session, city, find_project(session, "SN-2026-001"), Upload("survey_report", "大.pdf", content), keeping)
except StoreFull as full:
    print(full.code)
"""


class TestStoreFull:
    def test_is_said_and_nothing_is_left(self, enrolled: World, tmp_path: Path) -> None:
        """The limit on file size stands in for a full disk: the kernel refuses the write in the same place."""
        script = tmp_path / "full.py"
        script.write_text(textwrap.dedent(FULL), encoding="utf-8")

        def limit() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # then the write itself fails, with EFBIG
            resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))

        done = subprocess.run(
            [sys.executable, str(script), enrolled.database.url, str(enrolled.city.documents)],
            cwd=Path(__file__).parents[2],
            env={"PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONIOENCODING": "utf-8", "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            preexec_fn=limit,
            check=False,
        )
        assert done.stdout.strip() == "store_full", done.stderr
        assert (rows(enrolled), on_disk(enrolled)) == (0, [])
