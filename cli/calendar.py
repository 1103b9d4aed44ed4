"""`jiugai calendar`: the working calendar (工作日历) from the command line."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.calendar_import import import_file
from cli.language import lang, say
from cli.lazy import group
from cli.option import AsJson, Day, chosen, day
from cli.output import emit, note
from policy.calendar import Calendar, Derivation, TimeUnit
from runtime.office import Office, city_calendar
from runtime.settings import Settings
from states.exceptions import JiugaiError, Kind

app = group(say("工作日历：推算期限、载入放假安排。", "The working calendar: due days, yearly notices."))
app.command(
    "import", help=say("载入一年的放假安排，在计时的期限随之重算。", "Load a year's notice; running clocks follow.")
)(import_file)

UNITS = {"working": TimeUnit.working_day, "natural": TimeUnit.calendar_day, "month": TimeUnit.month}
NOVEMBER = 11


class BatchInvalid(JiugaiError):
    """A line of the batch is not a start day and a number."""

    code = "batch_invalid"
    kind = Kind.invalid
    zh = "{file} 第 {line} 行不能用：{problem}。应有 start、n 两列（可加 unit），如 2026-09-24,10。"
    en = "Line {line} of {file} cannot be used: {problem}. Columns are start and n (and unit), as 2026-09-24,10."


unit = chosen(UNITS | {one.value: one for one in TimeUnit})
Unit = Annotated[
    TimeUnit,
    typer.Option(
        "--unit",
        metavar="UNIT",
        parser=unit,
        help=say("working 工作日、natural 自然日、month 月", "working, natural or month"),
    ),
]


@app.command("add", help=say("推算期限：起始日之后第 N 个工作日（自然日、月）。", "The due day: N units after a day."))
def add(
    start: Annotated[
        date | None,
        typer.Argument(metavar="START", parser=day, help=say("起始日（当日不计）", "first day, not counted")),
    ] = None,
    n: Annotated[int | None, typer.Argument(metavar="N", min=0, help=say("多少个单位", "how many units"))] = None,
    count_in: Unit = TimeUnit.working_day,
    batch: Annotated[
        Path | None,
        typer.Option(
            "--batch", metavar="FILE.csv", help=say("批量推算：start,n 两列", "many at once: columns start,n")
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """A single due day with its derivation, or many from a file."""
    calendar = city_calendar(Settings())
    if batch is not None:
        dues = [calendar.due(*one) for one in _wanted(batch, count_in)]
        emit([due.day for due in dues], as_json=as_json, text=[due.day.isoformat() for due in dues])
        return
    if start is None or n is None:
        raise typer.BadParameter(
            say("请给出 START 和 N，或用 --batch FILE.csv", "give START and N, or --batch FILE.csv")
        )
    found = calendar.derive(start, n, count_in)
    emit(_derivation(found), as_json=as_json, text=found.text)


def _derivation(found: Derivation) -> dict[str, Any]:
    return {
        "start": found.start,
        "n": found.n,
        "unit": found.unit,
        "due": found.due,
        "provisional": found.provisional,
        "derivation": found.text,
        "skipped": [{"from": run.first, "to": run.last, "name": run.name} for run in found.skipped],
        "make_up_days": list(found.make_up_days),
    }


def _wanted(path: Path, default: TimeUnit) -> Iterator[tuple[date, int, TimeUnit]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        try:
            for line, row in enumerate(csv.reader(stream), start=1):
                cells = [cell.strip() for cell in row]
                if not any(cells) or (line == 1 and cells[0].lower() == "start"):
                    continue
                yield _one(path, line, cells, default)
        except UnicodeDecodeError:
            problem = say("不是 UTF-8 文本", "it is not UTF-8 text")
            raise BatchInvalid(file=path.name, line=1, problem=problem) from None


def _one(path: Path, line: int, cells: list[str], default: TimeUnit) -> tuple[date, int, TimeUnit]:
    try:
        start, n, *rest = cells
        return date.fromisoformat(start), int(n), unit(rest[0]) if rest and rest[0] else default
    except (ValueError, typer.BadParameter):
        raise BatchInvalid(file=path.name, line=line, problem=",".join(cells)) from None


@app.command("between", help=say("两日之间的工作日数（不含首日，含末日）。", "Working days after A up to B."))
def between(first: Day, last: Day, as_json: AsJson = False) -> None:
    """Working days in (first, last]."""
    calendar = city_calendar(Settings())
    count, sure = calendar.working_days_between(first, last), not calendar.is_provisional(first, last)
    data = {"from": first, "to": last, "working_days": count, "provisional": not sure}
    caveat = "" if sure else say("（暂定：含尚未公布的年份）", " (provisional: a year is not published)")
    emit(data, as_json=as_json, text=f"{count} {TimeUnit.working_day.label.text(lang())}{caveat}")


@app.command(
    "check", help=say("已载入哪些年份；11 月起提醒缺少次年安排。", "Published years; from November warns of the next.")
)
def check(
    on: Annotated[
        date | None,
        typer.Option("--on", metavar="DAY", parser=day, help=say("按这一天检查，默认今天", "as of this day")),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """The years known exactly, and whether the next one is late."""
    settings = Settings()
    calendar = city_calendar(settings)
    today = on or Office.now().astimezone(settings.zone).date()
    years = sorted(calendar.published_years)
    warning = next_year_warning(calendar, today)
    emit(
        {"published": years, "first": years[0], "last": years[-1], "warning": warning},
        as_json=as_json,
        text=say(f"已载入 {years[0]}-{years[-1]} 年放假安排", f"published: {years[0]}-{years[-1]}"),
    )
    if warning:
        note(warning)


def next_year_warning(calendar: Calendar, today: date) -> str:
    """What to do when the notice for next year is late: the State Council publishes it in autumn; else nothing."""
    missing = next((year for year in (today.year, today.year + 1) if year not in calendar.published_years), None)
    if missing is None or (missing > today.year and today.month < NOVEMBER):
        return ""
    return say(
        f"{missing} 年放假安排尚未载入，跨年期限只能暂定。请用 jiugai calendar import FILE 载入国务院办公厅通知。",
        f"The notice for {missing} is not loaded; due days there are provisional. Run `jiugai calendar import FILE`.",
    )
