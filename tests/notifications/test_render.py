"""Rendering: every template of every kind, in both languages, with everything and with as little as there may be."""

from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import notifications
from notifications.message import MESSAGES
from notifications.render import SUBJECT_LIMIT, render
from tests.notifications.sample import SAMPLES, bare

TEMPLATES = Path(notifications.__file__).parent / "templates"
PARTS = ("subject.txt", "body.txt", "body.html")
CARD = "chat.txt"  # only where a card says it better than the first lines of the letter
BASE = "https://jiugai.example.gov.cn"
BOTH = [(message, lang) for message in SAMPLES for lang in ("zh", "en")]
NAMED = [f"{message.kind}-{lang}" for message, lang in BOTH]


class Words(HTMLParser):
    """What a reader of the HTML sees, and which tags there are."""

    def __init__(self, html):
        super().__init__()
        self.text, self.tags, self.links = "", [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data):
        self.text += data


def typed_texts(value):
    """Every text a person typed or the pack gave, however deep."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for item in value for text in typed_texts(item)]
    if is_dataclass(value):
        return [text for field in fields(value) for text in typed_texts(getattr(value, field.name))]
    return []


def shown(value, lang):
    """A day, a count, as the letter writes it."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return f"{value.year}年{value.month}月{value.day}日" if lang == "zh" else f"{value.day} {value:%b} {value.year}"
    return str(value) if type(value) is int else ""


class TestTemplates:
    def test_each_kind_has_its_folder_and_no_folder_is_left_over(self):
        assert {folder.name for folder in TEMPLATES.iterdir()} == {*MESSAGES, "layout"}

    @pytest.mark.parametrize("kind", list(MESSAGES))
    def test_each_kind_has_every_part_in_both_languages_and_nothing_else(self, kind):
        found = {path.relative_to(TEMPLATES / kind).as_posix() for path in (TEMPLATES / kind).rglob("*.*")}
        assert found - {CARD, f"en/{CARD}"} == {*PARTS, *(f"en/{part}" for part in PARTS)}
        assert (CARD in found) is (f"en/{CARD}" in found)


class TestRender:
    @pytest.mark.parametrize(("message", "lang"), BOTH, ids=NAMED)
    def test_text_and_html_both_say_everything_the_message_knows(self, message, lang):
        letter = render(message, base_url=BASE, lang=lang)
        html = Words(letter.html).text
        for field in fields(message):
            value = getattr(message, field.name)
            for words in (*typed_texts(value), shown(value, lang)):
                assert words in letter.text, field.name
                assert words in html, field.name

    @pytest.mark.parametrize(("message", "lang"), BOTH, ids=NAMED)
    def test_a_message_with_nothing_optional_leaves_no_gap(self, message, lang):
        letter = render(bare(message), base_url=BASE, lang=lang)
        assert "None" not in letter.subject + letter.text + letter.html
        assert "\n\n\n" not in letter.text
        for label, content in pairwise(letter.text.splitlines()):
            assert not label.endswith(("：", ":", ": ")) or content.startswith("  1. ")

    @pytest.mark.parametrize(("message", "lang"), BOTH, ids=NAMED)
    def test_the_link_goes_straight_to_the_to_do(self, message, lang):
        letter = render(message, base_url=BASE + "/", lang=lang)
        assert letter.url == BASE + message.link
        assert letter.url in letter.text
        assert Words(letter.html).links == [letter.url]

    def test_the_usual_reason_is_given_when_none_was(self):
        letter = render(bare(SAMPLES[0]), base_url=BASE)
        assert "为何发给您：按职责分工，“消防车通道”事项由区消防救援大队审查。" in letter.text

    @pytest.mark.parametrize(("message", "lang"), BOTH, ids=NAMED)
    def test_every_kind_has_a_chat_card_of_a_few_full_lines_in_its_language(self, message, lang):
        for one in (message, bare(message)):
            card = render(one, base_url=BASE, lang=lang).chat
            assert 1 <= len(card.splitlines()) <= 6
            assert all(card.splitlines())
            assert "None" not in card
            assert card.splitlines()[0].endswith("。" if lang == "zh" else ".")
            assert getattr(one, "project_name", "") in card

    def test_the_card_of_a_deadline_says_light_day_and_holder(self):
        breached = next(sample for sample in SAMPLES if sample.kind == "deadline_breached")
        assert render(breached, base_url=BASE).chat == (
            "▲ 红灯 已逾期：幸福里小区改造（TC-2021-001）的“消防车通道审查意见”已超过期限3个工作日，仍未办结。\n"
            "应办结：2026年10月15日（周四）\n当前承办：区消防救援大队 赵刚\n公开说明：5个工作日内在政府网站公开逾期原因"
        )

    def test_a_project_name_cannot_become_html(self):
        name = '幸福里"><script>alert(1)</script><img src=x onerror=alert(1)>'
        plain = Words(render(SAMPLES[0], base_url=BASE).html)
        for message in (sample for sample in SAMPLES if hasattr(sample, "project_name")):
            letter = Words(render(replace(message, project_name=name), base_url=BASE).html)
            assert name in letter.text
            assert not {"script", "img"} & set(letter.tags)
        assert {"html", "table", "a"} <= set(plain.tags)

    def test_a_project_name_cannot_become_a_template(self):
        name = "{{ 7 * 7 }}{% raw %}"
        assert name in render(replace(SAMPLES[0], project_name=name), base_url=BASE).subject

    @pytest.mark.parametrize("lang", ["zh", "en"])
    def test_a_name_with_line_ends_cannot_forge_a_header(self, lang):
        name = "幸福里\r\nBcc: all@example.com\u2028X: y\x0bZ: z"
        for message in (sample for sample in SAMPLES if hasattr(sample, "project_name")):
            subject = render(replace(message, project_name=name), base_url=BASE, lang=lang).subject
            assert len(subject.splitlines()) == 1
            assert "幸福里 Bcc: all@example.com X: yZ: z" in subject

    def test_control_characters_and_reversed_text_are_taken_out(self):
        message = replace(SAMPLES[0], matter="消防\x1b[31m车\x00通\u202e道\ud800")
        letter = render(message, base_url=BASE)
        for words in (letter.subject, letter.text, letter.html):
            assert "消防[31m车通道" in words

    def test_a_reason_of_several_lines_stays_under_its_label(self):
        message = next(sample for sample in SAMPLES if sample.kind == "project_returned")
        letter = render(replace(message, reason="坡道缺失\n退回人：书记"), base_url=BASE)
        assert "退回理由：坡道缺失\n    退回人：书记\n" in letter.text

    def test_a_long_name_is_cut_in_the_subject_and_whole_in_the_letter(self):
        name = "幸福里小区" * 40
        letter = render(replace(SAMPLES[0], project_name=name), base_url=BASE)
        assert len(letter.subject) == SUBJECT_LIMIT
        assert letter.subject.endswith("…")
        assert name in letter.text

    def test_a_chinese_project_code_in_the_link_is_encoded(self):
        letter = render(replace(SAMPLES[0], link="/projects/铜川-001?tab=review#review-3"), base_url=BASE)
        assert letter.url == f"{BASE}/projects/%E9%93%9C%E5%B7%9D-001?tab=review#review-3"

    @pytest.mark.parametrize(
        ("days", "zh", "en"),
        [
            (0, "今天是最后一个工作日", "today is the last day"),
            (1, "还剩1个工作日", "1 working day left"),
            (2, "还剩2个工作日", "2 working days left"),
        ],
    )
    def test_the_days_left_read_as_a_person_would_say_them(self, days, zh, en):
        warning = replace(next(s for s in SAMPLES if s.kind == "deadline_warning"), working_days_left=days)
        assert zh in render(warning, base_url=BASE).subject
        assert en in render(warning, base_url=BASE, lang="en").subject

    def test_lights_are_a_shape_and_a_word_not_only_a_colour(self):
        letters = {sample.kind: render(sample, base_url=BASE) for sample in SAMPLES}
        assert "◆ 黄灯 临期" in letters["deadline_warning"].text
        assert "▲ 红灯 已逾期" in letters["deadline_breached"].text
        assert "#b42318" in letters["deadline_breached"].html

    def test_instants_are_shown_on_the_wall_clock_of_the_city(self):
        incident = next(sample for sample in SAMPLES if sample.kind == "incident_raised")
        assert "2026-09-24 09:30 (UTC+08:00)" in render(incident, base_url=BASE).text
        assert "2026-09-24 07:30 (UTC+06:00)" in render(incident, base_url=BASE, zone=ZoneInfo("Asia/Urumqi")).text
