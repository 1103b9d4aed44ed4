"""What a pack may not say about silence, dissent, supplements and promises: refused with file, line and culprit."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.check import check_pack
from policy.fault import PackInvalid
from policy.fault_words_round import ROUND, ROUND_WARNINGS
from policy.loader import load_pack
from policy.pack import Pack
from states.category import PROTECTED, UNPROMISABLE, Category
from tests.policy.packs import line_of
from tests.scenarios.rounds import rounds_pack

FIRE = "      - department: fire\n        matter: 消防车道\n        limit: opinion_limit\n        when: adds_area or fire_lane\n"
TACIT = "        advisory: true\n        tacit: {after: limit, source: office}\n"
PLEDGE = "    department: planning\n"
BROKEN = [
    ("limits.yaml", FIRE, FIRE + TACIT, "tacit_protected", "fire", "tacit"),
    ("limits.yaml", FIRE, FIRE + "        category: general\n" + TACIT, "tacit_protected", "fire", "tacit"),
    ("registers.yaml", "园林绿化局, category: general", "园林绿化局", "tacit_without_category", "landscape", "tacit"),
    ("limits.yaml", "        advisory: true\n", "", "tacit_not_advisory", "landscape", "tacit"),
    ("limits.yaml", "    again: affected\n", "    again: affected\n    settle: when_decided\n", "waits_unfit", "plan_review",
     "supplement:"),
    ("limits.yaml", "    lead: housing\n", "", "lead_needed", "plan_review", "supplement:"),
    ("limits.yaml", "    on_withdraw: recall_plan\n", "", "withdraw_missing", "plan_review", "supplement:"),
    ("limits.yaml", PLEDGE, "    department: fire\n", "promise_protected", "fire", "department: fire\n    paper"),
    ("limits.yaml", PLEDGE, "", "promise_without_matter", "ownership_pledged", "code: ownership_pledged"),
    ("limits.yaml", PLEDGE, "    department: housing\n", "promise_without_category", "housing", ""),
    ("limits.yaml", "    missed: withdrawn\n    on_missed: recall_plan\n", "    missed: withdrawn\n",
     "promise_consequence", "budget_follows", "missed: withdrawn\n"),
    ("moves.yaml", "      - {documents: [plan], fresh_after: return_plan}\n",
     "      - {documents: [plan]}\n      - {facts: [investment], fresh_after: return_plan}\n",
     "fresh_after_unfit", "return_plan", "fresh_after"),
    ("limits.yaml", ", watches: {facts: [investment]}", "", "nothing_watched", "housing", "matter: 改造内容"),
    ("moves.yaml", "    who: [coordinator@district, system]\n    reason: required\n  - trigger: return_to_survey",
     "    who: [coordinator@district]\n    reason: required\n  - trigger: return_to_survey",
     "outcome_not_system", "recall_plan", "on_withdraw"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "code", "culprit", "line"), BROKEN, ids=lambda one: str(one)[:24])
def test_one_thing_wrong_is_told_by_code_file_line_and_culprit(
    tmp_path: Path, file: str, old: str, new: str, code: str, culprit: str, line: str
) -> None:
    folder = rounds_pack(tmp_path / "pack", (file, old, new))
    fault = next(one for one in check_pack(folder) if (one.code, one.culprit) == (code, culprit))
    assert fault.is_fault == (code not in ROUND_WARNINGS)
    assert fault.line > 0
    if line and "\n" not in line:
        wanted = "moves.yaml" if code == "fresh_after_unfit" else "limits.yaml"
        text = (folder / wanted).read_text(encoding="utf-8").splitlines()
        assert fault.file == wanted
        assert line in text[fault.line - 1]


def test_every_fault_is_shown_by_a_broken_pack() -> None:
    assert {*ROUND, *ROUND_WARNINGS} <= {code for _, _, _, code, _, _ in BROKEN}


def test_the_pack_itself_has_no_faults(tmp_path: Path) -> None:
    assert {one.code for one in check_pack(rounds_pack(tmp_path / "pack"))} == {"never_used"}


@pytest.mark.parametrize("category", sorted(PROTECTED))
def test_silence_of_a_protected_category_is_refused_whichever_it_is(tmp_path: Path, category: Category) -> None:
    changed = ("registers.yaml", "园林绿化局, category: general", f"园林绿化局, category: {category}")
    folder = rounds_pack(tmp_path / "pack", changed)
    fault = next(one for one in check_pack(folder) if one.code == "tacit_protected")
    assert (fault.file, fault.line) == ("limits.yaml", line_of(folder, "limits.yaml", "tacit:"))
    assert category.label.zh in fault.zh


@pytest.mark.parametrize("category", sorted(UNPROMISABLE))
def test_a_commitment_is_refused_for_safety_ecology_health_life_and_property(
    tmp_path: Path, category: Category
) -> None:
    changed = ("registers.yaml", "自然资源局, category: planning", f"自然资源局, category: {category}")
    fault = next(one for one in check_pack(rounds_pack(tmp_path / "pack", changed)) if one.code == "promise_protected")
    assert "不得适用告知承诺" in fault.zh


def test_an_unknown_key_of_a_supplement_is_refused_when_the_pack_is_read(tmp_path: Path) -> None:
    changed = ("limits.yaml", "missed: withdrawn, source", "missed: forgotten, source")
    with pytest.raises(PackInvalid) as refused:
        load_pack(rounds_pack(tmp_path / "pack", changed))
    assert {fault.code for fault in refused.value.faults} == {"value_unknown"}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The pack of a city whose reviews go in rounds."""
    return load_pack(rounds_pack(tmp_path_factory.mktemp("rounds") / "pack"))


class TestPack:
    def test_what_a_member_watches_is_what_it_says_and_what_its_condition_looks_at(self, pack: Pack) -> None:
        fire, planning = pack.watched("plan_review", "fire"), pack.watched("plan_review", "planning")
        assert fire is not None and planning is not None
        assert (fire.facts, fire.documents) == (("adds_area", "fire_lane"), ())
        assert (planning.facts, planning.documents) == (("adds_area",), ("plan",))
        assert pack.watched("change_review", "housing") is None

    def test_a_protected_member_s_rejection_is_final_unless_the_pack_says_otherwise(
        self, pack: Pack, tmp_path: Path
    ) -> None:
        assert pack.is_final(pack.member("plan_review", "fire"))
        assert not pack.is_final(pack.member("plan_review", "planning"))
        ordinary = load_pack(rounds_pack(tmp_path / "p", ("limits.yaml", FIRE, FIRE + "        veto: ordinary\n")))
        assert not ordinary.is_final(ordinary.member("plan_review", "fire"))

    def test_a_pack_read_back_from_its_json_is_the_same(self, pack: Pack) -> None:
        from policy.loader import document_from_json

        again = Pack.from_document(document_from_json(pack.as_json()))
        assert again.digest == pack.digest
