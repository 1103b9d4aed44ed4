"""Providers: one exchange, bounded, without leaks; the provider's own code decides."""

import gzip
import json
import logging
import socket
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest
from pydantic import SecretStr

from notifications.channel import DeliveryFailed, DeliveryPostponed, Receipt
from notifications.provider import ANSWER_LIMIT, Provider
from notifications.rate import RateLimit, Window
from tests.notifications.local_provider import Reply

NOW = datetime(2026, 9, 24, 1, 31, tzinfo=UTC)
KEY = "693axxx6+7aa4/4bc4=8x"
TALK = Provider("wecom_bot", (SecretStr(KEY),), timeout_seconds=5)


def failed(call, *args, **kwargs):
    with pytest.raises(DeliveryFailed) as caught:
        call(*args, **kwargs)
    return caught.value


def judged(provider, reply, retry=None):
    """What a channel makes of an answer whose code is `errcode`, 0 for success."""
    provider.answers(reply)
    answer = TALK.post_json(provider.url, {})
    body = answer.body or {}
    return failed(TALK.accept, answer, body.get("errcode"), body.get("errmsg"), ok="0", retry=retry or {})


class TestCall:
    def test_gives_status_object_media_type_and_wait(self, provider):
        provider.answers(Reply({"errcode": 0}, 429, headers=(("Retry-After", "7"),)))
        answer = TALK.post_json(provider.url, {"项目": "幸福里小区"})
        assert (answer.status, answer.body, answer.media_type) == (429, {"errcode": 0}, "application/json")
        assert answer.retry_after == 7
        assert provider.heard[0].json == {"项目": "幸福里小区"}

    @pytest.mark.parametrize("wait", ["Wed, 21 Oct 2026 07:28:00 GMT", "", "-1", "²"])
    def test_a_wait_it_cannot_use_is_left_out(self, provider, wait):
        provider.answers(Reply({}, headers=(("Retry-After", wait.encode().decode("latin-1")),)))
        assert TALK.post_json(provider.url, {}).retry_after is None

    def test_follows_no_redirect(self, provider):
        provider.answers(Reply(b"", 302, headers=(("Location", f"{provider.url}/elsewhere"),)))
        assert TALK.post_json(provider.url, {}).status == 302
        assert len(provider.heard) == 1

    @pytest.mark.parametrize("reply", [Reply(b"{}", wait=30), Reply(b"{}", drip=True)], ids=["slow", "dripping"])
    def test_an_answer_that_takes_too_long_is_given_up_in_time(self, provider, reply):
        provider.answers(reply)
        start = monotonic()
        error = failed(Provider("wecom_bot", timeout_seconds=0.5).post_json, provider.url, {})
        assert (error.provider_code, error.retryable) == ("timeout", True)
        assert monotonic() - start < 2

    def test_a_huge_answer_is_not_read_to_its_end(self, provider):
        provider.answers(Reply(b"[" + b"0," * 20_000_000))
        start = monotonic()
        error = failed(TALK.post_json, provider.url, {})
        assert (error.provider_code, error.retryable) == ("answer_too_large", True)
        assert monotonic() - start < 2

    def test_a_packed_answer_is_not_unpacked(self, provider):
        packed = gzip.compress(b" " * 50_000_000 + b'{"errcode": 0}')
        assert len(packed) < ANSWER_LIMIT
        provider.answers(Reply(packed, headers=(("Content-Encoding", "gzip"),)))
        assert TALK.post_json(provider.url, {}).body is None
        assert provider.heard[0].headers["accept-encoding"] == "identity"

    @pytest.mark.parametrize("raw", [b"<html>", b"", b"[]", b'"ok"', b"\xff\xfe\x00", b"[" * 60_000, b"9" * 60_000])
    def test_what_is_no_object_is_none(self, provider, raw):
        provider.answers(Reply(raw))
        assert TALK.post_json(provider.url, {}).body is None

    def test_a_connection_that_breaks_may_pass(self, provider):
        provider.answers(Reply(reset=True))
        assert failed(TALK.post_json, provider.url, {}).retryable

    def test_nobody_listening_may_pass(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        error = failed(TALK.post_json, f"http://127.0.0.1:{port}/{KEY}", {})
        assert error.retryable
        assert KEY not in f"{error} {error!r} {error.data}"

    @pytest.mark.parametrize(
        "url", ["", "qyapi.weixin.qq.com/x", "ftp://127.0.0.1/", "http://", "http://[::1/", f"http://{'a' * 70}.cn/"]
    )
    def test_an_unusable_address_lasts_or_is_not_found(self, url):
        error = failed(TALK.post_json, url, {})
        assert error.provider_code in {"bad_address", "ConnectError"}
        assert error.retryable is (error.provider_code == "ConnectError")

    def test_a_missing_certificate_file_is_named(self):
        error = failed(Provider("feishu", ca_file=Path("/nowhere/ca.pem")).post_json, "https://127.0.0.1/", {})
        assert (error.provider_code, error.retryable) == ("bad_ca_file", False)

    def test_a_header_that_would_forge_another_is_refused(self, provider):
        provider.answers({})
        error = failed(TALK.call, "POST", provider.url, headers={"X-Key": "a\r\nX-Admin: 1"})
        assert error.provider_code == "bad_address"
        assert not provider.heard

    def test_no_log_of_any_level_has_the_key(self, provider, caplog):
        caplog.set_level(logging.DEBUG)
        provider.answers({"errcode": 0})
        TALK.post_json(f"{provider.url}/send?key={KEY}", {"key": KEY})
        assert KEY not in caplog.text

    def test_other_users_of_the_client_keep_their_log(self, provider, caplog):
        import httpx

        caplog.set_level(logging.INFO)
        provider.answers({})
        httpx.get(provider.url, trust_env=False)
        assert provider.url in caplog.text


class TestAccept:
    def test_success_is_the_providers_own_code_in_a_2xx(self, provider):
        provider.answers({"errcode": 0})
        answer = TALK.post_json(provider.url, {})
        TALK.accept(answer, answer.body["errcode"], "", ok="0", retry={})

    def test_a_code_in_a_200_is_a_failure_in_the_providers_words(self, provider):
        error = judged(provider, {"errcode": 93000, "errmsg": "invalid webhook url"})
        assert (error.provider_code, error.provider_text) == ("93000", "invalid webhook url")
        assert not error.retryable
        assert error.after_seconds is None

    def test_only_codes_that_pass_are_tried_again_and_with_their_wait(self, provider):
        error = judged(provider, {"errcode": 45009, "errmsg": "freq"}, {"45009": 60})
        assert (error.retryable, error.after_seconds) == (True, 60)

    @pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
    def test_a_busy_status_passes_whatever_the_body(self, provider, status):
        for body in (b"<html>", {}, {"errcode": 0}, {"errcode": 7}):
            assert judged(provider, Reply(body, status)).retryable, body

    @pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404, 413])
    def test_any_other_status_lasts(self, provider, status):
        for body in (b"<html>", {}, {"errcode": 0}, {"errcode": 7}):
            assert not judged(provider, Reply(body, status)).retryable, body

    @pytest.mark.parametrize("body", [b"<html>login</html>", b"", {}, {"errcode": None}, {"code": 0}])
    def test_a_200_without_a_code_is_no_success_and_is_tried_again(self, provider, body):
        error = judged(provider, Reply(body, media_type="text/html"))
        assert (error.provider_code, error.retryable) == ("HTTP 200", True)

    def test_the_wait_of_the_answer_is_kept(self, provider):
        error = judged(provider, Reply(b"", 503, headers=(("Retry-After", "99999999"),)))
        assert error.after_seconds == 86_400


class TestFailure:
    def test_hides_secrets_in_every_form_they_travel_in(self):
        for text in (KEY, "693axxx6%2B7aa4%2F4bc4%3D8x", "NjkzYXh4eDYrN2FhNC80YmM0PTh4"):
            error = TALK.failure(text, f"no {text} here")
            assert text not in f"{error} {error!r} {error.as_dict()} {error.data}"

    def test_no_secret_is_in_the_repr_of_a_provider(self):
        assert KEY not in repr(TALK.hiding("another-secret"))
        assert "another-secret" not in repr(TALK.hiding("another-secret"))


class TestWithin:
    def test_a_letter_over_the_rate_is_postponed_before_it_is_sent(self):
        limit, sent = RateLimit((Window(1, 60),)), []

        def send():
            sent.append(1)
            return Receipt("0", "")

        TALK.within(limit, NOW, send, too_fast=())
        with pytest.raises(DeliveryPostponed) as caught:
            TALK.within(limit, NOW, send, too_fast=())
        assert (caught.value.retryable, caught.value.after_seconds, len(sent)) == (True, 60, 1)
        assert "推迟 60 秒" in caught.value.text()
        assert json.dumps(caught.value.as_dict())

    def test_too_fast_closes_the_rate_for_as_long_as_it_said(self):
        limit = RateLimit((Window(18, 60),))

        def send():
            raise TALK.failure("130101", "too fast", retryable=True, after_seconds=600)

        assert failed(TALK.within, limit, NOW, send, too_fast={"130101"}).after_seconds == 600
        assert isinstance(failed(TALK.within, limit, NOW, send, too_fast={"130101"}), DeliveryPostponed)
        assert limit.allow(NOW) == 600
