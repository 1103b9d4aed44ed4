"""The message of a trial (渠道试发)."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import AwareDatetime

from notifications.base import Message


@dataclass(frozen=True, kw_only=True)
class ChannelTest(Message):
    """Shows that a channel works; `channel` is its name, `sent_by` who tries it out."""

    kind = "channel_test"
    label = "渠道试发"
    when = "系统管理员用 jiugai notify test 试发时"
    to = "试发时指定的收件人或群"

    channel: str
    sent_by: str
    sent_at: AwareDatetime
