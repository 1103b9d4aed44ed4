"""`jiugai up`: brings the data up to date and starts the system under one supervisor."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.supervisor import Supervisor
from cli.user_account import announce_first
from runtime.database import Database, upgrade
from runtime.office import Office
from runtime.process_lock import only_one, require_port
from runtime.settings import Settings
from runtime.shelf import take_pack
from services.pack import PackNotActive, activate, current_version


def up(demo: Annotated[bool, typer.Option("--demo", help="台账为空时先建立演示城市")] = False) -> None:
    """启动系统：网页、Prefect 服务、常驻进程。按 Ctrl-C 停止。"""
    settings = Settings()
    with only_one(settings.home):
        _require_ports(settings)
        prepare(settings)
        if not demo:
            announce_first(settings)
        Supervisor(settings, demo=demo).run()


def _require_ports(settings: Settings) -> None:
    require_port(settings.host, settings.port, setting="JIUGAI_PORT", service="网页", service_en="the web")
    if settings.prefect_api_url is None:
        port, setting = settings.prefect_port, "JIUGAI_PREFECT_PORT"
        require_port("127.0.0.1", port, setting=setting, service="Prefect 服务", service_en="Prefect")


def prepare(settings: Settings) -> None:
    """Bring the database to this version and put the settings' pack in force where none is yet."""
    upgrade(settings.url)
    database = Database(settings.url, audit_algorithm=settings.audit_algorithm)
    try:
        with database.write() as session:
            try:
                current_version(session, settings.pack)
            except PackNotActive:
                pack = take_pack(settings, settings.pack)
                activate(session, pack, actor="system:first_start", source="cli", now=Office.now())
    finally:
        database.close()
