"""The audit trail from the command line: verified, anchored, proven, handed out."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from services.evidence_pack import VERIFIER
from tests.cli.conftest import Jiugai, tamper

CODE = "SN-2026-001"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


class TestAnchor:
    def test_is_taken_handed_out_listed_and_checked(self, enrolled: Jiugai, home: Path) -> None:
        taken = enrolled("audit", "anchor", "--json").json
        assert (taken["number"], taken["is_new"]) == (1, True)
        (file,) = (home / "anchors").iterdir()
        assert taken["places"] == [str(file)]
        assert stat.S_IMODE((home / "keys" / "anchor.pem").stat().st_mode) == 0o600
        assert "仍是第 1 号锚点" in enrolled("audit", "anchor").out
        (listed,) = enrolled("audit", "anchors", "--json").json
        assert listed["root"] == taken["root"]
        assert listed["handed"] == [{"way": "file", "place": str(file)}]
        assert "文件" in enrolled("audit", "anchors").out
        done = enrolled("audit", "check-anchor", file)
        assert done.code == 0
        assert "一致" in done.err

    def test_of_a_fresh_installation_there_is_none(self, jiugai: Jiugai) -> None:
        assert "还没有锚点" in jiugai("audit", "anchors").out
        assert jiugai("audit", "verify", "--since", "1").code == 4
        assert jiugai("audit", "prove", "person:li.street/1").code == 4

    def test_its_code_is_as_good_as_its_file(self, enrolled: Jiugai, tmp_path: Path) -> None:
        code = tmp_path / "code.txt"
        code.write_text(enrolled("audit", "anchor", "--json").json["code"], encoding="utf-8")
        assert enrolled("audit", "check-anchor", code).code == 0

    def test_the_newest_entries_taken_away_show_against_it(self, enrolled: Jiugai, home: Path) -> None:
        enrolled("audit", "anchor")
        tamper(
            home,
            "DELETE FROM audit_entry WHERE action = 'facts_recorded'",
            "DELETE FROM audit_leaf WHERE entry_id NOT IN (SELECT id FROM audit_entry)",
            "DELETE FROM audit_anchor",
        )
        (file,) = (home / "anchors").iterdir()
        for command in (("check-anchor", str(file)), ("verify",)):
            done = enrolled("audit", *command)
            assert done.code == 1
            assert "最新的 1 条不见了" in done.out
            assert "保留数据库原样" in done.err

    def test_what_is_none_is_said_to_be_none(self, enrolled: Jiugai, tmp_path: Path, home: Path) -> None:
        file = tmp_path / "x.json"
        file.write_text("{}", encoding="utf-8")
        assert enrolled("audit", "check-anchor", file).code == 2
        assert enrolled("audit", "check-anchor", tmp_path / "none").code == 4
        enrolled("audit", "anchor")
        (kept,) = (home / "anchors").iterdir()
        kept.write_text("{", encoding="utf-8")
        done = enrolled("audit", "verify")
        assert done.code == 1
        assert kept.name in done.out

    def test_a_key_others_can_read_signs_nothing(self, enrolled: Jiugai, home: Path) -> None:
        enrolled("audit", "anchor")
        enrolled("project", "set", CODE, "households=121", "--as", "li.street")
        (home / "keys" / "anchor.pem").chmod(0o644)
        done = enrolled("audit", "anchor")
        assert done.code == 1
        assert "600" in done.err
        (home / "keys" / "anchor.pem").chmod(0o600)
        (home / "keys" / "anchor.pem").write_text("nothing", encoding="ascii")
        assert "不是私钥文件" in enrolled("audit", "anchor").err

    def test_the_public_key_is_handed_out(self, enrolled: Jiugai, tmp_path: Path) -> None:
        shown = enrolled("audit", "key", "--json").json
        assert enrolled("audit", "key", "-o", tmp_path / "key.pem").code == 0
        assert (tmp_path / "key.pem").read_text(encoding="ascii") == shown["pem"]
        assert enrolled("audit", "anchor", "--json").json["key"] == shown["key"]


class TestVerify:
    def test_takes_a_project_as_argument_or_option_and_an_anchor_to_begin_with(self, enrolled: Jiugai) -> None:
        enrolled("audit", "anchor")
        assert enrolled("audit", "verify", CODE).code == 0
        assert enrolled("audit", "verify", "--project", CODE, "--json").json["entries"] == 2
        assert enrolled("audit", "verify", "--since", "1").code == 0
        assert enrolled("audit", "verify", CODE, "--since", "1").code == 2
        assert enrolled("audit", "verify", "--since", "7").code == 4
        assert enrolled("audit", "verify", "--project", "NOPE").code == 4

    def test_names_the_first_bad_entry_and_repairs_nothing(self, enrolled: Jiugai, home: Path) -> None:
        enrolled("audit", "anchor")
        tamper(home, "UPDATE audit_entry SET after = '{}  ' WHERE action = 'facts_recorded'")
        for _ in range(2):
            done = enrolled("audit", "verify", "--json")
            assert done.code == 1
            assert done.json["breaks"][0] == {
                "subject": "project", "id": CODE, "seq": 2, "problem": "内容无法读取（after），与写入时不同",
            }  # fmt: skip
            assert f"项目 {CODE} 第 2 条" in done.err

    def test_speaks_english_too(self, enrolled: Jiugai, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("JIUGAI_LANG", "en")
        assert enrolled("audit", "verify").out.startswith("verified:")
        tamper(home, "DELETE FROM audit_entry WHERE action = 'enrolled'")
        assert "tampered" in enrolled("audit", "verify").err


class TestEvidence:
    def test_is_exported_checked_alone_and_noted_down(self, enrolled: Jiugai, tmp_path: Path) -> None:
        first, second = tmp_path / "甲.zip", tmp_path / "乙.zip"
        done = enrolled("audit", "evidence", CODE, "-o", first, "--json").json
        assert (done["entries"], done["anchor"], done["lost"]) == (3, 1, 0)
        assert enrolled("audit", "evidence", CODE, "-o", second, "--as", "zhou.audit", "--with-documents").code == 0
        assert enrolled("audit", "evidence", CODE, "-o", second).code == 0
        assert first.read_bytes() == second.read_bytes()
        checked = subprocess.run([sys.executable, "-I", VERIFIER, first], capture_output=True, check=False)
        assert checked.returncode == 0, checked.stdout.decode()
        read = enrolled("audit", "prove", "reading:zhou.audit/1")
        assert read.code == 5  # written, but not anchored yet
        enrolled("audit", "anchor")
        entry = enrolled("audit", "prove", "reading:zhou.audit/1").json["entry"]
        assert entry["action"] == "evidence_read"
        assert entry["after"]["id"] == CODE
        assert enrolled("audit", "verify").code == 0

    def test_needs_a_project_or_both_days(self, enrolled: Jiugai, tmp_path: Path) -> None:
        for wrong in (
            (), (CODE, "--from", "2026-01-01", "--to", "2026-01-02"), ("--from", "2026-01-01"),
            ("--from", "2026-01-02", "--to", "2026-01-01"),
        ):  # fmt: skip
            assert enrolled("audit", "evidence", *wrong, "-o", tmp_path / "x.zip").code == 2
        assert enrolled("audit", "evidence", "NOPE", "-o", tmp_path / "x.zip").code == 4
        assert enrolled("audit", "evidence", CODE, "--anchor", "9", "-o", tmp_path / "x.zip").code == 4
        assert not (tmp_path / "x.zip").exists()
        period = ("--from", "2026-03-02", "--to", "2026-03-02")
        assert enrolled("audit", "evidence", *period, "-o", tmp_path / "x.zip").code == 0

    def test_a_proof_is_written_to_a_file_the_verifier_takes(self, enrolled: Jiugai, tmp_path: Path) -> None:
        enrolled("audit", "anchor")
        assert enrolled("audit", "prove", f"{CODE}/1", "-o", tmp_path / "p.json").code == 0
        assert json.loads((tmp_path / "p.json").read_text(encoding="utf-8"))["position"] >= 0
        done = subprocess.run([sys.executable, "-I", VERIFIER, tmp_path / "p.json"], capture_output=True, check=False)
        assert done.returncode == 0
        assert enrolled("audit", "prove", f"{CODE}/99").code == 4


class TestLate:
    def test_of_none_it_says_so(self, enrolled: Jiugai) -> None:
        assert "没有补录" in enrolled("audit", "late").out
        assert enrolled("audit", "late", "--json").json == {"counts": [], "entries": []}


class TestSettings:
    def test_logs_are_kept_a_year_at_least(self, enrolled: Jiugai, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("JIUGAI_RETENTION_DAYS", "364")
        done = enrolled("audit", "verify")
        assert done.code == 2
        assert "RETENTION_DAYS" in done.err

    def test_new_entries_are_hashed_as_the_settings_say(
        self, enrolled: Jiugai, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("JIUGAI_AUDIT_ALGORITHM", "sm3")
        assert enrolled("project", "set", CODE, "households=121", "--as", "li.street").code == 0
        assert enrolled("audit", "anchor", "--json").json["algorithm"] == "sm3"
        assert enrolled("audit", "prove", f"{CODE}/3").json["entry"]["algorithm"] == "sm3"
        assert enrolled("audit", "verify").code == 0
