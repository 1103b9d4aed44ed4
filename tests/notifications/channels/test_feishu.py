"""Feishu bot, against a real HTTP server that checks the published signature for itself."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from notifications.channel import DeliveryFailed, DeliveryPostponed, Receiver
from notifications.channels.feishu import FeishuChannel
from notifications.provider import Provider
from notifications.render import render
from tests.notifications.sample import SAMPLES

NOW = datetime(2026, 9, 24, 1, 31, tzinfo=UTC)
LETTER = render(SAMPLES[0], base_url="https://jiugai.example.gov.cn")
ZHAO = Receiver("赵刚", mobile="13812345678")
OK = {"code": 0, "msg": "success", "data": {}}
SECRET = "nIMtb7r3N9pkXyXdtAbx6e"


def channel(provider, secret=SECRET):
    hidden = SecretStr(secret) if secret else None
    return FeishuChannel(Provider("feishu", timeout_seconds=5), provider.url, SecretStr("5e3d587e-d78e"), hidden)


def published_sign(stamp, secret):
    """After the guide of the custom bot: "timestamp\\nsecret" is the key, and an empty text is signed."""
    mac = hmac.new(f"{stamp}\n{secret}".encode(), digestmod=hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()


def sent(provider, letter=LETTER, receiver=ZHAO, **options):
    provider.answers(OK)
    channel(provider, **options).send(letter, receiver, "outbox-17", NOW)
    return provider.heard[-1]


class TestSend:
    def test_is_signed_as_published_with_seconds_as_text(self, provider):
        heard = sent(provider)
        assert heard.path == "/open-apis/bot/v2/hook/5e3d587e-d78e"
        assert heard.json["timestamp"] == str(int(NOW.timestamp()))
        assert heard.json["sign"] == published_sign(heard.json["timestamp"], SECRET)

    def test_a_bot_without_a_secret_is_not_signed(self, provider):
        assert {"timestamp", "sign"}.isdisjoint(sent(provider, secret="").json)

    def test_posts_a_card_with_a_button_to_the_to_do(self, provider):
        body = sent(provider).json
        assert body["msg_type"] == "interactive"
        text, action = body["card"]["elements"]
        assert body["card"]["header"]["title"]["content"] == LETTER.subject
        assert "收件人：赵刚\n" in text["text"]["content"]
        assert action["actions"][0]["url"] == LETTER.url

    def test_typed_text_is_never_markup(self, provider):
        heard = sent(provider, replace(LETTER, chat="<at id=all></at>"), Receiver("<at id=all></at>"))
        tags = [part["tag"] for part in _dicts(heard.json) if "content" in part]
        assert set(tags) == {"plain_text"}

    def test_a_breached_deadline_is_red(self, provider):
        breached = render(next(one for one in SAMPLES if one.kind == "deadline_breached"), base_url="https://a.cn")
        assert sent(provider, breached).json["card"]["header"]["template"] == "red"

    def test_a_body_never_exceeds_20_000_bytes(self, provider):
        heard = sent(provider, replace(LETTER, chat="净宽不足4米" * 9000))
        assert len(heard.raw) <= 20_000
        assert "…详见链接" in json.dumps(heard.json, ensure_ascii=False)

    @pytest.mark.parametrize(
        ("code", "text", "retryable", "after"),
        [
            (11232, "frequency limited psm", True, 60),
            (9499, "too many request", True, 60),
            (9499, "Bad Request", False, None),
            (11247, "internal send message failed", True, 10),
            (19001, "param invalid: incoming webhook access token invalid", False, None),
            (19021, "sign match fail or timestamp is not within one hour from current time", False, None),
            (19022, "Ip Not Allowed", False, None),
            (19024, "Key Words Not Found", False, None),
        ],
    )
    def test_documented_codes_inside_a_200(self, provider, code, text, retryable, after):
        provider.answers({"code": code, "msg": text, "data": {}})
        with pytest.raises(DeliveryFailed) as caught:
            channel(provider).send(LETTER, ZHAO, "outbox-17", NOW)
        error = caught.value
        assert (error.provider_code, error.retryable, error.after_seconds) == (str(code), retryable, after)
        assert error.provider_text == text

    def test_the_answer_of_an_older_installation_counts(self, provider):
        provider.answers({"Extra": None, "StatusCode": 0, "StatusMessage": "success"})
        assert channel(provider).send(LETTER, ZHAO, "outbox-17", NOW).detail == "success"

    def test_half_hours_are_left_alone_and_the_letter_goes_when_it_was_told(self, provider):
        provider.answers(OK)
        digest = NOW.replace(minute=30)
        with pytest.raises(DeliveryPostponed) as caught:
            channel(provider).send(LETTER, ZHAO, "outbox-17", digest)
        assert not provider.heard
        later = digest + timedelta(seconds=caught.value.after_seconds)
        assert channel(provider).send(LETTER, ZHAO, "outbox-17", later).code == "0"


def _dicts(value):
    if isinstance(value, dict):
        return [value, *(found for inner in value.values() for found in _dicts(inner))]
    return [found for inner in value for found in _dicts(inner)] if isinstance(value, list) else []
