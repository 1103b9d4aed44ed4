"""Tasks of a review from the command line: passed on, added to, reminded of, with their conditions."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Done, Jiugai, settle
from tests.scenarios.tasks import CODE, found_tasks, opened
from tests.world import PDF


@pytest.fixture
def review(empty: Jiugai, tmp_path: Path) -> Callable[..., Done]:
    """`jiugai review` in a city whose plan is under review; `tests.scenarios.tasks` says by whom."""
    (tmp_path / "town").mkdir()
    (tmp_path / "home").mkdir()
    world = found_tasks(tmp_path / "town")
    world.now = datetime.now(UTC)  # commands read the real clock: the round must not be over
    opened(world)
    settle(world, tmp_path / "home")
    shutil.copytree(tmp_path / "town" / "documents", tmp_path / "home" / "documents", dirs_exist_ok=True)
    return lambda *args: empty("review", *args)


def task(review: Callable[..., Done], member: str) -> int:
    (one,) = review("show", CODE, "--json").json
    number: int = next(line["task"] for line in one["tasks"] if line["member"] == member)
    return number


class TestPassingOn:
    def test_claimed_given_back_transferred(self, review: Callable[..., Done]) -> None:
        number = task(review, "planning")
        claimed = review("claim", number, "--as", "tang.planning", "--json")
        assert (claimed.code, claimed.json["holder"]) == (0, "tang.planning")
        refused = review("decide", number, "approve", "--as", "sun.planning")
        assert refused.code == 6
        assert "已由 唐规划 签收" in refused.err
        assert "唐规划 签收" in review("show", CODE).out
        assert review("give-back", number, "--as", "tang.planning").code == 0
        assert review("transfer", number, "--to", "sun.planning", "--as", "chen.housing").code == 0
        assert review("transfer", number, "--to", "qian.fire", "--as", "chen.housing").code == 3
        assert review("transfer", number, "--as", "chen.housing").code == 2
        moved = review(
            "transfer", number, "--unit", "sunny-nan-planning-east", "--as", "chen.housing", "--reason", "辖区"
        )
        assert moved.code == 0
        assert "规划东部分局" in moved.out

    def test_delegated_and_confirmed(self, review: Callable[..., Done]) -> None:
        number = task(review, "planning")
        assert review("delegate", number, "--to", "xu.east", "--as", "sun.planning").code == 0
        proposed = review("decide", number, "approve", "--as", "xu.east")
        assert "待委派人确认" in proposed.out
        assert "委派：孙规划 → 徐东部，待委派人确认，同意" in review("show", CODE).out
        confirmed = review("confirm", number, "--as", "sun.planning", "--json")
        assert (confirmed.json["status"], confirmed.json["opinion"]) == ("answered", "approve")
        assert review("withdraw", number, "--as", "sun.planning", "--reason", "看错图纸").code == 0
        assert review("recall-delegation", number, "--as", "sun.planning").code == 4

    def test_added_and_taken_off(self, review: Callable[..., Done]) -> None:
        number = task(review, "planning")
        added = review("add", number, "before", "--unit", "sunny-nan-traffic", "--as", "sun.planning", "--json").json
        (one,) = review("show", CODE, "--json").json
        ways = {line["task"]: line["way"] for line in one["tasks"]}
        assert ways[added["task"]]["added"] == "孙规划前加签"
        assert ways[number]["waits"] == "待 南山区交警大队 答复后开始"
        assert "未轮到：待" in review("show", CODE).out
        assert review("remove", number, "--as", "chen.housing").code == 3
        assert review("remove", added["task"], "--as", "chen.housing").code == 0
        assert review("add", number, "sideways", "--unit", "sunny-nan-traffic", "--as", "sun.planning").code == 2


class TestReminding:
    def test_once_a_day_and_shown(self, review: Callable[..., Done]) -> None:
        number = task(review, "fire")
        reminded = review("remind", number, "--as", "chen.housing", "--json")
        assert reminded.json["told"] == ["qian.fire"]
        again = review("remind", number, "--as", "wang.district")
        assert (again.code, "今天已由陈住建催办过" in again.err) == (3, True)
        assert "陈住建 → 钱消防" in review("show", CODE).out

    def test_copied_to_somebody(self, review: Callable[..., Done]) -> None:
        (one,) = review("show", CODE, "--json").json
        assert review("copy", one["id"], "--to", "zhou.audit", "--as", "chen.housing").code == 0
        assert "抄送：周督查" in review("show", CODE).out
        assert review("copy", 999, "--to", "zhou.audit", "--as", "chen.housing").code == 4


class TestConditions:
    def test_from_the_approval_to_the_waiver(self, review: Callable[..., Done], tmp_path: Path) -> None:
        number = task(review, "planning")
        decided = review(
            "decide", number, "approve", "--as", "sun.planning", "--condition", "报占道方案", "--owed-by", "施工单位"
        )
        assert decided.code == 0
        paper = tmp_path / "日照分析.pdf"
        paper.write_bytes(PDF)
        assert review("attach", number, paper, "--as", "sun.planning").code == 0
        (one,) = review("conditions", CODE, "--json").json
        assert (one["text"], one["owed_by"], one["status"]) == ("报占道方案", "施工单位", "open")
        assert review("condition-met", one["id"], "--document", "traffic_plan", "--as", "li.street").code == 3
        assert review("condition-met", one["id"], "--document", "plan", "--as", "li.street").code == 0
        back = ("condition-check", one["id"], "--not-met", "--as", "sun.planning")
        assert review(*back).code == 2
        assert review(*back, "--reason", "不是占道方案").code == 0
        assert review("condition-waive", one["id"], "--as", "sun.planning", "--reason", "不再占道").code == 0
        shown = review("show", CODE).out
        assert "附加条件 1：报占道方案（施工单位落实，已免除）" in shown
        assert "附件 1：日照分析.pdf（孙规划）" in shown
        assert "已免除" in review("conditions", CODE).out


class TestDecideMany:
    def test_one_opinion_on_several_tasks_or_none(self, review: Callable[..., Done]) -> None:
        planning, fire = task(review, "planning"), task(review, "fire")
        assert review("decide-many", "approve", planning, fire, "--as", "sun.planning").code == 6
        (one,) = review("show", CODE, "--json").json
        assert [line["opinion"] for line in one["tasks"]] == [None, None, None]
        done = review("decide-many", "approve", planning, "--as", "sun.planning", "--json")
        assert done.json == [{"task": planning, "opinion": "approve", "status": "answered"}]
