"""The city (城市): what all services of one installation share: calendar, time zone, document store, channels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from policy.calendar import Calendar
from services.quiet import NEVER, QuietHours


@dataclass(frozen=True)
class City:
    """`calendar` counts days, `zone` says which day a moment belongs to, `documents` is the folder of the store.

    `channels` are the names of the channels a message leaves through, beside the inbox, and `quiet` the hours in which
    none of them is used. `max_document_bytes` limits one uploaded document. `durable` is whether a document is on the
    disk for good before its row is written: only a made-up city does without.
    """

    calendar: Calendar
    zone: ZoneInfo
    documents: Path
    channels: tuple[str, ...] = ()
    max_document_bytes: int = 100 * 2**20
    quiet: QuietHours = NEVER
    durable: bool = True

    def day(self, moment: datetime) -> date:
        """The day `moment` falls on in the city."""
        return moment.astimezone(self.zone).date()
