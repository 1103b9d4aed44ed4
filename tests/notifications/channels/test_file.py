"""File channel: one whole file per letter, however often it is delivered."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from notifications.channel import DeliveryFailed, Receiver
from notifications.channels.file import FileChannel
from notifications.render import render
from tests.notifications.sample import SAMPLES

NOW = datetime(2026, 9, 24, 1, 30, tzinfo=UTC)
LETTER = render(SAMPLES[0], base_url="https://jiugai.example.gov.cn")
ZHAO = Receiver(name="赵刚", email="zhaogang@example.gov.cn")


class TestSend:
    def test_writes_the_whole_letter(self, tmp_path):
        receipt = FileChannel(tmp_path / "outgoing").send(LETTER, ZHAO, "outbox-17", NOW)
        letter = json.loads((tmp_path / "outgoing" / receipt.detail).read_text(encoding="utf-8"))
        assert letter["to"] == {"name": "赵刚", "email": "zhaogang@example.gov.cn", "mobile": None}
        assert letter["subject"] == LETTER.subject
        assert letter["html"] == LETTER.html
        assert letter["kind"] == "review_task_opened"
        assert letter["sent_at"] == "2026-09-24T01:30:00+00:00"

    def test_a_repeated_delivery_does_not_double_and_keeps_the_first(self, tmp_path):
        channel = FileChannel(tmp_path)
        first = channel.send(LETTER, ZHAO, "outbox:17:赵刚", NOW)
        again = channel.send(LETTER, ZHAO, "outbox:17:赵刚", NOW + timedelta(hours=1))
        assert (first.code, again.code) == ("written", "duplicate")
        assert [path.name for path in tmp_path.iterdir()] == [first.detail] == [again.detail]
        assert json.loads((tmp_path / first.detail).read_text(encoding="utf-8"))["sent_at"].startswith("2026-09-24T01")

    def test_a_message_id_cannot_leave_the_folder(self, tmp_path):
        FileChannel(tmp_path / "outgoing").send(LETTER, ZHAO, "../../outbox-17", NOW)
        assert [path.name for path in tmp_path.iterdir()] == ["outgoing"]

    def test_a_folder_that_cannot_be_written_is_a_failure_that_may_pass_and_leaves_nothing(self, tmp_path):
        (tmp_path / "outgoing").write_text("a file where the folder should be", encoding="utf-8")
        with pytest.raises(DeliveryFailed) as caught:
            FileChannel(tmp_path / "outgoing").send(LETTER, ZHAO, "outbox-17", NOW)
        assert caught.value.retryable
        assert len(list(tmp_path.iterdir())) == 1
