"""Providers (服务商): one HTTP exchange with one of them, bounded in time and size, and what its answer means."""

from __future__ import annotations

import base64
import json
import logging
import ssl
from collections.abc import Callable, Collection, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import quote, quote_plus

import httpx
from pydantic import SecretStr

from notifications.channel import DeliveryFailed, DeliveryPostponed, Receipt
from notifications.rate import Rate

ANSWER_LIMIT = 65_536
_WAIT_LIMIT = 86_400
_BUSY = frozenset({408, 425, 429})
_SERVER_ERROR = 500
TOO_MANY = "HTTP 429"
_talking: ContextVar[bool] = ContextVar("talking", default=False)


def _is_not_ours(_: logging.LogRecord) -> bool:
    return not _talking.get()


# httpx logs every address in full, and keys stand in the addresses of bots.
logging.getLogger("httpx").addFilter(_is_not_ours)


@dataclass(frozen=True)
class Answer:
    """What came back: the HTTP status, the JSON object in it (None when there is none), its media type, Retry-After."""

    status: int
    body: dict[str, Any] | None
    media_type: str
    retry_after: int | None

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx, which says nothing yet about the letter."""
        return httpx.codes.is_success(self.status)

    @property
    def is_passing(self) -> bool:
        """Whether the status alone says that it may be better later."""
        return self.status in _BUSY or self.status >= _SERVER_ERROR


@dataclass(frozen=True)
class Provider:
    """One provider as one channel talks to it; `secrets` never appear in an error or a log."""

    channel: str
    secrets: tuple[SecretStr, ...] = ()
    timeout_seconds: float = 10
    ca_file: Path | None = None

    def call(
        self, method: str, url: str, *, content: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request: no redirects, at most `timeout_seconds` and 64 KiB.

        Raises DeliveryFailed: retryable when nobody answers, the answer takes too long or never ends.
        """
        talking = _talking.set(True)
        try:
            return self._exchange(method, url, content, {"Accept-Encoding": "identity", **(headers or {})})
        # `from None`: httpx's errors carry the request, and its address the key.
        except httpx.TimeoutException:
            raise self.failure("timeout", f"{self.timeout_seconds:g} 秒内没有应答完", retryable=True) from None
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL, UnicodeError):
            raise self.failure("bad_address", "地址或请求头无法使用，请核对设置") from None
        except httpx.TransportError as error:
            lasting = _is_distrust(error)
            raise self.failure(type(error).__name__, str(error) or "连接中断", retryable=not lasting) from None
        except OSError as error:
            raise self.failure("bad_ca_file", f"根证书文件无法使用：{error}") from None
        finally:
            _talking.reset(talking)

    def post_json(self, url: str, body: object) -> Answer:
        """`call` with a JSON body in UTF-8."""
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        return self.call("POST", url, content=content, headers={"Content-Type": "application/json; charset=utf-8"})

    def accept(self, answer: Answer, code: object, text: object, *, ok: str, retry: Mapping[str, int]) -> None:
        """Return when the provider's own code is `ok`; else raise DeliveryFailed, in its words.

        `retry` has the codes that pass by themselves, each with the seconds to wait; a code that is not in it lasts,
        unless the HTTP status says otherwise. An answer without a code is judged by its status; what cannot be read
        is tried again, since it is as a rule a gateway that stands in between.
        """
        if code is None or (as_word(code) == ok and not answer.is_success):
            raise self._unreadable(answer)
        if as_word(code) != ok:
            after = retry.get(as_word(code), answer.retry_after)
            passing = as_word(code) in retry or answer.is_passing
            raise self.failure(
                as_word(code), str(text or "未说明原因"), retryable=passing, after_seconds=after if passing else None
            )

    def failure(
        self, code: str, text: str, *, retryable: bool = False, after_seconds: int | None = None
    ) -> DeliveryFailed:
        """The error of this channel, with every secret masked in every form it travels in."""
        plain = [secret.get_secret_value() for secret in self.secrets]
        forms = [form for one in plain if one for form in (one, quote(one, safe=""), quote_plus(one), _base64(one))]
        return DeliveryFailed(
            channel=self.channel,
            provider_code=code,
            provider_text=text,
            retryable=retryable,
            after_seconds=after_seconds,
            secrets=tuple(forms),
        )

    def hiding(self, *secrets: str) -> Provider:
        """The same provider with more to hide, such as a token it gave or a signature."""
        return replace(self, secrets=(*self.secrets, *map(SecretStr, secrets)))

    def within(self, limit: Rate, now: datetime, send: Callable[[], Receipt], *, too_fast: Collection[str]) -> Receipt:
        """`send` when the rate allows it, else DeliveryPostponed; a code of `too_fast` closes the rate for its wait."""
        wait = limit.allow(now)
        if wait:
            raise DeliveryPostponed(channel=self.channel, after_seconds=wait, reason="已到服务商的发送频率上限")
        try:
            return send()
        except DeliveryFailed as failure:
            if failure.provider_code in too_fast:
                limit.hold(now, failure.after_seconds or 60)
            raise

    def _exchange(self, method: str, url: str, content: bytes | None, headers: Mapping[str, str]) -> Answer:
        end = monotonic() + self.timeout_seconds
        with (
            httpx.Client(timeout=self.timeout_seconds, follow_redirects=False, verify=_trust(self.ca_file)) as client,
            client.stream(method, url, content=content, headers=headers) as response,
        ):
            raw = self._read(response, end)
            return Answer(
                status=response.status_code,
                body=_json_object(raw),
                media_type=response.headers.get("Content-Type", "").partition(";")[0].strip(),
                retry_after=_seconds(response.headers.get("Retry-After", "")),
            )

    def _read(self, response: httpx.Response, end: float) -> bytes:
        raw = b""
        for chunk in response.iter_raw():
            raw += chunk
            if len(raw) > ANSWER_LIMIT:
                raise self.failure("answer_too_large", f"应答超过 {ANSWER_LIMIT // 1024} KiB", retryable=True)
            if monotonic() > end:
                raise httpx.ReadTimeout("the answer drips")
        return raw

    def _unreadable(self, answer: Answer) -> DeliveryFailed:
        code = f"HTTP {answer.status}"
        if httpx.codes.is_redirect(answer.status):
            return self.failure(code, "服务商要求转到另一个地址，请核对基础地址（不跟随跳转）")
        text = "应答里没有约定的返回码，可能来自中间的网关或登录页"
        if answer.body is None:
            text = f"应答不是约定的 JSON（{answer.media_type or '未注明类型'}），可能来自中间的网关或登录页"
        passing = answer.is_success or answer.is_passing
        return self.failure(code, text, retryable=passing, after_seconds=answer.retry_after if passing else None)


def as_word(code: object) -> str:
    """A code as providers write it, number or text or truth value, as one word."""
    return json.dumps(code) if isinstance(code, bool) or code is None else str(code)


@cache
def _trust(ca_file: Path | None) -> ssl.SSLContext:
    """The public authorities and the city's own; read once, for that costs more than the exchange."""
    context = httpx.create_ssl_context()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _json_object(raw: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _seconds(text: str) -> int | None:
    # Only the form in seconds: the other one needs the provider's clock to agree with ours.
    return min(int(text), _WAIT_LIMIT) if text.isascii() and text.isdigit() else None


def _is_distrust(error: BaseException | None) -> bool:
    """Whether a certificate was refused, which no waiting mends."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
