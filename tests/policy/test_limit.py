"""Limits: five ways to say how long, each checked, none changing what packs said before."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy.check import check_pack
from policy.critical_path import calendar_days
from policy.loader import document_from_json, load_pack
from policy.pack import Pack
from policy.show import as_tables
from tests.policy.packs import line_of, write_pack

STEP = "held_by: coordinator@district, limit: design_limit}"
SPAN = "span: {days: 30, unit: calendar_day, source: office}"


def written(folder: Path, span: str, *more: tuple[str, str, str]) -> Path:
    """The small pack whose design limit has another span."""
    return write_pack(folder / "yangguang", ("limits.yaml", SPAN, f"span: {{{span}, source: office}}"), *more)


class TestSpan:
    @pytest.mark.parametrize(
        ("span", "kind", "days", "unit", "words"),
        [
            ("days: 30, unit: working_day", "counted", 30, "working_day", "30 工作日"),
            ("on: 11-30", "fixed", 0, "calendar_day", "11-30 止"),
            ("fact: takeover_on", "fixed", 0, "calendar_day", "约定接管日 止"),
            (
                "days: 15, unit: working_day, before_fact: takeover_on",
                "before",
                15,
                "working_day",
                "“约定接管日”前 15 工作日",
            ),
            (
                "days: 15, unit: calendar_day, before_milestone: papers_handed_over",
                "before",
                15,
                "calendar_day",
                "“资料移交”前 15 自然日",
            ),
            ("share: 1/3, of: review_limit", "share", 6, "working_day", "6 工作日"),  # of 20, rounded down
            ("share: 1/100, of: review_limit", "share", 1, "working_day", "1 工作日"),
        ],
    )
    def test_each_way_is_taken_resolved_shown_and_kept(
        self, tmp_path: Path, span: str, kind: str, days: int, unit: str, words: str
    ) -> None:
        folder = written(tmp_path, span)
        assert check_pack(folder) == []
        pack = load_pack(folder)
        again = Pack.from_document(document_from_json(pack.as_json()))
        assert again.digest == pack.digest
        found = again.limit("design_limit").span
        assert (found.kind, found.days, found.unit) == (kind, days, unit)
        assert calendar_days(found) == 0 or not found.is_dated
        shown = {row["code"]: row["span"] for row in as_tables(pack)["limits"]}
        assert shown["design_limit"] == words

    @pytest.mark.parametrize(
        "span",
        [
            "days: 30",
            "unit: month",
            "days: 30, unit: calendar_day, on: 11-30",
            "on: 11-30, fact: takeover_on",
            "days: 1, unit: month, before_fact: takeover_on",
            "before_fact: takeover_on",
            "share: 1/2",
            "share: 1/2, of: review_limit, days: 3",
        ],
    )
    def test_a_mixture_is_refused_with_what_can_be_written(self, tmp_path: Path, span: str) -> None:
        folder = written(tmp_path, span)
        (fault,) = check_pack(folder)
        assert (fault.code, fault.line) == ("span_form", line_of(folder, "limits.yaml", span))
        assert "design_limit" in fault.zh

    @pytest.mark.parametrize(
        ("span", "code", "culprit"),
        [
            ("on: 13-01", "month_day_form", "13-01"),
            ("share: 0, of: review_limit", "number_out_of_range", "0"),
            ("share: 1/2, of: nothing", "name_unknown", "nothing"),
            ("share: 1/2, of: design_limit", "share_unfit", "design_limit"),
            ("fact: households", "fact_type", "households"),
            ("days: 3, unit: working_day, before_fact: structure", "fact_type", "structure"),
            ("days: 3, unit: working_day, before_milestone: nothing", "name_unknown", "nothing"),
        ],
    )
    def test_a_wrong_name_or_type_is_named(self, tmp_path: Path, span: str, code: str, culprit: str) -> None:
        folder = written(tmp_path, span)
        assert [(fault.code, fault.culprit) for fault in check_pack(folder)] == [(code, culprit)]

    def test_a_milestone_without_a_due_day_has_nothing_before_it(self, tmp_path: Path) -> None:
        undated = ("registers.yaml", ", due: 11-30, source: office}", "}")
        folder = written(tmp_path, "days: 3, unit: working_day, before_milestone: papers_handed_over", undated)
        assert [fault.code for fault in check_pack(folder)] == ["milestone_undated"]

    @pytest.mark.parametrize(
        ("file", "old", "new"),
        [
            ("steps.yaml", "limit: survey_limit", "limit: design_limit"),  # the start
            ("limits.yaml", "    limit: review_limit\n", "    limit: design_limit\n"),
            ("limits.yaml", "matter: 规划条件, limit: opinion_limit", "matter: 规划条件, limit: design_limit"),
            ("moves.yaml", "      - clock: posting_period", "      - clock: design_limit"),
        ],
    )
    def test_a_dated_limit_runs_only_in_steps_after_the_start(
        self, tmp_path: Path, file: str, old: str, new: str
    ) -> None:
        folder = written(tmp_path, "on: 11-30", (file, old, new))
        faults = [fault for fault in check_pack(folder) if fault.code == "dated_limit_unfit"]
        assert [(fault.culprit, fault.file) for fault in faults] == [("design_limit", file)]


class TestExtension:
    def test_has_days_times_and_a_source(self, tmp_path: Path) -> None:
        folder = written(tmp_path, "days: 20, unit: working_day", (
            "limits.yaml", "    ladder: standard\n", "    ladder: standard\n    extension: {days: 10, source: licensing_42}\n"
        ))  # fmt: skip
        assert check_pack(folder) == []
        found = load_pack(folder).limit("survey_limit").extension
        assert found is not None
        assert (found.days, found.times, found.source) == (10, 1, "licensing_42")

    @pytest.mark.parametrize(
        ("extension", "code"),
        [
            ("{days: 10}", "key_missing"),
            ("{days: 0, source: licensing_42}", "number_out_of_range"),
            ("{days: 10, source: nowhere}", "name_unknown"),
            ("{days: 11, source: licensing_42}", "extension_longer"),
        ],
    )
    def test_without_a_source_or_longer_than_the_limit_it_is_refused(
        self, tmp_path: Path, extension: str, code: str
    ) -> None:
        change = ("limits.yaml", "    ladder: standard\n", f"    ladder: standard\n    extension: {extension}\n")
        assert [fault.code for fault in check_pack(write_pack(tmp_path / "yangguang", change))] == [code]
