"""Mobile numbers however people write them down."""

import pytest

from notifications.phone import mainland_mobile


class TestMainlandMobile:
    @pytest.mark.parametrize("text", ["13812345678", "+8613812345678", "+86 138-1234-5678", "0086 13812345678"])
    def test_any_common_form_is_the_eleven_digits(self, text):
        assert mainland_mobile(text) == "13812345678"

    @pytest.mark.parametrize(
        "text",
        [None, "", "0919-3184000", "12812345678", "138123456789", "1381234567a", "赵刚", "１３８１２３４５６７８"],
    )
    def test_anything_else_is_none(self, text):
        assert mainland_mobile(text) is None
