"""`jiugai db`: a backup is taken while people work, proven whole, and put back without losing what is there."""

from __future__ import annotations

import io
import sqlite3
import tarfile
from pathlib import Path

import pytest

from tests.cli.conftest import Jiugai
from tests.database import ONLY_SQLITE, copy_of

CODE = "SN-2026-001"
pytestmark = ONLY_SQLITE  # its cases about PostgreSQL bring their own


@pytest.fixture
def documented(enrolled: Jiugai, tmp_path: Path) -> Jiugai:
    """With a document in the store."""
    report = tmp_path / "调查报告.pdf"
    report.write_bytes(b"%PDF-1.7 survey")
    enrolled("project", "attach", CODE, "survey_report", report, "--as", "li.street")
    return enrolled


class TestUpgrade:
    def test_builds_the_database_and_may_be_repeated(self, empty: Jiugai) -> None:
        assert empty("db", "upgrade").code == 0
        assert empty("db", "upgrade", "--json").json["revision"]
        assert empty("project", "list", "--json").json == []


class TestBackup:
    def test_comes_back_on_another_machine_with_its_documents(
        self, documented: Jiugai, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        done = documented("db", "backup", tmp_path / "备份.tar.gz", "--json")
        assert (done.code, done.json["documents"]) == (0, 1)
        monkeypatch.setenv("JIUGAI_HOME", str(tmp_path / "other"))
        assert documented("db", "restore", tmp_path / "备份.tar.gz").code == 0
        assert documented("project", "show", CODE, "--json").json["documents"][0]["file"] == "调查报告.pdf"
        assert documented("audit", "verify").code == 0
        (stored,) = (tmp_path / "other" / "documents").glob("??/*")
        assert stored.read_bytes() == b"%PDF-1.7 survey"

    def test_of_postgresql_comes_back_into_either(
        self, documented: Jiugai, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shown = documented("project", "show", CODE, "--json").json
        file, backup, home = tmp_path / "home" / "jiugai.db", tmp_path / "备份.tar.gz", tmp_path / "other"
        here, there = copy_of("template1"), copy_of("template1")
        assert documented("db", "copy", file, here).code == 0
        monkeypatch.setenv("JIUGAI_DATABASE_URL", here)
        done = documented("db", "backup", backup, "--json")
        assert (done.code, done.json["documents"]) == (0, 1)
        assert documented("db", "restore", backup, "--verify").code == 0
        assert documented("db", "restore", backup).code == 5
        monkeypatch.setenv("JIUGAI_HOME", str(home))
        monkeypatch.setenv("JIUGAI_DATABASE_URL", there)
        assert documented("db", "restore", backup).code == 0
        assert documented("project", "show", CODE, "--json").json == shown
        documented("project", "set", CODE, "willing=80%", "--as", "li.street")
        assert documented("db", "restore", backup, "--force").code == 0
        assert documented("project", "show", CODE, "--json").json == shown
        assert documented("audit", "verify").code == 0
        monkeypatch.delenv("JIUGAI_DATABASE_URL")
        assert documented("db", "restore", backup).code == 0
        assert documented("project", "show", CODE, "--json").json == shown


class TestCopy:
    def test_says_what_arrived_and_how_to_go_on(self, documented: Jiugai, tmp_path: Path) -> None:
        file = tmp_path / "home" / "jiugai.db"
        done = documented("db", "copy", file, copy_of("template1").replace("+psycopg", ""))
        assert (done.code, "留痕校验通过" in done.out, "JIUGAI_DATABASE_URL" in done.out) == (0, True, True)
        done = documented("db", "copy", file, tmp_path / "copy.db", "--json")
        assert done.json["rows"] > done.json["entries"] > 0

    def test_refuses_a_target_in_use_a_source_that_is_not_there_and_another_kind(
        self, documented: Jiugai, tmp_path: Path
    ) -> None:
        file = tmp_path / "home" / "jiugai.db"
        assert documented("db", "copy", file, file).code == 5
        assert documented("db", "copy", tmp_path / "none.db", tmp_path / "copy.db").code == 5
        assert documented("db", "copy", file, "mysql://localhost/jiugai").code == 2


class TestRestore:
    def test_never_overwrites_unless_told_to(self, documented: Jiugai, tmp_path: Path) -> None:
        backup = tmp_path / "备份.tar.gz"
        documented("db", "backup", backup)
        documented("project", "set", CODE, "willing=80%", "--as", "li.street")
        assert documented("db", "restore", backup).code == 5
        assert documented("db", "restore", backup, "--force").code == 0
        codes = [fact["code"] for fact in documented("project", "show", CODE, "--json").json["facts"]]
        assert "willing" not in codes

    def test_verify_only_looks(self, documented: Jiugai, tmp_path: Path) -> None:
        documented("db", "backup", tmp_path / "备份.tar.gz")
        done = documented("db", "restore", tmp_path / "备份.tar.gz", "--verify", "--json")
        assert (done.code, done.json["restored"], done.json["checked_documents"]) == (0, False, 1)

    def test_a_tampered_trail_is_not_put_back(self, documented: Jiugai, tmp_path: Path) -> None:
        database = tmp_path / "home" / "jiugai.db"
        with sqlite3.connect(database) as connection:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            connection.execute("UPDATE audit_entry SET actor = 'somebody' WHERE action = 'document_attached'")
        connection.close()
        documented("db", "backup", tmp_path / "备份.tar.gz")
        done = documented("db", "restore", tmp_path / "备份.tar.gz", "--force")
        assert (done.code, "留痕校验未通过" in done.err, CODE in done.err) == (2, True, True)

    @pytest.mark.parametrize("cut", [0, 100, 4000])
    def test_half_a_file_is_no_backup(self, documented: Jiugai, tmp_path: Path, cut: int) -> None:
        backup = tmp_path / "备份.tar.gz"
        documented("db", "backup", backup)
        backup.write_bytes(backup.read_bytes()[:cut])
        done = documented("db", "restore", backup, "--force")
        assert (done.code, "不能用" in done.err) == (2, True)
        assert documented("project", "show", CODE).code == 0

    def test_a_lost_document_is_noticed(self, documented: Jiugai, tmp_path: Path) -> None:
        (stored,) = (tmp_path / "home" / "documents").glob("??/*")
        stored.unlink()
        documented("db", "backup", tmp_path / "备份.tar.gz")
        done = documented("db", "restore", tmp_path / "备份.tar.gz", "--verify")
        assert (done.code, "缺失" in done.err) == (2, True)

    def test_an_archive_of_something_else_leaves_no_file_outside(self, empty: Jiugai, tmp_path: Path) -> None:
        with tarfile.open(tmp_path / "x.tar.gz", "w:gz") as archive:
            member = tarfile.TarInfo("../outside.txt")
            member.size = 3
            archive.addfile(member, io.BytesIO(b"no!"))
        assert empty("db", "restore", tmp_path / "x.tar.gz").code == 2
        assert not list(tmp_path.rglob("outside.txt"))
        assert empty("db", "restore", tmp_path / "没有.tar.gz").code == 4
