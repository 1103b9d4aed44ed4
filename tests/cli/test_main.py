"""The command line as a whole: quick help, exit codes, errors in words, never a traceback."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import typer
from sqlalchemy import create_engine

from cli.lazy import load
from cli.main import Root
from cli.outcome import EXIT_CODES, run
from states.exceptions import JiugaiError, Kind
from tests.cli.conftest import Jiugai, tamper
from tests.database import ONLY_SQLITE

ROOT = Path(__file__).parents[2]
CODE = "SN-2026-001"


def shell(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    """The command as a shell starts it."""
    command = [sys.executable, "-m", "cli.main", *args]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, check=False, timeout=60
    )


class TestHelp:
    def test_names_every_command_without_importing_what_they_need(self) -> None:
        code = (
            "import sys; from typer.testing import CliRunner; from cli.main import app; "
            "print(CliRunner().invoke(app, ['--help']).stdout); "
            "print(sorted({m.partition('.')[0] for m in sys.modules} & {'prefect','sqlalchemy','pydantic','rich'}))"
        )
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        *lines, loaded = done.stdout.strip().splitlines()
        assert loaded == "[]"
        for name in ("project", "policy", "calendar", "review", "clock", "notify", "audit", "db", "user", "doctor"):
            assert any(line.strip().startswith(name) for line in lines)

    def test_is_english_where_the_settings_say_so(self) -> None:
        assert "packs: check, show, activate" in shell("--help", JIUGAI_LANG="en").stdout

    def test_the_version_needs_no_installation(self, empty: Jiugai) -> None:
        assert empty("--version").out.startswith("jiugai ")

    @pytest.mark.parametrize("name", [name for name, entry in Root.table.items() if find_spec(entry.module)])
    def test_every_command_of_the_table_loads_and_has_words(self, empty: Jiugai, name: str) -> None:
        assert load(name, Root.table[name]).help


class TestUsage:
    def test_an_unknown_command_names_the_nearest(self, empty: Jiugai) -> None:
        done = empty("projct", "list")
        assert done.code == 2
        assert "project" in done.err

    def test_what_is_missing_is_named_in_chinese(self, jiugai: Jiugai) -> None:
        done = jiugai("project", "advance", CODE)
        assert (done.code, "缺少" in done.err) == (2, True)

    def test_with_json_the_error_is_a_document_too(self, jiugai: Jiugai) -> None:
        done = jiugai("project", "show", "NOPE", "--json")
        assert done.code == 4
        assert done.json["error"]["code"] == "project_missing"
        assert "没有编号" in done.err


class TestExitCodes:
    @pytest.mark.parametrize("kind", list(Kind))
    def test_every_kind_of_error_has_its_own(self, kind: Kind, capsys: pytest.CaptureFixture[str]) -> None:
        def fail() -> None:
            raise type("Planned", (JiugaiError,), {"kind": kind, "zh": "计划中的错误"})

        assert run(fail, []) == EXIT_CODES[kind]
        assert "计划中的错误" in capsys.readouterr().err

    def test_ctrl_c_is_130_and_a_declined_question_1(self) -> None:
        def abort() -> None:
            raise typer.Abort

        assert run(abort, []) == 1

    def test_0_to_6_are_seen_on_a_project(self, enrolled: Jiugai) -> None:
        assert enrolled("project", "list").code == 0
        assert enrolled("audit", "verify").code == 0
        assert enrolled("project", "set", CODE, "households=很多", "--as", "li.street").code == 2
        refused = enrolled("project", "advance", CODE, "finish_survey", "--as", "li.street")
        assert (refused.code, "调查报告" in refused.err) == (3, True)
        assert enrolled("project", "advance", CODE, "finish_survey", "--as", "nobody").code == 4
        assert enrolled("project", "advance", CODE, "finish_survey", "--as", "sun.planning").code == 6

    def test_a_request_id_used_for_something_else_is_a_conflict(self, enrolled: Jiugai) -> None:
        suspend = ("project", "advance", CODE, "suspend", "--as", "wang.district", "--reason", "管线冲突")
        assert enrolled(*suspend, "--request-id", "press-1").code == 0
        again = enrolled("project", "advance", CODE, "resume", "--as", "wang.district", "--request-id", "press-1")
        assert again.code == 5


class TestTrouble:
    def test_without_a_database_the_first_step_is_named(self, empty: Jiugai) -> None:
        done = empty("project", "list")
        assert (done.code, "jiugai db upgrade" in done.err) == (5, True)

    def test_a_newer_database_is_left_alone(self, jiugai: Jiugai, tmp_path: Path) -> None:
        tamper(tmp_path / "home", "UPDATE alembic_version SET version_num = '9999'")
        for args in (("project", "list"), ("db", "upgrade")):
            done = jiugai(*args)
            assert (done.code, "9999" in done.err, "升级 jiugai" in done.err) == (5, True, True)

    @ONLY_SQLITE
    def test_what_is_no_database_is_said_to_be_none(self, empty: Jiugai, tmp_path: Path) -> None:
        (tmp_path / "home").mkdir()
        (tmp_path / "home" / "jiugai.db").write_bytes(b"not a database at all" * 100)
        done = empty("project", "list")
        assert (done.code, "数据库文件不能用" in done.err) == (1, True)

    def test_a_wrong_setting_is_named(self, empty: Jiugai, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("JIUGAI_PORT", "sometimes")
        done = empty("project", "list")
        assert (done.code, "JIUGAI_PORT" in done.err) == (2, True)

    @ONLY_SQLITE
    def test_a_locked_database_is_told_in_words(
        self, jiugai: Jiugai, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("models.engine.BUSY_TIMEOUT_MS", 50)
        engine = create_engine(f"sqlite:///{tmp_path / 'home' / 'jiugai.db'}")
        with engine.connect() as holder:
            holder.exec_driver_sql("BEGIN IMMEDIATE")
            done = jiugai("user", "add", "chen.new", "陈新", "--organisation", "sunny")
        engine.dispose()
        assert (done.code, "数据库暂时不可用" in done.err) == (1, True)

    @ONLY_SQLITE
    def test_a_full_disk_loses_nothing_and_says_so(self, jiugai: Jiugai, tmp_path: Path) -> None:
        def tiny() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

        command = [sys.executable, "-m", "cli.main", "project", "template", str(tmp_path / "模板.xlsx")]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, preexec_fn=tiny)
        assert (done.returncode, "磁盘空间不足" in done.stderr, "Traceback" in done.stderr) == (1, True, False)
        assert not (tmp_path / "模板.xlsx").exists()
        command = [sys.executable, "-m", "cli.main", "user", "organisation", "add", "sunny-dong", "东山区"]
        more = ["--level", "district", "--parent", "sunny"]
        done = subprocess.run([*command, *more], cwd=ROOT, capture_output=True, text=True, check=False, preexec_fn=tiny)
        assert (done.returncode, "Traceback" in done.stderr) == (1, False)
        assert "磁盘" in done.stderr
        codes = [one["code"] for one in jiugai("user", "organisation", "list", "--json").json]
        assert "sunny-dong" not in codes

    def test_the_unexpected_goes_into_the_log(
        self, jiugai: Jiugai, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object, **__: object) -> None:
            raise ZeroDivisionError("nobody thought of this")

        monkeypatch.setattr("cli.project.list_projects", broken)
        done = jiugai("project", "list")
        assert (done.code, "Traceback" in done.err) == (1, False)
        log = tmp_path / "home" / "logs" / "jiugai.log"
        assert str(log) in done.err
        assert "nobody thought of this" in log.read_text(encoding="utf-8")
        assert "Traceback" in jiugai("--debug", "project", "list").err

    @pytest.mark.parametrize(("lang", "words"), [("zh", "没有编号为"), ("en", "There is no project")])
    def test_speaks_the_language_of_the_settings(
        self, jiugai: Jiugai, monkeypatch: pytest.MonkeyPatch, lang: str, words: str
    ) -> None:
        monkeypatch.setenv("JIUGAI_LANG", lang)
        assert words in jiugai("project", "show", "NOPE").err

    def test_the_language_may_stand_in_the_env_file(self, jiugai: Jiugai, tmp_path: Path) -> None:
        (tmp_path / ".env").write_text("JIUGAI_LANG=en\n", encoding="utf-8")
        assert "There is no project" in jiugai("project", "show", "NOPE").err
