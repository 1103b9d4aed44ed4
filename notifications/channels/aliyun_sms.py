"""Text messages through Aliyun (阿里云短信): SendSms of 2017-05-25, signed with ACS3-HMAC-SHA256.

https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from urllib.parse import quote, urlsplit
from uuid import uuid4

from jinja2 import Template
from pydantic import SecretStr

from notifications.channel import Receipt, Receiver, delivery_key
from notifications.provider import Provider
from notifications.render import Rendered
from notifications.sms import number_of, seconds_to_morning, variables
from notifications.template import compiled, values_of

RETRY = {
    "isp.SYSTEM_ERROR": 30,
    "isp.GATEWAY_ERROR": 30,
    "InternalError": 30,
    "ServiceUnavailable": 30,
    "SignatureNonceUsed": 1,
    "Throttling": 5,
    "Throttling.User": 5,
    "Throttling.Api": 5,
}
# The spans are named only in the text: 触发分钟级流控, 触发小时级流控, 触发天级流控.
_SPANS = {"分钟": 60, "小时": 3600}


@dataclass(frozen=True)
class AliyunSmsConfig:
    """Account, signature and approved template; `variables` is name → Jinja2 template of the value."""

    key_id: str
    key_secret: SecretStr
    sign_name: str
    template: str
    base_url: str = "https://dysmsapi.aliyuncs.com"
    variables: Mapping[str, str] = field(default_factory=lambda: {"subject": "{{ headline }}"})
    variable_limit: int = 35


@dataclass(frozen=True)
class AliyunSmsChannel:
    """Sends one text message per letter."""

    provider: Provider
    config: AliyunSmsConfig

    @property
    def name(self) -> str:
        """The name this channel is set up under."""
        return self.provider.channel

    def send(self, rendered: Rendered, receiver: Receiver, message_id: str, now: datetime) -> Receipt:
        """Hand the message over; the receipt's detail is Aliyun's BizId. Raises DeliveryFailed.

        The signature holds for a quarter of an hour around `now`, so `now` has to be the real time.
        """
        config = self.config
        number = number_of(self.provider, receiver)
        words = variables(
            self.provider, self._templates, values_of(rendered, receiver, message_id, now), limit=config.variable_limit
        )
        query = {
            "PhoneNumbers": number,
            "SignName": config.sign_name,
            "TemplateCode": config.template,
            "TemplateParam": json.dumps(dict(zip(config.variables, words, strict=True)), ensure_ascii=False),
            "OutId": delivery_key(message_id),
        }
        return self._post(query, now)

    def check(self) -> None:
        """Raises ChannelTemplateInvalid for a variable that cannot be read."""
        _ = self._templates

    @cached_property
    def _templates(self) -> list[Template]:
        return [compiled(source) for source in self.config.variables.values()]

    def _post(self, query: Mapping[str, str], now: datetime) -> Receipt:
        secret = self.config.key_secret.get_secret_value()
        parts = urlsplit(self.config.base_url)
        headers = acs3_headers(
            parts.netloc, ("SendSms", "2017-05-25"), query, (self.config.key_id, secret), now=now, nonce=uuid4().hex
        )
        provider = self.provider.hiding(secret, headers["Authorization"].rpartition("=")[2])
        answer = provider.call("POST", f"{parts.scheme}://{parts.netloc}/?{canonical_query(query)}", headers=headers)
        body = answer.body or {}
        code, text = body.get("Code"), str(body.get("Message", ""))
        provider.accept(answer, code, text, ok="OK", retry=RETRY | _limits(text, now))
        return Receipt(code="OK", detail=str(body.get("BizId", "")))


def _limits(text: str, now: datetime) -> dict[str, int]:
    wait = next((seconds for span, seconds in _SPANS.items() if span in text), seconds_to_morning(now))
    return {"isv.BUSINESS_LIMIT_CONTROL": wait, "isv.DAY_LIMIT_CONTROL": seconds_to_morning(now)}


def canonical_query(query: Mapping[str, str]) -> str:
    """Sorted and percent-encoded after RFC 3986, as it is signed and as it is sent."""
    return "&".join(f"{quote(key, safe='~')}={quote(value, safe='~')}" for key, value in sorted(query.items()))


def acs3_headers(
    host: str,
    action: tuple[str, str],
    query: Mapping[str, str],
    account: tuple[str, str],
    *,
    now: datetime,
    nonce: str,
) -> dict[str, str]:
    """The signed headers of a POST without a body.

    `action` is its name and version, `account` the key's id and secret; `now` is aware, `nonce` is used once.
    """
    body_hash = hashlib.sha256(b"").hexdigest()
    headers = {
        "host": host,
        "x-acs-action": action[0],
        "x-acs-content-sha256": body_hash,
        "x-acs-date": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "x-acs-signature-nonce": nonce,
        "x-acs-version": action[1],
    }
    names = ";".join(sorted(headers))
    lines = "".join(f"{key}:{headers[key]}\n" for key in sorted(headers))
    request = "\n".join(["POST", "/", canonical_query(query), lines, names, body_hash])
    to_sign = f"ACS3-HMAC-SHA256\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.digest(account[1].encode(), to_sign.encode(), "sha256").hex()
    credential = f"ACS3-HMAC-SHA256 Credential={account[0]},SignedHeaders={names},Signature={signature}"
    return {**headers, "Authorization": credential}
