"""The command line in-process, on a city of its own: real settings, real database, real files."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from cli.main import app
from runtime.database import Database
from runtime.settings import Settings
from tests.database import ON_POSTGRES, copy_of
from tests.policy.packs import write_pack
from tests.services.tampering import unguard
from tests.world import World


@dataclass
class Done:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Stdout as the one JSON document it has to be."""
        return json.loads(self.out)


Jiugai = Callable[..., Done]


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Jiugai:
    """`jiugai` on a machine where nothing has been set up yet."""
    for name in ("LANG", "DATABASE_URL", "MAX_IMPORT_MB", "CHANNELS"):
        monkeypatch.setenv(f"JIUGAI_{name}", "")  # so that it is taken back, whatever a test sets
        monkeypatch.delenv(f"JIUGAI_{name}")
    monkeypatch.setenv("JIUGAI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("JIUGAI_PACKS", str(tmp_path / "packs"))
    monkeypatch.setenv("JIUGAI_PACK", "yangguang")
    monkeypatch.setenv("JIUGAI_PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.chdir(tmp_path)  # no .env of whoever runs the tests
    write_pack(tmp_path / "packs" / "yangguang")

    def jiugai(*args: object) -> Done:
        result = CliRunner().invoke(app, [str(arg) for arg in args], prog_name="jiugai")
        return Done(result.exit_code, result.stdout, result.stderr)

    return jiugai


def installed(home: Path) -> Database:
    """The database the command line works on."""
    return Database(Settings(home=home, _env_file=None).url)


def tamper(home: Path, *statements: str) -> None:
    """Change it past the program, as if nothing guarded it."""
    database = installed(home)
    with database.write() as session:
        unguard(session)
        for statement in statements:
            session.execute(text(statement))
    database.close()


def settle(world: World, home: Path) -> None:
    """Let the installation in `home` go on with the world's database: a copy of its file, or PostgreSQL's own."""
    world.database.close()
    if ON_POSTGRES:
        os.environ["JIUGAI_DATABASE_URL"] = world.database.url  # the fixture `empty` takes it back
        return
    home.mkdir(exist_ok=True)
    shutil.copy(world.database.url.removeprefix("sqlite:///"), home / "jiugai.db")


@pytest.fixture
def jiugai(empty: Jiugai, request: pytest.FixtureRequest, tmp_path: Path) -> Jiugai:
    """`jiugai` in 阳光市, with the small pack in force."""
    (tmp_path / "home").mkdir()
    if ON_POSTGRES:
        os.environ["JIUGAI_DATABASE_URL"] = copy_of(request.getfixturevalue("founded_postgres"))
    else:
        shutil.copy(request.getfixturevalue("founded"), tmp_path / "home" / "jiugai.db")
    return empty


@pytest.fixture
def enrolled(jiugai: Jiugai, world: World, tmp_path: Path) -> Jiugai:
    """`jiugai` with 幸福里小区 in the register, its survey nearly complete."""
    world.enrol()
    world.facts("SN-2026-001", households="120", structure="砖混", owners="120", owners_voted="100", owners_agreed="80")
    settle(world, tmp_path / "home")
    return jiugai
