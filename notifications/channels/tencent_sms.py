"""Text messages through Tencent Cloud (腾讯云短信): SendSms of 2021-01-11, signed with TC3-HMAC-SHA256.

https://cloud.tencent.com/document/api/382/52071
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, reduce
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Template
from pydantic import SecretStr

from notifications.channel import Receipt, Receiver, delivery_key
from notifications.provider import Answer, Provider
from notifications.render import Rendered
from notifications.sms import number_of, seconds_to_morning, variables
from notifications.template import compiled, values_of

CONTENT_TYPE = "application/json; charset=utf-8"
# InternalError.SigVerificationFail and its like are not here: they last.
RETRY = {
    "InternalError": 30,
    "InternalError.Timeout": 30,
    "RequestLimitExceeded": 5,
    "RequestLimitExceeded.GlobalRegionUinLimitExceeded": 5,
    "RequestLimitExceeded.IPLimitExceeded": 5,
    "RequestLimitExceeded.UinLimitExceeded": 5,
    "LimitExceeded.DeliveryFrequencyLimit": 60,
    "LimitExceeded.PhoneNumberThirtySecondLimit": 30,
    "LimitExceeded.PhoneNumberOneHourLimit": 3600,
}
DAILY = (
    "LimitExceeded.AppDailyLimit",
    "LimitExceeded.DailyLimit",
    "LimitExceeded.PhoneNumberDailyLimit",
    "LimitExceeded.PhoneNumberSameContentDailyLimit",
)


@dataclass(frozen=True)
class TencentSmsConfig:
    """Account, application, signature and approved template; `variables` are Jinja2 templates, in its order."""

    secret_id: str
    secret_key: SecretStr
    app_id: str
    sign_name: str
    template: str
    base_url: str = "https://sms.tencentcloudapi.com"
    region: str = "ap-guangzhou"
    variables: Sequence[str] = field(default_factory=lambda: ["{{ headline }}"])
    variable_limit: int = 12


@dataclass(frozen=True)
class TencentSmsChannel:
    """Sends one text message per letter."""

    provider: Provider
    config: TencentSmsConfig

    @property
    def name(self) -> str:
        """The name this channel is set up under."""
        return self.provider.channel

    def send(self, rendered: Rendered, receiver: Receiver, message_id: str, now: datetime) -> Receipt:
        """Hand the message over; the receipt's detail is Tencent's SerialNo. Raises DeliveryFailed.

        The signature holds for five minutes around `now`, so `now` has to be the real time.
        """
        config = self.config
        number = number_of(self.provider, receiver)
        words = variables(
            self.provider, self._templates, values_of(rendered, receiver, message_id, now), limit=config.variable_limit
        )
        message = {
            "PhoneNumberSet": [f"+86{number}"],
            "SmsSdkAppId": config.app_id,
            "SignName": config.sign_name,
            "TemplateId": config.template,
            "TemplateParamSet": words,
            "SessionContext": delivery_key(message_id),
        }
        return self._post(json.dumps(message, ensure_ascii=False), now)

    def check(self) -> None:
        """Raises ChannelTemplateInvalid for a variable that cannot be read."""
        _ = self._templates

    @cached_property
    def _templates(self) -> list[Template]:
        return [compiled(source) for source in self.config.variables]

    def _post(self, payload: str, now: datetime) -> Receipt:
        config, secret = self.config, self.config.secret_key.get_secret_value()
        host = urlsplit(config.base_url).netloc
        signed = tc3_authorization(host, "sms", payload, (config.secret_id, secret), now=now)
        headers = {
            "Authorization": signed,
            "Content-Type": CONTENT_TYPE,
            "X-TC-Action": "SendSms",
            "X-TC-Version": "2021-01-11",
            "X-TC-Timestamp": str(int(now.timestamp())),
            "X-TC-Region": config.region,
        }
        provider = self.provider.hiding(secret, signed.rpartition("=")[2])
        answer = provider.call("POST", f"{config.base_url.rstrip('/')}/", content=payload.encode(), headers=headers)
        said = _said(answer)
        retry = RETRY | dict.fromkeys(DAILY, seconds_to_morning(now))
        provider.accept(answer, said.get("Code"), said.get("Message"), ok="Ok", retry=retry)
        return Receipt(code="Ok", detail=str(said.get("SerialNo", "")))


def _said(answer: Answer) -> dict[str, Any]:
    """The part of the answer with the code: the error of the call, or the status of our only number."""
    response = (answer.body or {}).get("Response")
    if not isinstance(response, dict):
        return {}
    numbers = response.get("SendStatusSet")
    said = response.get("Error") or (numbers[0] if isinstance(numbers, list) and numbers else None)
    return said if isinstance(said, dict) else {}


def tc3_authorization(host: str, service: str, payload: str, account: tuple[str, str], *, now: datetime) -> str:
    """The `Authorization` of a JSON POST; `account` is the secret's id and key, `now` is aware."""
    day, names = f"{now.astimezone(UTC):%Y-%m-%d}", "content-type;host"
    request = "\n".join(
        ["POST", "/", "", f"content-type:{CONTENT_TYPE}\nhost:{host}\n", names, _sha256(payload)],
    )
    scope = f"{day}/{service}/tc3_request"
    to_sign = "\n".join(["TC3-HMAC-SHA256", str(int(now.timestamp())), scope, _sha256(request)])
    key = reduce(_hmac, (day, service, "tc3_request"), f"TC3{account[1]}".encode())
    signature = _hmac(key, to_sign).hex()
    return f"TC3-HMAC-SHA256 Credential={account[0]}/{scope}, SignedHeaders={names}, Signature={signature}"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
