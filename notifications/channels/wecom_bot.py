"""WeCom group bot (企业微信群机器人): one Markdown message per letter to the group of the key.

https://developer.work.weixin.qq.com/document/path/91770
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pydantic import SecretStr

from notifications.card import markdown, plain
from notifications.channel import Receipt, Receiver
from notifications.provider import TOO_MANY, Provider
from notifications.rate import Rate, RateLimit, Window
from notifications.render import Rendered

MARKDOWN_BYTES = 4096
RATE = (Window(18, 60),)  # 20 in a minute are allowed
RETRY = {"-1": 10, "45009": 60, "45033": 5}
TOO_FAST = frozenset({"45009", TOO_MANY})


@dataclass(frozen=True)
class WecomBotChannel:
    """Writes into the group; a group has no single receiver, so the card names who is meant."""

    provider: Provider
    base_url: str
    key: SecretStr
    limit: Rate = field(default_factory=lambda: RateLimit(RATE))

    @property
    def name(self) -> str:
        """The name this channel is set up under."""
        return self.provider.channel

    def send(self, rendered: Rendered, receiver: Receiver, message_id: str, now: datetime) -> Receipt:
        """Post the card. Raises DeliveryFailed; DeliveryPostponed beyond 18 letters a minute."""
        return self.provider.within(self.limit, now, lambda: self._post(rendered, receiver), too_fast=TOO_FAST)

    def _post(self, rendered: Rendered, receiver: Receiver) -> Receipt:
        text = markdown(rendered, limit=MARKDOWN_BYTES, caller=f"收件人：{plain(receiver.name)}")
        url = f"{self.base_url.rstrip('/')}/cgi-bin/webhook/send?key={self.key.get_secret_value()}"
        provider = self.provider.hiding(self.key.get_secret_value())
        answer = provider.post_json(url, {"msgtype": "markdown", "markdown": {"content": text}})
        body = answer.body or {}
        provider.accept(answer, body.get("errcode"), body.get("errmsg"), ok="0", retry=RETRY)
        return Receipt(code="0", detail=str(body.get("errmsg", "")))
