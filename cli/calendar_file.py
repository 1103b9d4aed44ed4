"""A yearly notice taken into the city's folder (载入放假安排): checked, compared with what is known, copied."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from policy.calendar import Calendar, CalendarOverride, load_calendar_file
from runtime.database import current_revision
from runtime.office import Office, calendar_files, calendar_folder, city_calendar, open_office
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


@dataclass(frozen=True, slots=True)
class Notice:
    """A checked notice, the place it goes to, and the calendar as it is once it lies there."""

    override: CalendarOverride
    path: Path
    place: Path
    calendar: Calendar

    def keep(self) -> None:
        """Copy it into the calendar folder; harmless when repeated. Raises DiskFull, FileNotWritten."""
        write_atomically(self.place, self.path.read_bytes())


def read_notice(settings: Settings, path: Path, *, force: bool) -> Notice:
    """Read and check a notice against what is known. Raises CalendarFileInvalid, CalendarContradicts."""
    override = load_calendar_file(path)
    known = city_calendar(settings)
    place = calendar_folder(settings) / f"{override.year}-{path.name.removeprefix(f'{override.year}-')}"
    if not force:
        differing = sorted(_differing(known, known.with_files(override), override.year))
        _require_agreement(path, override.year, differing, [*_earlier(settings, override, place)])
    return Notice(override, path, place, city_calendar(settings, (place, override)))


@contextmanager
def open_record(settings: Settings) -> Iterator[Office | None]:
    """The installation whose clocks follow; None where no database has been set up yet. Raises as open_office does."""
    if not _is_set_up(settings):
        yield None
        return
    office = open_office(settings)
    try:
        yield office
    finally:
        office.close()


def _is_set_up(settings: Settings) -> bool:
    file = settings.url.removeprefix("sqlite:///")
    if file != settings.url and not Path(file).exists():
        return False
    return current_revision(settings.url) is not None


def _differing(known: Calendar, after: Calendar, year: int) -> Iterator[date]:
    """Days of years known exactly that would change."""
    first, last = date(year - 1, 12, 1), date(year, 12, 31)
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if day.year in known.published_years and known.is_working_day(day) != after.is_working_day(day):
            yield day


def _earlier(settings: Settings, override: CalendarOverride, place: Path) -> Iterator[date]:
    """Days another file of the folder lists the other way round, also for a year nobody has published yet."""
    for other in map(load_calendar_file, calendar_files(settings)):
        for day, adjustment in override.days.items():
            listed = other.days.get(day)
            if listed is not None and listed.kind is not adjustment.kind:
                yield day


def _require_agreement(path: Path, year: int, *found: list[date]) -> None:
    days = sorted({day for one in found for day in one})
    if days:
        more = f"…（{len(days)}）" if len(days) > SHOWN else ""
        raise CalendarContradicts(file=path.name, year=year, days="、".join(map(str, days[:SHOWN])) + more)
