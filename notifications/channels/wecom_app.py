"""WeCom application (企业微信应用消息): one Markdown message per letter to one member, found by mobile number.

https://developer.work.weixin.qq.com/document/path/90236
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr

from notifications.access_token import AccessToken
from notifications.card import markdown
from notifications.channel import Receipt, Receiver
from notifications.phone import mainland_mobile
from notifications.provider import TOO_MANY, Provider
from notifications.rate import Rate, RateLimit, Window
from notifications.render import Rendered

MARKDOWN_BYTES = 2048
RATE = (Window(28, 60), Window(950, 3600))  # beyond 30 a minute and 1,000 an hour a member's are dropped unsaid
RETRY = {"-1": 10, "45009": 60, "45033": 5}
TOO_FAST = frozenset({"45009", TOO_MANY})
RENEW = frozenset({"40001", "40014", "42001"})
_DUPLICATE_SECONDS = 1800


@dataclass
class WecomAppState:
    """What is kept between letters of one application: its token, the members found, how much each was sent."""

    token: AccessToken = field(default_factory=AccessToken)
    members: dict[str, str] = field(default_factory=dict)
    new_limit: Callable[[str], Rate] = lambda _: RateLimit(RATE)
    limits: dict[str, Rate] = field(default_factory=dict)

    def limit(self, mobile: str) -> Rate:
        """How much one member may be sent."""
        return self.limits.setdefault(mobile, self.new_limit(mobile))


@dataclass(frozen=True)
class WecomAppChannel:
    """Writes to a member; the application needs the right to look members up by mobile number."""

    provider: Provider
    base_url: str
    corp_id: str
    agent_id: int
    secret: SecretStr
    state: WecomAppState = field(default_factory=WecomAppState, repr=False)

    @property
    def name(self) -> str:
        """The name this channel is set up under."""
        return self.provider.channel

    def send(self, rendered: Rendered, receiver: Receiver, message_id: str, now: datetime) -> Receipt:
        """Send the message; the receipt's detail is WeCom's message id.

        WeCom itself drops the same content to the same member within half an hour, so a repetition does not double.
        Raises DeliveryFailed; DeliveryPostponed beyond 28 letters a minute to one member.
        """
        mobile = mainland_mobile(receiver.mobile)
        if mobile is None:
            raise self.provider.failure("bad_address", f"{receiver.name}没有可用的手机号，无法找到企业微信成员")
        limit = self.state.limit(mobile)
        return self.provider.within(limit, now, lambda: self._post(rendered, mobile, now), too_fast=TOO_FAST)

    def _post(self, rendered: Rendered, mobile: str, now: datetime) -> Receipt:
        message = {
            "touser": self._member(mobile, now),
            "agentid": self.agent_id,
            "msgtype": "markdown",
            "markdown": {"content": markdown(rendered, limit=MARKDOWN_BYTES)},
            "enable_duplicate_check": 1,
            "duplicate_check_interval": _DUPLICATE_SECONDS,
        }
        body = self._call("message/send", message, now)
        if body.get("invaliduser"):
            raise self.provider.failure("81013", "收件人不在应用的可见范围内")
        return Receipt(code="0", detail=str(body.get("msgid", "")))

    def _member(self, mobile: str, now: datetime) -> str:
        if mobile not in self.state.members:
            found = self._call("user/getuserid", {"mobile": mobile}, now).get("userid")
            if not found:
                raise self.provider.failure("46004", "没有使用该手机号的企业微信成员")
            self.state.members[mobile] = str(found)
        return self.state.members[mobile]

    def _call(self, path: str, message: dict[str, Any], now: datetime) -> dict[str, Any]:
        """One call with the token in force; a token that was withdrawn is renewed once."""
        token = self.state.token.get(now, lambda: self._new_token(now))
        url, provider = self._url(path, access_token=token), self._hiding(token)
        answer = provider.post_json(url, message)
        if str((answer.body or {}).get("errcode")) in RENEW:
            self.state.token.forget(token)
            token = self.state.token.get(now, lambda: self._new_token(now))
            url, provider = self._url(path, access_token=token), self._hiding(token)
            answer = provider.post_json(url, message)
        body = answer.body or {}
        provider.accept(answer, body.get("errcode"), body.get("errmsg"), ok="0", retry=RETRY)
        return body

    def _new_token(self, now: datetime) -> tuple[str, int]:
        provider = self._hiding()
        url = self._url("gettoken", corpid=self.corp_id, corpsecret=self.secret.get_secret_value())
        answer = provider.call("GET", url)
        body = answer.body or {}
        provider.accept(answer, body.get("errcode"), body.get("errmsg"), ok="0", retry=RETRY)
        token, seconds = body.get("access_token"), body.get("expires_in")
        if not token or not isinstance(seconds, int):
            raise provider.failure("no_token", "应答里没有 access_token", retryable=True)
        return str(token), seconds

    def _hiding(self, *tokens: str) -> Provider:
        return self.provider.hiding(self.secret.get_secret_value(), *tokens)

    def _url(self, path: str, **query: str) -> str:
        return f"{self.base_url.rstrip('/')}/cgi-bin/{path}?{urlencode(query)}"
