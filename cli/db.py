"""`jiugai db`: the database (数据库) brought up to date, backed up, restored, copied."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from cli.backup import back_up, check_backup
from cli.backup import restore as put_back
from cli.db_copy import copy
from cli.language import say
from cli.lazy import group
from cli.option import AsJson, Source, Target
from cli.output import emit
from runtime.database import upgrade as bring_up_to_date
from runtime.office import Office
from runtime.process_lock import only_one
from runtime.settings import Settings

app = group(say("数据库：升级、备份、恢复、复制。", "The database: upgrade, backup, restore, copy."))


@app.command("upgrade", help=say("建立数据库或升级到本版本。", "Create the database or bring it to this version."))
def upgrade(as_json: AsJson = False) -> None:
    """Harmless when repeated; refuses a database of a newer version."""
    settings = Settings()
    revision = bring_up_to_date(settings.url)
    emit(
        {"revision": revision}, as_json=as_json, text=say(f"数据库已是最新版本：{revision}", f"up to date: {revision}")
    )


@app.command("backup", help=say("在线备份数据库、材料、日历为一个 .tar.gz。", "Back up everything as one .tar.gz."))
def backup(path: Target, as_json: AsJson = False) -> None:
    """The system may keep running."""
    done = back_up(Settings(), path, created_at=Office.now().isoformat())
    text = say(f"已备份到 {path}（材料 {done.documents} 份）", f"backed up to {path}, {done.documents} document(s)")
    emit({"file": str(path), **asdict(done)}, as_json=as_json, text=text)


app.command("copy", help=say("把全部数据复制到另一个空数据库并校验。", "Copy all into an empty database."))(copy)


@app.command("restore", help=say("从备份恢复；恢复前校验数据库、材料与留痕。", "Restore a backup, proven before."))
def restore(
    path: Source,
    verify: Annotated[
        bool, typer.Option("--verify", help=say("只校验备份，不恢复", "prove the backup, restore nothing"))
    ] = False,
    force: Annotated[bool, typer.Option("--force", help=say("覆盖现有数据", "replace the data that is there"))] = False,
    as_json: AsJson = False,
) -> None:
    """Refuses to overwrite, and refuses a backup whose chains do not hold."""
    settings = Settings()
    if verify:
        found = check_backup(settings, path)
    else:
        with only_one(settings.home):
            found = put_back(settings, path, force=force)
    data = {"file": str(path), "restored": not verify, "checked_documents": found.documents, **asdict(found.manifest)}
    proven = say(
        f"备份完好：材料 {found.documents} 份，留痕校验通过", f"whole: {found.documents} document(s), all chains hold"
    )
    emit(data, as_json=as_json, text=[proven, *([] if verify else [say("已恢复", "restored")])])
