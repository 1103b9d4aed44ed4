"""WeCom application, against a real HTTP server on this machine."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from notifications.channel import DeliveryFailed, DeliveryPostponed, Receiver
from notifications.channels.wecom_app import WecomAppChannel
from notifications.provider import Provider
from notifications.render import render
from tests.notifications.local_provider import Reply
from tests.notifications.sample import SAMPLES

NOW = datetime(2026, 9, 24, 1, 31, tzinfo=UTC)
LETTER = render(SAMPLES[0], base_url="https://jiugai.example.gov.cn")
ZHAO = Receiver("赵刚", mobile="13812345678")
TOKEN, MEMBER, SEND = "/cgi-bin/gettoken", "/cgi-bin/user/getuserid", "/cgi-bin/message/send"
SENT = {"errcode": 0, "errmsg": "ok", "msgid": "msg-17"}
SECRET = "we0YB4242424242_J2332PnmA"


def token(number):
    return Reply({"errcode": 0, "errmsg": "ok", "access_token": f"accesstoken-{number:06}", "expires_in": 7200})


def channel(provider, *sends):
    provider.paths = {
        TOKEN: [token(1), token(2), token(3)],
        MEMBER: [Reply({"errcode": 0, "errmsg": "ok", "userid": "zhaogang"})],
        SEND: [one if isinstance(one, Reply) else Reply(one) for one in sends or (SENT,)],
    }
    return WecomAppChannel(
        Provider("wecom_app", timeout_seconds=5), provider.url, "ww7e42424723224ba8", 1000002, SecretStr(SECRET)
    )


def asked(provider, path):
    return [heard for heard in provider.heard if heard.path == path]


class TestSend:
    def test_finds_the_member_by_mobile_and_sends_to_that_member(self, provider):
        receipt = channel(provider).send(LETTER, ZHAO, "outbox-17", NOW)
        assert receipt.detail == "msg-17"
        (fetched,), (looked,), (sent,) = (asked(provider, path) for path in (TOKEN, MEMBER, SEND))
        assert (fetched.method, fetched.query) == ("GET", {"corpid": "ww7e42424723224ba8", "corpsecret": SECRET})
        assert looked.json == {"mobile": "13812345678"}
        assert sent.query == {"access_token": "accesstoken-000001"}
        assert (sent.json["touser"], sent.json["agentid"], sent.json["msgtype"]) == ("zhaogang", 1000002, "markdown")
        assert f"[打开办理]({LETTER.url})" in sent.json["markdown"]["content"]

    def test_a_repeated_letter_is_dropped_by_wecom_itself(self, provider):
        channel(provider).send(LETTER, ZHAO, "outbox-17", NOW)
        assert asked(provider, SEND)[0].json["enable_duplicate_check"] == 1

    def test_token_and_member_are_asked_for_once(self, provider):
        app = channel(provider)
        for number in range(3):
            app.send(LETTER, ZHAO, f"outbox-{number}", NOW)
        assert [len(asked(provider, path)) for path in (TOKEN, MEMBER, SEND)] == [1, 1, 3]

    def test_the_token_is_renewed_before_it_ends(self, provider):
        app = channel(provider)
        app.send(LETTER, ZHAO, "outbox-17", NOW)
        app.send(LETTER, ZHAO, "outbox-18", NOW + timedelta(seconds=7000))
        assert asked(provider, SEND)[1].query["access_token"] == "accesstoken-000002"

    @pytest.mark.parametrize("code", [40001, 40014, 42001])
    def test_a_withdrawn_token_is_renewed_and_the_letter_sent(self, provider, code):
        app = channel(provider, {"errcode": code, "errmsg": "invalid access_token"}, SENT)
        assert app.send(LETTER, ZHAO, "outbox-17", NOW).detail == "msg-17"
        tokens = [heard.query["access_token"] for heard in asked(provider, SEND)]
        assert tokens == ["accesstoken-000001", "accesstoken-000002"]

    def test_a_token_refused_twice_is_a_lasting_failure_and_no_endless_round(self, provider):
        app = channel(provider, {"errcode": 40014, "errmsg": "invalid access_token accesstoken-000002"})
        with pytest.raises(DeliveryFailed) as caught:
            app.send(LETTER, ZHAO, "outbox-17", NOW)
        assert (caught.value.provider_code, caught.value.retryable) == ("40014", False)
        assert "accesstoken-000002" not in str(caught.value)
        assert len(asked(provider, SEND)) == 2

    @pytest.mark.parametrize(
        ("code", "retryable", "after"),
        [(-1, True, 10), (45009, True, 60), (45033, True, 5), (60020, False, None), (81013, False, None)],
    )
    def test_documented_codes_inside_a_200(self, provider, code, retryable, after):
        with pytest.raises(DeliveryFailed) as caught:
            channel(provider, {"errcode": code, "errmsg": "refused"}).send(LETTER, ZHAO, "outbox-17", NOW)
        error = caught.value
        assert (error.provider_code, error.retryable, error.after_seconds) == (str(code), retryable, after)

    def test_success_that_names_the_receiver_invalid_is_none(self, provider):
        with pytest.raises(DeliveryFailed, match="81013"):
            channel(provider, SENT | {"invaliduser": "zhaogang"}).send(LETTER, ZHAO, "outbox-17", NOW)

    @pytest.mark.parametrize(
        ("answer", "code", "retryable"),
        [
            ({"errcode": 40001, "errmsg": f"invalid credential {SECRET}"}, "40001", False),
            ({"errcode": 40013, "errmsg": "invalid corpid"}, "40013", False),
            ({"errcode": -1, "errmsg": "busy"}, "-1", True),
            ({"errcode": 0, "errmsg": "ok"}, "no_token", True),
            ({"errcode": 0, "access_token": "accesstoken-000009", "expires_in": "soon"}, "no_token", True),
        ],
    )
    def test_no_token_no_letter(self, provider, answer, code, retryable):
        app = channel(provider)
        provider.paths[TOKEN] = [Reply(answer)]
        with pytest.raises(DeliveryFailed) as caught:
            app.send(LETTER, ZHAO, "outbox-17", NOW)
        assert (caught.value.provider_code, caught.value.retryable) == (code, retryable)
        assert SECRET not in f"{caught.value} {caught.value!r}"
        assert not asked(provider, SEND)

    def test_a_mobile_nobody_in_the_company_has_is_a_lasting_failure(self, provider):
        app = channel(provider)
        provider.paths[MEMBER] = [Reply({"errcode": 46004, "errmsg": "user no exist"})]
        with pytest.raises(DeliveryFailed) as caught:
            app.send(LETTER, ZHAO, "outbox-17", NOW)
        assert (caught.value.provider_code, caught.value.retryable) == ("46004", False)

    def test_a_receiver_without_a_mobile_costs_no_call(self, provider):
        with pytest.raises(DeliveryFailed, match="没有可用的手机号"):
            channel(provider).send(LETTER, Receiver("赵刚"), "outbox-17", NOW)
        assert not provider.heard

    def test_a_card_never_exceeds_2048_bytes(self, provider):
        channel(provider).send(replace(LETTER, chat="净宽不足4米。" * 900), ZHAO, "outbox-17", NOW)
        assert 2040 < len(asked(provider, SEND)[0].json["markdown"]["content"].encode()) <= 2048

    def test_a_member_gets_28_a_minute_and_another_member_is_not_held_up(self, provider):
        app = channel(provider)
        for number in range(28):
            app.send(LETTER, ZHAO, f"outbox-{number}", NOW)
        with pytest.raises(DeliveryPostponed):
            app.send(LETTER, ZHAO, "outbox-28", NOW)
        assert app.send(LETTER, Receiver("张敏", mobile="13912345678"), "outbox-29", NOW).code == "0"
