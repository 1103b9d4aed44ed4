"""HTTP gateway, against a real HTTP server on this machine."""

from datetime import UTC, datetime
from urllib.parse import parse_qs
from xml.etree import ElementTree

import pytest
from pydantic import SecretStr

from notifications.channel import DeliveryFailed, Receiver
from notifications.channels.gateway import GatewayChannel, GatewayConfig, value_at
from notifications.provider import Provider
from notifications.render import render
from notifications.template import ChannelTemplateInvalid
from runtime.settings import Settings
from tests.notifications.sample import SAMPLES

NOW = datetime(2026, 9, 24, 1, 31, tzinfo=UTC)
LETTER = render(SAMPLES[0], base_url="https://jiugai.example.gov.cn")
ZHAO = Receiver('赵"刚\\', mobile="13812345678")
BODY = Settings.model_fields["gateway_body"].default
TOKEN = "gw-token-0917"


def channel(provider, body=BODY, **options):
    config = GatewayConfig(SecretStr(f"{provider.url}/api/message?appkey={TOKEN}"), body, **options)
    return GatewayChannel(Provider("gateway", timeout_seconds=5), config)


def failure(gateway):
    with pytest.raises(DeliveryFailed) as caught:
        gateway.send(LETTER, ZHAO, "outbox-17", NOW)
    return caught.value


class TestSend:
    def test_posts_the_default_body_with_what_was_typed_kept_as_it_is(self, provider):
        provider.answers({"code": 0, "message": "成功"})
        headers = {"x-api-key": SecretStr("key-in-a-header")}
        receipt = channel(provider, headers=headers).send(LETTER, ZHAO, "outbox-17", NOW)
        assert (receipt.code, receipt.detail) == ("0", "成功")
        (heard,) = provider.heard
        assert heard.target == f"/api/message?appkey={TOKEN}"
        assert heard.headers["x-api-key"] == "key-in-a-header"
        assert heard.headers["content-type"] == "application/json; charset=utf-8"
        assert heard.json == {
            "to": "13812345678",
            "name": '赵"刚\\',
            "title": LETTER.subject,
            "text": LETTER.chat,
            "url": LETTER.url,
            "id": "outbox-17",
        }

    def test_a_form_is_encoded_as_a_form(self, provider):
        provider.answers({"code": "0"})
        headers = {"Content-Type": SecretStr("application/x-www-form-urlencoded")}
        gateway = channel(provider, "mobile={{ mobile }}&text={{ chat }}&name={{ name }}", headers=headers)
        gateway.send(LETTER, Receiver("a&b=c"), "outbox-17", NOW)
        assert parse_qs(provider.heard[0].raw.decode())["name"] == ["a&b=c"]

    def test_xml_is_escaped_as_xml(self, provider):
        provider.answers({"code": "0"})
        gateway = channel(
            provider,
            '<m to="{{ name }}">{{ chat }}</m>',
            headers={"Content-Type": SecretStr("text/xml; charset=utf-8")},
        )
        gateway.send(LETTER, Receiver('<a href="x">&'), "outbox-17", NOW)
        message = ElementTree.fromstring(provider.heard[0].raw.decode())
        assert (message.get("to"), message.text) == ('<a href="x">&', LETTER.chat)

    @pytest.mark.parametrize(
        ("path", "code", "answer"),
        [
            ("data.list[0].status", "SUCCESS", {"data": {"list": [{"status": "SUCCESS"}]}}),
            ("$.success", "true", {"success": True}),
            ("code", "200", {"code": 200}),
        ],
    )
    def test_success_is_the_code_at_its_place(self, provider, path, code, answer):
        provider.answers(answer)
        gateway = channel(provider, success_path=path, success_code=code)
        assert gateway.send(LETTER, ZHAO, "outbox-17", NOW).code == code

    @pytest.mark.parametrize("answer", [{"success": False}, {"success": "True"}, {"success": 1}])
    def test_what_is_not_the_code_is_a_failure(self, provider, answer):
        provider.answers(answer)
        assert not failure(channel(provider, success_path="success", success_code="true")).retryable

    def test_only_the_named_codes_are_tried_again(self, provider):
        gateway = channel(provider, retry_codes=["E503"], retry_seconds=90, message_path="msg")
        provider.answers({"code": "E503", "msg": "忙"})
        error = failure(gateway)
        assert (error.provider_code, error.provider_text) == ("E503", "忙")
        assert (error.retryable, error.after_seconds) == (True, 90)
        provider.answers({"code": "E401", "msg": "无权"})
        assert not failure(gateway).retryable

    def test_an_echo_of_the_request_shows_no_secret(self, provider):
        echo = f"bad request POST /api/message?appkey={TOKEN} authorization: Bearer abcdef123456 abcdef123456"
        provider.answers({"code": 1, "message": echo})
        gateway = channel(provider, headers={"Authorization": SecretStr("Bearer abcdef123456")})
        error = failure(gateway)
        for shown in (str(error), repr(error), str(error.data), repr(gateway)):
            assert TOKEN not in shown
            assert "abcdef123456" not in shown

    @pytest.mark.parametrize("body", ["{{ nobody }}", "{{ 1 / 0 }}", '{"to": {{ mobile }} '])
    def test_a_body_that_cannot_be_written_is_a_lasting_failure_and_nothing_is_sent(self, provider, body):
        error = failure(channel(provider, body))
        assert (error.provider_code, error.retryable) == ("bad_template", False)
        assert not provider.heard


class TestCheck:
    def test_a_body_that_cannot_be_read_is_found_before_any_letter(self, provider):
        with pytest.raises(ChannelTemplateInvalid):
            channel(provider, "{{ mobile").check()
        channel(provider).check()


class TestValueAt:
    @pytest.mark.parametrize("path", ["a.c", "a.b.c", "list[3]", "list.x", "list.-1", "x"])
    def test_nothing_there_is_none(self, path):
        assert value_at({"a": {"b": 1}, "list": [1, 2]}, path) is None

    def test_an_answer_that_is_no_object_is_none(self):
        assert value_at(None, "code") is None
