"""The history of tasks in words: who did what with which unit's task, without a word only programs know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.condition import Wanted
from services.pack import pack_of
from services.project import find_project
from services.project_history import list_history
from services.reading import Reading
from services.task_adding import Addition, add_reviewer
from services.task_claim import claim_task, transfer_task
from services.task_copy import copy_round
from services.task_phrase import TASK_PHRASES
from services.task_reminder import remind_task
from services.task_withdrawal import withdraw_opinion
from states.review import Opinion
from states.review_task import Place
from tests.scenarios.tasks import CODE, found_tasks, keeping, opened, say, tasks
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Everybody is asked at once."""
    found = found_tasks(tmp_path)
    yield found
    found.database.close()


def told(world: World) -> dict[str, tuple[str, tuple[str, ...]]]:
    """The newest entry of each act on a task: its name and its details."""
    with world.read() as session:
        project = find_project(session, CODE)
        look, pack = Reading(world.city, world.now), pack_of(project.pack_version)
        lines = list_history(session, look, project, pack, size=None).lines
    return {line.action: (line.action_label, line.details) for line in reversed(lines)}


class TestTaskDetails:
    def test_tell_round_unit_and_what_was_done(self, world: World) -> None:
        opened(world)
        planning, fire = tasks(world)["planning"], tasks(world)["fire"]
        with world.write() as session:
            claim_task(session, world.city, planning.id, keeping(world, "sun.planning"))
            transfer_task(session, world.city, planning.id, "tang.planning", keeping(world, "sun.planning"))
            wish = Addition(Place.before, "sunny-nan-traffic")
            added = add_reviewer(session, world.city, fire.id, wish, keeping(world, "qian.fire"))
            remind_task(session, world.city, added.id, keeping(world, "chen.housing"))
            copy_round(session, world.city, planning.review_id, "zhou.audit", keeping(world, "chen.housing"))
        say(world, "planning", "tang.planning", Opinion.approve, "", Wanted("报占道方案"))
        with world.write() as session:
            withdraw_opinion(session, world.city, planning.id, keeping(world, "tang.planning"))
        say(world, added.member, "jiao.traffic")
        found = told(world)
        assert found["task_transferred"] == (
            "转办审查任务", ("方案联审 第1轮 · 自然资源局", "sun.planning → tang.planning"),
        )  # fmt: skip
        assert found["reviewer_added"] == (
            "加签", ("方案联审 第1轮 · 消防救援大队", "前加签", "sunny-nan-traffic"),
        )  # fmt: skip
        assert found["task_reminded"] == ("催办", ("方案联审 第1轮 · 南山区交警大队", "jiao.traffic"))
        assert found["round_copied"] == ("抄送", ("方案联审 第1轮", "zhou.audit"))
        assert found["opinion_withdrawn"] == ("撤回意见", ("方案联审 第1轮 · 自然资源局", "同意"))
        assert found["opinion_given"][1] == ("方案联审 第1轮 · 南山区交警大队：同意",)

    def test_every_act_has_a_name_in_both_languages(self) -> None:
        assert all(label.zh and label.text("en") != label.zh for label in TASK_PHRASES.values())
