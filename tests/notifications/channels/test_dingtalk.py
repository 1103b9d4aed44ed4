"""DingTalk bot, against a real HTTP server that checks the published signature for itself."""

import base64
import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pytest
from pydantic import SecretStr

from notifications.channel import DeliveryFailed, DeliveryPostponed, Receiver
from notifications.channels.dingtalk import DingtalkChannel
from notifications.provider import Provider
from notifications.render import render
from tests.notifications.sample import SAMPLES

NOW = datetime(2026, 9, 24, 1, 31, 7, 250_000, tzinfo=UTC)
LETTER = render(SAMPLES[0], base_url="https://jiugai.example.gov.cn")
ZHAO = Receiver("赵刚", mobile="+86 138-1234-5678")
OK = {"errcode": 0, "errmsg": "ok"}
SECRET = "SEC240d7bb4c0bafc62"


def channel(provider, secret=SECRET):
    hidden = SecretStr(secret) if secret else None
    return DingtalkChannel(Provider("dingtalk", timeout_seconds=5), provider.url, SecretStr("566cc69da782ec"), hidden)


def published_sign(stamp, secret):
    """After the page of the bot's security settings: HmacSHA256 of "timestamp\\nsecret" under the secret, base64."""
    mac = hmac.new(bytes(secret, "utf-8"), digestmod=hashlib.sha256)
    mac.update(bytes(stamp + "\n" + secret, "utf-8"))
    return str(base64.b64encode(mac.digest()), "ascii")


class TestSend:
    def test_is_signed_as_published_with_milliseconds_and_encoded_once(self, provider):
        provider.answers(OK)
        signs = []
        for second in range(40):
            channel(provider).send(LETTER, ZHAO, "outbox-17", NOW + timedelta(seconds=second))
        for second, heard in enumerate(provider.heard):
            raw = dict(part.split("=", 1) for part in heard.raw_query.split("&"))
            assert heard.path == "/robot/send"
            assert raw["access_token"] == "566cc69da782ec"
            assert raw["timestamp"] == str(1790213467250 + 1000 * second)
            assert unquote(raw["sign"]) == published_sign(raw["timestamp"], SECRET)
            assert not {"+", "/", "="} & set(raw["sign"])
            signs.append(unquote(raw["sign"]))
        assert {"+", "/", "="} <= set("".join(signs))

    def test_posts_an_action_card_that_calls_the_receiver_and_leads_to_the_to_do(self, provider):
        provider.answers(OK)
        channel(provider).send(LETTER, ZHAO, "outbox-17", NOW)
        body = provider.heard[0].json
        assert body["msgtype"] == "actionCard"
        assert body["at"] == {"atMobiles": ["13812345678"], "isAtAll": False}
        card = body["actionCard"]
        assert card["title"] == LETTER.subject
        assert (card["singleTitle"], card["singleURL"]) == ("打开办理", LETTER.url)
        assert "@13812345678 赵刚" in card["text"]
        assert "消防车通道" in card["text"]

    def test_a_receiver_without_a_mobile_is_named_and_nobody_is_called(self, provider):
        provider.answers(OK)
        channel(provider).send(LETTER, Receiver("赵刚"), "outbox-17", NOW)
        body = provider.heard[0].json
        assert body["at"]["atMobiles"] == []
        assert "收件人：赵刚" in body["actionCard"]["text"]

    def test_a_letter_without_a_link_has_no_button(self, provider):
        provider.answers(OK)
        channel(provider).send(replace(LETTER, url=""), ZHAO, "outbox-17", NOW)
        assert provider.heard[0].json["msgtype"] == "markdown"

    def test_a_bot_without_a_secret_is_not_signed(self, provider):
        provider.answers(OK)
        channel(provider, secret="").send(LETTER, ZHAO, "outbox-17", NOW)
        assert provider.heard[0].raw_query == "access_token=566cc69da782ec"

    def test_a_body_never_exceeds_20_000_bytes(self, provider):
        provider.answers(OK)
        channel(provider).send(replace(LETTER, chat="净宽不足4米\n" * 9000), ZHAO, "outbox-17", NOW)
        assert len(provider.heard[0].raw) <= 20_000
        assert provider.heard[0].json["actionCard"]["text"].endswith("…详见链接")

    @pytest.mark.parametrize(
        ("code", "retryable", "after"),
        [(-1, True, 10), (130101, True, 600), (410100, True, 600), (310000, False, None), (300005, False, None)],
    )
    def test_documented_codes_inside_a_200(self, provider, code, retryable, after):
        provider.answers({"errcode": code, "errmsg": "refused"})
        with pytest.raises(DeliveryFailed) as caught:
            channel(provider).send(LETTER, ZHAO, "outbox-17", NOW)
        error = caught.value
        assert (error.provider_code, error.retryable, error.after_seconds) == (str(code), retryable, after)

    def test_once_too_fast_the_bot_is_silent_for_ten_minutes(self, provider):
        provider.answers({"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"}, OK)
        bot = channel(provider)
        with pytest.raises(DeliveryFailed):
            bot.send(LETTER, ZHAO, "outbox-17", NOW)
        with pytest.raises(DeliveryPostponed) as caught:
            bot.send(LETTER, ZHAO, "outbox-17", NOW + timedelta(seconds=100))
        assert caught.value.after_seconds == 500
        assert bot.send(LETTER, ZHAO, "outbox-17", NOW + timedelta(seconds=600)).code == "0"
        assert len(provider.heard) == 2
