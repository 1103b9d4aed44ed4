"""The database (数据库): brought to this version, refused when newer, and opened for one transaction at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm import Session

import models.tables  # noqa: F401 - whatever a command touches, every table is known that another one names
from models.engine import READ_ONLY, open_engine, read_sessions, write_sessions
from services.audit_digest import SHA256, hasher
from states.exceptions import JiugaiError, Kind

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent.parent / "migrations"


class DatabaseNewer(JiugaiError):
    """The database was written by a newer version of jiugai."""

    code = "database_newer"
    kind = Kind.conflict
    zh = "数据库版本（{found}）比本程序新。请升级 jiugai 后再启动；数据没有改动。"
    en = "The database ({found}) is newer than this program. Upgrade jiugai; nothing was changed."


class DatabaseBehind(JiugaiError):
    """The database has not been brought to this version yet."""

    code = "database_behind"
    kind = Kind.conflict
    zh = "数据库尚未建立或版本较旧。请执行 jiugai db upgrade。"
    en = "The database is missing or of an older version. Run `jiugai db upgrade`."


class DatabaseUnavailable(JiugaiError):
    """The database does not answer: no connection, no space, or no right to write."""

    code = "database_unavailable"
    kind = Kind.failure
    zh = "数据库暂时不可用：{problem}。本次操作没有生效，请检查磁盘空间与权限后重试，或联系系统管理员。"
    en = "The database is not available: {problem}. Nothing was changed; check disk space and permissions, then retry."


class TextUnstorable(JiugaiError):
    """A text holds what the database cannot keep: PostgreSQL takes no character 0."""

    code = "text_unstorable"
    kind = Kind.invalid
    zh = "填写的文字里有不可见的空字符（NUL），数据库不能保存。本次没有保存任何内容，请重新手工录入这段文字后再提交。"
    en = "The text holds an invisible NUL character, which the database cannot keep. Nothing was saved; type it anew."


class Database:
    """One open database. `write` and `read` are one transaction each; only the edges use them."""

    def __init__(self, url: str, *, audit_algorithm: str = SHA256) -> None:
        self.url = url
        self.engine: Engine = open_engine(url)
        self._write = write_sessions(self.engine, audit_algorithm=audit_algorithm)
        self._read = read_sessions(self.engine)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One writing transaction: committed when the block ends, rolled back when it raises."""
        with translated(), self._write.begin() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One reading transaction: a snapshot, nothing is kept."""
        with translated(), self._read() as session:
            yield session

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


@contextmanager
def translated() -> Iterator[None]:
    """Raise DatabaseUnavailable or TextUnstorable for what the driver says of it."""
    try:
        yield
    except OperationalError as problem:
        raise DatabaseUnavailable(problem=str(problem.orig).strip().splitlines()[0]) from problem
    except DataError as problem:
        if "NUL" in str(problem.orig):
            raise TextUnstorable from problem
        raise


def known_revisions() -> list[str]:
    """Every version this program knows, oldest first: the numbers its migrations' files begin with.

    Read from the names: Alembic takes half a second to load, and every command asks.
    """
    return sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def upgrade(url: str) -> str:
    """Bring the database to this version and return it. Raises DatabaseNewer."""
    from alembic import command

    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    found = current_revision(url)
    if found and found not in known_revisions():
        raise DatabaseNewer(found=found)
    with translated():
        command.upgrade(_config(url=url), "head")
    return known_revisions()[-1]


def upgrade_within(connection: Connection) -> None:
    """Make every table of this version, in a transaction of the caller's own."""
    from alembic import command

    command.upgrade(_config(connection=connection), "head")


def _config(**attributes: object) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes.update(attributes)
    return config


def current_revision(url: str) -> str | None:
    """The version the database stands at; None for an empty one."""
    engine = open_engine(url)
    try:
        with translated(), engine.execution_options(**{READ_ONLY: True}).connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return found
    finally:
        engine.dispose()


def open_database(url: str, *, audit_algorithm: str = SHA256) -> Database:
    """The database, which has to stand at this version; new entries are hashed with `audit_algorithm`.

    Raises DatabaseNewer, DatabaseBehind, DatabaseUnavailable, AlgorithmUnavailable.
    """
    hasher(audit_algorithm)
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        raise DatabaseBehind
    found, known = current_revision(url), known_revisions()
    if found == known[-1]:
        return Database(url, audit_algorithm=audit_algorithm)
    if found and found not in known:
        raise DatabaseNewer(found=found)
    raise DatabaseBehind
