"""Case files of review tasks (任务案卷): phases, claims, delegates, added reviewers, conditions, from opening to outcome."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

import policy
from models.audit import AuditEntry
from policy.loader import load_pack
from runtime.database import Database
from services.audit import verify
from services.clock_change import Change, extend_clock
from services.clock_change_error import LimitPassed
from services.clock_sheet import list_sheets
from services.condition import Wanted
from services.condition_progress import confirm_condition, report_condition
from services.fact import record_facts
from services.organisation import Entering, ensure_organisation, ensure_person, find_organisation, grant_role
from services.organisation_tree import load_tree
from services.pack import pack_of
from services.project import find_project
from services.reading import Reading
from services.review import confirm
from services.review_list import RoundLine, TaskLine, list_rounds
from services.review_round import open_round
from services.task_adding import Addition, add_reviewer
from services.task_attachment import attach_to_task
from services.task_claim import claim_task, transfer_task
from services.task_copy import copy_round
from services.task_delegation import delegate_task
from services.task_reminder import remind_task
from services.task_withdrawal import withdraw_opinion
from states.refusal import MoveRefused
from states.review import Opinion
from states.review_task import Place
from states.role import Level, Role
from tests.database import fresh_url
from tests.scenarios.tasks import (
    CODE,
    clock_of,
    found_tasks,
    keeping,
    night,
    opened,
    say,
    standing,
    tasks,
)
from tests.way import restart
from tests.world import PDF, World, found_city


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Planning first, then fire from day 2 and landscape, housing last; the police are not asked."""
    found = found_tasks(tmp_path, phases=True)
    yield found
    with found.read() as session:
        assert list(verify(session)) == []
    found.database.close()


def shown(world: World) -> RoundLine:
    """The newest round as people read it."""
    with world.read() as session:
        project, look = find_project(session, CODE), Reading(world.city, world.now)
        sheets = list_sheets(session, look, project, load_tree(session))
        return list_rounds(session, look, project, pack_of(project.pack_version), sheets)[0]


def line(world: World, member: str) -> TaskLine:
    """One task as people read it."""
    return next(one for one in shown(world).tasks if one.member == member)


def history(world: World) -> list[str]:
    """What was done with tasks, in order."""
    with world.read() as session:
        query = select(AuditEntry.action).where(AuditEntry.subject_id == CODE).order_by(AuditEntry.seq)
        return [action for action in session.scalars(query) if action.startswith(("task_", "opinion_", "reviewer_"))]


def test_a_plan_goes_through_three_phases_with_everything_that_happens_on_the_way(  # noqa: PLR0915 - one whole case
    world: World,
) -> None:
    """2 to 17 March 2026."""
    # Monday: planning is asked, the others see what they wait for
    opened(world)
    assert line(world, "fire").way.waits == "待 南山区自然资源局 答复后开始，第2日起"
    assert line(world, "landscape").way.waits == "待 南山区自然资源局 答复后开始"
    assert line(world, "housing").way.waits == "待 南山区消防救援大队、南山区园林绿化局 答复后开始，第6日起"
    assert [one.way.phase for one in shown(world).tasks] == [3, 1, 2, 2]

    # 孙规划 takes it, has the branch prepare it, and confirms what comes back
    number = tasks(world)["planning"].id
    with world.write() as session:
        claim_task(session, world.city, number, keeping(world, "sun.planning"))
        delegate_task(session, world.city, number, "xu.east", keeping(world, "sun.planning", "属你辖区，请拟意见"))
    assert line(world, "planning").way.holder == "孙规划"
    restart(world)
    world.to("2026-03-03")
    say(world, "planning", "xu.east", Opinion.approve, "", Wanted("施工前报占道方案"))
    delegation = line(world, "planning").way.delegation
    assert delegation is not None
    assert (delegation.delegate, delegation.status.label.zh) == ("徐东部", "待委派人确认")
    with world.write() as session:
        confirm(session, world.city, number, keeping(world, "sun.planning"))
        attach_to_task(session, world.city, number, "日照分析.pdf", io.BytesIO(PDF), keeping(world, "sun.planning"))
    world.react()

    # landscape is called at once, fire only on day 2
    assert standing(world) == {"housing": "waiting", "planning": "answered", "fire": "waiting", "landscape": "open"}
    assert line(world, "fire").way.waits == "第2日起（2026-03-04）"
    world.to("2026-03-04", 0)
    restart(world)
    assert night(world) == 1
    assert clock_of(world, "fire").due_on.isoformat() == "2026-03-09"

    # fire wants the police heard first; its own clock stands still meanwhile
    with world.write() as session:
        wish = Addition(Place.before, "sunny-nan-traffic", matter="占道施工")
        add_reviewer(session, world.city, tasks(world)["fire"].id, wish, keeping(world, "qian.fire", "须先定占道"))
    world.react()
    assert line(world, "fire").way.waits == "待 南山区交警大队 答复后开始，第2日起"
    assert line(world, "added_4").way.added == "钱消防前加签"
    world.to("2026-03-06")
    say(world, "added_4", "jiao.traffic")
    world.react()
    assert clock_of(world, "fire").due_on.isoformat() == "2026-03-11"

    # landscape is slow: the lead reminds, and the leader of the street reads along
    with world.write() as session:
        remind_task(session, world.city, tasks(world)["landscape"].id, keeping(world, "chen.housing", "仅差你局"))
        copy_round(session, world.city, shown(world).id, "li.street", keeping(world, "chen.housing"))
    assert [one.told for one in line(world, "landscape").way.reminders] == [("林园林",)]
    assert shown(world).copies == ("李街道",)

    # it asks for more time before its limit, its own people approve; afterwards that is refused
    change = Change(clock_of(world, "landscape").id, world.actor("lin.landscape"), "古树鉴定", world.now, "test")
    with world.write() as session:
        extend_clock(session, world.city, change, days=1, approver=world.actor("wang.district"))
    assert clock_of(world, "landscape").due_on.isoformat() == "2026-03-18"
    world.to("2026-03-12")
    late = Change(clock_of(world, "fire").id, world.actor("qian.fire"), "来不及", world.now, "test")
    with pytest.raises(LimitPassed), world.write() as session:
        extend_clock(session, world.city, late, days=1, approver=world.actor("wang.district"))

    # fire and landscape answer; landscape takes it back the same day and answers again: housing had not begun
    say(world, "fire", "qian.fire")
    say(world, "landscape", "lin.landscape", Opinion.reject, "移植大树未报批")
    with world.write() as session:
        withdraw_opinion(session, world.city, tasks(world)["landscape"].id, keeping(world, "lin.landscape", "已补报"))
    say(world, "landscape", "lin.landscape")
    world.react()
    assert standing(world)["housing"] == "open"

    # the lead sums up, the round passes, the condition goes with the project
    world.to("2026-03-17")
    say(world, "housing", "chen.housing")
    world.react()
    assert world.project(CODE).step == "posting"
    world.to("2026-03-25")
    with pytest.raises(MoveRefused, match="所附条件未落实：施工前报占道方案（南山区自然资源局提出）"):
        world.advance(CODE, "close_posting", "li.street")
    world.document(CODE, "traffic_plan", "wang.district")
    condition = line(world, "planning").way.conditions[0].id
    with world.write() as session:
        report_condition(session, world.city, condition, "traffic_plan", keeping(world, "wang.district"))
    with world.write() as session:
        confirm_condition(session, world.city, condition, keeping(world, "tang.planning"), met=True)
    assert world.advance(CODE, "close_posting", "li.street").after == "takeover"
    assert history(world) == [
        "task_claimed", "task_delegated", "opinion_proposed", "opinion_given", "opinion_attached", "reviewer_added",
        "opinion_given", "task_reminded", "opinion_given", "opinion_given", "opinion_withdrawn", "opinion_given",
        "opinion_given",
    ]  # fmt: skip


def test_somebody_who_falls_ill_loses_nothing_the_lead_passes_the_task_on(world: World) -> None:
    opened(world)
    number = tasks(world)["planning"].id
    with world.write() as session:
        claim_task(session, world.city, number, keeping(world, "sun.planning"))
    world.to("2026-03-03")
    with world.write() as session:
        transfer_task(session, world.city, number, "tang.planning", keeping(world, "chen.housing", "孙规划病假"))
    say(world, "planning", "tang.planning")
    assert clock_of(world, "planning").status == "met"
    assert line(world, "planning").way.holder == "唐规划"


def test_the_lift_rules_of_zibo_accept_on_day_1_review_from_day_2_to_9_and_reply_on_day_10(tmp_path: Path) -> None:
    """The shipped pack, with no line of code of its own: 受理第1日，审查第2至9日，答复第10日."""
    pack = load_pack(Path(policy.__file__).parent / "packs" / "zibo-lift")
    url = fresh_url(tmp_path)
    world = World(Database(url), tmp_path, pack)
    found_city(world)
    staffed(world)
    world.enrol()
    with world.write() as session:
        project = find_project(session, CODE)
        project.step, project.stage = "joint_review", pack.procedure.step["joint_review"].stage
        facts = dict.fromkeys(("fire_lane_touched", "green_touched", "heritage", "gas_moved", "pipes_moved"), "否")
        record_facts(session, project, facts, world.keeping("li.street"))
        open_round(session, world.city, project, "joint_review", 1, now=world.now)
    assert standing(world) == {
        "reviewer@district": "open", "planning": "waiting", "market_regulation": "waiting", "power_supply": "waiting",
        "housing": "waiting",
    }  # fmt: skip
    say(world, "reviewer@district", "window.district")
    assert night(world) == 0
    world.to("2026-03-04", 0)
    assert night(world) == 3
    assert {clock_of(world, one).due_on.isoformat() for one in ("planning", "market_regulation", "power_supply")} == {
        "2026-03-13"
    }
    for member, login in (("planning", "sun.planning"), ("market_regulation", "m"), ("power_supply", "p")):
        say(world, member, login)
    assert standing(world)["housing"] == "waiting"
    assert line(world, "housing").way.waits == "第10日起（2026-03-16）"
    world.to("2026-03-16", 0)
    assert night(world) == 1
    assert clock_of(world, "housing").due_on.isoformat() == "2026-03-16"
    world.database.close()


def staffed(world: World) -> None:
    """The district's window and the departments a lift concerns."""
    entering = Entering("system:setup", "test", world.now)
    with world.write() as session:
        district = find_organisation(session, "sunny-nan")
        window = ensure_person(session, "window.district", "区窗口", district, entering=entering)
        grant_role(session, window, Role.reviewer, district, entering=entering)
        for function, login in (("market_regulation", "m"), ("power_supply", "p"), ("housing", "h")):
            unit = ensure_organisation(
                session, f"sunny-nan-{function}", function, Level.department, entering=entering, parent=district,
                function=function,
            )  # fmt: skip
            person = ensure_person(session, login, login, unit, entering=entering)
            grant_role(session, person, Role.reviewer, unit, entering=entering)
