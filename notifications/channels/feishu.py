"""Feishu group bot (飞书群机器人): one interactive card per letter, signed.

https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import SecretStr

from notifications.card import cut, lines, tone
from notifications.channel import DeliveryPostponed, Receipt, Receiver
from notifications.provider import TOO_MANY, Answer, Provider
from notifications.rate import Rate, RateLimit, Window, past_half_hour
from notifications.render import Rendered

TEXT_BYTES = 15_000  # the whole body may have 20 kB
RATE = (Window(4, 1), Window(90, 60))  # 5 in a second and 100 in a minute are allowed
RETRY = {"11232": 60, "11247": 10, "2200": 10, "99991400": 60}
TOO_FAST = frozenset({"11232", "99991400", TOO_MANY})


@dataclass(frozen=True)
class FeishuChannel:
    """Writes into the group of `token`; without a `secret` the bot is protected by keywords or addresses instead."""

    provider: Provider
    base_url: str
    token: SecretStr
    secret: SecretStr | None = None
    limit: Rate = field(default_factory=lambda: RateLimit(RATE))

    @property
    def name(self) -> str:
        """The name this channel is set up under."""
        return self.provider.channel

    def send(self, rendered: Rendered, receiver: Receiver, message_id: str, now: datetime) -> Receipt:
        """Post the card. Raises DeliveryFailed; DeliveryPostponed for the rate and in the first minute of a half hour.

        The signature holds for an hour around `now`, so `now` has to be the real time.
        """
        wait = past_half_hour(now, message_id)
        if wait:
            raise DeliveryPostponed(channel=self.name, after_seconds=wait, reason="避开整点和半点的拥挤时段")
        return self.provider.within(self.limit, now, lambda: self._post(rendered, receiver, now), too_fast=TOO_FAST)

    def _post(self, rendered: Rendered, receiver: Receiver, now: datetime) -> Receipt:
        signed = self._signed(now)
        token = self.token.get_secret_value()
        provider = self.provider.hiding(token, self._secret, signed.get("sign", ""))
        url = f"{self.base_url.rstrip('/')}/open-apis/bot/v2/hook/{token}"
        card = _card(rendered, receiver)
        answer = provider.post_json(url, {**signed, "msg_type": "interactive", "card": card})
        code, text = _said(answer)
        retry = RETRY | ({"9499": 60} if "too many" in text.lower() else {})
        provider.accept(answer, code, text, ok="0", retry=retry)
        return Receipt(code="0", detail=text)

    @property
    def _secret(self) -> str:
        return self.secret.get_secret_value() if self.secret else ""

    def _signed(self, now: datetime) -> dict[str, str]:
        if not self._secret:
            return {}
        stamp = str(int(now.timestamp()))
        # Unlike DingTalk's: time and secret are the key, and what is signed is nothing.
        digest = hmac.digest(f"{stamp}\n{self._secret}".encode(), b"", "sha256")
        return {"timestamp": stamp, "sign": base64.b64encode(digest).decode()}


def _said(answer: Answer) -> tuple[object, str]:
    """Code and text, in the present form or in the one of older installations."""
    body = answer.body or {}
    code = body.get("code", body.get("StatusCode"))
    return code, str(body.get("msg") or body.get("StatusMessage") or "")


def _card(rendered: Rendered, receiver: Receiver) -> dict[str, Any]:
    # plain_text everywhere: what people typed cannot become markup or a call to everybody.
    text = cut(f"收件人：{receiver.name}\n{lines(rendered)}", TEXT_BYTES)
    elements: list[dict[str, Any]] = [{"tag": "div", "text": _words(text)}]
    if rendered.url:
        button = {"tag": "button", "text": _words("打开办理"), "type": "primary", "url": rendered.url}
        elements.append({"tag": "action", "actions": [button]})
    header = {"title": _words(rendered.subject), "template": tone(rendered.kind)}
    return {"config": {"wide_screen_mode": True}, "header": header, "elements": elements}


def _words(text: str) -> dict[str, str]:
    return {"tag": "plain_text", "content": text}
