"""`jiugai history`, `eventlog` and `insight` from the command line: words, JSON, exit codes."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from services.audit import Act, record
from tests.cli.conftest import Jiugai, settle
from tests.services.test_history_as_of import rejected_once
from tests.world import World

CODE = "SN-2026-001"


@pytest.fixture
def case(jiugai: Jiugai, world: World, tmp_path: Path) -> Jiugai:
    """`jiugai` where 幸福里小区 was returned once and is in its second round."""
    rejected_once(world)
    settle(world, tmp_path / "home")
    return jiugai


class TestAsOf:
    def test_tells_the_project_then(self, case: Jiugai) -> None:
        done = case("history", "as-of", CODE, "2026-03-05 12:00")
        assert "2026-03-05 12:00：前期准备 · 联审联批" in done.out
        assert "未答复" in done.out
        found = case("history", "as-of", CODE, "2026-03-05 12:00", "--json").json
        assert (found["step"], found["basis"], found["basis_label"][:6]) == ("joint_review", "recorded", "按登记时间（")
        assert found["rounds"][0]["opinions"][0]["opinion_label"] == "同意"

    def test_a_day_alone_is_its_end(self, case: Jiugai) -> None:
        assert case("history", "as-of", CODE, "2026-03-05", "--json").json["step"] == "design"

    def test_what_cannot_be_answered(self, case: Jiugai) -> None:
        assert case("history", "as-of", CODE, "gestern").code == 2
        assert case("history", "as-of", "NOPE", "2026-03-05").code == 4
        early = case("history", "as-of", CODE, "2026-01-01", "--json")
        assert (early.code, early.json["error"]["code"]) == (4, "nothing_known_then")


class TestDiff:
    def test_lists_who_changed_what(self, case: Jiugai) -> None:
        done = case("history", "diff", CODE, "2026-03-05 12:00", "2026-03-10 09:30")
        assert "钱消防" in done.out
        found = case("history", "diff", CODE, "2026-03-05 12:00", "2026-03-10 09:30", "--json").json
        assert found["entries"] == 4
        assert case("history", "diff", CODE, "2026-03-10", "2026-03-05").code == 2


class TestHeld:
    def test_days_of_a_span(self, case: Jiugai) -> None:
        found = case("history", "held", CODE, "--from", "2026-03-03", "--to", "2026-03-06", "--json").json
        assert (found["total"], found["department"]) == (3, 2)


class TestSearch:
    def test_pages_by_cursor(self, case: Jiugai) -> None:
        first = case("history", "search", "--project", CODE, "--size", "5", "--json").json
        second = case("history", "search", "--project", CODE, "--size", "5", "--after", first["next"], "--json").json
        assert [one["seq"] for one in first["entries"]] == [16, 15, 14, 13, 12]
        assert [one["seq"] for one in second["entries"]] == [11, 10, 9, 8, 7]
        assert "下一页：--after" in case("history", "search", "--size", "5").out
        assert case("history", "search", "--after", "x").code == 2


class TestReplay:
    def test_of_a_sound_history_ends_well(self, case: Jiugai) -> None:
        done = case("history", "replay", "--all", "--json")
        assert (done.code, done.json) == (0, {"projects": 1, "moves": 5, "fitness": "1", "bad": []})
        assert "100%（5/5）" in case("history", "replay", CODE).out

    def test_names_the_first_bad_entry_and_fails(self, case: Jiugai, world: World, tmp_path: Path) -> None:
        with world.write() as session:
            said = {"before": {"step": "joint_review"}, "after": {"step": "struck_off"}}
            record(session, Act("project", CODE, "strike_off", "wang.district", "test", world.now, **said))  # type: ignore[arg-type]
        settle(world, tmp_path / "home")
        done = case("history", "replay", "--all")
        assert done.code == 1
        assert f"第一处：项目 {CODE} 第 17 条（销号）" in done.err
        assert case("history", "replay", "--all", "--json").json["bad"][0]["entries"][0]["seq"] == 17

    def test_needs_one_project_or_all(self, case: Jiugai) -> None:
        assert case("history", "replay").code == 2
        assert case("history", "replay", CODE, "--all").code == 2


class TestAnomalies:
    def test_says_when_nothing_is_flagged(self, case: Jiugai) -> None:
        assert "没有标出异常" in case("history", "anomalies").out
        assert case("history", "anomalies", "--project", CODE, "--json").json == []


class TestEventlog:
    def test_writes_every_form_and_notes_the_export(self, case: Jiugai, tmp_path: Path) -> None:
        for name in ("log.xes", "log.jsonocel", "log.csv", "log.sqlite"):
            assert case("eventlog", "export", tmp_path / name).code == 0
        assert len(json.loads((tmp_path / "log.jsonocel").read_text(encoding="utf-8"))["events"]) == 16
        with sqlite3.connect(tmp_path / "log.sqlite") as base:
            assert base.execute("SELECT count(*) FROM event").fetchone() == (16,)
        noted = case("history", "search", "--action", "event_log_read", "--json").json["entries"]
        assert len(noted) == 4
        assert case("audit", "verify").code == 0

    def test_refuses_what_it_cannot_write_or_find(self, case: Jiugai, tmp_path: Path) -> None:
        assert case("eventlog", "export", tmp_path / "log.doc").code == 2
        assert case("eventlog", "export", tmp_path / "log.xes", "--project", "NOPE").code == 4
        assert not (tmp_path / "log.xes").exists()
        assert case("history", "search", "--action", "event_log_read", "--json").json["entries"] == []


class TestInsight:
    def test_counts_by_itself_and_says_as_of_when(self, case: Jiugai) -> None:
        done = case("insight", "steps", "--json")
        assert {one["label"]: one["median"] for one in done.json}["方案设计"] == 0
        assert "数据截至" in done.err
        for figure in ("holders", "departments", "late", "returns", "rework", "variants"):
            assert case("insight", figure).code == 0
        assert "南山区" in case("insight", "steps", "--compare", "district").out
        assert case("insight", "steps", "--district", "月球区").code == 4

    def test_refresh_says_of_how_much(self, case: Jiugai) -> None:
        assert case("insight", "refresh", "--json").json["projects"] == 1
