"""What a file really is (文件类型): told by its first bytes, never by its name alone."""

from __future__ import annotations

import re
from typing import NamedTuple

from policy.media import MEDIA
from states.label import Label


class Media(NamedTuple):
    """A media type and the family the packs speak of (pdf, image, word, sheet, drawing, other)."""

    mime: str
    family: str


PROGRAM = "program"
"""The family no document may belong to, whatever the pack accepts."""
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC = (
    (b"%PDF-", Media("application/pdf", "pdf")),
    (b"\x89PNG\r\n\x1a\n", Media("image/png", "image")),
    (b"\xff\xd8\xff", Media("image/jpeg", "image")),
    (b"GIF8", Media("image/gif", "image")),
    (b"II*\x00", Media("image/tiff", "image")),
    (b"MM\x00*", Media("image/tiff", "image")),
    (b"MZ", Media("application/x-msdownload", PROGRAM)),
    (b"\x7fELF", Media("application/x-executable", PROGRAM)),
    (b"#!", Media("text/x-script", PROGRAM)),
    (b"AC10", Media("image/vnd.dwg", "drawing")),
)
# Office files share their container: here, and only here, the name decides which of them it is.
_CONTAINED = {
    (_ZIP, "docx"): Media("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "word"),
    (_ZIP, "xlsx"): Media("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "sheet"),
    (_OLE, "doc"): Media("application/msword", "word"),
    (_OLE, "wps"): Media("application/vnd.ms-works", "word"),
    (_OLE, "xls"): Media("application/vnd.ms-excel", "sheet"),
    (_OLE, "et"): Media("application/vnd.ms-excel", "sheet"),
}
OTHER = Media("application/octet-stream", "other")
_PROMISED = {
    "pdf": "pdf",
    **dict.fromkeys(("png", "jpg", "jpeg", "gif", "tif", "tiff", "webp", "heic", "heif"), "image"),
    **dict.fromkeys(("doc", "docx", "wps"), "word"),
    **dict.fromkeys(("xls", "xlsx", "et"), "sheet"),
    **dict.fromkeys(("dwg", "dxf"), "drawing"),
}
"""The family each ending promises; a picture may be called .jpg and be a .png."""
_FAMILIES = {PROGRAM: Label("程序", "program"), "other": Label("认不出的格式", "unknown")}
_DXF = re.compile(rb"\s*0\r?\n\s*SECTION\r?\n")
_HEIC = (b"heic", b"heix", b"heif", b"mif1")


def sniff(head: bytes, filename: str) -> Media:
    """The media type of a file from its first bytes; `filename` only tells office containers apart."""
    for magic, media in _MAGIC:
        if head.startswith(magic):
            return media
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Media("image/webp", "image")
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC:
        return Media("image/heic", "image")
    container = next((magic for magic in (_ZIP, _OLE) if head.startswith(magic)), b"")
    if container:
        return _CONTAINED.get((container, ending_of(filename)), OTHER)
    if _DXF.match(head):
        return Media("image/vnd.dxf", "drawing")
    return OTHER


def family_words(media: Media) -> Label:
    """What a file is, in words, with its media type."""
    words = _FAMILIES.get(media.family) or MEDIA[media.family]
    return Label(f"{words.zh}（{media.mime}）", f"{words.text('en')} ({media.mime})")


def ending_of(filename: str) -> str:
    """The ending of a name in small letters; empty where it has none."""
    return filename.rpartition(".")[2].lower() if "." in filename else ""


def promised(filename: str) -> str | None:
    """The family a name says the file is of; None where its ending says nothing known here."""
    return _PROMISED.get(ending_of(filename))
