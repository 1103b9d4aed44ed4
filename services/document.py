"""Documents (材料): taken in with type and size checked, stored once under their hash beside the database."""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.document import Document
from models.project import Project
from policy.media import MEDIA
from services.city import City
from services.keeping import Keeping, kept_before, note, require_keeper
from services.media import PROGRAM, Media, ending_of, family_words, promised, sniff
from services.pack import pack_of
from services.promise_keep import keep_promises
from states.exceptions import JiugaiError, Kind
from states.label import Label

CHUNK = 1 << 20
NAME_LIMIT = 200
HEAD = 4096
"""So many first bytes are enough to tell what a file is."""
_ANYTHING = Label("文档、表格、图片、图纸", "documents, spreadsheets, pictures, drawings")
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class DocumentTooLarge(JiugaiError):
    """The file is larger than the city allows."""

    code = "document_too_large"
    kind = Kind.invalid
    zh = "“{file}”超过单个材料上限 {limit_mb} MB，未保存。请压缩或拆分后再上传。"
    en = '"{file}" is larger than the limit of {limit_mb} MB and was not saved. Compress or split it.'


class DocumentEmpty(JiugaiError):
    """The file has no content."""

    code = "document_empty"
    kind = Kind.invalid
    zh = "“{file}”是空文件，未保存。请核对后重新上传。"
    en = '"{file}" is empty and was not saved.'


class DocumentTypeRefused(JiugaiError):
    """The content is of no type the pack accepts for this document."""

    code = "document_type_refused"
    kind = Kind.invalid
    zh = "“{file}”的内容是{found}，而“{document}”只收：{accepted}。请换成可接受的格式。"
    en = '"{file}" is of type {found_en}; "{document_en}" accepts only: {accepted_en}.'


class DocumentNameMisleads(JiugaiError):
    """The name says another kind of file than the content is: whoever opens it by its name would be misled."""

    code = "document_name_misleads"
    kind = Kind.invalid
    zh = "“{file}”的扩展名是 .{ending}，内容却是{found}，未保存。请用正确的扩展名，或重新导出文件后再上传。"
    en = '"{file}" is called .{ending}, its content is of type {found_en}; not saved. Rename it, or export it again.'


class StoreFull(JiugaiError):
    """The disk of the document store takes no more."""

    code = "store_full"
    kind = Kind.failure
    zh = "材料库磁盘空间不足，“{file}”未保存，数据库未改动。请联系系统管理员清理磁盘后重试。"
    en = 'The document store is full: "{file}" was not saved and nothing was changed. Free space, then retry.'


class StoreUnavailable(JiugaiError):
    """The folder of the document store cannot be written."""

    code = "store_unavailable"
    kind = Kind.failure
    zh = "材料库不可写（{problem}），“{file}”未保存，数据库未改动。请联系系统管理员检查数据文件夹的权限后重试。"
    en = 'The document store cannot be written ({problem}): "{file}" was not saved. Check its folder.'


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it comes in: the kind of document the pack names, the name it was sent under, its bytes."""

    kind: str
    filename: str
    content: BinaryIO


def attach(session: Session, city: City, project: Project, upload: Upload, keeping: Keeping) -> Document:
    """Store a document as the next version of its kind and note it; bytes are on disk before the row is written.

    What is refused leaves nothing in the store; a repeated request attaches nothing twice. Raises PackEntryUnknown (see
    policy.pack), DocumentEmpty, DocumentTooLarge, DocumentTypeRefused, DocumentNameMisleads, StoreFull,
    StoreUnavailable, KeepingForbidden, RequestReused.
    """
    require_keeper(project, keeping.actor)
    entry = pack_of(project.pack_version).document_entry(upload.kind)
    name = plain_name(upload.filename) or upload.kind
    sha256, size, media = store(
        city, upload.content, name, lambda head: accepted_media(name, head, entry.media, entry.name)
    )
    done = kept_before(session, project, "document_attached", keeping)
    if done is not None:
        return _version(session, project, done.after["kind"], done.after["version"])
    document = Document(
        project_id=project.id,
        kind=upload.kind,
        version=_next_version(session, project.id, upload.kind),
        filename=name,
        media_type=media.mime,
        size=size,
        sha256=sha256,
        uploaded_at=keeping.now,
        uploaded_by=keeping.actor.login,
    )
    session.add(document)
    session.flush()
    after = {"kind": upload.kind, "version": document.version, "file": name, "sha256": sha256, "size": size}
    note(session, project, "document_attached", keeping, before={}, after=after)
    keep_promises(session, city, project, upload.kind, keeping)
    return document


def plain_name(filename: str) -> str:
    """The last part of a name as any system writes it, without control and direction marks; empty for `..`."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    seen = "".join(char for char in last if unicodedata.category(char)[0] != "C").strip()
    return "" if seen in (".", "..") else seen[-NAME_LIMIT:]


def accepted_media(name: str, head: bytes, families: Collection[str], document: Label) -> Media:
    """What a file is, when it may be taken in as `document` and its name does not mislead about it.

    `families` as packs write them (DocumentEntry.media). Raises DocumentTypeRefused, DocumentNameMisleads.
    """
    media = sniff(head, name)
    found = family_words(media)
    if media.family == PROGRAM or not {"any", media.family} & set(families):
        takes = _ANYTHING if "any" in families else _listed(families)
        raise DocumentTypeRefused(
            file=name,
            found=found.zh,
            found_en=found.text("en"),
            document=document.zh,
            document_en=document.text("en"),
            accepted=takes.zh,
            accepted_en=takes.text("en"),
        )
    if promised(name) not in (None, media.family):
        raise DocumentNameMisleads(file=name, ending=ending_of(name), found=found.zh, found_en=found.text("en"))
    return media


def _listed(families: Collection[str]) -> Label:
    words = [MEDIA[one] for one in families]
    return Label("、".join(one.zh for one in words), ", ".join(one.text("en") for one in words))


def _version(session: Session, project: Project, kind: str, version: int) -> Document:
    query = select(Document).where(Document.project_id == project.id, Document.kind == kind)
    return session.scalars(query.where(Document.version == version)).one()


def _next_version(session: Session, project_id: int, kind: str) -> int:
    newest = select(func.max(Document.version)).where(Document.project_id == project_id, Document.kind == kind)
    return (session.scalar(newest) or 0) + 1


def stored_at(city: City, sha256: str) -> Path:
    """Where the file with this hash lies in the store."""
    return city.documents / sha256[:2] / sha256


def store(city: City, content: BinaryIO, name: str, accept: Callable[[bytes], Media]) -> tuple[str, int, Media]:
    """Write the bytes under their hash, whole or not at all; returns hash, size in bytes, and what `accept` said."""
    try:
        city.documents.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=city.documents, delete=False) as target:
            temporary = Path(target.name)
            try:
                sha256, size, head = _copy(content, target, city.max_document_bytes, name)
                media = accept(head)
                target.flush()
                if city.durable:
                    os.fsync(target.fileno())
                place = stored_at(city, sha256)
                place.parent.mkdir(exist_ok=True)
                temporary.replace(place)
            finally:
                temporary.unlink(missing_ok=True)
    except OSError as problem:
        if problem.errno in NO_ROOM:
            raise StoreFull(file=name) from problem
        raise StoreUnavailable(file=name, problem=problem.strerror or type(problem).__name__) from problem
    return sha256, size, media


def _copy(content: BinaryIO, target: IO[bytes], limit: int, name: str) -> tuple[str, int, bytes]:
    digest, size, head = hashlib.sha256(), 0, b""
    for chunk in _chunks(content):
        head += chunk[: HEAD - len(head)]
        size += len(chunk)
        if size > limit:
            raise DocumentTooLarge(file=name, limit_mb=limit // 2**20)
        digest.update(chunk)
        target.write(chunk)
    if not size:
        raise DocumentEmpty(file=name)
    return digest.hexdigest(), size, head


def _chunks(content: BinaryIO) -> Iterator[bytes]:
    while chunk := content.read(CHUNK):
        yield chunk
