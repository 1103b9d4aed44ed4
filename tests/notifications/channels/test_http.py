"""Every HTTP channel under every fault: nothing is taken for success, what may pass is tried again, no secret shows."""

import logging
from datetime import UTC, datetime
from itertools import product

import pytest
from pydantic import SecretStr

from notifications.channel import DeliveryFailed, Receiver
from notifications.channels.aliyun_sms import AliyunSmsChannel, AliyunSmsConfig
from notifications.channels.dingtalk import DingtalkChannel
from notifications.channels.feishu import FeishuChannel
from notifications.channels.gateway import GatewayChannel, GatewayConfig
from notifications.channels.tencent_sms import TencentSmsChannel, TencentSmsConfig
from notifications.channels.wecom_app import WecomAppChannel
from notifications.channels.wecom_bot import WecomBotChannel
from notifications.provider import Provider
from notifications.render import render
from tests.notifications.local_provider import Reply
from tests.notifications.sample import SAMPLES

NOW = datetime(2026, 9, 24, 1, 31, tzinfo=UTC)
LETTER = render(SAMPLES[0], base_url="https://jiugai.example.gov.cn")
ZHAO = Receiver("赵刚", mobile="13812345678")
KEY, SECOND = "first+secret/0917==", "second%secret&0918"


def of(name):
    return Provider(name, timeout_seconds=0.3)


def key(text=KEY):
    return SecretStr(text)


CHANNELS = {
    "wecom_bot": lambda url: WecomBotChannel(of("wecom_bot"), url, key()),
    "wecom_app": lambda url: WecomAppChannel(of("wecom_app"), url, "ww7e", 1000002, key()),
    "dingtalk": lambda url: DingtalkChannel(of("dingtalk"), url, key(), key(SECOND)),
    "feishu": lambda url: FeishuChannel(of("feishu"), url, key(), key(SECOND)),
    "aliyun_sms": lambda url: AliyunSmsChannel(
        of("aliyun_sms"), AliyunSmsConfig("LTAI", key(), "铜川旧改", "SMS_1", url)
    ),
    "tencent_sms": lambda url: TencentSmsChannel(
        of("tencent_sms"), TencentSmsConfig("AKID", key(), "1400", "铜川旧改", "1110", url)
    ),
    "gateway": lambda url: GatewayChannel(
        of("gateway"), GatewayConfig(SecretStr(f"{url}/?k={KEY}"), '{"to": "{{ mobile }}"}', {"X-Key": key(SECOND)})
    ),
}
FAULTS = {
    "html": (Reply(b"<html>login</html>", media_type="text/html"), True),
    "empty": (Reply(b""), True),
    "other_json": (Reply({"hello": "world"}), True),
    "slow": (Reply(b"{}", wait=30), True),
    "dripping": (Reply(b"{}", drip=True), True),
    "reset": (Reply(reset=True), True),
    "huge": (Reply(b" " * 5_000_000), True),
    "429": (Reply(b"", 429, headers=(("Retry-After", "11"),)), True),
    "500": (Reply(b"<html>oops</html>", 500, media_type="text/html"), True),
    "502": (Reply(b"", 502), True),
    "302": (Reply(b"", 302, headers=(("Location", "https://login.example.gov.cn/"),)), False),
    "403": (Reply(b"<html>no</html>", 403, media_type="text/html"), False),
    "404": (Reply(b"", 404), False),
    "echo": (
        Reply({"errcode": 7, "code": 7, "Code": "7"} | dict.fromkeys(("errmsg", "msg", "message"), f"no {KEY}")),
        None,
    ),
    "echo_second": (
        Reply({"errcode": 7, "code": 7} | dict.fromkeys(("errmsg", "msg", "message"), f"no {SECOND}")),
        None,
    ),
}
ONE_SECRET = ("wecom_bot", "wecom_app", "aliyun_sms", "tencent_sms")


@pytest.mark.parametrize(
    ("name", "fault"),
    [(name, fault) for name, fault in product(CHANNELS, FAULTS) if not (fault == "echo_second" and name in ONE_SECRET)],
)
def test_a_fault_is_a_failure_with_the_right_flag_and_no_secret_anywhere(name, fault, provider, caplog):
    caplog.set_level(logging.DEBUG)
    reply, retryable = FAULTS[fault]
    provider.answers(reply)
    channel = CHANNELS[name](provider.url)
    with pytest.raises(DeliveryFailed) as caught:
        channel.send(LETTER, ZHAO, "outbox-17", NOW)
    error = caught.value
    assert error.channel == channel.name == name
    if retryable is not None:
        assert error.retryable is retryable
    if fault == "429":
        assert error.after_seconds == 11
    shown = " ".join([str(error), repr(error), error.text("en"), str(error.as_dict()), str(error.data), repr(channel)])
    for secret in (KEY, SECOND):
        assert secret not in shown
        assert secret not in caplog.text


@pytest.mark.parametrize("name", list(CHANNELS))
def test_a_provider_that_is_not_there_may_come_back(name):
    with pytest.raises(DeliveryFailed) as caught:
        CHANNELS[name]("http://127.0.0.1:9").send(LETTER, ZHAO, "outbox-17", NOW)
    assert caught.value.retryable
