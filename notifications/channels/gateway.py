"""HTTP gateway (通用 HTTP 网关): a city's own platform for messages, described by its address, headers and body."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlsplit
from xml.sax.saxutils import escape as escape_xml

from jinja2 import Template
from pydantic import SecretStr

from notifications.channel import Receipt, Receiver
from notifications.provider import Provider, as_word
from notifications.render import Rendered
from notifications.sms import bad_template
from notifications.template import ChannelTemplateInvalid, compiled, filled, values_of

JSON = "application/json; charset=utf-8"
_INDEX = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True)
class GatewayConfig:
    """How the gateway is called and what its answer means.

    `body` is a Jinja2 template; values are escaped for the media type of the Content-Type header (JSON by default,
    form, XML), so inside JSON they stand between quotation marks. `success_path` is where the code of the answer
    stands: `code`, `data.result`, `list[0].status`.
    """

    url: SecretStr
    body: str
    headers: Mapping[str, SecretStr] = field(default_factory=dict)
    success_path: str = "code"
    success_code: str = "0"
    message_path: str = "message"
    retry_codes: Sequence[str] = ()
    retry_seconds: int = 60


@dataclass(frozen=True)
class GatewayChannel:
    """Posts each letter once."""

    provider: Provider
    config: GatewayConfig

    @property
    def name(self) -> str:
        """The name this channel is set up under."""
        return self.provider.channel

    def send(self, rendered: Rendered, receiver: Receiver, message_id: str, now: datetime) -> Receipt:
        """Post the body. Raises DeliveryFailed."""
        config, headers = self.config, self._headers
        provider = self.provider.hiding(*_hidden(config))
        content = self._body(provider, values_of(rendered, receiver, message_id, now))
        answer = provider.call("POST", config.url.get_secret_value(), content=content, headers=headers)
        code, text = value_at(answer.body, config.success_path), value_at(answer.body, config.message_path)
        retry = dict.fromkeys(config.retry_codes, config.retry_seconds)
        provider.accept(answer, code, text, ok=config.success_code, retry=retry)
        return Receipt(code=as_word(code), detail="" if text is None else str(text))

    def check(self) -> None:
        """Raises ChannelTemplateInvalid for a body that cannot be read."""
        _ = self._template

    @cached_property
    def _headers(self) -> dict[str, str]:
        given = {name.title(): value.get_secret_value() for name, value in self.config.headers.items()}
        return {"Content-Type": JSON, **given}

    @cached_property
    def _template(self) -> Template:
        return compiled(self.config.body, _escape(self._headers["Content-Type"]))

    def _body(self, provider: Provider, values: dict[str, str]) -> bytes:
        try:
            body = filled(self._template, values)
        except ChannelTemplateInvalid as error:
            raise bad_template(provider, error) from error
        if "json" in self._headers["Content-Type"] and not _is_json(body):
            raise provider.failure("bad_template", "按模板写出的内容不是 JSON，请核对设置 JIUGAI_GATEWAY_BODY")
        return body.encode()


def value_at(body: object, path: str) -> Any:  # noqa: ANN401 - whatever the gateway put there
    """What stands at a path such as `data.list[0].code`; None when nothing does."""
    found = body
    for step in _INDEX.sub(r".\1", path.removeprefix("$.")).split("."):
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found


def _escape(content_type: str) -> Callable[[str], str]:
    if "json" in content_type:
        return lambda value: json.dumps(value, ensure_ascii=False)[1:-1]
    if "x-www-form-urlencoded" in content_type:
        return quote_plus
    return (lambda value: escape_xml(value, {'"': "&quot;"})) if "xml" in content_type else str


def _is_json(body: str) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def _hidden(config: GatewayConfig) -> list[str]:
    """The address, the values of its query and the headers: any of it may be a key."""
    url = config.url.get_secret_value()
    parts = urlsplit(url)
    values = [value.get_secret_value() for value in config.headers.values()]
    words = [word for value in values for word in (value, *value.split())]
    query = [part.partition("=")[2] for part in parts.query.split("&")] + [value for _, value in parse_qsl(parts.query)]
    return [word for word in (url, parts.query, parts.password or "", *query, *words) if len(word) >= _SHORTEST]


_SHORTEST = 6
"""Shorter words are no keys, and hiding them would garble the provider's answer."""
