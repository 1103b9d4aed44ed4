"""Opens the zip archive an .xlsx workbook (工作簿) is: bounded, and with nothing lost that the reader would drop."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

MAX_UNPACKED_BYTES = 200 * 2**20
MAX_PARTS = 2_000
CHUNK_BYTES = 2**20

UNCOMPUTED_FORMULA = re.compile(
    rb"<((?:\w+:)?)c\b([^>]*)>\s*<\1f\b[^>]*?(?:/>|>([^<]*)</\1f>)\s*(<\1v\s*/>|<\1v>\s*</\1v>)?\s*</\1c>"
)
ERROR_CELL = re.compile(rb'(<(?:\w+:)?c\b[^>]*\s)t="e"')
CELL_TYPE = re.compile(rb'\s+t="[^"]*"')


class ArchiveTooLarge(Exception):
    """More unpacked bytes or parts than any project list has: a zip bomb, or a workbook full of pictures."""


class ArchiveBroken(Exception):
    """Not a readable zip archive."""


class ArchiveEncrypted(Exception):
    """The parts of the archive want a password."""


def part_names(workbook: bytes) -> list[str]:
    """The names inside the archive. Raises ArchiveBroken."""
    try:
        with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ArchiveBroken from error


def bounded_copy(workbook: bytes) -> bytes:
    """The same workbook with its XML parts only, unpacked within the limits, and two things made visible.

    The reader gives an empty cell for a formula without a stored result and for an error value (#REF!). In the copy
    both are text (`=SUM(B2:B9)`, `#REF!`), so a row says what it held instead of passing as "not published". The
    native reader sees only the copy, whose sizes are what was unpacked here and not what the archive claims.

    Raises ArchiveTooLarge, ArchiveBroken, ArchiveEncrypted.
    """
    try:
        return _copy(workbook)
    except RuntimeError as error:
        if isinstance(error, NotImplementedError):
            raise ArchiveBroken from error
        raise ArchiveEncrypted from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise ArchiveBroken from error


def _copy(workbook: bytes) -> bytes:
    target, room = io.BytesIO(), MAX_UNPACKED_BYTES
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(target, "w") as copy:
        parts = [part for part in source.infolist() if part.filename.endswith((".xml", ".rels"))]
        if len(parts) > MAX_PARTS:
            raise ArchiveTooLarge
        for part in parts:
            content = _unpack(source, part, room)
            room -= len(content)
            copy.writestr(part.filename, _visible(content) if "worksheets/" in part.filename else content)
    return target.getvalue()


def _unpack(source: zipfile.ZipFile, part: zipfile.ZipInfo, room: int) -> bytes:
    chunks: list[bytes] = []
    with source.open(part) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            room -= len(chunk)
            if room < 0:
                raise ArchiveTooLarge
            chunks.append(chunk)
    return b"".join(chunks)


def _visible(sheet: bytes) -> bytes:
    return ERROR_CELL.sub(rb'\1t="str"', UNCOMPUTED_FORMULA.sub(_formula_as_text, sheet))


def _formula_as_text(cell: re.Match[bytes]) -> bytes:
    prefix, attributes, formula, result = cell.groups()
    if result and b't="str"' in attributes:  # computed, and the result is the empty text
        return cell.group()
    head = CELL_TYPE.sub(b"", attributes)
    text = b"=" + (formula or "（公式）".encode())
    return b'<%bc%b t="str"><%bv>%b</%bv></%bc>' % (prefix, head, prefix, text, prefix, prefix)
