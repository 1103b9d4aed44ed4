"""Console channel: a readable block on the stream."""

import io
from datetime import UTC, datetime

import pytest

from notifications.channel import DeliveryFailed, Receiver
from notifications.channels.console import ConsoleChannel
from notifications.render import render
from tests.notifications.sample import SAMPLES

NOW = datetime(2026, 9, 24, 1, 30, tzinfo=UTC)
LETTER = render(SAMPLES[0], base_url="https://jiugai.example.gov.cn")


class TestSend:
    def test_shows_receiver_subject_and_text(self):
        stream = io.StringIO()
        receipt = ConsoleChannel(stream).send(LETTER, Receiver(name="赵刚"), "outbox-17", NOW)
        shown = stream.getvalue()
        assert all(part in shown for part in ("2026-09-24 01:30:00+0000", "赵刚", LETTER.subject, LETTER.text))
        assert receipt.detail == "outbox-17"

    def test_a_name_cannot_steer_the_terminal(self):
        stream = io.StringIO()
        ConsoleChannel(stream).send(LETTER, Receiver(name="赵刚\x1b[2J"), "outbox-17", NOW)
        assert "\x1b" not in stream.getvalue()

    def test_a_closed_stream_is_a_failure_that_may_pass(self):
        stream = io.StringIO()
        stream.close()
        with pytest.raises(DeliveryFailed) as caught:
            ConsoleChannel(stream).send(LETTER, Receiver(name="赵刚"), "outbox-17", NOW)
        assert caught.value.retryable
