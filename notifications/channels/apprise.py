"""Apprise (其他渠道): one letter to one Apprise address, for services without an adapter of ours; delivery unconfirmed.

Apprise gives no more than yes or no, and says yes to some refusals (docs/decisions/0009): a letter it takes counts as
handed over and never as delivered. https://github.com/caronc/apprise
"""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING

from pydantic import SecretStr

from notifications.channel import DeliveryFailed, Receipt, Receiver
from notifications.render import Rendered

if TYPE_CHECKING:
    from apprise import Apprise

UNCONFIRMED = "unconfirmed"
_RETRY_SECONDS = 60
_LOADING = Lock()
_TALKATIVE = ("apprise", "requests", "urllib3")
"""Loggers whose lines have addresses, and in them keys."""


@dataclass(frozen=True)
class AppriseChannel:
    """Sends to the address `url`; which person is meant stands in the letter, as in a group."""

    url: SecretStr
    name: str = "apprise"

    def check(self) -> bool:
        """Whether Apprise is installed and can read the address."""
        try:
            return self._opened() is not None
        except ImportError:
            return False

    def send(self, rendered: Rendered, receiver: Receiver, message_id: str, now: datetime) -> Receipt:
        """Hand the letter over; the receipt's code is `unconfirmed`.

        Raises DeliveryFailed: retryable when Apprise says no, for it does not say why; not for an unusable address.
        """
        sender = self._opened()
        if sender is None:
            raise self._failure("bad_address", "Apprise 不认识设置的地址", retryable=False)
        body = f"收件人：{receiver.name}\n{rendered.text}"
        try:
            taken = sender.notify(body=body, title=rendered.subject, body_format="text")
        except (OSError, TypeError, ValueError) as error:
            raise self._failure(type(error).__name__, "Apprise 未能发出", retryable=True) from None
        if not taken:
            raise self._failure("refused", "Apprise 报告未发出，未说明原因", retryable=True)
        return Receipt(code=UNCONFIRMED, detail="已交给 Apprise；它不转达服务商的应答，未确认送达")

    def _opened(self) -> Apprise | None:
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        with _LOADING, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it imports all its services, some of them with modules of yesterday
            from apprise import Apprise

            sender = Apprise()
            return sender if sender.add(self.url.get_secret_value()) else None

    def _failure(self, code: str, text: str, *, retryable: bool) -> DeliveryFailed:
        return DeliveryFailed(
            channel=self.name,
            provider_code=code,
            provider_text=text,
            retryable=retryable,
            after_seconds=_RETRY_SECONDS if retryable else None,
            secrets=(self.url.get_secret_value(),),
        )
