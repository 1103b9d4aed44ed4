"""Supplements, rulings, returns and promises from the command line, on a city whose reviews go in rounds."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from states.review import Opinion
from tests.cli.conftest import Jiugai, settle
from tests.scenarios.rounds import CODE, all_say, found_rounds, opened, say, tasks
from tests.world import World

At = Callable[[Callable[[World], None]], Jiugai]


@pytest.fixture
def at(empty: Jiugai, tmp_path: Path) -> At:
    """`jiugai` in a city that has come as far as a story tells, an hour ago."""

    def told(story: Callable[[World], None]) -> Jiugai:
        world = found_rounds(tmp_path / "city")
        world.now = datetime.now(UTC) - timedelta(hours=1)
        story(world)
        home = tmp_path / "home"
        settle(world, home)
        shutil.copytree(tmp_path / "city" / "documents", home / "documents")
        return empty

    return told


def demanded(world: World) -> None:
    """Planning asks for a paper, the others have not spoken."""
    opened(world)
    say(world, "planning", Opinion.supplement, "缺日照分析")


def contested(world: World) -> None:
    """Planning rejects, everybody has spoken, the round waits for its lead."""
    opened(world)
    all_say(world, but=["planning"])
    say(world, "planning", Opinion.reject, "退让距离不足")
    world.react()


def newest(jiugai: Jiugai) -> int:
    """The number of the newest round."""
    return int(jiugai("review", "show", CODE, "--json").json[0]["id"])


class TestSupplement:
    def test_is_issued_once_ticked_and_handed_in(self, at: At) -> None:
        jiugai = at(demanded)
        round_id = newest(jiugai)
        made = jiugai("supplement", "issue", round_id, "--as", "chen.housing", "--json").json
        assert made["items"] == ["缺日照分析"]
        again = jiugai("supplement", "issue", round_id, "--as", "chen.housing")
        assert again.code == 3
        assert "同一轮不得再次要求补正" in again.err
        (sheet,) = jiugai("supplement", "show", CODE, "--json").json
        item = sheet["items"][0]["id"]
        assert jiugai("supplement", "hand-in", made["list"], "--as", "wang.district").code == 3
        assert jiugai("supplement", "tick", item, "--as", "wang.district").code == 2
        assert jiugai("supplement", "tick", item, "--note", "已附于方案第8页", "--as", "wang.district").code == 0
        shown = jiugai("supplement", "show", CODE).out
        assert "缺日照分析" in shown
        assert "√ 已附于方案第8页" in shown
        assert jiugai("supplement", "hand-in", made["list"], "--as", "wang.district").code == 0
        assert "再审：申报方已补正" in jiugai("review", "show", CODE).out
        assert jiugai("supplement", "hand-in", 99, "--as", "wang.district").code == 4

    def test_items_may_name_task_and_document(self, at: At) -> None:
        jiugai = at(demanded)
        task = next(
            t["task"] for t in jiugai("review", "show", CODE, "--json").json[0]["tasks"] if t["member"] == "planning"
        )
        item = f"{task}:日照分析报告@plan"
        made = jiugai("supplement", "issue", newest(jiugai), "--item", item, "--as", "chen.housing", "--json")
        assert made.json["items"] == ["日照分析报告"]
        (sheet,) = jiugai("supplement", "show", CODE, "--json").json
        assert (sheet["items"][0]["document"], sheet["status"]) == ("改造方案", "open")


class TestRuling:
    def test_overrules_in_writing_and_shows_it(self, at: At) -> None:
        jiugai = at(contested)
        (one,) = jiugai("review", "show", CODE, "--json").json
        assert one["awaits"] == "ruling"
        assert "待牵头部门处理" in jiugai("review", "show", CODE).out
        task = next(t["task"] for t in one["tasks"] if t["member"] == "planning")
        command = ("ruling", "overrule", one["id"], task, "--reason", "按现状执行", "--as")
        assert jiugai(*command, "sun.planning").code == 6
        assert jiugai(*command, "chen.housing").code == 0
        assert "不同意（裁定不采纳）" in jiugai("review", "show", CODE).out
        (line,) = jiugai("ruling", "list", CODE, "--json").json
        assert (line["kind"], line["reasons"], line["organisation"]) == ("overruled", "按现状执行", "南山区自然资源局")

    def test_reopens_one_task_or_returns_the_round(self, at: At) -> None:
        jiugai = at(contested)
        round_id = newest(jiugai)
        (one,) = jiugai("review", "show", CODE, "--json").json
        fire = next(t["task"] for t in one["tasks"] if t["member"] == "fire")
        done = jiugai(
            "ruling", "reopen", fire, "--reason", "请核对登高场地", "--time", "fresh", "--as", "chen.housing", "--json"
        )
        assert done.json["status"] == "open"
        assert (
            jiugai("ruling", "again", CODE, "plan_review", "all", "--reason", "全面复核", "--as", "wang.district").code
            == 0
        )
        moved = jiugai("ruling", "return", round_id, "--reason", "方案推倒重来", "--as", "chen.housing", "--json")
        assert moved.json["step"] == "design"
        assert "下一轮：全部重新审查（全面复核）" in jiugai("review", "show", CODE).out
        late = jiugai("ruling", "return", round_id, "--reason", "再退", "--as", "chen.housing")
        assert (late.code, "已办结" in late.err) == (3, True)

    def test_nobody_is_late_yet(self, at: At) -> None:
        jiugai = at(contested)
        assert "没有逾期意见" in jiugai("ruling", "late").out
        task = tasks_of(jiugai)["fire"]
        assert jiugai("ruling", "late-reason", task, "--reason", "出警", "--as", "qian.fire").code == 3

    def test_the_applicant_recalls(self, at: At) -> None:
        jiugai = at(demanded)
        done = jiugai(
            "ruling", "recall", CODE, "plan_review", "--reason", "居民要求调整", "--as", "wang.district", "--json"
        )
        assert done.json == {"project": CODE, "trigger": "recall_plan", "step": "design"}


def tasks_of(jiugai: Jiugai) -> dict[str, int]:
    """The tasks of the newest round by member."""
    return {task["member"]: task["task"] for task in jiugai("review", "show", CODE, "--json").json[0]["tasks"]}


class TestCarried:
    def test_show_says_where_an_opinion_comes_from(self, at: At) -> None:
        def story(world: World) -> None:
            opened(world)
            say(world, "housing", Opinion.approve)
            world.advance(CODE, "recall_plan", "wang.district", reason="改期")
            world.advance(CODE, "submit_plan", "wang.district")
            world.react()
            assert tasks(world, 2)["housing"].carried_from_id

        shown = at(story)("review", "show", CODE).out
        assert "同意（沿用方案联审 第1轮）" in shown
        assert "再审：上一轮未答复" in shown


class TestPromise:
    def test_is_made_listed_and_checked(self, at: At) -> None:
        def story(world: World) -> None:
            world.enrol()
            world.document(CODE, "promise_letter", "wang.district")

        jiugai = at(story)
        missing = jiugai("promise", "make", CODE, "nothing", "--by", "城建公司", "--as", "wang.district")
        assert missing.code == 4
        made = jiugai(
            "promise", "make", CODE, "ownership_pledged", "--by", "城建公司", "--as", "wang.district", "--json"
        ).json
        assert "权属证明" in jiugai("promise", "list", CODE).out
        checked = jiugai("promise", "check", made["id"], "--true", "--as", "sun.planning", "--json").json
        assert checked["status"] == "kept"
