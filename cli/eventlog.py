"""`jiugai eventlog`: the history as an event log for process mining (事件日志)."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.language import say
from cli.lazy import group
from cli.moment import By
from cli.office import SOURCE, office, operator, reading
from cli.option import AsJson, Target
from cli.output import emit
from services.audit import Reading as Seen
from services.audit import record_reading
from services.eventlog import Extract, Log
from services.eventlog_file import export_log, writer_for
from services.history_entry import Basis

app = group(say("事件日志：XES、OCEL 2.0、CSV。", "Event logs: XES, OCEL 2.0, CSV."))


@app.callback()
def eventlog() -> None:
    """A group of its own, though it has one command as yet."""


@app.command("export", help=say("导出事件日志，格式由扩展名决定。", "Export the event log; the ending says its form."))
def export(
    target: Target,
    project: Annotated[
        str | None, typer.Option("--project", metavar="CODE", help=say("只导出一个项目", "one project"))
    ] = None,
    district: Annotated[
        str | None, typer.Option("--district", help=say("区县或街道（编码或名称）", "an organisation, by code or name"))
    ] = None,
    by: By = Basis.recorded,
    bom: Annotated[
        bool, typer.Option("--bom/--no-bom", help=say("CSV 加 BOM（Excel 用）", "a BOM in CSV, for Excel"))
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Write .xes, .jsonocel or .json (OCEL 2.0), .sqlite (OCEL 2.0) or .csv; the export itself is an entry."""
    writer_for(target)  # a wrong ending is refused before anything is noted
    with office() as at:
        with at.database.read() as session:
            export_log(target, Log(session, reading(at), Extract(project, district, by)), bom=bom)
        with at.database.write() as session:
            whose = ("project", project) if project else ("organisation", district or "*")
            details = {"form": target.suffix.lower(), "by": by.value}
            record_reading(session, Seen(operator(), "event_log", *whose, SOURCE, at.now(), details=details))
    data = {"file": str(target), "bytes": target.stat().st_size}
    text = say(f"已导出 {target}（{data['bytes']} 字节）。", f"Wrote {target} ({data['bytes']} bytes).")
    emit(data, as_json=as_json, text=text)
