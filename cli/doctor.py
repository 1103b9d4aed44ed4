"""`jiugai doctor`: is this installation in order (体检), line by line, with advice."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from typing import Annotated, NamedTuple

import httpx
import typer
from sqlalchemy import text

from cli.calendar import next_year_warning
from cli.doctor_age import figures, proof
from cli.doctor_level import Check, Level
from cli.language import lang, say
from cli.option import AsJson
from cli.output import emit, grid
from cli.trouble import as_error
from policy.check import check_pack
from runtime.channel import open_channels
from runtime.database import Database, open_database
from runtime.office import Office, city_calendar, open_office
from runtime.settings import Settings
from runtime.shelf import pack_folders
from services.health import health
from services.invariant import examine_record
from services.outbox_state import outbox_state
from services.pack import current_version
from services.staffing import unstaffed_offices, unstaffed_words

GIGABYTE = 2**30
LATE_SECONDS = 300
"""An event waiting longer than this means that nobody drives the outbox."""


class Line(NamedTuple):
    """One thing looked at: how it is, and what to do."""

    name: str
    level: Level
    detail: str


def doctor(
    deep: Annotated[
        bool, typer.Option("--deep", help=say("另查全部记录的不变量，数据多时要几分钟", "prove every invariant, too"))
    ] = False,
    as_json: AsJson = False,
) -> None:
    """检查设置、磁盘、数据库、日历、政策包、渠道、发件箱和 Prefect；有异常时退出码为 1。"""
    lines = list(examine())
    if deep:
        lines += list(_guarded(say("记录", "record"), _record))
    data = {"ok": all(line.level is not Level.fail for line in lines), "checks": [line._asdict() for line in lines]}
    heads = [say("项目", "check"), say("结果", "result"), say("说明", "detail")]
    emit(data, as_json=as_json, text=grid(heads, [[line.name, line.level.words, line.detail] for line in lines]))
    if not data["ok"]:
        raise typer.Exit(1)


def examine() -> Iterator[Line]:
    """Every line; a check that breaks down is itself a failure and stops none of the others."""
    loaded: list[Settings] = []
    yield from _guarded(say("设置", "settings"), lambda: _settings(loaded))
    for settings in loaded:
        for name, check in _CHECKS:
            yield from _guarded(say(*name), lambda check=check, settings=settings: check(settings))  # type: ignore[misc]


def _guarded(name: str, check: Callable[[], Iterator[tuple[Level, str]]]) -> Iterator[Line]:
    try:
        for level, detail in check():
            yield Line(name, level, detail)
    except Exception as problem:
        error = as_error(problem)
        yield Line(name, Level.fail, error.text(lang()) if error else f"{type(problem).__name__}: {problem}")


def _settings(loaded: list[Settings]) -> Iterator[tuple[Level, str]]:
    loaded.append(Settings())
    yield Level.ok, f"JIUGAI_HOME={loaded[0].home.resolve()}"


def _home(settings: Settings) -> Iterator[tuple[Level, str]]:
    settings.home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=settings.home) as trial:
        trial.write(b"x")
    yield Level.ok, say("可写", "writable")


def _disk(settings: Settings) -> Iterator[tuple[Level, str]]:
    place = next(path for path in (settings.home.resolve(), *settings.home.resolve().parents) if path.exists())
    free = shutil.disk_usage(place).free
    level = Level.fail if free < GIGABYTE // 10 else Level.warn if free < 2 * GIGABYTE else Level.ok
    advice = "" if level is Level.ok else say("，请清理或扩容", ", free or add space")
    yield level, say(f"剩余 {free / GIGABYTE:.1f} GB{advice}", f"{free / GIGABYTE:.1f} GB free{advice}")


def _database(settings: Settings) -> Iterator[tuple[Level, str]]:
    database = open_database(settings.url)
    try:
        yield Level.ok, say("版本一致", "at this version")
        if settings.url.startswith("sqlite:"):
            yield _pragmas(database)
    finally:
        database.close()


def _pragmas(database: Database) -> tuple[Level, str]:
    with database.read() as session:
        found = {name: str(session.scalar(text(f"PRAGMA {name}"))) for name in _PRAGMAS}
        damaged = session.scalar(text("PRAGMA quick_check(1)"))
    wrong = [f"{name}={found[name]}" for name, wanted in _PRAGMAS.items() if found[name] != wanted]
    if damaged != "ok":
        return Level.fail, say(f"数据库文件损坏（{damaged}），请用备份恢复", f"damaged ({damaged}): restore a backup")
    if wrong:
        return Level.warn, say(f"SQLite 设置不符：{wrong}（网络盘不支持 WAL）", f"SQLite is set otherwise: {wrong}")
    return Level.ok, say("SQLite 完好（WAL、外键、同步写）", "SQLite is sound (WAL, foreign keys, synchronous)")


_PRAGMAS = {"journal_mode": "wal", "foreign_keys": "1", "synchronous": "2"}


def _calendar(settings: Settings) -> Iterator[tuple[Level, str]]:
    calendar = city_calendar(settings)
    warning = next_year_warning(calendar, Office.now().astimezone(settings.zone).date())
    years = sorted(calendar.published_years)
    yield (Level.warn, warning) if warning else (Level.ok, f"{years[0]}-{years[-1]}")


def _packs(settings: Settings) -> Iterator[tuple[Level, str]]:
    folders = pack_folders(settings)
    for name, folder in folders.items():
        wrong = [fault for fault in check_pack(folder) if fault.is_fault]
        advice = say(f"{len(wrong)} 处错误，见 jiugai policy check {name}", f"{len(wrong)} fault(s)")
        yield (Level.fail, f"{name}：{advice}") if wrong else (Level.ok, name)
    if settings.pack not in folders:
        yield (
            Level.warn,
            say(f"JIUGAI_PACK={settings.pack} 不在现有政策包中", f"JIUGAI_PACK={settings.pack} is not at hand"),
        )


def _in_force(settings: Settings) -> Iterator[tuple[Level, str]]:
    database = open_database(settings.url)
    try:
        with database.read() as session:
            version = current_version(session, settings.pack)
        yield Level.ok, f"{version.name}@{version.version}"
    finally:
        database.close()


def _staff(settings: Settings) -> Iterator[tuple[Level, str]]:
    database = open_database(settings.url)
    try:
        with database.read() as session:
            offices = unstaffed_offices(session)
    finally:
        database.close()
    if not offices:
        yield Level.ok, say("有项目的机构都有在岗人员", "every office with projects has somebody")
    else:
        yield Level.warn, unstaffed_words(offices).text(lang())


def _channels(settings: Settings) -> Iterator[tuple[Level, str]]:
    names = "、".join(open_channels(settings))
    told = names or say("只有收件箱，没有其他渠道", "the inbox only")
    yield Level.ok if names else Level.warn, told


def _outbox(settings: Settings) -> Iterator[tuple[Level, str]]:
    database = open_database(settings.url)
    try:
        with database.read() as session:
            found, dead = health(session, now=Office.now()), outbox_state(session)["dead_count"]
    finally:
        database.close()
    backlog = say(
        f"待办 {found.backlog}，最久 {found.oldest_seconds} 秒", f"{found.backlog} waiting, {found.oldest_seconds} s"
    )
    if found.oldest_seconds > LATE_SECONDS:
        yield Level.warn, backlog + say("；请确认 jiugai up 在运行", "; is `jiugai up` running?")
    else:
        yield Level.ok, backlog
    if found.incidents or dead:
        advice = say("，见 jiugai notify outbox", ", see `jiugai notify outbox`")
        yield (
            Level.warn,
            say(f"故障 {found.incidents}，未送达 {dead}", f"{found.incidents} incident(s), {dead} dead") + advice,
        )


def _prefect(settings: Settings) -> Iterator[tuple[Level, str]]:
    try:
        answer = httpx.get(f"{settings.prefect_url}/health", timeout=2, trust_env=False)
    except httpx.HTTPError:
        yield (
            Level.warn,
            say("没有应答；jiugai up 启动后才有，停着不丢任何事件", "no answer; it runs under `jiugai up`"),
        )
    else:
        level = Level.ok if answer.is_success else Level.warn
        yield level, f"{settings.prefect_url} {answer.status_code}"


def _record() -> Iterator[tuple[Level, str]]:
    office = open_office(Settings())
    try:
        with office.database.read() as session:
            for verdict in examine_record(session, office.city):
                found = say(f"{verdict.broken} 处：", f"{verdict.broken}: ") + "、".join(verdict.places)
                rest = " …" if verdict.broken > len(verdict.places) else ""
                told = f"{verdict.code} · {verdict.says.text(lang())}"
                yield (Level.fail, f"{told} · {found}{rest}") if verdict.broken else (Level.ok, told)
    finally:
        office.close()


_CHECKS: tuple[tuple[tuple[str, str], Check], ...] = (
    (("数据文件夹", "home"), _home),
    (("磁盘空间", "disk"), _disk),
    (("数据库", "database"), _database),
    (("工作日历", "calendar"), _calendar),
    (("政策包", "packs"), _packs),
    (("启用的政策包", "pack in force"), _in_force),
    (("在岗人员", "people"), _staff),
    (("通知渠道", "channels"), _channels),
    (("发件箱", "outbox"), _outbox),
    (("留痕锚点", "anchor"), proof),
    (("统计汇总", "statistics"), figures),
    (("Prefect", "Prefect"), _prefect),
)
