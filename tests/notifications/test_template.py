"""Templates of an administrator: filled in a sandbox, wrong ones named."""

from datetime import UTC, datetime

import pytest

from notifications.channel import Receiver
from notifications.render import render
from notifications.template import VARIABLES, ChannelTemplateInvalid, compiled, filled, values_of
from tests.notifications.sample import SAMPLES

NOW = datetime(2026, 9, 24, 1, 31, tzinfo=UTC)
LETTER = render(SAMPLES[0], base_url="https://jiugai.example.gov.cn")
VALUES = values_of(LETTER, Receiver("赵刚", mobile="13812345678"), "outbox-17", NOW)


class TestFilled:
    def test_every_named_variable_can_be_used(self):
        assert list(VALUES) == list(VARIABLES)
        for name in VARIABLES:
            assert filled(compiled(f"{{{{ {name} }}}}"), VALUES) == VALUES[name]

    def test_the_headline_is_the_subject_without_its_tag(self):
        assert VALUES["subject"] == f"【待办】{VALUES['headline']}"

    def test_values_are_escaped_and_the_template_itself_is_not(self):
        assert filled(compiled('"{{ name }}"', lambda value: value.replace("刚", "*")), VALUES) == '"赵*"'

    @pytest.mark.parametrize(
        "source",
        [
            "{{ nobody }}",
            "{{ name.__class__.__mro__ }}",
            "{{ 1 / 0 }}",
            "{{ name + 1 }}",
            "{% for x in 3 %}{% endfor %}",
        ],
    )
    def test_a_template_that_cannot_be_filled_says_which_variables_there_are(self, source):
        with pytest.raises(ChannelTemplateInvalid, match="headline"):
            filled(compiled(source), VALUES)

    def test_a_template_that_cannot_be_read_names_the_line(self):
        with pytest.raises(ChannelTemplateInvalid, match="第 2 行"):
            compiled("{\n{{ name }")
