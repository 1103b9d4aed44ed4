"""Text messages: what providers let into a variable, and when a daily limit is over."""

from datetime import UTC, datetime, timedelta

import pytest

from notifications.channel import DeliveryFailed, Receiver
from notifications.provider import Provider
from notifications.sms import number_of, seconds_to_morning, variables
from notifications.template import compiled

SMS = Provider("aliyun_sms")


class TestVariables:
    def test_are_one_short_line_without_signature_marks_and_addresses(self):
        values = {"subject": "【待办】幸福里\n小区改造 https://jiugai.example.gov.cn/projects/1 待办"}
        assert variables(SMS, [compiled("{{ subject }}")], values, limit=35) == ["待办幸福里 小区改造 待办"]
        assert variables(SMS, [compiled("{{ subject }}")], values, limit=6) == ["待办幸福里…"]

    def test_a_template_that_cannot_be_filled_is_a_lasting_failure(self):
        with pytest.raises(DeliveryFailed, match="bad_template") as caught:
            variables(SMS, [compiled("{{ project }}")], {}, limit=35)
        assert not caught.value.retryable


class TestNumberOf:
    def test_a_receiver_without_a_mobile_number_is_a_lasting_failure(self):
        with pytest.raises(DeliveryFailed, match="赵刚没有可用的手机号") as caught:
            number_of(SMS, Receiver("赵刚", mobile="0919-3184000"))
        assert not caught.value.retryable


class TestSecondsToMorning:
    @pytest.mark.parametrize("hour", [0, 15, 16, 23])
    def test_is_nine_o_clock_of_the_next_day_in_the_city(self, hour):
        now = datetime(2026, 9, 24, hour, 30, tzinfo=UTC)
        morning = (now + timedelta(seconds=seconds_to_morning(now))).astimezone(UTC)
        assert (morning.hour, morning.minute) == (1, 0)
        assert morning.day == (25 if hour < 16 else 26)
