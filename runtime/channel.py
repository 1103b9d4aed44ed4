"""Channels in force (通知渠道): built from the settings; a new channel is a class and one line here."""

from __future__ import annotations

import sys
from collections.abc import Callable

from pydantic import SecretStr

from notifications.channel import Channel
from notifications.channels.console import ConsoleChannel
from notifications.channels.file import FileChannel
from notifications.channels.smtp import SmtpChannel, SmtpConfig
from runtime.settings import Settings
from states.exceptions import JiugaiError, Kind


class ChannelUnknown(JiugaiError):
    """The settings name a channel there is none of, or one that lacks its settings."""

    code = "channel_unknown"
    kind = Kind.invalid
    zh = "通知渠道“{channel}”不可用：{problem}。请检查设置 JIUGAI_CHANNELS（可选：console、file、smtp）及该渠道的设置。"
    en = 'Channel "{channel}" cannot be used: {problem}. Check JIUGAI_CHANNELS (console, file, smtp) and its settings.'


def _smtp(settings: Settings) -> Channel:
    if settings.smtp_host is None:
        raise ChannelUnknown(channel="smtp", problem="JIUGAI_SMTP_HOST 未设置")
    return SmtpChannel(
        SmtpConfig(
            host=settings.smtp_host,
            port=settings.smtp_port,
            sender=settings.smtp_sender,
            security=settings.smtp_security,
            username=settings.smtp_username or "",
            password=settings.smtp_password or SecretStr(""),
        )
    )


BUILDERS: dict[str, Callable[[Settings], Channel]] = {
    "console": lambda settings: ConsoleChannel(sys.stdout),
    "file": lambda settings: FileChannel(settings.home / "messages"),
    "smtp": _smtp,
}


def open_channels(settings: Settings) -> dict[str, Channel]:
    """Every channel the settings name. Raises ChannelUnknown."""
    return {name: open_channel(settings, name) for name in settings.channel_names}


def open_channel(settings: Settings, name: str) -> Channel:
    """One channel by its name. Raises ChannelUnknown."""
    if name not in BUILDERS:
        raise ChannelUnknown(channel=name, problem="没有这种渠道")
    return BUILDERS[name](settings)
