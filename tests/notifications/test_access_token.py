"""Access tokens: fetched once, renewed in time and when withdrawn."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from notifications.access_token import AccessToken

NOW = datetime(2026, 9, 24, 1, 31, tzinfo=UTC)


class Office:
    def __init__(self):
        self.given = 0

    def fetch(self):
        self.given += 1
        return f"token-{self.given}", 7200


class TestGet:
    def test_is_fetched_once_and_again_before_it_ends(self):
        token, office = AccessToken(), Office()
        assert token.get(NOW, office.fetch) == "token-1"
        assert token.get(NOW + timedelta(seconds=6800), office.fetch) == "token-1"
        assert token.get(NOW + timedelta(seconds=6901), office.fetch) == "token-2"

    def test_threads_share_one_fetch(self):
        token, office = AccessToken(), Office()
        threads = [Thread(target=token.get, args=(NOW, office.fetch)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert office.given == 1

    def test_a_failed_fetch_is_tried_again(self):
        token, office = AccessToken(), Office()
        with pytest.raises(ZeroDivisionError):
            token.get(NOW, lambda: 1 // 0)
        assert token.get(NOW, office.fetch) == "token-1"


class TestForget:
    def test_only_the_withdrawn_token_is_dropped(self):
        token, office = AccessToken(), Office()
        token.get(NOW, office.fetch)
        token.forget("token-0")
        assert token.get(NOW, office.fetch) == "token-1"
        token.forget("token-1")
        assert token.get(NOW, office.fetch) == "token-2"

    def test_its_value_is_in_no_repr(self):
        token = AccessToken()
        token.get(NOW, Office().fetch)
        assert "token-1" not in repr(token)
