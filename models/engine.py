"""The engine (数据库): SQLite with the settings a record needs, or PostgreSQL; sessions for writing and for reading."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

READ_ONLY = "jiugai_read_only"
BUSY_TIMEOUT_MS = 15_000
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-32000",  # KiB; the default of 2,000 makes a sweep over a million clocks read every page again
    f"busy_timeout={BUSY_TIMEOUT_MS}",
)
AUDIT_ALGORITHM = "audit_algorithm"
"""Under this name a writing session knows the hash algorithm of new entries (see services.audit_digest)."""


def open_engine(url: str) -> Engine:
    """An engine for `url` (sqlite:///… or postgresql+psycopg://…), not yet connected."""
    options: dict[str, Any] = {"json_serializer": lambda value: json.dumps(value, ensure_ascii=False, sort_keys=True)}
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, **options)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(url, pool_pre_ping=True, **options)


def give_up_durability(engine: Engine) -> None:
    """Let new connections commit without waiting for the disk: a power cut may take what was made up anyway."""
    relaxed = "PRAGMA synchronous=OFF" if engine.dialect.name == "sqlite" else "SET synchronous_commit TO off"

    def relax(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection has no common type
        cursor = connection.cursor()
        cursor.execute(relaxed)
        cursor.close()
        connection.commit()  # else PostgreSQL forgets it with the first transaction that is rolled back

    event.listen(engine, "connect", relax)


def write_sessions(engine: Engine, *, audit_algorithm: str = "sha256") -> sessionmaker[Session]:
    """Sessions that may write. On SQLite they take the write lock when they begin, so none gives way later."""
    return sessionmaker(engine, expire_on_commit=False, info={AUDIT_ALGORITHM: audit_algorithm})


def read_sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions that only read: a snapshot that blocks nobody, the same one for everything read."""
    options: dict[str, Any] = {READ_ONLY: True}
    if engine.dialect.name == "postgresql":  # SQLite has it so by itself
        options["isolation_level"] = "REPEATABLE READ"  # not READ ONLY: statistics make temporary tables of their own
    return sessionmaker(engine.execution_options(**options), expire_on_commit=False, autoflush=False)


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - a DBAPI connection has no common type
    connection.isolation_level = None  # the driver's own BEGIN comes too late: we send it ourselves
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
