"""Replay: a history the services wrote conforms to its pack; one that was made up is named entry by entry."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import update

from models.project import Project
from services.audit import Act, record
from services.history_replay import Replay, replay_all, replay_project
from services.project import find_project
from services.reading import Reading
from tests.services.test_history_as_of import rejected_once
from tests.way import CODE, posted, surveyed
from tests.world import World


def replayed(world: World) -> Replay:
    with world.read() as session:
        return replay_project(session, Reading(world.city, world.now), find_project(session, CODE))


def forge(world: World, action: str, **said: Any) -> None:
    """An entry written past the services, as somebody with the database at hand could."""
    with world.write() as session:
        act = Act(
            "project", CODE, action, said.pop("actor", "wang.district"), "test", world.now, pack=world.pack.id, **said
        )
        record(session, act)


class TestReplay:
    def test_what_the_services_wrote_is_allowed(self, world: World) -> None:
        rejected_once(world)
        world.advance(CODE, "suspend", "wang.district", reason="管线冲突")
        world.advance(CODE, "resume", "wang.district")
        found = replayed(world)
        assert (found.is_sound, found.fitness, found.moves) == (True, Fraction(1), 7)

    def test_a_move_that_does_not_leave_the_step_is_named(self, world: World) -> None:
        surveyed(world)
        forge(world, "strike_off", before={"step": "survey"}, after={"step": "struck_off"})
        found = replayed(world)
        (bad,) = found.bad
        assert (bad.action_label, bad.before) == ("销号", "survey")
        assert "不能从这里“strike_off”" in bad.problem
        assert found.fitness == Fraction(1, 2)
        assert "台账里现在是“摸底调查”" in found.problem

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ({"before": {"step": "design"}, "after": {"step": "joint_review"}}, "此前的记录却停在“摸底调查”"),
            ({"before": {"step": "survey"}, "after": {"step": "posting"}}, "不能从这里“submit_plan”"),
        ],
    )
    def test_a_step_that_was_skipped_is_named(self, world: World, said: dict[str, Any], words: str) -> None:
        surveyed(world)
        forge(world, "submit_plan", **said)
        assert words in replayed(world).bad[0].problem

    def test_a_move_that_arrives_elsewhere_or_has_no_reason_is_named(self, world: World) -> None:
        surveyed(world)
        forge(world, "finish_survey", before={"step": "survey"}, after={"step": "joint_review"})
        forge(world, "return_plan", before={"step": "joint_review"}, after={"step": "design"}, actor="system:x@y")
        forge(world, "suspend", before={"step": "design"}, after={"step": "suspended"})
        problems = [one.problem for one in replayed(world).bad]
        assert "应到“方案设计”" in problems[0]
        assert problems[1:] == ["政策包要求写明理由，记录里没有"] * 2

    def test_what_a_rule_alone_may_do_is_not_a_persons(self, world: World) -> None:
        rejected_once(world)
        forge(world, "accept_plan", before={"step": "joint_review"}, after={"step": "posting"})
        assert replayed(world).bad[0].problem == "只能由系统按规则触发，却由 wang.district 办理"

    def test_names_the_pack_does_not_have_are_named(self, world: World) -> None:
        posted(world)
        forge(world, "facts_recorded", after={"moon_phase": 3})
        forge(
            world, "opinion_given", after={"review": "plan_review", "round": 1, "member": "navy", "opinion": "approve"}
        )
        found = replayed(world)
        assert ["moon_phase" in found.bad[0].problem, "navy" in found.bad[1].problem] == [True, True]
        assert found.fitness == 1  # no move is at fault

    def test_another_pack_version_is_named(self, world: World) -> None:
        surveyed(world)
        with world.write() as session:
            said: dict[str, Any] = {"before": {"step": "survey"}, "after": {"step": "design"}, "pack": "other@1"}
            record(session, Act("project", CODE, "finish_survey", "li.street", "test", world.now, **said))
        assert replayed(world).bad[0].problem.startswith("按政策包 other@1 办理")

    def test_a_row_moved_without_an_entry_shows(self, world: World) -> None:
        surveyed(world)
        with world.write() as session:
            session.execute(update(Project).values(step="takeover"))
        assert replayed(world).problem == "台账里现在是“物业接管”，记录却到“摸底调查”为止"

    def test_all_projects_one_after_another(self, world: World) -> None:
        rejected_once(world)
        world.enrol("SN-2026-002", "和平里小区")
        with world.read() as session:
            found = list(replay_all(session, Reading(world.city, world.now)))
        assert [(one.project, one.is_sound) for one in found] == [(CODE, True), ("SN-2026-002", True)]
