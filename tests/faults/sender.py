"""A delivering process of its own: claims a few letters, hands them over, again and again, until nothing is due."""

from __future__ import annotations

import os
from datetime import datetime
from multiprocessing.synchronize import Event as Signal
from typing import Any

from flows.handling import handle
from runtime.database import Database
from runtime.office import Office, city_of
from runtime.settings import Settings
from services.outbox import claim

CLAIM = 5


def deliver(url: str, given: dict[str, Any], now: datetime, ready: Signal | None = None) -> None:
    """Send what is due at `now`; `ready` is set once the first claim is about to be made."""
    settings = Settings(_env_file=None, quiet_from="00:00", quiet_until="00:00", **given)
    database = Database(url)
    at = Office(settings, database, city_of(settings))
    if ready is not None:
        ready.set()
    while True:
        with database.write() as session:
            events = claim(session, f"sender:{os.getpid()}", now=now, limit=CLAIM)
        if not events:
            break
        for event in events:
            handle(at, event, now, None)
    database.close()
