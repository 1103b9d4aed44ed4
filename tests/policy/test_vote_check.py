"""Votes and postings in a pack: what the check refuses, with the culprit."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

import policy
from policy.check import check_pack
from policy.loader import load_pack
from policy.show import as_tables
from states.vote import Base

LIFT = Path(policy.__file__).parent / "packs" / "zibo-lift"


def changed(folder: Path, old: str, new: str, file: str = "record.yaml") -> Path:
    """The lift pack with one place written otherwise."""
    shutil.copytree(LIFT, folder / "zibo-lift")
    path = folder / "zibo-lift" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder / "zibo-lift"


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("effective_to: 2020-12-31", "effective_to: 2021-01-01", ["rule_overlap"]),
        ("effective_to: 2020-12-31", "effective_to: 2020-11-30", ["rule_gap"]),
        ("effective_to: 2020-12-31, ", "", ["rule_overlap"]),
        ("effective_to: 2020-12-31", "effective_to: 2006-12-31", ["rule_days"]),
        ("- {effective_from: 2021-01-01,", "- {effective_from: 2021-01-01, effective_to: 2030-12-31,", ["rule_gap"]),
        ("      total_area: area\n", "", ["total_without_measure", "never_used"]),
        ("      total_area: area\n", "      total_area: heritage\n", ["fact_type"]),
        ("      rule: major\n", "      rule: mayor\n", ["name_unknown"]),
        ("    owed_by: coordinator@community\n    source: civil_278", "    quorum: 1/2\n    owed_by: coordinator@community\n    source: civil_278", ["consent_form"]),
        ("    on_upheld: [return_plan]\n", "    on_upheld: [sign_contract]\n", ["upheld_not_back"]),
        ("    step: posting\n", "    step: in_use\n", ["posting_step"]),
        ("    documents: [lift_plan, cost_agreement]\n    objection", "    documents: []\n    objection", ["list_too_short"]),
        ("    objection: objection\n", "    objection: complaint\n", ["name_unknown"]),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_culprit(tmp_path: Path, old: str, new: str, codes: list[str]) -> None:
    faults = check_pack(changed(tmp_path, old, new))
    assert [fault.code for fault in faults] == codes
    assert all(fault.file == "record.yaml" and fault.line and fault.culprit for fault in faults)


def test_a_posting_has_to_run_for_days_not_until_a_date(tmp_path: Path) -> None:
    folder = changed(
        tmp_path, "{days: 10, unit: calendar_day, source: zibo}", "{on: 06-30, source: zibo}", "limit.yaml"
    )
    assert "posting_limit" in [fault.code for fault in check_pack(folder)]


def test_a_rule_is_looked_up_by_day() -> None:
    rule = load_pack(LIFT).vote_rule("major")
    before, since = rule.on(date(2020, 12, 31)), rule.on(date(2021, 1, 1))
    assert before is not None
    assert since is not None
    assert (before.threshold.base, since.threshold.base) == (Base.all, Base.voters)
    assert rule.on(date(2007, 9, 30)) is None


def test_the_tables_say_a_vote_and_a_posting_in_words() -> None:
    moves = {row["trigger"]: row["requires"] for row in as_tables(load_pack(LIFT))["moves"]}
    assert moves["open_joint_review"] == ["“加装电梯方案公示”期满无异议", "“加装电梯表决（双重门槛）”逐户表决通过"]
