"""Whose days they were: every working day on exactly one side, a supplement the applicant's, a halt nobody's."""

from __future__ import annotations

from datetime import date

from services.attribution import Attribution, Side, days_by_holder
from services.clock_change import Change, exclude_days
from services.clock_ledger import Note, resume_clocks, suspend_clocks
from services.project import find_project
from states.clock import SUPPLEMENT
from states.review import Opinion
from tests.way import CODE, approve, clock_of, clocks, opened, surveyed
from tests.world import World


def attributed(world: World, until: str) -> Attribution:
    with world.read() as session:
        return days_by_holder(session, world.city, find_project(session, CODE), until=date.fromisoformat(until))


def sides(found: Attribution) -> tuple[int, int, int]:
    assert found.applicant + found.department + found.excluded == found.total
    return found.applicant, found.department, found.excluded


def held(found: Attribution) -> dict[str, int]:
    return {one.holder: one.days for one in found.holders}


class TestDaysByHolder:
    def test_the_step_s_office_has_them_until_departments_are_asked(self, world: World) -> None:
        surveyed(world)
        world.to("2026-03-05")
        world.advance(CODE, "finish_survey", "li.street")
        found = attributed(world, "2026-03-12")
        assert sides(found) == (8, 0, 0)
        assert held(found) == {"花园街道": 3, "南山区": 5}

    def test_departments_asked_together_share_a_day_that_counts_once(self, world: World) -> None:
        opened(world)  # on 2 March
        world.to("2026-03-04")
        first, second = clocks(world, "task")
        world.answer(first.subject_id or 0, "sun.planning", Opinion.approve)
        world.to("2026-03-09")
        world.answer(second.subject_id or 0, "qian.fire", Opinion.approve)
        world.react()
        found = attributed(world, "2026-03-11")
        assert sides(found) == (2, 5, 0)
        assert held(found) == {"南山区自然资源局": 2, "南山区消防救援大队": 5, "花园街道": 2}

    def test_a_halted_project_s_days_are_excluded(self, world: World) -> None:
        world.enrol()
        world.to("2026-03-04")
        world.advance(CODE, "suspend", "wang.district", reason="管线冲突")
        world.to("2026-03-10")
        world.advance(CODE, "resume", "wang.district")
        found = attributed(world, "2026-03-12")
        assert sides(found) == (4, 0, 4)
        assert held(found)["项目暂停"] == 4

    def test_a_hearing_is_nobody_s_and_a_supplement_the_applicant_s(self, world: World) -> None:
        tasks = opened(world)
        by_member = {task.member: task.id for task in tasks}
        fire = next(clock for clock in clocks(world, "task") if clock.subject_id == by_member["fire"])
        planning = next(clock for clock in clocks(world, "task") if clock.subject_id == by_member["planning"])
        with world.write() as session:
            change = Change(fire.id, world.actor("qian.fire"), "专家评审", world.now)
            exclude_days(session, world.city, change, first=date(2026, 3, 3), last=date(2026, 3, 4))
            project = find_project(session, CODE)
            suspend_clocks(
                session,
                world.city,
                project.id,
                Note("缺竖向图", "sun.planning", world.now, SUPPLEMENT),
                only=[planning.id],
            )
        world.to("2026-03-06")
        with world.write() as session:
            project = find_project(session, CODE)
            note = Note("已补齐", "li.street", world.now, SUPPLEMENT)
            resume_clocks(session, world.city, world.pack, project.id, note, only=[planning.id])
        approve(world)
        found = attributed(world, "2026-03-06")
        # 3 and 4 March: fire excluded, planning waits for the applicant; 5 and 6 March: fire
        assert sides(found) == (2, 2, 0)
        assert held(found) == {"南山区": 2, "南山区消防救援大队": 2}

    def test_the_step_s_own_exclusion_is_named_by_its_reason(self, world: World) -> None:
        world.enrol()
        with world.write() as session:
            change = Change(clock_of(world, "survey_limit").id, world.actor("li.street"), "房屋鉴定", world.now)
            exclude_days(session, world.city, change, first=date(2026, 3, 5), last=date(2026, 3, 8))
        found = attributed(world, "2026-03-10")
        assert sides(found) == (4, 0, 2)
        assert [(one.side, one.holder) for one in found.holders] == [
            (Side.applicant, "花园街道"),
            (Side.excluded, "房屋鉴定"),
        ]

    def test_nothing_is_counted_after_the_end(self, world: World) -> None:
        world.enrol()
        world.to("2026-03-06")
        world.advance(CODE, "terminate", "zhao.city", reason="撤销立项")
        found = attributed(world, "2026-06-30")
        assert (found.until, found.total) == (date(2026, 3, 6), 4)
