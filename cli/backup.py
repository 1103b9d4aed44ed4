"""Backup and restore (备份与恢复): database, documents and calendar as one .tar.gz, checked before it counts."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import select

from models.document import Document
from models.review_attachment import ReviewAttachment
from runtime.database import Database, DatabaseBehind, DatabaseNewer, current_revision, known_revisions, upgrade
from runtime.database_copy import copy_database, is_used, replace_database
from runtime.office import calendar_folder, city_of
from runtime.settings import Settings
from services.audit import verify
from states.exceptions import JiugaiError, Kind

DATABASE, DOCUMENTS, CALENDAR, MANIFEST = "jiugai.db", "documents", "calendar", "manifest.json"


class BackupBroken(JiugaiError):
    """The file is no backup, or not all of it is there."""

    code = "backup_broken"
    kind = Kind.invalid
    zh = "备份文件 {file} 不能用：{problem}。现有数据没有改动，请换一份备份。"
    en = "The backup {file} cannot be used: {problem}. Nothing was changed; take another backup."


class RestoreOverwrites(JiugaiError):
    """There is a database already."""

    code = "restore_overwrites"
    kind = Kind.conflict
    zh = "{home} 里已有数据，没有恢复。确要以备份覆盖，请先备份现有数据，再加 --force。"
    en = "There is data in {home} already; nothing was restored. Back it up, then add --force to replace it."


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `database` is the SHA-256 of its database, `created_at` an ISO instant."""

    revision: str
    created_at: str
    database: str
    documents: int


def back_up(settings: Settings, target: Path, *, created_at: str) -> Manifest:
    """Write a backup while the system runs. Raises DatabaseBehind, DatabaseNewer; OSError when disks fail.

    The database is in it as a SQLite file whatever it is kept in: one kind of backup, which needs no tool of
    PostgreSQL's and can be put back into either. A PostgreSQL database has to stand at this version for it.
    The database comes first and the documents after it: a document is on disk before its row is, so none is missing.
    """
    city = city_of(settings)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".jiugai-") as folder:
        copy = Path(folder) / DATABASE
        _copy_database(settings, copy)
        documents = sorted(path for path in city.documents.glob("??/*") if path.is_file())
        manifest = Manifest(current_revision(f"sqlite:///{copy}") or "", created_at, _sha256(copy), len(documents))
        packed = Path(folder) / target.name
        with tarfile.open(packed, "w:gz", compresslevel=6) as archive:
            _add(archive, settings, copy, documents, manifest)
        packed.replace(target)
    return manifest


def _sqlite(settings: Settings) -> Path | None:
    """The file of a SQLite database; None for another one."""
    file = settings.url.removeprefix("sqlite:///")
    return Path(file) if file != settings.url else None


def _copy_database(settings: Settings, target: Path) -> None:
    source = _sqlite(settings)
    if source is None:
        copy_database(settings.url, f"sqlite:///{target}", prove=False)  # proven before it is put back, as any backup
        return
    if not source.is_file():
        raise DatabaseBehind
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)


def _add(
    archive: tarfile.TarFile, settings: Settings, database: Path, documents: list[Path], manifest: Manifest
) -> None:
    text = database.with_name(MANIFEST)
    text.write_text(json.dumps(asdict(manifest), indent=2), encoding="utf-8")
    archive.add(text, MANIFEST)
    archive.add(database, DATABASE)
    for path in documents:
        archive.add(path, f"{DOCUMENTS}/{path.parent.name}/{path.name}")
    folder = calendar_folder(settings)
    if folder.is_dir():
        archive.add(folder, CALENDAR)


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a backup that holds: documents referred to, and entries' chains that all verify."""

    manifest: Manifest
    documents: int


def check_backup(settings: Settings, path: Path) -> Checked:
    """Unpack a backup beside the data and prove it whole. Raises BackupBroken, DatabaseNewer, FileNotFoundError."""
    with unpacked(settings, path) as (_, found):
        return found


def restore(settings: Settings, path: Path, *, force: bool) -> Checked:
    """Put a backup in the place of the data, after the same proof. Raises RestoreOverwrites, BackupBroken, …"""
    if not force and _is_there(settings):
        raise RestoreOverwrites(home=settings.home)
    with unpacked(settings, path) as (folder, found):
        _put_back(settings, folder / DATABASE)
        _replace(folder / DOCUMENTS, city_of(settings).documents)
        _replace(folder / CALENDAR, calendar_folder(settings))
    return found


def _is_there(settings: Settings) -> bool:
    file = _sqlite(settings)
    return is_used(settings.url) if file is None else file.exists()


def _put_back(settings: Settings, source: Path) -> None:
    database = _sqlite(settings)
    if database is None:
        upgrade(f"sqlite:///{source}")  # a backup may be older than the program
        replace_database(f"sqlite:///{source}", settings.url)
        return
    database.parent.mkdir(parents=True, exist_ok=True)
    for ending in ("-wal", "-shm"):
        database.with_name(f"{database.name}{ending}").unlink(missing_ok=True)
    source.replace(database)


def _replace(source: Path, target: Path) -> None:
    """Lay files over a folder; a stored document is named after its content, so nothing is lost by it."""
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)


def _unpack(archive: tarfile.TarFile, place: Path) -> None:
    """Write out the plain files of an archive, none of them outside `place`.

    Python 3.11.2, which Debian 12 has, does not know tarfile's own filters yet.
    """
    for member in archive:
        target = (place / member.name).resolve()
        content = archive.extractfile(member)
        if content is None:  # a folder or a link: a backup holds files only
            continue
        if not target.is_relative_to(place.resolve()):
            raise ValueError(member.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        with content, target.open("wb") as file:
            shutil.copyfileobj(content, file)


@contextmanager
def unpacked(settings: Settings, path: Path) -> Iterator[tuple[Path, Checked]]:
    """A backup in a folder of its own beside the data, proven whole."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.home, prefix=".restore-") as folder:
        place = Path(folder)
        try:
            with tarfile.open(path, "r:gz") as archive:
                _unpack(archive, place)
            manifest = Manifest(**json.loads((place / MANIFEST).read_text(encoding="utf-8")))
        except (tarfile.TarError, EOFError, ValueError, TypeError, KeyError) as problem:
            raise BackupBroken(file=path.name, problem=f"不是完整的备份（{type(problem).__name__}）") from problem
        yield place, Checked(manifest, _proven(place, path, manifest))


def _proven(place: Path, path: Path, manifest: Manifest) -> int:
    """How many documents the database refers to; each of them is there under its hash, and every chain holds."""
    database = place / DATABASE
    if not database.exists() or _sha256(database) != manifest.database:
        raise BackupBroken(file=path.name, problem="数据库与清单不符")
    if manifest.revision not in known_revisions():
        raise DatabaseNewer(found=manifest.revision)
    opened = Database(f"sqlite:///{database}")
    try:
        with opened.read() as session:
            broken = next(verify(session), None)
            hashes = set(session.scalars(select(Document.sha256).union(select(ReviewAttachment.sha256))))
    finally:
        opened.close()
    if broken is not None:
        where = f"{broken.subject} {broken.subject_id} 第 {broken.seq} 条{broken.problem}"
        raise BackupBroken(file=path.name, problem=f"留痕校验未通过：{where}")
    lost = [sha for sha in sorted(hashes) if not _is_stored(place / DOCUMENTS / sha[:2] / sha, sha)]
    if lost:
        raise BackupBroken(file=path.name, problem=f"{len(lost)} 份材料缺失或损坏，首份 {lost[0]}")
    return len(hashes)


def _is_stored(path: Path, sha256: str) -> bool:
    return path.is_file() and _sha256(path) == sha256


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
