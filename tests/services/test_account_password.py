"""Passwords: kept with their own salt and cost, compared whatever they were kept with, refused when easily guessed."""

from __future__ import annotations

import pytest

from services.account_password import Cost, PasswordUnfit, hashed, matches, require_fit

CHEAP = Cost(log_n=4, block=8, lanes=1)
PASSWORD = "花园路12号的老槐树"


class TestHashed:
    def test_the_same_password_is_kept_differently_each_time(self) -> None:
        assert hashed(PASSWORD, CHEAP) != hashed(PASSWORD, CHEAP)

    def test_is_recognised_whatever_it_cost(self) -> None:
        assert matches(PASSWORD, hashed(PASSWORD, CHEAP))
        assert matches(PASSWORD, hashed(PASSWORD, Cost(log_n=5, block=4, lanes=2)))
        assert not matches(PASSWORD + " ", hashed(PASSWORD, CHEAP))

    @pytest.mark.parametrize("kept", [None, "", "plain", "scrypt$4,8,1$$"])
    def test_nothing_fits_where_nothing_is_kept(self, kept: str | None) -> None:
        assert not matches("", kept)
        assert not matches(PASSWORD, kept)


class TestRequireFit:
    @pytest.mark.parametrize(
        ("password", "problem"),
        [
            ("nine-char", "不足 10 位"),
            ("x9-" * 50, "超过 128 位"),
            ("ok-Wang.District-1", "含有账号"),
            ("my-Password-2026", "最常见"),
            ("ababababab", "不同的字符太少"),
        ],
    )
    def test_says_what_is_wrong(self, password: str, problem: str) -> None:
        with pytest.raises(PasswordUnfit) as refused:
            require_fit(password, "wang.district")
        assert problem in refused.value.text()

    def test_chinese_words_do(self) -> None:
        require_fit(PASSWORD, "wang.district")
