"""What a file really is (文件类型): told by its first bytes, never by its name alone."""

from __future__ import annotations

from typing import NamedTuple


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


def sniff(head: bytes, filename: str) -> Media:
    """The media type of a file from its first bytes; `filename` only tells office containers apart."""
    ending = filename.rpartition(".")[2].lower()
    for magic, media in _MAGIC:
        if head.startswith(magic):
            return media
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Media("image/webp", "image")
    container = next((magic for magic in (_ZIP, _OLE) if head.startswith(magic)), b"")
    return _CONTAINED.get((container, ending), OTHER)
