"""Adding reviewers and taking them off: order, time within the round's limit, thresholds, and whom the pack demands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from models.clock import Clock
from models.review import ReviewTask
from services.audit import verify
from services.identity import OpinionForbidden
from services.standing import rule_of
from services.task_act import TaskUnfit
from services.task_adding import Addition, AdditionUnfit, add_reviewer
from services.task_holder import LeadRequired
from services.task_removal import ReviewerRequired, remove_reviewer
from states.clock import ClockStatus
from states.decision_rule import ThresholdUnreachable, WeightsUnfit
from states.review import Opinion
from states.review_task import Place
from tests.scenarios.tasks import (
    CODE,
    all_approve,
    clock_of,
    found_tasks,
    keeping,
    night,
    opened,
    say,
    standing,
    tasks,
    told,
)
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Everybody is asked at once; the police are not asked."""
    found = found_tasks(tmp_path)
    yield found
    with found.read() as session:
        assert list(verify(session)) == []
    found.database.close()


def add(world: World, member: str, login: str, place: Place, unit: str = "sunny-nan-traffic", **more: object) -> str:
    """Add a reviewer; returns its member's name."""
    wish = Addition(place, unit, **more)  # type: ignore[arg-type]
    with world.write() as session:
        return add_reviewer(session, world.city, tasks(world)[member].id, wish, keeping(world, login)).member


def remove(world: World, member: str, login: str) -> None:
    with world.write() as session:
        remove_reviewer(session, world.city, tasks(world)[member].id, keeping(world, login))


class TestBeside:
    def test_is_asked_at_once_and_the_round_waits_for_it(self, world: World) -> None:
        opened(world)
        added = add(world, "planning", "sun.planning", Place.beside, matter="施工占道")
        world.react()
        assert standing(world)[added] == "open"
        assert tasks(world)[added].matter == "施工占道"
        all_approve(world)
        world.react()
        assert world.project(CODE).step == "joint_review"
        say(world, added, "jiao.traffic")
        world.react()
        assert world.project(CODE).step == "posting"

    def test_tells_the_added_one_the_holder_and_the_lead(self, world: World) -> None:
        opened(world)
        add(world, "planning", "tang.planning", Place.beside)
        assert told(world, "加签") == ["jiao.traffic", "sun.planning", "chen.housing"]

    def test_once_however_often_it_is_asked_for(self, world: World) -> None:
        opened(world)
        number = tasks(world)["planning"].id
        kept = keeping(world, "sun.planning", request="press-1")
        for _ in range(2):
            with world.write() as session:
                add_reviewer(session, world.city, number, Addition(Place.beside, "sunny-nan-traffic"), kept)
        assert len(tasks(world)) == 4


class TestBefore:
    def test_the_task_waits_and_its_clock_stands_still_meanwhile(self, world: World) -> None:
        opened(world)  # due 16 March
        world.to("2026-03-04")
        added = add(world, "planning", "sun.planning", Place.before)
        assert (standing(world)["planning"], standing(world)[added]) == ("waiting", "open")
        assert clock_of(world, "planning").status == ClockStatus.suspended
        world.to("2026-03-06")
        say(world, added, "jiao.traffic")
        world.react()
        assert standing(world)["planning"] == "open"
        clock = clock_of(world, "planning")
        assert (clock.status, clock.due_on.isoformat()) == ("running", "2026-03-18")  # two working days later
        say(world, "planning", "sun.planning")

    def test_two_in_front_of_it_and_it_is_called_by_the_last(self, world: World) -> None:
        opened(world)
        first = add(world, "planning", "sun.planning", Place.before)
        second = add(world, "planning", "chen.housing", Place.before, "sunny-nan-landscape")
        say(world, first, "jiao.traffic")
        assert standing(world)["planning"] == "waiting"
        say(world, second, "lin.landscape")
        assert standing(world)["planning"] == "open"


class TestAfter:
    def test_is_called_by_the_answer(self, world: World) -> None:
        opened(world)
        added = add(world, "planning", "sun.planning", Place.after)
        assert standing(world)[added] == "waiting"
        say(world, "planning", "sun.planning")
        world.react()
        assert standing(world)[added] == "open"

    def test_who_waited_for_the_task_waits_for_it_too(self, tmp_path: Path) -> None:
        world = found_tasks(tmp_path / "phases", phases=True)
        opened(world)
        added = add(world, "planning", "sun.planning", Place.after)
        say(world, "planning", "sun.planning")
        world.to("2026-03-04")
        night(world)
        assert standing(world)["fire"] == standing(world)["landscape"] == "waiting"
        say(world, added, "jiao.traffic")
        world.react()
        assert standing(world)["fire"] == standing(world)["landscape"] == "open"
        world.database.close()


class TestTime:
    def test_never_past_the_round_s_own_last_day(self, world: World) -> None:
        opened(world)  # the round ends on 30 March
        world.to("2026-03-24")
        added = add(world, "planning", "chen.housing", Place.beside)
        clock = clock_of(world, added)
        assert (clock.length, clock.due_on.isoformat()) == (4, "2026-03-30")

    def test_with_time_enough_it_has_the_limit_it_is_given(self, world: World) -> None:
        opened(world)
        added = add(world, "planning", "chen.housing", Place.beside, limit="opinion_limit")
        assert clock_of(world, added).due_on.isoformat() == "2026-03-16"

    def test_after_the_round_s_last_day_nobody_is_added(self, world: World) -> None:
        opened(world)
        world.to("2026-03-31")
        with pytest.raises(AdditionUnfit, match="本轮期限已于 2026-03-30 届满"):
            add(world, "planning", "chen.housing", Place.beside)


class TestRefused:
    def test_by_whoever_neither_holds_the_task_nor_leads(self, world: World) -> None:
        opened(world)
        with pytest.raises(OpinionForbidden):
            add(world, "planning", "qian.fire", Place.beside)
        assert len(tasks(world)) == 3

    def test_a_unit_without_reviewers_or_asked_already(self, world: World) -> None:
        opened(world)
        with pytest.raises(AdditionUnfit, match="该单位没有审查人"):
            add(world, "planning", "sun.planning", Place.beside, "sunny-nan-archive")
        with pytest.raises(AdditionUnfit, match="已在本轮审查中"):
            add(world, "planning", "sun.planning", Place.beside, "sunny-nan-fire")

    def test_a_colleague_is_added_by_name_and_only_they_answer(self, world: World) -> None:
        opened(world)
        with world.write() as session:
            wish = Addition(Place.after, login="tang.planning")
            number = tasks(world)["planning"].id
            added = add_reviewer(session, world.city, number, wish, keeping(world, "sun.planning")).member
        assert tasks(world)[added].claimed_by == "tang.planning"

    def test_a_matter_longer_than_the_record_takes(self, world: World) -> None:
        opened(world)
        with pytest.raises(AdditionUnfit, match="现在是 401 个"):
            add(world, "planning", "sun.planning", Place.beside, matter="审" * 401)

    def test_before_what_is_answered_and_to_what_is_decided(self, world: World) -> None:
        opened(world)
        say(world, "planning", "sun.planning")
        with pytest.raises(TaskUnfit, match="已填写"):
            add(world, "planning", "sun.planning", Place.before)
        all_approve(world)
        with pytest.raises(TaskUnfit, match="本轮已有结论"):
            add(world, "planning", "sun.planning", Place.after)


class TestRule:
    def test_a_weight_only_where_votes_are_weighed(self, world: World) -> None:
        opened(world)
        with pytest.raises(WeightsUnfit):
            add(world, "planning", "sun.planning", Place.beside, weight=3)

    def test_the_threshold_counts_with_the_added_one(self, tmp_path: Path) -> None:
        said = "    kind: joint_review\n    mode: share\n    pass: 2/3\n"
        world = found_tasks(tmp_path / "share", ("limits.yaml", "    kind: joint_review\n", said))
        opened(world)
        added = add(world, "planning", "chen.housing", Place.beside)
        for member, login in (("planning", "sun.planning"), ("fire", "qian.fire")):
            say(world, member, login)
        world.react()
        assert world.project(CODE).step == "joint_review"  # 2 of 4 is less than 2/3
        say(world, added, "jiao.traffic")
        world.react()
        assert world.project(CODE).step == "posting"
        world.database.close()

    def test_who_is_needed_for_the_threshold_is_not_taken_off(self, tmp_path: Path) -> None:
        said = "    kind: joint_review\n    mode: count\n    pass: 3\n"
        world = found_tasks(tmp_path / "count", ("limits.yaml", "    kind: joint_review\n", said))
        opened(world)
        added = add(world, "planning", "chen.housing", Place.beside)
        with world.write() as session:  # the rule was changed behind its back: four are needed now
            review = session.get_one(ReviewTask, tasks(world)[added].id).review
            review.rule = {**review.rule, "pass": "4"}
            assert rule_of(review).members == 4
        with pytest.raises(ThresholdUnreachable):
            remove(world, added, "chen.housing")
        assert standing(world)[added] == "open"
        world.database.close()


class TestRemoveReviewer:
    def test_by_who_added_it_and_the_round_goes_on_without(self, world: World) -> None:
        opened(world)
        added = add(world, "planning", "sun.planning", Place.beside)
        all_approve(world)
        world.react()
        remove(world, added, "sun.planning")
        world.react()
        assert standing(world)[added] == "removed"
        assert world.project(CODE).step == "posting"
        assert told(world, "减签") == ["jiao.traffic"]
        with world.read() as session:
            clock = session.scalars(select(Clock).where(Clock.subject_id == tasks(world)[added].id)).all()[-1]
        assert clock.status == ClockStatus.cancelled

    def test_the_task_it_was_before_goes_on(self, world: World) -> None:
        opened(world)
        added = add(world, "planning", "sun.planning", Place.before)
        remove(world, added, "chen.housing")
        assert standing(world)["planning"] == "open"
        assert clock_of(world, "planning").status == ClockStatus.running
        say(world, "planning", "sun.planning")

    def test_never_whom_the_pack_demands(self, world: World) -> None:
        opened(world)
        with pytest.raises(ReviewerRequired, match=r"是政策包 yangguang@2026\.10 规定要请的单位"):
            remove(world, "fire", "chen.housing")

    def test_by_nobody_else_and_never_after_its_answer(self, world: World) -> None:
        opened(world)
        added = add(world, "planning", "sun.planning", Place.beside)
        with pytest.raises(LeadRequired):
            remove(world, added, "tang.planning")
        say(world, added, "jiao.traffic", Opinion.reject, "占道过宽")
        with pytest.raises(TaskUnfit, match="已填写"):
            remove(world, added, "sun.planning")
