"""Aliyun text messages, against a real HTTP server that checks the published signature for itself."""

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from notifications.channel import DeliveryFailed, Receiver
from notifications.channels.aliyun_sms import AliyunSmsChannel, AliyunSmsConfig, acs3_headers
from notifications.provider import Provider
from notifications.render import render
from notifications.template import ChannelTemplateInvalid
from tests.notifications.local_provider import Reply
from tests.notifications.sample import SAMPLES

NOW = datetime(2026, 9, 24, 1, 31, tzinfo=UTC)
LETTER = render(SAMPLES[0], base_url="https://jiugai.example.gov.cn")
ZHAO = Receiver("赵刚", mobile="13812345678")
OK = {"Code": "OK", "Message": "OK", "BizId": "900619746936498440^0", "RequestId": "F655A8D5"}
SECRET = "testAccessKeySecret00"


def channel(provider, **options):
    config = AliyunSmsConfig("LTAItestid", SecretStr(SECRET), "铜川旧改", "SMS_154950909", provider.url, **options)
    return AliyunSmsChannel(Provider("aliyun_sms", timeout_seconds=5), config)


def published_signature(heard, secret):
    """After the page of the V3 request: the signature over what was heard, header by header."""
    credential = heard.headers["authorization"]
    names = credential.split("SignedHeaders=")[1].split(",")[0]
    canonical = "POST\n/\n" + heard.raw_query + "\n"
    for name in names.split(";"):
        canonical += name + ":" + heard.headers[name].strip() + "\n"
    canonical += "\n" + names + "\n" + hashlib.sha256(heard.raw).hexdigest()
    string = "ACS3-HMAC-SHA256\n" + hashlib.sha256(canonical.encode("utf-8")).hexdigest()
    return hmac.new(secret.encode("utf-8"), string.encode("utf-8"), hashlib.sha256).hexdigest()


class TestAcs3Headers:
    def test_gives_the_signature_of_the_published_example(self):
        query = {"ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", "RegionId": "cn-shanghai"}
        headers = acs3_headers(
            "ecs.cn-shanghai.aliyuncs.com",
            ("RunInstances", "2014-05-26"),
            query,
            ("YourAccessKeyId", "YourAccessKeySecret"),
            now=datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
            nonce="3156853299f313e23d1673dc12e1703d",
        )
        assert headers["Authorization"] == (
            "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;"
            "x-acs-date;x-acs-signature-nonce;x-acs-version,"
            "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
        )


class TestSend:
    def test_is_signed_as_published_over_what_goes_over_the_wire(self, provider):
        provider.answers(OK)
        assert channel(provider).send(LETTER, ZHAO, "outbox-17", NOW).detail == "900619746936498440^0"
        (heard,) = provider.heard
        signature = heard.headers["authorization"].rpartition("Signature=")[2]
        assert signature == published_signature(heard, SECRET)
        assert heard.headers["host"] == provider.host
        assert heard.headers["x-acs-date"] == "2026-09-24T01:31:00Z"
        assert (heard.headers["x-acs-action"], heard.headers["x-acs-version"]) == ("SendSms", "2017-05-25")

    def test_fills_the_approved_template_in_its_limits(self, provider):
        provider.answers(OK)
        variables = {"matter": "{{ headline }}", "name": "{{ name }} *~a b"}
        channel(provider, variables=variables).send(LETTER, ZHAO, "outbox-17", NOW)
        query = provider.heard[0].query
        assert (query["PhoneNumbers"], query["SignName"], query["TemplateCode"]) == (
            "13812345678",
            "铜川旧改",
            "SMS_154950909",
        )
        filled = json.loads(query["TemplateParam"])
        assert filled["name"] == "赵刚 *~a b"
        assert filled["matter"] == LETTER.subject.removeprefix("【待办】")[:34] + "…"
        assert query["OutId"] == "outbox-17"

    def test_each_request_has_a_nonce_of_its_own(self, provider):
        provider.answers(OK)
        for _ in range(2):
            channel(provider).send(LETTER, ZHAO, "outbox-17", NOW)
        assert len({heard.headers["x-acs-signature-nonce"] for heard in provider.heard}) == 2

    @pytest.mark.parametrize(
        ("code", "text", "retryable", "after"),
        [
            ("isv.BUSINESS_LIMIT_CONTROL", "触发分钟级流控Permits:1", True, 60),
            ("isv.BUSINESS_LIMIT_CONTROL", "触发小时级流控Permits:5", True, 3600),
            ("isv.BUSINESS_LIMIT_CONTROL", "触发天级流控Permits:50", True, 23 * 3600 + 29 * 60),
            ("isv.DAY_LIMIT_CONTROL", "触发日发送限额", True, 23 * 3600 + 29 * 60),
            ("isp.SYSTEM_ERROR", "SYSTEM_ERROR", True, 30),
            ("isv.MOBILE_NUMBER_ILLEGAL", "号码格式错误", False, None),
            ("isv.AMOUNT_NOT_ENOUGH", "账户余额不足", False, None),
            ("isv.SMS_SIGNATURE_ILLEGAL", "签名不合法", False, None),
        ],
    )
    def test_documented_codes_inside_a_200(self, provider, code, text, retryable, after):
        provider.answers({"Code": code, "Message": text, "RequestId": "F655A8D5"})
        with pytest.raises(DeliveryFailed) as caught:
            channel(provider).send(LETTER, ZHAO, "outbox-17", NOW)
        error = caught.value
        assert (error.provider_code, error.retryable, error.after_seconds) == (code, retryable, after)

    @pytest.mark.parametrize(
        ("status", "code", "retryable"),
        [
            (400, "SignatureDoesNotMatch", False),
            (403, "Forbidden.RAM", False),
            (400, "Throttling.User", True),
            (400, "SignatureNonceUsed", True),
            (503, "ServiceUnavailable", True),
        ],
    )
    def test_documented_codes_with_a_status(self, provider, status, code, retryable):
        provider.answers(Reply({"Code": code, "Message": "refused", "RequestId": "F655A8D5"}, status))
        with pytest.raises(DeliveryFailed) as caught:
            channel(provider).send(LETTER, ZHAO, "outbox-17", NOW)
        assert (caught.value.provider_code, caught.value.retryable) == (code, retryable)

    def test_a_variable_that_cannot_be_read_is_found_before_any_letter(self, provider):
        with pytest.raises(ChannelTemplateInvalid):
            channel(provider, variables={"matter": "{{ headline"}).check()
