"""Fixtures every test may use."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from policy.pack import Pack
from runtime.database import Database, upgrade
from tests.world import World, found_city, small_pack


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The small pack of the tests."""
    return small_pack(tmp_path_factory.mktemp("pack") / "yangguang")


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> Path:
    """A migrated database with the city in it, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("founded")
    url = f"sqlite:///{folder / 'jiugai.db'}"
    upgrade(url)
    database = Database(url)
    found_city(World(database, folder, pack))
    database.close()
    return folder / "jiugai.db"


@pytest.fixture
def world(tmp_path: Path, founded: Path, pack: Pack) -> Iterator[World]:
    """A city of its own for one test."""
    shutil.copy(founded, tmp_path / "jiugai.db")
    database = Database(f"sqlite:///{tmp_path / 'jiugai.db'}")
    yield World(database, tmp_path, pack)
    database.close()
