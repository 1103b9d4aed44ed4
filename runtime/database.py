"""The database (数据库): brought to this version, refused when newer, and opened for one transaction at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from models.engine import READ_ONLY, open_engine, read_sessions, write_sessions
from states.exceptions import JiugaiError, Kind

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


class Database:
    """One open database. `write` and `read` are one transaction each; only the edges use them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine: Engine = open_engine(url)
        self._write = write_sessions(self.engine)
        self._read = read_sessions(self.engine)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One writing transaction: committed when the block ends, rolled back when it raises."""
        with _translated(), self._write.begin() as session:
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One reading transaction: a snapshot, nothing is kept."""
        with _translated(), self._read() as session:
            yield session

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OperationalError as problem:
        raise DatabaseUnavailable(problem=str(problem.orig).strip().splitlines()[0]) from problem


def upgrade(url: str) -> str:
    """Bring the database to this version and return it. Raises DatabaseNewer."""
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    found = current_revision(url)
    scripts = ScriptDirectory.from_config(_config(url))
    if found and found not in {script.revision for script in scripts.walk_revisions()}:
        raise DatabaseNewer(found=found)
    with _translated():
        command.upgrade(_config(url), "head")
    return scripts.get_current_head() or ""


def current_revision(url: str) -> str | None:
    """The version the database stands at; None for an empty one."""
    engine = open_engine(url)
    try:
        with _translated(), engine.execution_options(**{READ_ONLY: True}).connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def open_database(url: str) -> Database:
    """The database, which has to stand at this version. Raises DatabaseNewer, DatabaseBehind, DatabaseUnavailable."""
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        raise DatabaseBehind
    found = current_revision(url)
    scripts = ScriptDirectory.from_config(_config(url))
    if found == scripts.get_current_head():
        return Database(url)
    if found and found not in {script.revision for script in scripts.walk_revisions()}:
        raise DatabaseNewer(found=found)
    raise DatabaseBehind


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config
