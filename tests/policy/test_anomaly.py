"""Rules of anomalies: strict in form, each fault named, and shipped with every pack."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.check import check_pack
from policy.loader import load_pack
from policy.schema_anomaly import PARAMETERS
from tests.policy.packs import write_pack

PACKS = Path(__file__).parents[2] / "policy" / "packs"


def faults(folder: Path, *rules: str) -> list[tuple[str, str, int]]:
    write_pack(folder)
    lines = "".join(f"  - {{code: rule_{number}, label: 规则, {rule}}}\n" for number, rule in enumerate(rules))
    (folder / "anomaly.yaml").write_text(f"anomalies:\n{lines}", encoding="utf-8")
    return [(fault.code, fault.file, fault.line) for fault in check_pack(folder) if fault.file == "anomaly.yaml"]


class TestCheck:
    def test_a_sound_rule_has_no_fault(self, tmp_path: Path) -> None:
        assert faults(tmp_path, "kind: hasty_opinion, seconds: 60, source: office") == []

    @pytest.mark.parametrize(
        ("rule", "code"),
        [
            ("kind: hasty_opinion, source: office", "anomaly_parameters"),
            ("kind: both_sides, days: 3, source: office", "anomaly_parameters"),
            ("kind: outside_hours, from: '18:00', to: '08:00', most: 3, source: office", "anomaly_hours"),
            ("kind: outside_hours, from: '8am', to: '18:00', most: 3, source: office", "code_form"),
            ("kind: astrology, source: office", "value_unknown"),
            ("kind: both_sides, source: nowhere", "name_unknown"),
            ("kind: both_sides", "key_missing"),
            ("kind: repeated_silence, times: 1, days: 3, source: office", "number_out_of_range"),
            ("kind: both_sides, source: office, mood: bad", "key_unknown"),
        ],
    )
    def test_names_the_fault_and_its_line(self, tmp_path: Path, rule: str, code: str) -> None:
        found = faults(tmp_path, "kind: backdated, days: 3, source: office", rule)
        assert found == [(code, "anomaly.yaml", line_of_rule(tmp_path))]

    def test_a_second_rule_of_a_kind_is_a_fault(self, tmp_path: Path) -> None:
        same = "kind: backdated, days: 3, source: office"
        assert faults(tmp_path, same, same) == [("anomaly_twice", "anomaly.yaml", 3)]


def line_of_rule(folder: Path) -> int:
    text = (folder / "anomaly.yaml").read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(text, 1) if "rule_1" in line)


class TestShipped:
    @pytest.mark.parametrize("name", ["default", "district", "pilot", "zhongshan", "zibo-lift"])
    def test_a_pack_has_every_kind_with_its_source(self, name: str) -> None:
        pack = load_pack(PACKS / name)
        assert {rule.kind for rule in pack.document.anomalies} == set(PARAMETERS)
        assert all(pack.source(rule.source).assumed for rule in pack.document.anomalies)
