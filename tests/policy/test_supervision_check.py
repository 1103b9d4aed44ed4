"""Ladders and supervision of a pack: what cannot work is refused with its file, its line and words."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.check import check_pack
from policy.fault import PackInvalid
from tests.policy.packs import line_of
from tests.supervised import RULES, supervised_pack

BLUE = "act: order, colour: blue"
BROKEN = {
    "order without a colour": ("act: order, colour: blue", "act: order", "rung_colour_missing", "code: blue"),
    "colour without an order": (BLUE, "colour: blue", "rung_colour_unfit", "colour: blue, to"),
    "milder order after a sterner one": (
        "act: order, colour: orange", "act: order, colour: blue", "rung_colour_milder", "code: orange",
    ),
    "order in a colour without a rule": (
        "    - {colour: orange, limit: reply_limit, demand: 限期办结并书面反馈, source: office}\n", "",
        "order_without_rule", "code: orange",
    ),
    "rule written twice": ("- {colour: orange,", "- {colour: blue,", "order_twice", "限期办结并书面反馈"),
    "rungs that go backwards": ("plus: 10,", "plus: 4,", "rung_order", "code: orange"),
    "two rungs on the first day over": (
        "plus: 5, act", "plus: 1, act", "rung_same_day", "code: blue",
    ),
    "receiver at a level nobody acts at": (
        "to: [coordinator@city], source: yulin}\n  - code", "to: [coordinator@community], source: yulin}\n  - code",
        "rung_receiver_unfit", "coordinator@community]",
    ),
    "department by level": (
        "to: [holder, supervisor@city]", "to: [reviewer@department]", "rung_receiver_unfit", "reviewer@department",
    ),
    "supervisors of departments": (
        "to: [holder, supervisor@city]", "to: [supervisor@department]", "rung_receiver_unfit", "supervisor@department",
    ),
    "rule as a receiver": ("to: [holder, supervisor@city]", "to: [system]", "rung_receiver_unfit", "to: [system]"),
    "order that brings itself again": (
        "code: reply_late, label: 反馈逾期, at: breach, to", "code: reply_late, label: 反馈逾期, at: breach, act: order,"
        " colour: blue, to", "order_loop", "- {colour: blue",
    ),
    "issuer who is no supervisor": ("issuer: supervisor@city", "issuer: coordinator@city", "issuer_unfit", "issuer"),
    "contest until a fixed day": (
        "复核决定期限, span: {days: 30, unit: calendar_day, source: office}",
        "复核决定期限, span: {on: 11-30, source: office}",
        "supervision_limit_unfit", "contest: {days",
    ),
}  # fmt: skip
FOLLOWS = {"order that brings itself again": {"order_loop"}, "rule written twice": {"order_without_rule"}}


class TestSupervisionFaults:
    def test_the_sound_one_has_nothing_against_it(self, tmp_path: Path) -> None:
        assert check_pack(supervised_pack(tmp_path / "yangguang")) == []

    @pytest.mark.parametrize("name", list(BROKEN))
    def test_each_is_told_with_its_line(self, tmp_path: Path, name: str) -> None:
        old, new, code, line = BROKEN[name]
        pack = supervised_pack(tmp_path / "yangguang", ("limits.yaml", old, new))
        found = [fault for fault in check_pack(pack) if fault.is_fault]
        fault = next(one for one in found if one.code == code)
        assert (fault.file, fault.line) == ("limits.yaml", line_of(tmp_path / "yangguang", "limits.yaml", line))
        assert {one.code for one in found} <= {code, *FOLLOWS.get(name, ())}

    @pytest.mark.parametrize(
        ("old", "new", "code"),
        [
            ("colour: blue, to", "colour: purple, to", "value_unknown"),
            ("to: [holder, supervisor@city]", "to: [hodler]", "seat_form"),
            ("notices: {most: 1, source: office}", "notices: {most: 0, source: office}", "number_out_of_range"),
            ("  word: 督\n", "", "key_missing"),
            ("limit: contest_limit", "limit: contest_limits", "name_unknown"),
            ("snooze: {days: 2, source: office}", "snooze: {days: 2}", "key_missing"),
        ],
    )
    def test_what_has_not_the_form_is_told_too(self, tmp_path: Path, old: str, new: str, code: str) -> None:
        with pytest.raises(PackInvalid) as caught:
            supervised_pack(tmp_path / "yangguang", ("limits.yaml", old, new))
        assert code in {fault.code for fault in caught.value.faults}
        assert all(fault.line for fault in caught.value.faults)

    def test_without_a_rule_no_order_and_no_circular(self, tmp_path: Path) -> None:
        pack = supervised_pack(
            tmp_path / "yangguang",
            ("limits.yaml", RULES, "reviews:\n"),
        )
        found = [fault.code for fault in check_pack(pack) if fault.is_fault]
        assert found == ["order_without_rule"] * 3
