"""The diagram shows the course by stage, keeps what is possible anywhere in a note, and escapes every label."""

from __future__ import annotations

import re

import pytest

from policy.graph import mermaid, overview
from policy.loader import load_pack
from tests.policy.packs import write_pack

NODE = r"(?:step_\w+|stage_\w+|anytime)"
LABEL = r'"(?:[^"`|;\\(){}\[\]]|#\d+;)*"'
GRAMMAR = [
    r"flowchart (TD|LR)",
    rf"subgraph {NODE}\[{LABEL}\]",
    "end",
    rf"{NODE}(?:\[{LABEL}\]|\{{\{{{LABEL}\}}\}}|\(\[{LABEL}\]\))(?::::note)?",
    rf"{NODE} (?:==>|-\.->)(?:\|{LABEL}\|)? {NODE}",
    r"classDef note stroke-dasharray: 4 4",
]


class TestMermaid:
    def test_forward_is_bold_and_back_is_dashed(self, yangguang):
        text = mermaid(yangguang)
        assert '  step_design ==>|"提交方案"| step_joint_review\n' in text
        assert '  step_joint_review -.->|"联审退回"| step_design\n' in text

    def test_steps_stand_in_their_stage(self, yangguang):
        stage = mermaid(yangguang).split('subgraph stage_preparation["前期准备"]')[1].split("  end")[0]
        assert re.findall(r"step_\w+", stage) == ["step_design", "step_joint_review", "step_posting"]

    def test_what_is_possible_anywhere_is_a_note_not_arrows(self, yangguang):
        text = mermaid(yangguang)
        assert '["随时可办<br/>暂停 → 暂停<br/>恢复 → 原步骤<br/>终止 → 终止"]:::note' in text
        assert not re.search(r"> step_(suspended|terminated)", text)

    def test_english_falls_back_to_chinese_where_there_is_none(self, yangguang):
        text = mermaid(yangguang, lang="en")
        assert 'step_survey["survey"]' in text
        assert 'step_design["方案设计"]' in text

    @pytest.mark.parametrize("draw", [mermaid, overview])
    @pytest.mark.parametrize("lang", ["zh", "en"])
    def test_every_line_is_of_mermaids_grammar_whatever_the_labels(self, tmp_path, draw, lang):
        nasty = """'方案"设计"|[一]; {二} (三) <b>&amp; #1 `四` \\ end'"""
        change = [
            ("steps.yaml", "label: 方案设计", f"label: {nasty}"),
            ("moves.yaml", "label: 提交方案", f"label: {nasty}"),
        ]
        text = draw(load_pack(write_pack(tmp_path / "yangguang", *change)), lang)
        assert [line for line in text.splitlines() if not any(re.fullmatch(g, line.strip()) for g in GRAMMAR)] == []
        assert "方案#34;设计#34;#124;#91;一#93;#59;" in text


class TestOverview:
    def test_stages_follow_each_other_with_their_steps_in_short(self, yangguang):
        text = overview(yangguang)
        assert '  stage_preparation["<b>前期准备</b><br/>方案设计<br/>联审联批<br/>方案公示"]\n' in text
        assert "  stage_mobilization ==> stage_preparation\n  stage_preparation ==> stage_handover\n" in text
        assert "终止" not in text
