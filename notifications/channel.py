"""Channels (通知渠道): what carries a letter to a person, what it reports back, and how it fails."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from notifications.render import Rendered
from notifications.text import one_line
from states.exceptions import JiugaiError, Kind, Lang

# Lower case only: some file systems, and some mail servers, take upper and lower case for the same.
_PLAIN_ID = re.compile(r"(?!sha256-)(?=.{1,60}$)[a-z0-9]+([._-][a-z0-9]+)*")
_PROVIDER_TEXT_LIMIT = 500
_PROVIDER_CODE_LIMIT = 200


@dataclass(frozen=True)
class Receiver:
    """A person to be told, with the addresses known of them."""

    name: str
    email: str | None = None
    mobile: str | None = None


@dataclass(frozen=True)
class Receipt:
    """What the provider answered to a delivery: its `code`, and a `detail` to find the letter there again."""

    code: str
    detail: str


class DeliveryFailed(JiugaiError):
    """A letter did not reach its receiver.

    `retryable` says whether the same letter may arrive later without anybody changing anything; `after_seconds`, where
    known, how long to wait before it is tried again. `provider_code` and `provider_text` are the provider's own, with
    every one of `secrets` masked.
    """

    code = "delivery_failed"
    kind = Kind.failure
    zh = "通知没有送达（渠道 {channel}，{provider_code}）：{provider_text}。"
    en = "The message was not delivered (channel {channel}, {provider_code}): {provider_text}."
    advice_zh = ("请核对收件人地址和渠道配置，改正后在发件记录中重发。", "系统会自动重试，无须处理。")
    advice_en = (
        "Check the address and the settings of the channel, then resend from the delivery records.",
        "It will be tried again automatically.",
    )

    def __init__(
        self,
        *,
        channel: str,
        provider_code: str,
        provider_text: str,
        retryable: bool,
        after_seconds: int | None = None,
        secrets: tuple[str, ...] = (),
    ) -> None:
        self.channel = channel
        self.retryable = retryable
        self.after_seconds = after_seconds
        self.provider_code = one_line(masked(provider_code, secrets), _PROVIDER_CODE_LIMIT)
        self.provider_text = one_line(masked(provider_text, secrets), _PROVIDER_TEXT_LIMIT)
        super().__init__(
            channel=channel,
            provider_code=self.provider_code,
            provider_text=self.provider_text,
            retryable=retryable,
            after_seconds=after_seconds,
        )

    @property
    def may_pass(self) -> bool:
        """As `retryable` says."""
        return self.retryable

    def text(self, lang: Lang = "zh") -> str:
        """What happened, and whether anybody has to do anything about it."""
        if lang == "zh":
            return super().text(lang) + self.advice_zh[self.retryable]
        return f"{super().text(lang)} {self.advice_en[self.retryable]}"


class DeliveryPostponed(DeliveryFailed):
    """A letter was held back before anything was sent, so that the provider does not block the sender.

    It is not a failed attempt: send it again after `after_seconds`, however often that has happened.
    """

    code = "delivery_postponed"
    zh = "通知推迟 {after_seconds} 秒发送（渠道 {channel}）：{provider_text}。"
    en = "The message is held back for {after_seconds} seconds (channel {channel}): {provider_text}."

    def __init__(self, *, channel: str, after_seconds: int, reason: str) -> None:
        super().__init__(
            channel=channel,
            provider_code="postponed",
            provider_text=reason,
            retryable=True,
            after_seconds=after_seconds,
        )


class Channel(Protocol):
    """One way to a person; blocking, so it is called in a thread."""

    @property
    def name(self) -> str:
        """Stable name, written into delivery records."""

    def send(self, rendered: Rendered, receiver: Receiver, message_id: str, now: datetime) -> Receipt:
        """Deliver one letter; a repeated `message_id` (one per message and receiver) is the same letter again.

        `now` is aware. Raises DeliveryFailed and nothing else.
        """


def masked(text: str, secrets: tuple[str, ...]) -> str:
    """The text with every secret replaced, the longest first so that none is left half."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def delivery_key(message_id: str) -> str:
    """The message id fit for a file name and a Message-ID: same id, same key; different ids, different keys."""
    if _PLAIN_ID.fullmatch(message_id):
        return message_id
    return "sha256-" + hashlib.sha256(message_id.encode()).hexdigest()[:48]
