"""Rates all processes share (发送频率): a bot's rate in the database, asked in a transaction of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from notifications.rate import Window
from runtime.database import Database
from services.channel_rate import allow, close


@dataclass(frozen=True)
class SharedRate:
    """One bot's rate (notifications.rate.Rate); `bot` names it without its key (services.channel_rate.bot_of)."""

    database: Database = field(repr=False)
    bot: str
    windows: tuple[Window, ...]

    def allow(self, now: datetime) -> int:
        """0 and the letter is counted as sent, for every process; or the seconds after which to ask again.

        Raises DatabaseUnavailable.
        """
        with self.database.write() as session:
            return allow(session, self.bot, self.windows, now=now)

    def hold(self, now: datetime, seconds: int) -> None:
        """Send nothing for a while, in no process. Raises DatabaseUnavailable."""
        with self.database.write() as session:
            close(session, self.bot, self.windows, now=now, seconds=seconds)
