"""Fixtures every test may use.

JIUGAI_TEST_DATABASE=postgresql runs everything that takes a `world` on PostgreSQL: on a server of the tests' own, or on
the one JIUGAI_TEST_DATABASE_URL names.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from policy.pack import Pack
from runtime.database import Database, upgrade
from tests.database import ON_POSTGRES, copy_of, drop_since, end, made, name_of, server
from tests.postgres import create, drop
from tests.supervised import supervise, supervised_pack
from tests.world import World, found_city, small_pack


@pytest.fixture(scope="session", autouse=True)
def _servers_end() -> Iterator[None]:
    """What was started for this run ends with it."""
    yield
    end()


@pytest.fixture(autouse=True)
def _databases_end() -> Iterator[None]:
    """The PostgreSQL databases a test made end with it."""
    before = made()
    yield
    drop_since(before)


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The small pack of the tests."""
    return small_pack(tmp_path_factory.mktemp("pack") / "yangguang")


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> Path:
    """A migrated SQLite database with the city in it, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("founded")
    upgrade(f"sqlite:///{folder / 'jiugai.db'}")
    _found(f"sqlite:///{folder / 'jiugai.db'}", folder, pack)
    return folder / "jiugai.db"


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """A PostgreSQL server, started once."""
    return server()


@pytest.fixture(scope="session")
def founded_postgres(postgres_server: str, tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> Iterator[str]:
    """The name of a migrated PostgreSQL database with the city in it, made once to be copied."""
    url = create(postgres_server)
    upgrade(url)
    _found(url, tmp_path_factory.mktemp("founded"), pack)
    yield name_of(url)
    drop(postgres_server, url)


def _found(url: str, folder: Path, pack: Pack) -> None:
    database = Database(url)
    found_city(World(database, folder, pack))
    database.close()


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path, pack: Pack) -> Iterator[World]:
    """A city of its own for one test, on the kind of database this run is for."""
    if ON_POSTGRES:
        url = copy_of(request.getfixturevalue("founded_postgres"))
    else:
        shutil.copy(request.getfixturevalue("founded"), tmp_path / "jiugai.db")
        url = f"sqlite:///{tmp_path / 'jiugai.db'}"
    world = World(Database(url), tmp_path, pack)
    yield world
    world.database.close()


@pytest.fixture(scope="session")
def supervision(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The small pack with supervision: orders, a noise budget, contests."""
    return supervised_pack(tmp_path_factory.mktemp("supervision") / "yangguang")


@pytest.fixture
def supervised(world: World, supervision: Pack) -> World:
    """A city of its own under supervision."""
    return supervise(world, supervision)
