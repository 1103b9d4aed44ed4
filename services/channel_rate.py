"""Shared rates (发送频率): what one bot was sent lately, kept in the database for every process that uses it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.delivery import ChannelRate
from notifications.rate import RateLimit, Window


def bot_of(channel: str, secret: str) -> str:
    """The name a bot's rate is kept under: its channel and a digest, from which nobody can guess the key."""
    return f"{channel}:{hashlib.sha256(f'jiugai:{secret}'.encode()).hexdigest()[:32]}"


def allow(session: Session, bot: str, windows: Sequence[Window], *, now: datetime) -> int:
    """What notifications.rate.RateLimit.allow answers, for all processes together."""
    row, limit = _held(session, bot, windows, now)
    wait = limit.allow(now)
    row.state, row.changed_at = limit.state(), now
    return wait


def close(session: Session, bot: str, windows: Sequence[Window], *, now: datetime, seconds: int) -> None:
    """Send nothing for a while, in no process: the provider said that it was too fast already."""
    row, limit = _held(session, bot, windows, now)
    limit.hold(now, seconds)
    row.state, row.changed_at = limit.state(), now


def hold_channel(session: Session, channel: str, *, now: datetime) -> None:
    """Hold the channel's row until the transaction ends, so that letters under way are counted one after another."""
    _row(session, channel, now)


def _held(session: Session, bot: str, windows: Sequence[Window], now: datetime) -> tuple[ChannelRate, RateLimit]:
    row = _row(session, bot, now)
    return row, RateLimit.of(tuple(windows), row.state)


def _row(session: Session, bot: str, now: datetime) -> ChannelRate:
    query = select(ChannelRate).where(ChannelRate.bot == bot).with_for_update()
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is not None:
        return found
    try:
        with session.begin_nested():
            session.add(ChannelRate(bot=bot, state={}, changed_at=now))
    except IntegrityError:  # another process was first
        pass
    return session.scalars(query).one()
