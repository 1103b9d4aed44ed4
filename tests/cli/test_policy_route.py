"""`jiugai policy route`: an answer with citations, non-matches and what would change it."""

from __future__ import annotations

from tests.cli.conftest import Jiugai

CODE = "SN-2026-001"
KNOWN = ("added_floor_area=0", "structure_touched=否", "fire_lane_touched=否", "lifts=0")


class TestRoute:
    def test_answers_with_citations_non_matches_and_counterfactuals(self, empty: Jiugai) -> None:
        data = empty("policy", "route", "--pack", "default", *KNOWN, "--json").json
        permits = {one["permit"]: one for one in data["permits"]}
        assert (permits["planning_permit"]["verdict"], permits["planning_permit"]["sources"]) == (
            "exempt",
            ["state_council_2020_23"],
        )
        missed = {f"{row['table']}#{row['rule']}": row["because"] for row in data["not_matched"]}
        assert missed["fire_table#2"][0]["facts"] == {"added_floor_area": "0"}
        area = next(one for one in data["counterfactuals"] if one["fact"] == "added_floor_area")
        assert (area["after"], area["difference"]) == ("1", "1")
        assert {"planning_permit", "fire_procedure"} <= {part["code"] for part in area["parts"]}
        assert "land_changed" in [one["fact"] for one in data["unknown"]]

    def test_people_read_the_same_in_words(self, empty: Jiugai) -> None:
        done = empty("policy", "route", "--pack", "default", *KNOWN)
        assert done.code == 0
        assert "免办建设工程规划许可证" in done.out
        [line] = [
            line for line in done.out.splitlines() if "新增建筑面积（含电梯） 0 平方米 → 1 平方米（+1） ⇒ " in line
        ]
        assert "需办消防设计审查验收手续；请自然资源和规划局（联审联批）" in line

    def test_a_project_is_routed_by_what_is_on_its_record(self, enrolled: Jiugai) -> None:
        recorded = enrolled("policy", "route", "--project", CODE, "--json").json
        assert (recorded["project"], recorded["pack"]) == (CODE, "yangguang@2026.10")
        typed = enrolled(
            "policy", "route", "--project", CODE, "adds_area=否", "willing=1", "investment=1万", "--json"
        ).json
        assert [one["member"] for one in typed["members"]] == ["planning"]
        assert "fire" in [one["member"] for one in recorded["members"]]

    def test_a_misspelt_fact_and_a_wrong_value_are_refused(self, empty: Jiugai) -> None:
        assert empty("policy", "route", "--pack", "default", "added_flor_area=1").code == 4
        assert "added_floor_area" in empty("policy", "route", "--pack", "default", "added_flor_area=1").err
        assert empty("policy", "route", "--pack", "default", "lifts=两台").code == 2
        assert empty("policy", "route", "--pack", "default", "lifts").code == 2
        assert empty("policy", "route", "--project", "XF-404").code != 0


class TestShow:
    def test_shows_the_decision_tables(self, empty: Jiugai) -> None:
        rows = empty("policy", "show", "default", "--table", "tables", "--json").json["tables"]
        first = next(row for row in rows if row["table"] == "规划许可")
        assert (first["hit"], first["then"]) == ("取最先成立的一条", ["免办 建设工程规划许可证"])
