"""Documents (材料): taken in with type and size checked, stored once under their hash beside the database."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.document import Document
from models.project import Project
from services.city import City
from services.keeping import Keeping, note, require_keeper
from services.media import sniff
from services.pack import pack_of
from states.exceptions import JiugaiError, Kind

CHUNK = 1 << 20
NAME_LIMIT = 200


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
    en = '"{file}" is {found}; "{document}" accepts only: {accepted}.'


class StoreFull(JiugaiError):
    """The disk of the document store takes no more."""

    code = "store_full"
    kind = Kind.failure
    zh = "材料库磁盘空间不足，“{file}”未保存，数据库未改动。请联系系统管理员清理磁盘后重试。"
    en = 'The document store is full: "{file}" was not saved and nothing was changed. Free space, then retry.'


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it comes in: the kind of document the pack names, the name it was sent under, its bytes."""

    kind: str
    filename: str
    content: BinaryIO


def attach(session: Session, city: City, project: Project, upload: Upload, keeping: Keeping) -> Document:
    """Store a document as the next version of its kind and note it; bytes are on disk before the row is written.

    Raises DocumentUnknown (see policy.pack), DocumentEmpty, DocumentTooLarge, DocumentTypeRefused, StoreFull,
    KeepingForbidden.
    """
    require_keeper(project, keeping.actor)
    entry = pack_of(project.pack_version).document_entry(upload.kind)
    name = Path(upload.filename.replace("\\", "/")).name[-NAME_LIMIT:] or upload.kind
    sha256, size, head = _store(city, upload.content, name)
    media = sniff(head, name)
    if "any" not in entry.media and media.family not in entry.media:
        accepted = "、".join(entry.media)
        raise DocumentTypeRefused(file=name, found=media.mime, document=entry.label, accepted=accepted)
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
    return document


def _next_version(session: Session, project_id: int, kind: str) -> int:
    newest = select(func.max(Document.version)).where(Document.project_id == project_id, Document.kind == kind)
    return (session.scalar(newest) or 0) + 1


def stored_at(city: City, sha256: str) -> Path:
    """Where the file with this hash lies in the store."""
    return city.documents / sha256[:2] / sha256


def _store(city: City, content: BinaryIO, name: str) -> tuple[str, int, bytes]:
    """Write the bytes under their hash, whole or not at all; returns hash, size in bytes, and the first bytes."""
    try:
        city.documents.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=city.documents, delete=False) as target:
            temporary = Path(target.name)
            try:
                sha256, size, head = _copy(content, target, city.max_document_bytes, name)
                target.flush()
                os.fsync(target.fileno())
                place = stored_at(city, sha256)
                place.parent.mkdir(exist_ok=True)
                temporary.replace(place)
            finally:
                temporary.unlink(missing_ok=True)
    except OSError as problem:
        raise StoreFull(file=name) from problem
    return sha256, size, head


def _copy(content: BinaryIO, target: IO[bytes], limit: int, name: str) -> tuple[str, int, bytes]:
    digest, size, head = hashlib.sha256(), 0, b""
    for chunk in _chunks(content):
        head = head or chunk[:4096]
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
