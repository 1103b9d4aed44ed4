"""Writes a file whole or not at all (原子写入)."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path

from services.spreadsheet_error import DiskFull, FileNotWritten

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
NAME_KEPT = 40  # of the target's name in the temporary one: file systems stop at 255 bytes


def write_atomically(path: Path, content: bytes) -> None:
    """Write to a temporary file beside `path`, sync it, and rename it over `path`; the folder is made if missing.

    Raises DiskFull or FileNotWritten; then no part of the new file is left and an earlier one is untouched.
    """
    temporary = path.with_name(f".{path.name[:NAME_KEPT]}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        problem = DiskFull if error.errno in NO_ROOM else FileNotWritten
        raise problem(path=path, reason=error.strerror or type(error).__name__) from error
