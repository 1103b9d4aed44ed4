"""Apprise: what it takes is handed over and never called delivered; no key shows."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from notifications.channel import DeliveryFailed, Receiver
from notifications.channels.apprise import AppriseChannel
from notifications.render import render
from tests.notifications.local_provider import LocalProvider, Reply
from tests.notifications.sample import SAMPLES

NOW = datetime(2026, 9, 24, 1, 31, tzinfo=UTC)
LETTER = render(SAMPLES[0], base_url="https://jiugai.example.gov.cn")
ZHAO = Receiver("赵刚", mobile="13812345678")
KEY = "s3cret-0917"


def channel(provider: LocalProvider) -> AppriseChannel:
    return AppriseChannel(SecretStr(provider.url.replace("http://", "json://") + f"/notify?-key={KEY}"))


class TestSend:
    def test_what_it_takes_is_not_confirmed(self, provider: LocalProvider) -> None:
        provider.answers({"code": 7, "message": "refused"})  # which Apprise calls a success
        receipt = channel(provider).send(LETTER, ZHAO, "outbox-17", NOW)
        assert receipt.code == "unconfirmed"
        assert "未确认送达" in receipt.detail
        sent = provider.heard[0].json
        assert sent["title"] == LETTER.subject
        assert sent["message"].startswith("收件人：赵刚")

    @pytest.mark.parametrize("reply", [Reply(b"", 500), Reply(b"", 403), Reply(reset=True)])
    def test_a_no_is_tried_again_and_shows_no_key(
        self, provider: LocalProvider, reply: Reply, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        provider.answers(reply)
        one = channel(provider)
        with pytest.raises(DeliveryFailed) as caught:
            one.send(LETTER, ZHAO, "outbox-17", NOW)
        assert caught.value.retryable
        assert KEY not in f"{caught.value}{caught.value.data}{one!r}{caplog.text}"

    def test_an_address_it_does_not_know_lasts(self) -> None:
        one = AppriseChannel(SecretStr(f"nothing://{KEY}"))
        assert not one.check()
        with pytest.raises(DeliveryFailed) as caught:
            one.send(LETTER, ZHAO, "outbox-17", NOW)
        assert not caught.value.retryable
        assert KEY not in str(caught.value)
