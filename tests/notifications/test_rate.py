"""Rates: never more than the provider takes, nothing lost, and each told when to come back."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.rate import RateLimit, Window, past_half_hour

START = datetime(2026, 9, 24, 1, 31, tzinfo=UTC)
DINGTALK = (Window(18, 60),)
FEISHU = (Window(4, 1), Window(90, 60))


def most_in(sent, seconds):
    """The largest number of letters in any span of so many seconds."""
    return max(sum(1 for other in sent if at <= other < at + timedelta(seconds=seconds)) for at in sent)


def delivered(windows, letters):
    """Every letter asks, waits as long as it is told, and asks again: when each was let through, and how often asked."""
    limit, waiting, sent, asked = RateLimit(windows), [(START, number) for number in range(letters)], {}, 0
    while waiting:
        waiting.sort()
        now, number = waiting.pop(0)
        asked += 1
        wait = limit.allow(now)
        if wait:
            waiting.append((now + timedelta(seconds=wait), number))
        else:
            sent[number] = now
    return sent, asked


class TestAllow:
    def test_the_first_eighteen_go_at_once_and_the_nineteenth_after_a_minute(self):
        limit = RateLimit(DINGTALK)
        assert [limit.allow(START) for _ in range(19)] == [0] * 18 + [60]
        assert limit.allow(START + timedelta(seconds=60)) == 0

    def test_no_minute_ever_has_more_than_eighteen_where_a_token_bucket_would_let_36_pass(self):
        limit, sent = RateLimit(DINGTALK), []
        for second in range(600):
            now = START + timedelta(seconds=second)
            sent += [now for _ in range(5) if limit.allow(now) == 0]
        assert most_in(sent, 60) == 18
        assert len(sent) == 180

    @pytest.mark.parametrize(("windows", "letters"), [(DINGTALK, 300), (FEISHU, 300)])
    def test_each_of_a_flood_gets_through_once_within_the_rate_and_without_asking_often(self, windows, letters):
        sent, asked = delivered(windows, letters)
        assert sorted(sent) == list(range(letters))
        for window in windows:
            assert most_in(sent.values(), window.seconds) <= window.limit
        assert asked <= 4 * letters

    def test_nobody_is_told_to_wait_longer_than_a_quarter_of_an_hour(self):
        limit = RateLimit(DINGTALK)
        assert max(limit.allow(START) for _ in range(1000)) == 900

    def test_both_windows_hold(self):
        limit = RateLimit(FEISHU)
        assert [limit.allow(START) for _ in range(5)] == [0, 0, 0, 0, 1]

    def test_a_provider_that_said_too_fast_is_left_alone_for_as_long_as_it_said(self):
        limit = RateLimit(DINGTALK)
        limit.hold(START, 600)
        assert limit.allow(START + timedelta(seconds=1)) == 599
        assert limit.allow(START + timedelta(seconds=600)) == 0

    def test_a_shorter_hold_does_not_end_a_longer_one(self):
        limit = RateLimit(DINGTALK)
        limit.hold(START, 600)
        limit.hold(START, 10)
        assert limit.allow(START + timedelta(seconds=60)) == 540

    def test_a_clock_set_back_delays_no_longer_than_a_window(self):
        limit = RateLimit(DINGTALK)
        for _ in range(18):
            limit.allow(START)
        earlier = START - timedelta(hours=3)
        assert 0 < limit.allow(earlier) <= 60
        assert limit.allow(earlier + timedelta(seconds=60)) == 0

    @given(st.lists(st.integers(-30, 90), max_size=120))
    def test_no_span_is_ever_over_full_whatever_the_times(self, steps):
        limit, now, sent = RateLimit((Window(3, 60),)), START, []
        for step in steps:
            now = max(START, now + timedelta(seconds=abs(step)))
            if limit.allow(now) == 0:
                sent.append(now)
        assert not sent or most_in(sent, 60) <= 3

    def test_threads_together_get_no_more_than_one(self):
        limit, ready, passed = RateLimit(DINGTALK), Barrier(8), []

        def ask():
            ready.wait()
            passed.extend(1 for _ in range(50) if limit.allow(START) == 0)

        threads = [Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(passed) == 18


class TestPastHalfHour:
    @pytest.mark.parametrize("minute", [0, 30])
    def test_the_first_minute_of_a_half_hour_is_left_and_the_letters_are_spread(self, minute):
        digest = START.replace(minute=minute)
        waits = [past_half_hour(digest, f"digest:{number}") for number in range(200)]
        assert 60 <= min(waits) < max(waits) < 180
        assert len(set(waits)) > 60
        assert all(past_half_hour(digest + timedelta(seconds=wait), "any") == 0 for wait in waits)

    def test_any_other_minute_is_free(self):
        free = [START.replace(minute=minute) for minute in range(60) if minute not in (0, 30)]
        assert {past_half_hour(now, "outbox-17") for now in free} == {0}

    def test_the_same_letter_waits_the_same_time(self):
        assert past_half_hour(START.replace(minute=30), "a") == past_half_hour(START.replace(minute=30), "a")
