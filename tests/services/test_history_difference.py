"""What changed between two moments: each line with who and when, and differences that follow each other add up."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.history_as_of import NothingKnownThen, as_of
from services.history_difference import Difference, MomentsReversed, Parts, difference, parts_of
from services.reading import Reading
from tests.services.test_history_as_of import at, rejected_once
from tests.way import CODE
from tests.world import World


def between(world: World, since: datetime, until: datetime) -> Difference:
    with world.read() as session:
        return difference(session, Reading(world.city, world.now), CODE, since, until)


def picture(world: World, moment: datetime) -> dict[str, tuple[str, str]]:
    with world.read() as session:
        reading = Reading(world.city, world.now)
        try:
            parts: Parts = parts_of(reading, as_of(session, reading, CODE, moment))
        except NothingKnownThen:
            parts = {}
    return {key: (part.label, part.text) for key, part in parts.items()}


class TestDifference:
    def test_names_what_changed_by_whom_and_when(self, world: World) -> None:
        rejected_once(world)
        found = between(world, at("2026-03-05T12:00"), at("2026-03-10T09:30"))
        lines = {one.part: (one.before, one.after, one.by, one.action) for one in found.changes}
        system = f"system:plan_review@{world.pack.id}"
        assert lines["step"] == ("前期准备 · 联审联批", "前期准备 · 方案设计", system, "联审退回")
        assert lines["fact:investment"] == ("200 万元", "300 万元", "wang.district", "填报情况")
        assert lines["document:plan:2"] == ("", "plan.pdf", "wang.district", "提交材料")
        assert lines["opinion:plan_review:1:fire"] == ("未答复", "不同意", "qian.fire", "出具意见")
        assert lines["round:plan_review:1"] == ("进行中", "未通过", system, "联审退回")
        fire = next(one for one in found.changes if one.part == "opinion:plan_review:1:fire")
        assert (fire.by_name, fire.at, fire.reason) == ("钱消防", at("2026-03-05T15:00"), "消防车道不足4米")
        clock = next(one for one in found.changes if one.label.endswith("联审期限"))
        assert clock.after.endswith("按时办结")
        tasks = {one.by for one in found.changes if one.label.endswith("部门意见期限")}
        assert tasks == {"qian.fire"}  # planning's clock had ended before
        design = next(one for one in found.changes if one.label == "设计期限" and not one.before)
        assert (design.by, design.action) == (system, "联审退回")
        assert found.entries == 4

    def test_of_the_beginning_has_everything_there_is(self, world: World) -> None:
        world.enrol()
        found = between(world, at("2026-03-01T00:00"), world.now)
        assert [(one.part, one.before) for one in found.changes] == [
            ("step", ""), ("register:name", ""), ("clock:1", ""),
        ]  # fmt: skip
        assert {one.by for one in found.changes} == {"wang.district"}

    def test_nothing_happened_is_no_line(self, world: World) -> None:
        rejected_once(world)
        assert between(world, at("2026-03-06T09:00"), at("2026-03-06T18:00")).changes == ()

    def test_needs_the_earlier_moment_first(self, world: World) -> None:
        world.enrol()
        with pytest.raises(MomentsReversed):
            between(world, world.now, world.now)

    def test_differences_that_follow_each_other_add_up(self, world: World) -> None:
        rejected_once(world)
        marks = ["2026-03-01T00:00", "2026-03-02T09:00", "2026-03-04T12:00", "2026-03-05T16:00", "2026-03-10T09:30"]
        moments = [*map(at, marks), world.now]
        for first in range(len(moments) - 1):
            known = picture(world, moments[first])
            for since, until in zip(moments[first:], moments[first + 1 :], strict=False):
                for one in between(world, since, until).changes:
                    assert known.get(one.part, ("", ""))[1] == one.before
                    known[one.part] = (one.label, one.after)
                    if not one.after:
                        del known[one.part]
                assert known == picture(world, until)
