"""Tencent text messages, against a real HTTP server that checks the published signature for itself."""

import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from notifications.channel import DeliveryFailed, Receiver
from notifications.channels.tencent_sms import TencentSmsChannel, TencentSmsConfig, tc3_authorization
from notifications.provider import Provider
from notifications.render import render
from tests.notifications.sample import SAMPLES

NOW = datetime(2026, 9, 23, 16, 31, tzinfo=UTC)
LETTER = render(SAMPLES[0], base_url="https://jiugai.example.gov.cn")
ZHAO = Receiver("赵刚", mobile="13812345678")
SECRET = "testSecretKey0000"


def status(code, text="refused"):
    sent = {"SerialNo": "5000:1045710669157053657849499619", "Code": code, "Message": text, "IsoCode": "CN"}
    return {"Response": {"SendStatusSet": [sent], "RequestId": "a0aabda6"}}


def error(code):
    return {"Response": {"Error": {"Code": code, "Message": "refused"}, "RequestId": "ed93f3cb"}}


def channel(provider, **options):
    config = TencentSmsConfig("AKIDtest", SecretStr(SECRET), "1400006666", "铜川旧改", "1110", provider.url, **options)
    return TencentSmsChannel(Provider("tencent_sms", timeout_seconds=5), config)


def published_signature(heard, secret):
    """After the page of signature v3: step by step over what was heard."""

    def sign(key, text):
        return hmac.new(key, text.encode("utf-8"), hashlib.sha256).digest()

    authorization = heard.headers["authorization"]
    scope = authorization.split("Credential=")[1].split(",")[0].partition("/")[2]
    names = authorization.split("SignedHeaders=")[1].split(",")[0]
    canonical = "POST\n/\n\n"
    for name in names.split(";"):
        canonical += f"{name}:{heard.headers[name].lower()}\n"
    canonical += f"\n{names}\n{hashlib.sha256(heard.raw).hexdigest()}"
    string = f"TC3-HMAC-SHA256\n{heard.headers['x-tc-timestamp']}\n{scope}\n"
    string += hashlib.sha256(canonical.encode("utf-8")).hexdigest()
    date, service, _ = scope.split("/")
    signing = sign(sign(sign(("TC3" + secret).encode("utf-8"), date), service), "tc3_request")
    return hmac.new(signing, string.encode("utf-8"), hashlib.sha256).hexdigest()


class TestTc3Authorization:
    def test_gives_the_signature_of_the_published_example(self):
        payload = r'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
        account = ("AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE")
        now = datetime.fromtimestamp(1551113065, UTC)
        assert tc3_authorization("cvm.tencentcloudapi.com", "cvm", payload, account, now=now) == (
            "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, "
            "SignedHeaders=content-type;host, "
            "Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
        )


class TestSend:
    def test_is_signed_as_published_over_what_goes_over_the_wire(self, provider):
        provider.answers(status("Ok"))
        receipt = channel(provider).send(LETTER, ZHAO, "outbox-17", NOW)
        assert receipt.detail == "5000:1045710669157053657849499619"
        (heard,) = provider.heard
        assert heard.headers["authorization"].rpartition("Signature=")[2] == published_signature(heard, SECRET)
        # the day is the one in UTC, though it is the 24th already in the city
        assert "/2026-09-23/sms/tc3_request" in heard.headers["authorization"]
        assert (heard.headers["x-tc-action"], heard.headers["x-tc-version"]) == ("SendSms", "2021-01-11")
        assert heard.headers["x-tc-region"] == "ap-guangzhou"

    def test_fills_the_approved_template_in_its_limits(self, provider):
        provider.answers(status("Ok"))
        channel(provider, variables=["{{ name }}", "{{ headline }}"]).send(LETTER, ZHAO, "outbox:17:赵刚", NOW)
        body = provider.heard[0].json
        assert body["PhoneNumberSet"] == ["+8613812345678"]
        assert body["TemplateParamSet"] == ["赵刚", LETTER.subject.removeprefix("【待办】")[:11] + "…"]
        assert (body["SmsSdkAppId"], body["SignName"], body["TemplateId"]) == ("1400006666", "铜川旧改", "1110")
        assert len(body["SessionContext"]) < 512

    @pytest.mark.parametrize(
        ("answer", "retryable", "after"),
        [
            (status("LimitExceeded.DeliveryFrequencyLimit"), True, 60),
            (status("LimitExceeded.PhoneNumberThirtySecondLimit"), True, 30),
            (status("LimitExceeded.PhoneNumberOneHourLimit"), True, 3600),
            (status("LimitExceeded.PhoneNumberDailyLimit"), True, 32 * 3600 + 29 * 60),
            (status("InternalError.Timeout"), True, 30),
            (status("InvalidParameterValue.IncorrectPhoneNumber"), False, None),
            (status("FailedOperation.PhoneNumberInBlacklist"), False, None),
            (status("FailedOperation.InsufficientBalanceInSmsPackage"), False, None),
            (error("RequestLimitExceeded"), True, 5),
            (error("InternalError"), True, 30),
            (error("InternalError.SigVerificationFail"), False, None),
            (error("AuthFailure.SignatureFailure"), False, None),
            (error("AuthFailure.SignatureExpire"), False, None),
        ],
        ids=lambda one: str(one)[-60:] if isinstance(one, dict) else None,
    )
    def test_documented_codes_inside_a_200(self, provider, answer, retryable, after):
        provider.answers(answer)
        with pytest.raises(DeliveryFailed) as caught:
            channel(provider).send(LETTER, ZHAO, "outbox-17", NOW)
        assert caught.value.provider_code in str(answer)
        assert (caught.value.retryable, caught.value.after_seconds) == (retryable, after)

    @pytest.mark.parametrize(
        "body", [{"Response": []}, {"Response": {"SendStatusSet": []}}, {"Response": {"Error": 1}}]
    )
    def test_an_answer_without_a_status_is_no_success(self, provider, body):
        provider.answers(body)
        with pytest.raises(DeliveryFailed) as caught:
            channel(provider).send(LETTER, ZHAO, "outbox-17", NOW)
        assert caught.value.retryable
