"""A yearly notice taken into the city's folder (载入放假安排): checked, compared with what is known, copied."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from policy.calendar import Calendar, CalendarOverride, load_calendar_file
from runtime.office import calendar_folder, city_calendar
from runtime.settings import Settings
from services.atomic_file import write_atomically
from states.exceptions import JiugaiError, Kind

SHOWN = 8


class CalendarContradicts(JiugaiError):
    """The file says something else than what is loaded already."""

    code = "calendar_contradicts"
    kind = Kind.conflict
    zh = (
        "{file} 与已载入的 {year} 年安排不一致：{days}。没有载入。请对照国务院办公厅通知原文；"
        "确为调整通知的，加 --force 载入。"
    )
    en = "{file} contradicts what is loaded for {year}: {days}. Not loaded; add --force if the notice was changed."


def adopt(settings: Settings, path: Path, *, force: bool) -> tuple[CalendarOverride, Path]:
    """Copy a notice into the calendar folder; harmless when repeated.

    Raises CalendarFileInvalid, CalendarContradicts, DiskFull, FileNotWritten.
    """
    override = load_calendar_file(path)
    known = city_calendar(settings)
    differing = sorted(_differing(known, known.with_files(override), override.year))
    place = calendar_folder(settings) / f"{override.year}-{path.name.removeprefix(f'{override.year}-')}"
    if not force:
        _require_agreement(path, override.year, differing, [*_earlier(settings, override, place)])
    write_atomically(place, path.read_bytes())
    return override, place


def _differing(known: Calendar, after: Calendar, year: int) -> Iterator[date]:
    """Days of years known exactly that would change."""
    first, last = date(year - 1, 12, 1), date(year, 12, 31)
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if day.year in known.published_years and known.is_working_day(day) != after.is_working_day(day):
            yield day


def _earlier(settings: Settings, override: CalendarOverride, place: Path) -> Iterator[date]:
    """Days another file of the folder lists the other way round, also for a year nobody has published yet."""
    folder = calendar_folder(settings)
    paths = [path for path in folder.glob("*") if path.suffix in (".yaml", ".json")] if folder.is_dir() else []
    for other in map(load_calendar_file, sorted(paths)):
        for day, adjustment in override.days.items():
            listed = other.days.get(day)
            if listed is not None and listed.kind is not adjustment.kind:
                yield day


def _require_agreement(path: Path, year: int, *found: list[date]) -> None:
    days = sorted({day for one in found for day in one})
    if days:
        more = f"…（{len(days)}）" if len(days) > SHOWN else ""
        raise CalendarContradicts(file=path.name, year=year, days="、".join(map(str, days[:SHOWN])) + more)
