"""`jiugai clock` and what a notice does to running clocks, from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Jiugai, settle
from tests.cli.test_calendar import NOTICE
from tests.world import World

CODE = "SN-2026-001"


class TestExplain:
    def test_gives_words_parts_and_the_rule_behind_the_light(self, enrolled: Jiugai) -> None:
        (clock,) = enrolled("clock", "list", "--json").json
        found = enrolled("clock", "explain", clock["id"], "--json").json
        assert found["derivation"].startswith("2026-03-02 → +10 工作日")
        assert [(part["kind"], part["due"]) for part in found["parts"]] == [("budget", "2026-03-16")]
        assert found["light_rule"]["yellow_share"] == "9/10"
        assert found["is_current"]
        out = enrolled("clock", "explain", clock["id"]).out
        assert "用去 9/10起转黄灯" in out
        assert "不得延期" in out


class TestList:
    def test_forecasts_by_person_and_by_unit(self, enrolled: Jiugai) -> None:
        (person,) = enrolled("clock", "list", "--due-within", "5", "--by", "person", "--json").json
        assert (person["key"], person["name"], len(person["clocks"])) == ("li.street", "李街道", 1)
        (unit,) = enrolled("clock", "list", "--due-within", "5", "--by", "unit", "--json").json
        assert (unit["name"], unit["overdue"]) == ("花园街道", 1)
        assert "花园街道：逾期 1" in enrolled("clock", "list", "--due-within", "5", "--by", "unit").out
        assert enrolled("clock", "list", "--by", "unit").code == 2


class TestChange:
    def test_after_the_limit_both_are_refused(self, enrolled: Jiugai) -> None:
        (clock,) = enrolled("clock", "list", "--json").json
        extended = enrolled(
            "clock", "extend", clock["id"], "--days", "3", "--as", "li.street", "--approved-by", "wang.district",
            "--reason", "勘察量大", "--json",
        )  # fmt: skip
        assert (extended.code, extended.json["error"]["code"]) == (3, "limit_passed")
        excluded = enrolled(
            "clock", "exclude", clock["id"], "--from", "2026-03-05", "--to", "2026-03-06", "--as", "li.street",
            "--reason", "听证", "--json",
        )  # fmt: skip
        assert (excluded.code, excluded.json["error"]["code"]) == (3, "limit_passed")
        assert enrolled("clock", "extend", clock["id"], "--days", "3", "--as", "li.street").code == 2
        assert (
            enrolled(
                "clock",
                "extend",
                999,
                "--days",
                "3",
                "--as",
                "li.street",
                "--approved-by",
                "zhao.city",
                "--reason",
                "?",
            ).code
            == 4
        )


class TestDays:
    def test_of_a_project_are_attributed(self, enrolled: Jiugai) -> None:
        found = enrolled("clock", "days", CODE, "--until", "2026-03-12", "--json").json
        assert (found["total"], found["applicant"], found["department"], found["excluded"]) == (8, 8, 0, 0)
        assert found["holders"] == [{"side": "applicant", "side_label": "申报方", "holder": "花园街道", "days": 8}]
        assert "申报方 8" in enrolled("clock", "days", CODE, "--until", "2026-03-12").out
        assert enrolled("clock", "days", "NOPE").code == 4


class TestCalendarImport:
    @pytest.fixture
    def winter(self, jiugai: Jiugai, world: World, tmp_path: Path) -> Jiugai:
        """幸福里小区, whose survey ends in January 2027."""
        world.to("2026-12-25")
        world.enrol()
        settle(world, tmp_path / "home")
        return jiugai

    def test_previews_then_moves_every_clock_it_reaches(self, winter: Jiugai, tmp_path: Path) -> None:
        notice = tmp_path / "2027.yaml"
        notice.write_text(NOTICE, encoding="utf-8")
        preview = winter("calendar", "import", notice, "--preview", "--json").json
        assert (preview["applied"], preview["moved"], preview["made_exact"]) == (False, 1, 1)
        assert (preview["shifts"][0]["old"], preview["shifts"][0]["new"]) == ("2027-01-08", "2027-01-11")
        assert not (tmp_path / "home" / "calendar").exists()
        (clock,) = winter("clock", "list", "--json").json
        assert (clock["due_on"], clock["provisional"]) == ("2027-01-08", True)
        assert "1 个期限变动" in winter("calendar", "import", notice, "--preview").out
        done = winter("calendar", "import", notice, "--as", "wu.system")
        assert "1 个期限变动，" in done.out
        assert "1 个由暂定转为确定" in done.out
        found = winter("clock", "explain", clock["id"], "--json").json
        assert (found["due_on"], found["provisional"], found["is_current"]) == ("2027-01-11", False, True)
        assert found["ledger"][0]["actor"] == "wu.system"
        assert [part["kind"] for part in found["parts"]] == ["budget", "recount"]
        assert winter("audit", "verify").code == 0
        again = winter("calendar", "import", notice, "--json").json
        assert (again["reached"], again["moved"]) == (1, 0)

    def test_who_loads_it_has_to_be_known_and_then_nothing_is_kept(self, winter: Jiugai, tmp_path: Path) -> None:
        notice = tmp_path / "2027.yaml"
        notice.write_text(NOTICE, encoding="utf-8")
        assert winter("calendar", "import", notice, "--as", "nobody").code == 4
        assert not (tmp_path / "home" / "calendar").exists()
