"""Databases for tests, of the kind this run is for: JIUGAI_TEST_DATABASE is `sqlite` (unless said) or `postgresql`."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakSet

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import Pool

from runtime.database import upgrade
from tests.postgres import create, drop, running

ON_POSTGRES = os.environ.get("JIUGAI_TEST_DATABASE", "sqlite") == "postgresql"
ONLY_SQLITE = pytest.mark.skipif(ON_POSTGRES, reason="about SQLite's own file, which PostgreSQL does not have")

_open = ExitStack()
_made: list[str] = []
_connections: WeakSet[psycopg.Connection[Any]] = WeakSet()


@event.listens_for(Pool, "connect")
def _connected(connection: object, _record: object) -> None:
    if isinstance(connection, psycopg.Connection):
        _connections.add(connection)


def fresh_url(folder: Path, name: str = "jiugai.db") -> str:
    """The address of a migrated database nobody has used yet; `folder` and `name` say where SQLite has its file."""
    if ON_POSTGRES:
        return copy_of(_migrated_postgres())
    shutil.copy(_migrated_sqlite(), folder / name)
    return f"sqlite:///{folder / name}"


@cache
def server() -> str:
    """The PostgreSQL server of this run, started once; `end` ends it."""
    return _open.enter_context(running())


def copy_of(template: str) -> str:
    """A new PostgreSQL database like `template` (a database's name); its address."""
    _made.append(create(server(), template))
    return _made[-1]


def name_of(url: str) -> str:
    """A database's name on its server."""
    return make_url(url).database or ""


def end() -> None:
    """End what was started for this run."""
    _open.close()


def drop_since(count: int) -> int:
    """Take away the PostgreSQL databases made after the first `count`; returns how many are left."""
    while _connections:
        _connections.pop().close()  # of a city nobody closed; a connection thrown away open is a warning
    while len(_made) > count:
        drop(server(), _made.pop())
    return count


def made() -> int:
    """How many PostgreSQL databases there are now."""
    return len(_made)


@cache
def _migrated_sqlite() -> Path:
    folder = Path(_open.enter_context(tempfile.TemporaryDirectory(prefix="jiugai-migrated-")))
    upgrade(f"sqlite:///{folder / 'jiugai.db'}")
    return folder / "jiugai.db"


@cache
def _migrated_postgres() -> str:
    url = create(server())
    _open.callback(drop, server(), url)
    upgrade(url)
    return name_of(url)
