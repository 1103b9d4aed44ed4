"""Channels in force (通知渠道): built from the settings; a new channel is a class and one line here."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from pydantic import SecretStr

from notifications.channel import Channel
from notifications.channels.console import ConsoleChannel
from notifications.channels.file import FileChannel
from notifications.channels.smtp import SmtpChannel, SmtpConfig
from runtime.database import Database
from runtime.settings import CHANNELS, Settings
from states.exceptions import JiugaiError, Kind


class ChannelUnknown(JiugaiError):
    """The settings name a channel there is none of, or one that lacks its settings."""

    code = "channel_unknown"
    kind = Kind.invalid
    zh = "通知渠道“{channel}”不可用：{problem}。请检查设置 JIUGAI_CHANNELS（可选：{known}）及该渠道的设置。"
    en = 'Channel "{channel}" cannot be used: {problem}. Check JIUGAI_CHANNELS ({known}) and its settings.'

    def __init__(self, *, channel: str, problem: str) -> None:
        super().__init__(channel=channel, problem=problem, known="、".join(CHANNELS))


Builder = Callable[[Settings, Database | None], Channel]


def _smtp(settings: Settings, _: Database | None) -> Channel:
    (host,) = given(settings, "smtp", "smtp_host")
    return SmtpChannel(
        SmtpConfig(
            host=host,
            port=settings.smtp_port,
            sender=settings.smtp_sender,
            security=settings.smtp_security,
            username=settings.smtp_username or "",
            password=settings.smtp_password or SecretStr(""),
        )
    )


def _over_http(name: str) -> Builder:
    """The builder of a channel that talks HTTP, whose client is loaded only when such a channel is opened."""

    def build(settings: Settings, database: Database | None) -> Channel:
        from runtime.http_channel import HTTP_BUILDERS

        return HTTP_BUILDERS[name](settings, database)

    return build


BUILDERS: dict[str, Builder] = {
    **{name: _over_http(name) for name in CHANNELS},
    "console": lambda settings, _: ConsoleChannel(sys.stdout),
    "file": lambda settings, _: FileChannel(settings.home / "messages"),
    "smtp": _smtp,
}


def open_channels(settings: Settings, database: Database | None = None) -> dict[str, Channel]:
    """Every channel the settings name. Raises ChannelUnknown."""
    return {name: open_channel(settings, name, database) for name in settings.channel_names}


def open_channel(settings: Settings, name: str, database: Database | None = None) -> Channel:
    """One channel by its name; with a `database` its rate is that of every process. Raises ChannelUnknown."""
    if name not in BUILDERS:
        raise ChannelUnknown(channel=name, problem="没有这种渠道")
    return BUILDERS[name](settings, database)


def given(settings: Settings, channel: str, *names: str) -> list[Any]:
    """The values of the settings a channel cannot do without. Raises ChannelUnknown with all that are missing."""
    missing = [f"JIUGAI_{name.upper()}" for name in names if getattr(settings, name) in (None, "", SecretStr(""))]
    if missing:
        raise ChannelUnknown(channel=channel, problem=f"{'、'.join(missing)} 未设置")
    return [getattr(settings, name) for name in names]
