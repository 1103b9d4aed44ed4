"""The catalogue: every kind is a row of a table that Markdown can read."""

import re

from notifications.catalogue import message_catalogue
from notifications.message import MESSAGES

CELL_BORDER = re.compile(r"(?<!\\)\|")


class TestMessageCatalogue:
    def test_every_kind_is_one_row_with_when_to_whom_and_its_subject(self):
        rows = message_catalogue().splitlines()[2:]
        cells = [[cell.strip() for cell in CELL_BORDER.split(row)[1:-1]] for row in rows]
        assert [row[1].strip("`") for row in cells] == list(MESSAGES)
        for row, cls in zip(cells, MESSAGES.values(), strict=True):
            assert [row[0], *row[2:4]] == [cls.label, cls.when, cls.to]
            assert len(row) == 5
            assert row[4].startswith("`【")
