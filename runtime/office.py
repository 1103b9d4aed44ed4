"""One installation at work (运行实例): settings, the open database, and the city its services act for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from notifications.channel import Channel
from policy.calendar import Calendar, CalendarOverride, load_calendar_file
from runtime.channel import open_channels
from runtime.database import Database, open_database
from runtime.settings import Settings
from services.city import City
from services.quiet import QuietHours


@dataclass(frozen=True)
class Office:
    """What an edge needs to call a service: one transaction at a time, the city, the channels."""

    settings: Settings
    database: Database
    opened: City
    """The city as it was when the installation was opened."""

    @property
    def city(self) -> City:
        """The city now: a notice loaded by another process counts from the next call on, without a restart."""
        calendar = self._calendar.current()
        return self.opened if calendar is None else replace(self.opened, calendar=calendar)

    @cached_property
    def _calendar(self) -> CalendarWatch:
        return CalendarWatch(self.settings)

    @cached_property
    def channels(self) -> dict[str, Channel]:
        """The channels in force, by name, opened when first used."""
        return open_channels(self.settings, self.database)

    @staticmethod
    def now() -> datetime:
        """This moment; the only place where an edge reads the clock for a service."""
        return datetime.now(UTC)

    def close(self) -> None:
        """Give the database connections back."""
        self.database.close()


class CalendarWatch:
    """The calendar folder as this process has seen it last, read again only when a file of it has changed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._seen = self._signature()
        self._loaded: Calendar | None = None

    def current(self) -> Calendar | None:
        """The calendar as the folder has it now; None as long as nothing has changed."""
        found = self._signature()
        if found != self._seen:
            self._loaded, self._seen = city_calendar(self._settings), found
        return self._loaded

    def _signature(self) -> tuple[tuple[str, int, int], ...]:
        files = [(path.name, path.stat()) for path in calendar_files(self._settings)]
        return tuple((name, found.st_mtime_ns, found.st_size) for name, found in files)


def open_office(settings: Settings) -> Office:
    """Open the installation. Raises DatabaseBehind, DatabaseNewer, CalendarFileInvalid, ChannelUnknown."""
    database = open_database(settings.url, audit_algorithm=settings.audit_algorithm)
    return Office(settings, database, city_of(settings))


def city_of(settings: Settings) -> City:
    """The city as the settings describe it, with the national calendar and the years loaded since."""
    return City(
        calendar=city_calendar(settings),
        zone=settings.zone,
        documents=(settings.home / "documents").resolve(),
        channels=settings.channel_names,
        max_document_bytes=settings.max_document_mb * 2**20,
        quiet=QuietHours(settings.quiet_from, settings.quiet_until, settings.quiet_rest_days),
    )


def calendar_folder(settings: Settings) -> Path:
    """Where the yearly notices loaded with `jiugai calendar import` lie."""
    return settings.calendars or settings.home / "calendar"


def calendar_files(settings: Settings) -> list[Path]:
    """Every file of the calendar folder, in the order in which they are laid over the national calendar."""
    folder = calendar_folder(settings)
    return sorted(p for p in folder.glob("*") if p.suffix in (".yaml", ".json")) if folder.is_dir() else []


def city_calendar(settings: Settings, *more: tuple[Path, CalendarOverride]) -> Calendar:
    """The national calendar with every file of the folder laid over it, in the order of their names.

    `more` are files as if they lay there already (instead of one of the same name).
    """
    found = {path.name: override for path, override in more}
    found |= {path.name: load_calendar_file(path) for path in calendar_files(settings) if path.name not in found}
    return Calendar.national().with_files(*(found[name] for name in sorted(found)))
