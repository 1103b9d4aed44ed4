"""A database copied into another (数据库复制), SQLite or PostgreSQL either way; what is not proven is not kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.engine import open_engine
from runtime.database import Database, current_revision, open_database, translated, upgrade, upgrade_within
from services.audit_check import Against, check, extent
from services.table_copy import copy_rows, differing, is_empty, row_count, tables
from states.exceptions import JiugaiError, Kind

Report = Callable[[int], None]


class TargetNotEmpty(JiugaiError):
    """There is data in the database to be copied into."""

    code = "target_not_empty"
    kind = Kind.conflict
    zh = "目标数据库 {target} 里已有数据，没有复制。请换一个空的数据库，或请数据库管理员新建一个。"
    en = "There is data in {target} already; nothing was copied. Take an empty database, or have a new one created."


class CopyUnproven(JiugaiError):
    """The copy does not hold what the source does, or its history does not verify."""

    code = "copy_unproven"
    kind = Kind.failure
    zh = (
        "复制后校验未通过：{problem}。目标数据库没有保留任何内容，原数据没有改动。"
        "请先对原数据库执行 jiugai audit verify，查明后再复制。"
    )
    en = "The copy does not verify: {problem}. Nothing was kept, the source is unchanged. Run `jiugai audit verify`."


@dataclass(frozen=True, slots=True)
class Copied:
    """What was carried over: rows of all tables, and of the history its chains, entries and anchors, all verified."""

    rows: int
    chains: int
    entries: int
    anchors: int


def shown(url: str) -> str:
    """An address as it may be printed: without its password."""
    return make_url(url).render_as_string(hide_password=True)


def work_of(url: str) -> int:
    """How much `copy_database` will report: every row once, every entry of the history twice more."""
    database = open_database(url)
    try:
        with database.read() as session:
            return row_count(session.connection()) + 2 * extent(session).entries
    finally:
        database.close()


def copy_database(source_url: str, target_url: str, *, report: Report = lambda _: None, prove: bool = True) -> Copied:
    """Carry everything over into an empty database, which is brought to this version first; all of it or nothing.

    The source is read as it stood at one moment and may go on being used: what is written after that is not in the
    copy. Without `prove` the history is carried but not verified. Raises TargetNotEmpty, CopyUnproven, DatabaseBehind,
    DatabaseNewer, DatabaseUnavailable.
    """
    source = open_database(source_url)
    try:
        if is_used(target_url):
            raise TargetNotEmpty(target=shown(target_url))
        upgrade(target_url)
        return _into(source, target_url, report=report, prove=prove, anew=False)
    finally:
        source.close()


def replace_database(source_url: str, target_url: str) -> Copied:
    """As `copy_database`, in the place of whatever a PostgreSQL database of ours holds; without success it stays."""
    source = open_database(source_url)
    try:
        return _into(source, target_url, report=lambda _: None, prove=True, anew=True)
    finally:
        source.close()


def is_used(url: str) -> bool:
    """Whether a database holds any row of ours, of whatever version. Raises DatabaseUnavailable."""
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        return False
    if current_revision(url) is None:
        return False
    engine = open_engine(url)
    try:
        with translated(), engine.connect() as connection:
            there = set(inspect(connection).get_table_names())
            names = [table.name for table in tables() if table.name in there]
            return any(connection.scalar(text(f"SELECT 1 FROM {name} LIMIT 1")) for name in names)  # noqa: S608 - ours
    finally:
        engine.dispose()


def _into(source: Database, target_url: str, *, report: Report, prove: bool, anew: bool) -> Copied:
    target = Database(target_url)
    try:
        with source.read() as here, target.write() as there:
            if anew:
                _begin_anew(there.connection())
            if not is_empty(there.connection()):
                raise TargetNotEmpty(target=shown(target_url))
            return _carried(here, there, report=report, prove=prove)
    except IntegrityError as problem:
        raise CopyUnproven(problem=str(problem.orig).strip().splitlines()[0]) from problem
    finally:
        target.close()


def _carried(here: Session, there: Session, *, report: Report, prove: bool) -> Copied:
    rows = copy_rows(here.connection(), there.connection(), report=report)
    lacking = differing(here.connection(), there.connection())
    if lacking:
        raise CopyUnproven(problem=f"行数不符（{'、'.join(lacking)}）")
    if prove:
        _prove(there, report)
    found = extent(there)
    return Copied(rows, found.chains, found.entries, found.anchors)


def _prove(there: Session, report: Report) -> None:
    broken = next(check(there, Against(), report=report), None)
    if broken is not None:
        raise CopyUnproven(problem=f"{broken.subject} {broken.subject_id} 第 {broken.seq} 条{broken.problem}")


def _begin_anew(connection: Connection) -> None:
    """Take our tables away and make them again, in the caller's transaction: PostgreSQL can take that back, too."""
    names = [table.name for table in tables()] + ["alembic_version"]
    functions = connection.scalars(_FUNCTIONS, {"names": names}).all()
    for name in names:
        connection.execute(text(f"DROP TABLE IF EXISTS {name} CASCADE"))
    for function in functions:
        connection.execute(text(f"DROP FUNCTION {function} CASCADE"))
    upgrade_within(connection)


_FUNCTIONS = text(
    "SELECT DISTINCT tgfoid::regprocedure::text FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
    "WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace AND relname = ANY(:names)"
)
