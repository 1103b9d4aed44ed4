"""The event log into a file (导出事件日志): its form by the ending; whole, or not at all."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO

from services.atomic_file import NAME_KEPT, NO_ROOM
from services.eventlog import Log
from services.eventlog_csv import write_csv
from services.eventlog_ocel import write_ocel_json
from services.eventlog_ocel_sqlite import write_ocel_sqlite
from services.eventlog_xes import write_xes
from services.spreadsheet_error import DiskFull, FileNotWritten
from states.exceptions import JiugaiError, Kind


class LogFormatUnknown(JiugaiError):
    """The file's ending is none of those a log can be written as."""

    code = "log_format_unknown"
    kind = Kind.invalid
    zh = "不能导出为“{ending}”。文件名请以 {endings} 结尾。"
    en = 'Cannot export "{ending}". The file name has to end in one of {endings}.'


def export_log(path: Path, log: Log, *, bom: bool = True) -> None:
    """Write a log to `path`, an earlier file is untouched until all is written. The same record gives the same bytes.

    Raises LogFormatUnknown before anything is written, DiskFull, FileNotWritten, and what Log.traces raises.
    """
    writer = writer_for(path, bom=bom)
    temporary = path.with_name(f".{path.name[:NAME_KEPT]}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            writer(temporary, log)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        problem = DiskFull if error.errno in NO_ROOM else FileNotWritten
        raise problem(path=path, reason=error.strerror or type(error).__name__) from error


def writer_for(path: Path, *, bom: bool = True) -> Callable[[Path, Log], None]:
    """What writes a log into a file of that ending. Raises LogFormatUnknown."""
    writers: dict[str, Callable[[Path, Log], None]] = {
        ".xes": partial(_streamed, lambda stream, log: write_xes(stream, log.traces())),
        ".csv": partial(_streamed, lambda stream, log: write_csv(stream, log.traces(), bom=bom)),
        ".jsonocel": partial(_streamed, write_ocel_json),
        ".json": partial(_streamed, write_ocel_json),
        ".sqlite": write_ocel_sqlite,
    }
    found = writers.get(path.suffix.lower())
    if found is None:
        raise LogFormatUnknown(ending=path.suffix, endings="、".join(writers))
    return found


def _streamed(write: Callable[[IO[bytes], Log], None], path: Path, log: Log) -> None:
    with path.open("xb") as stream:
        write(stream, log)
