"""`jiugai simulate`: a city's whole year on a virtual clock (全年推演), with the record proven at the end."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cli.language import say
from cli.option import AsJson
from cli.output import emit
from models.engine import give_up_durability
from policy.pack import Pack
from runtime.database import upgrade
from runtime.office import Office, open_office
from runtime.settings import Settings
from runtime.shelf import take_pack
from services.invariant import examine_record
from services.register import RegisterNotEmpty, is_empty
from simulation.tally import fingerprint, tally
from simulation.year import Year


def simulate(
    pack: Annotated[str, typer.Option("--pack", help=say("政策包", "the pack"))] = "default",
    projects: Annotated[
        int, typer.Option("--projects", min=1, max=1_000_000, help=say("项目个数", "how many projects"))
    ] = 267,
    year: Annotated[int, typer.Option("--year", min=2005, max=2026, help=say("年份", "the year"))] = 2024,
    seed: Annotated[int, typer.Option("--seed", help=say("随机种子：相同则结果相同", "same seed, same result"))] = 1,
    outage: Annotated[
        datetime | None,
        typer.Option("--outage", formats=["%Y-%m-%d"], help=say("从这天起停机", "nothing runs from this day on")),
    ] = None,
    outage_days: Annotated[
        int, typer.Option("--outage-days", min=1, max=60, help=say("停机天数", "for so many days"))
    ] = 3,
    as_json: AsJson = False,
) -> None:
    """用真实的服务与联动推演一座城市的一年；只建在空台账上，结束时核对全部不变量，有一条不成立则退出码为 1。"""
    settings = Settings().model_copy(update={"channels": ""})
    upgrade(settings.url)
    office = _made_up(open_office(settings))
    try:
        _require_empty(office)
        out = (outage.date(), outage.date() + timedelta(days=outage_days - 1)) if outage else None
        begun = time.monotonic()
        town = _run(office, take_pack(settings, pack), projects, year, seed, out)
        seconds = round(time.monotonic() - begun, 1)
        data = _result(office, town) | {"seconds": seconds}
    finally:
        office.close()
    text = [f"{name}：{value}" for name, value in data.items() if value not in ([], {})]
    emit(data, as_json=as_json, text=text)
    if data["broken"] or data["stuck"]:
        raise typer.Exit(1)


def _made_up(office: Office) -> Office:
    """The installation for a city nobody would miss: a year of it does not wait for the disk 100,000 times."""
    give_up_durability(office.database.engine)
    return replace(office, opened=replace(office.opened, durable=False))


def _require_empty(office: Office) -> None:
    with office.database.read() as session:
        if not is_empty(session):
            raise RegisterNotEmpty


def _run(
    office: Office,
    pack: Pack,
    projects: int,
    year: int,
    seed: int,
    outage: tuple[date, date] | None,
) -> Year:
    notes = Console(stderr=True, highlight=False)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=notes, transient=True) as bar:
        task = bar.add_task(str(year), total=366)

        def progress(day: date, _last: date) -> None:
            bar.update(task, completed=day.timetuple().tm_yday, description=day.isoformat())

        town = Year(office, pack, projects, year, seed, bar.console.print, progress, outage)
        town.run()
    return town


def _result(office: Office, town: Year) -> dict[str, Any]:
    with office.database.read() as session:
        verdicts = list(examine_record(session, office.city))
        counts = {**tally(session, town.pack), "fingerprint": fingerprint(session)}
    broken = {verdict.code: list(verdict.places) for verdict in verdicts if verdict.broken}
    swept = asdict(town.swept)
    return {**counts, "swept": swept, "invariants": len(verdicts), "broken": broken, "stuck": town.stuck}
