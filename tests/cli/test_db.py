"""`jiugai db`: a backup is taken while people work, proven whole, and put back without losing what is there."""

from __future__ import annotations

import io
import sqlite3
import tarfile
from pathlib import Path

import pytest

from tests.cli.conftest import Jiugai

CODE = "SN-2026-001"


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

    def test_of_another_database_names_its_own_tool(self, empty: Jiugai, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("JIUGAI_DATABASE_URL", "postgresql+psycopg://localhost/jiugai")
        done = empty("db", "backup", "x.tar.gz")
        assert (done.code, "pg_dump" in done.err) == (2, True)


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
