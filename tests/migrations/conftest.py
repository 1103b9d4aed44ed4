"""Empty databases: SQLite in a file, and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from policy.pack import Pack
from runtime.database import Database
from tests.database import copy_of
from tests.world import World


@pytest.fixture
def postgres() -> str:
    """A new empty PostgreSQL database; its SQLAlchemy address."""
    return copy_of("template1")


@pytest.fixture
def city(founded_postgres: str, tmp_path: Path, pack: Pack) -> Iterator[World]:
    """A city of its own for one test, on PostgreSQL."""
    world = World(Database(copy_of(founded_postgres)), tmp_path, pack)
    yield world
    world.database.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """A SQLite database that is not there yet, in a folder that is not there yet."""
    return f"sqlite:///{tmp_path / 'var' / 'jiugai.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """Each of the two kinds of database."""
    found: str = request.getfixturevalue(request.param)
    return found
