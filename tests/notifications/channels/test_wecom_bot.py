"""WeCom bot, against a real HTTP server on this machine."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from notifications.channel import DeliveryFailed, DeliveryPostponed, Receiver
from notifications.channels.wecom_bot import WecomBotChannel
from notifications.provider import Provider
from notifications.render import render
from tests.notifications.sample import SAMPLES

NOW = datetime(2026, 9, 24, 1, 31, tzinfo=UTC)
LETTER = render(SAMPLES[0], base_url="https://jiugai.example.gov.cn")
ZHAO = Receiver("赵刚", mobile="13812345678")
OK = {"errcode": 0, "errmsg": "ok"}


def channel(provider):
    return WecomBotChannel(Provider("wecom_bot", timeout_seconds=5), provider.url, SecretStr("693a91f6-7aoc"))


class TestSend:
    def test_posts_a_markdown_card_with_the_key_in_the_address(self, provider):
        provider.answers(OK)
        assert channel(provider).send(LETTER, ZHAO, "outbox-17", NOW).code == "0"
        (heard,) = provider.heard
        assert (heard.method, heard.path, heard.raw_query) == ("POST", "/cgi-bin/webhook/send", "key=693a91f6-7aoc")
        content = heard.json["markdown"]["content"]
        assert heard.json == {"msgtype": "markdown", "markdown": {"content": content}}
        assert content.startswith(f"**{LETTER.subject}**\n\n收件人：赵刚\n\n")
        assert content.endswith(f"[打开办理]({LETTER.url})")

    def test_a_card_never_exceeds_4096_bytes(self, provider):
        provider.answers(OK)
        long = replace(LETTER, chat="幸福里小区北门消防车通道净宽不足4米。" * 300)
        channel(provider).send(long, ZHAO, "outbox-17", NOW)
        content = provider.heard[0].json["markdown"]["content"]
        assert 4090 < len(content.encode()) <= 4096
        assert f"…详见链接\n\n[打开办理]({LETTER.url})" in content

    def test_a_name_cannot_call_everybody(self, provider):
        provider.answers(OK)
        channel(provider).send(LETTER, Receiver("<@all>"), "outbox-17", NOW)
        assert "<@all>" not in provider.heard[0].json["markdown"]["content"]

    @pytest.mark.parametrize(
        ("code", "retryable", "after"),
        [(-1, True, 10), (45009, True, 60), (45033, True, 5), (93000, False, None), (40058, False, None)],
    )
    def test_documented_codes_inside_a_200(self, provider, code, retryable, after):
        provider.answers({"errcode": code, "errmsg": "refused"})
        with pytest.raises(DeliveryFailed) as caught:
            channel(provider).send(LETTER, ZHAO, "outbox-17", NOW)
        error = caught.value
        assert (error.provider_code, error.retryable, error.after_seconds) == (str(code), retryable, after)

    def test_the_nineteenth_letter_of_a_minute_is_not_sent(self, provider):
        provider.answers(OK)
        bot = channel(provider)
        for number in range(18):
            bot.send(LETTER, ZHAO, f"outbox-{number}", NOW)
        with pytest.raises(DeliveryPostponed):
            bot.send(LETTER, ZHAO, "outbox-18", NOW)
        assert len(provider.heard) == 18
