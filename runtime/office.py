"""One installation at work (运行实例): settings, the open database, and the city its services act for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from notifications.channel import Channel
from policy.calendar import Calendar, load_calendar_file
from runtime.channel import open_channels
from runtime.database import Database, open_database
from runtime.settings import Settings
from services.city import City


@dataclass(frozen=True)
class Office:
    """What an edge needs to call a service: one transaction at a time, the city, the channels."""

    settings: Settings
    database: Database
    city: City

    @cached_property
    def channels(self) -> dict[str, Channel]:
        """The channels in force, by name, opened when first used."""
        return open_channels(self.settings)

    @staticmethod
    def now() -> datetime:
        """This moment; the only place where an edge reads the clock for a service."""
        return datetime.now(UTC)

    def close(self) -> None:
        """Give the database connections back."""
        self.database.close()


def open_office(settings: Settings) -> Office:
    """Open the installation. Raises DatabaseBehind, DatabaseNewer, CalendarFileInvalid, ChannelUnknown."""
    return Office(settings, open_database(settings.url), city_of(settings))


def city_of(settings: Settings) -> City:
    """The city as the settings describe it, with the national calendar and the years loaded since."""
    return City(
        calendar=city_calendar(settings),
        zone=settings.zone,
        documents=(settings.home / "documents").resolve(),
        channels=settings.channel_names,
        max_document_bytes=settings.max_document_mb * 2**20,
    )


def calendar_folder(settings: Settings) -> Path:
    """Where the yearly notices loaded with `jiugai calendar import` lie."""
    return settings.calendars or settings.home / "calendar"


def city_calendar(settings: Settings) -> Calendar:
    """The national calendar with every file of the calendar folder laid over it, in the order of their names."""
    folder = calendar_folder(settings)
    files = sorted(p for p in folder.glob("*") if p.suffix in (".yaml", ".json")) if folder.is_dir() else []
    return Calendar.national().with_files(*(load_calendar_file(path) for path in files))
