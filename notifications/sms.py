"""Text messages (短信): what providers in mainland China let into the variables of an approved template."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from jinja2 import Template

from notifications.channel import DeliveryFailed, Receiver
from notifications.phone import mainland_mobile
from notifications.provider import Provider
from notifications.render import CITY_ZONE
from notifications.template import ChannelTemplateInvalid, filled
from notifications.text import one_line

_MORNING = 9
# 【】 mark the signature and are refused inside, as are addresses (isv.PARAM_NOT_SUPPORT_URL, 1048).
_FORBIDDEN = re.compile(r"[【】]|https?://\S*", re.IGNORECASE)


def number_of(provider: Provider, receiver: Receiver) -> str:
    """The receiver's eleven digits. Raises DeliveryFailed."""
    mobile = mainland_mobile(receiver.mobile)
    if mobile is None:
        raise provider.failure("bad_address", f"{receiver.name}没有可用的手机号")
    return mobile


def variables(provider: Provider, templates: Sequence[Template], values: dict[str, str], *, limit: int) -> list[str]:
    """Each variable in one line of at most `limit` characters, without what is refused. Raises DeliveryFailed."""
    try:
        return [one_line(_FORBIDDEN.sub("", filled(template, values)), limit) for template in templates]
    except ChannelTemplateInvalid as error:
        raise bad_template(provider, error) from error


def bad_template(provider: Provider, error: ChannelTemplateInvalid) -> DeliveryFailed:
    """The failure of a letter that cannot be written because of the settings."""
    return provider.failure("bad_template", error.text("zh"))


def seconds_to_morning(now: datetime) -> int:
    """Until 09:00 of the next day in mainland China: daily limits end at midnight, when nobody wants a message."""
    local = now.astimezone(CITY_ZONE)
    morning = (local + timedelta(days=1)).replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    return int((morning.astimezone(UTC) - now).total_seconds())
