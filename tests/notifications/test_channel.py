"""Channels: what a failure tells, and what it keeps to itself."""

from notifications.channel import DeliveryFailed, delivery_key, masked


class TestDeliveryFailed:
    def test_says_what_the_provider_said_and_what_to_do(self):
        lasting = DeliveryFailed(
            channel="smtp", provider_code="550", provider_text="5.1.1 no such user", retryable=False
        )
        assert "smtp" in str(lasting)
        assert "550" in str(lasting)
        assert "5.1.1 no such user" in str(lasting)
        assert "重发" in lasting.text("zh")
        assert "resend" in lasting.text("en")

    def test_says_that_nothing_is_to_be_done_when_it_is_tried_again(self):
        passing = DeliveryFailed(channel="smtp", provider_code="451", provider_text="busy", retryable=True)
        assert "自动重试" in passing.text("zh")
        assert "again automatically" in passing.as_dict()["message_en"]

    def test_masks_every_secret_in_every_form_it_is_shown(self):
        error = DeliveryFailed(
            channel="sms", provider_code="403", provider_text="bad key s3cret", retryable=False, secrets=("s3cret",)
        )
        assert "s3cret" not in f"{error} {error!r} {error.as_dict()} {error.data} {error.provider_text}"

    def test_keeps_one_line_of_what_the_provider_said(self):
        error = DeliveryFailed(channel="smtp", provider_code="5", provider_text="a\r\nb" * 999, retryable=False)
        assert "\n" not in str(error)
        assert len(error.provider_text) == 500


class TestMasked:
    def test_leaves_no_half_of_a_longer_secret(self):
        assert masked("token abc-123 and abc", ("abc", "abc-123", "")) == "token *** and ***"


class TestDeliveryKey:
    def test_a_plain_id_is_its_own_key(self):
        assert delivery_key("outbox-17-zhaogang") == "outbox-17-zhaogang"

    def test_any_other_id_becomes_a_key_safe_for_files_and_headers(self):
        keys = [
            delivery_key(i)
            for i in ("../../etc/passwd", "..", "", "outbox:17:赵刚", "a" * 99, "a\r\nBcc: b", "A", "a", "a..b", "-a")
        ]
        assert len(set(keys)) == len(keys)
        assert all(key.replace("-", "").isalnum() and len(key) <= 60 for key in keys)

    def test_the_same_id_is_the_same_key(self):
        assert delivery_key("outbox:17:赵刚") == delivery_key("outbox:17:赵刚") != delivery_key("outbox:18:赵刚")
