"""DingTalk group bot (钉钉群机器人): one action card per letter, signed, that calls its receiver by mobile number.

https://open.dingtalk.com/document/orgapp/custom-robots-send-group-messages
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr

from notifications.card import markdown, plain
from notifications.channel import Receipt, Receiver
from notifications.phone import mainland_mobile
from notifications.provider import TOO_MANY, Provider
from notifications.rate import Rate, RateLimit, Window
from notifications.render import Rendered

TEXT_BYTES = 15_000  # the whole body may have 20,000
RATE = (Window(18, 60),)  # the 21st in a minute closes the bot for ten
RETRY = {"-1": 10, "130101": 600, "410100": 600}
TOO_FAST = frozenset({"130101", "410100", TOO_MANY})


@dataclass(frozen=True)
class DingtalkChannel:
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
        """Post the card. Raises DeliveryFailed; DeliveryPostponed beyond 18 letters a minute.

        The signature holds for an hour around `now`, so `now` has to be the real time.
        """
        return self.provider.within(self.limit, now, lambda: self._post(rendered, receiver, now), too_fast=TOO_FAST)

    def _post(self, rendered: Rendered, receiver: Receiver, now: datetime) -> Receipt:
        query = {"access_token": self.token.get_secret_value(), **self._signed(now)}
        provider = self.provider.hiding(self.token.get_secret_value(), self._secret, query.get("sign", ""))
        url = f"{self.base_url.rstrip('/')}/robot/send?{urlencode(query)}"
        answer = provider.post_json(url, _card(rendered, receiver))
        body = answer.body or {}
        provider.accept(answer, body.get("errcode"), body.get("errmsg"), ok="0", retry=RETRY)
        return Receipt(code="0", detail=str(body.get("errmsg", "")))

    @property
    def _secret(self) -> str:
        return self.secret.get_secret_value() if self.secret else ""

    def _signed(self, now: datetime) -> dict[str, str]:
        if not self._secret:
            return {}
        stamp = str(int(now.timestamp() * 1000))
        digest = hmac.digest(self._secret.encode(), f"{stamp}\n{self._secret}".encode(), "sha256")
        return {"timestamp": stamp, "sign": base64.b64encode(digest).decode()}


def _card(rendered: Rendered, receiver: Receiver) -> dict[str, Any]:
    mobile = mainland_mobile(receiver.mobile)
    # DingTalk calls a member only when the number stands in the text as well.
    caller = f"@{mobile} {plain(receiver.name)}" if mobile else f"收件人：{plain(receiver.name)}"
    text = markdown(rendered, limit=TEXT_BYTES, caller=caller, link=False)
    at = {"atMobiles": [mobile] if mobile else [], "isAtAll": False}
    if not rendered.url:
        return {"msgtype": "markdown", "markdown": {"title": rendered.subject, "text": text}, "at": at}
    card = {"title": rendered.subject, "text": text, "singleTitle": "打开办理", "singleURL": rendered.url}
    return {"msgtype": "actionCard", "actionCard": card, "at": at}
