"""Chat cards: every kind fits, the link is never cut, and nothing typed becomes markup."""

from dataclasses import replace

import pytest

from notifications.card import MORE, cut, markdown, plain, tone
from notifications.render import Rendered, render
from tests.notifications.sample import SAMPLES, bare

BASE = "https://jiugai.example.gov.cn"
LONG = "北门消防车通道净宽不足4米，" * 400


class TestCut:
    @pytest.mark.parametrize("limit", range(30, 60))
    def test_cuts_between_characters_within_the_bytes_and_points_to_the_link(self, limit):
        short = cut("幸福里小区🏠改造方案联审联批第二轮", limit)
        assert len(short.encode()) <= limit
        assert short.encode().decode() == short
        assert short.endswith(MORE) or short == "幸福里小区🏠改造方案联审联批第二轮"

    def test_leaves_what_fits(self):
        assert cut("幸福里", 9) == "幸福里"
        assert cut("幸福里小区改造项目", 26).endswith(MORE)


class TestMarkdown:
    @pytest.mark.parametrize("lang", ["zh", "en"])
    @pytest.mark.parametrize("message", [*SAMPLES, *map(bare, SAMPLES)], ids=lambda message: message.kind)
    def test_every_kind_has_a_card_with_its_link(self, message, lang):
        letter = render(message, base_url=BASE, lang=lang)
        card = markdown(letter, limit=2048)
        assert len(card.encode()) <= 2048
        assert card.endswith(f"({letter.url})")
        assert plain(letter.chat.splitlines()[0]) in card

    @pytest.mark.parametrize("limit", [2048, 4096])
    def test_a_long_reason_is_cut_and_the_link_stays(self, limit):
        message = next(one for one in SAMPLES if one.kind == "project_returned")
        card = markdown(render(replace(message, reason=LONG), base_url=BASE), limit=limit)
        assert limit - 4 < len(card.encode()) <= limit
        assert f"{MORE}\n\n[打开办理]({BASE}{message.link})" in card

    def test_typed_text_becomes_no_link_no_picture_no_heading_and_calls_nobody(self):
        message = next(one for one in SAMPLES if one.kind == "project_returned")
        reason = "# 通知 [点此领补贴](http://evil.example) ![](http://evil.example/a.png) <@all> <font color=red> *急*"
        card = markdown(render(replace(message, reason=reason), base_url=BASE), limit=4096)
        head, _, _ = card.rpartition("[打开办理]")
        assert not {"[", "]", "<", ">", "`"} & set(head)
        assert head.count("*") == 4
        assert "\n#" not in card

    def test_a_bracket_in_the_address_does_not_end_the_link(self):
        letter = Rendered("题", "", "", url="https://jiugai.example.gov.cn/a(1)")
        assert markdown(letter, limit=999).endswith("(https://jiugai.example.gov.cn/a%281%29)")

    def test_a_letter_without_a_card_says_its_subject(self):
        assert "【待办】联审" in markdown(Rendered("【待办】联审", "", ""), limit=999)


class TestTone:
    def test_red_is_kept_for_what_is_over(self):
        tones = {one.kind: tone(one.kind) for one in SAMPLES}
        assert tones["deadline_breached"] == "red"
        assert tones["deadline_warning"] == "orange"
        assert tones["project_moved"] == "blue"
