"""A lift for 幸福里小区 3号楼2单元: voted on by the entrance, changed, voted on again, posted, objected to, posted anew."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

import policy
from models.audit import AuditEntry
from models.posting import Posting
from models.vote import Poll
from policy.loader import load_pack
from runtime.database import Database
from services.audit import verify
from services.document import Upload, attach
from services.posting import Putting, open_posting
from services.posting_objection import Objecting, answer_objection, object_to
from services.project import find_project, lock_project
from services.vote import Opening, close_poll, open_poll
from services.vote_ballot import Cast, Casting, cast_ballots
from services.vote_roll import RollUnit, replace_roll
from states.refusal import MoveRefused
from states.vote import Choice, Collecting
from tests.database import fresh_url
from tests.world import World, found_city

CODE = "SN-LIFT-3-2"
PACKS = Path(policy.__file__).parent / "packs"
ROOMS = [f"{floor}0{side}" for floor in range(1, 7) for side in (1, 2)]


@pytest.fixture
def city(tmp_path: Path) -> Iterator[World]:
    """阳光市 under the lift rules, the project standing at its design."""
    url = fresh_url(tmp_path)
    world = World(Database(url), tmp_path, load_pack(PACKS / "zibo-lift"))
    found_city(world)
    world.enrol(CODE, "幸福里小区3号楼2单元加装电梯")
    world.document(CODE, "wish_form")
    world.facts(CODE, floors="6", owners="12", area="1080")
    world.advance(CODE, "finish_wish", "li.street")
    for kind in ("lift_plan", "cost_agreement"):
        world.document(CODE, kind)
    flags = ("structure_touched", "fire_lane_touched", "gas_moved", "pipes_moved", "green_touched", "heritage")
    world.facts(CODE, investment="560000", **dict.fromkeys(flags, "否"))
    with world.write() as session:
        units = [RollUnit("3号楼", "2单元", room, 90_00, name="住户" + room) for room in ROOMS]
        replace_roll(session, lock_project(session, CODE), units, world.keeping())
    yield world
    world.database.close()


def opened(city: World) -> int:
    keeping = city.keeping()
    with city.write() as session:
        opening = Opening("lift_decision", "3号楼", "2单元")
        return open_poll(session, city.city, lock_project(session, CODE), opening, keeping).id


def vote(city: World, poll: int, rooms: list[str], choice: Choice) -> Casting:
    keeping = city.keeping()
    today = city.city.day(city.now)
    casts = [Cast("3", "2", room, choice, Collecting.door_to_door, "社区小李", today) for room in rooms]
    with city.write() as session:
        return cast_ballots(session, city.city, poll, casts, keeping)


def closed(city: World, poll: int) -> Poll:
    keeping = city.keeping()
    with city.write() as session:
        return close_poll(session, poll, keeping)


def agreed(city: World) -> None:
    poll = opened(city)
    vote(city, poll, ROOMS[:9], Choice.agree)
    closed(city, poll)


def posted(city: World, day: str) -> Posting:
    keeping = city.keeping()
    with city.write() as session:
        putting = Putting("plan_posting", "单元门口、小区公告栏", date.fromisoformat(day))
        return open_posting(session, city.city, lock_project(session, CODE), putting, keeping)


def reasons(city: World, trigger: str, login: str = "li.street") -> list[str]:
    with pytest.raises(MoveRefused) as refused:
        city.advance(CODE, trigger, login)
    return [refusal.says.zh for refusal in refused.value.refusals]


def new_plan(city: World, words: str) -> None:
    keeping = city.keeping()
    content = io.BytesIO(f"%PDF-1.7\n% {words}\n".encode())
    with city.write() as session:
        attach(session, city.city, find_project(session, CODE), Upload("lift_plan", "方案.pdf", content), keeping)


def objected(city: World, title: str, objector: str | None = None) -> int:
    keeping = city.keeping()
    with city.write() as session:
        objecting = Objecting("plan_posting", title, objector)
        return object_to(session, lock_project(session, CODE), objecting, keeping).finding_id


def answered(city: World, finding: int, answer: str, *, upheld: bool) -> str | None:
    keeping = city.keeping("wang.district")
    with city.write() as session:
        decision = answer_objection(session, city.city, finding, answer, keeping, upheld=upheld)
        return decision.moved.after if decision.moved else None


def test_a_lift_fails_by_one_household_and_passes_with_it(city: World) -> None:
    """Seven of twelve have answered, five of them yes: one more yes is two thirds taking part and three quarters."""
    poll = opened(city)
    vote(city, poll, ROOMS[:5], Choice.agree)
    vote(city, poll, ROOMS[5:7], Choice.against)
    about = "“加装电梯表决（双重门槛）”（3号楼 2单元）第1轮"
    assert reasons(city, "post_plan") == [f"{about}尚未结束，还差 1 户、90.00 m²"]
    vote(city, poll, ROOMS[7:8], Choice.agree)
    assert reasons(city, "post_plan") == [f"{about}尚未结束，已达到通过比例"]
    assert closed(city, poll).result is not None
    assert city.advance(CODE, "post_plan", "li.street").after == "posting"


def test_a_round_closed_one_household_short_is_voted_on_again_from_nothing(city: World) -> None:
    first = opened(city)
    vote(city, first, ROOMS[:5], Choice.agree)
    vote(city, first, ROOMS[5:7], Choice.against)
    closed(city, first)
    assert reasons(city, "post_plan") == [
        "“加装电梯表决（双重门槛）”（3号楼 2单元）第1轮未通过，还差 1 户、90.00 m²，须重新表决"
    ]
    second = opened(city)
    vote(city, second, ROOMS[7:8], Choice.agree)
    assert "还差" in reasons(city, "post_plan")[0]  # the five of the first round say nothing here
    vote(city, second, ROOMS[:7], Choice.agree)
    closed(city, second)
    assert city.advance(CODE, "post_plan", "li.street").after == "posting"


def test_a_plan_changed_after_the_vote_is_voted_on_again(city: World) -> None:
    agreed(city)
    city.tick(days=2)
    new_plan(city, "井道移到北侧")
    assert reasons(city, "post_plan") == [
        "“加装电梯表决（双重门槛）”（3号楼 2单元）第1轮：方案已于 2026-03-04 变更（加装电梯方案），需重新表决"
    ]
    agreed(city)
    assert city.advance(CODE, "post_plan", "li.street").after == "posting"


def test_an_objection_upheld_sends_the_plan_back_and_a_new_posting_leads_on(city: World) -> None:
    """Posted Wednesday 4 March: ten days end on Saturday the 14th, so the period ends on Monday the 16th."""
    agreed(city)
    city.advance(CODE, "post_plan", "li.street")
    city.tick(days=2)
    assert reasons(city, "open_joint_review") == ["“加装电梯方案公示”尚未开始"]
    assert posted(city, "2026-03-04").clock.due_on == date(2026, 3, 16)
    city.to("2026-03-06")
    finding = objected(city, "井道遮挡102室采光", objector="周桂兰")
    assert reasons(city, "open_joint_review") == [
        "“加装电梯方案公示”到 2026-03-16 止，尚未期满",
        "“加装电梯方案公示”缺少本次公示的“公示记录”",
        "公示异议未办结：井道遮挡102室采光",
    ]
    assert answered(city, finding, "经复核日照不足，井道外移", upheld=True) == "design"

    new_plan(city, "井道外移1.2米")
    assert "需重新表决" in reasons(city, "post_plan")[0]
    agreed(city)
    city.advance(CODE, "post_plan", "li.street")
    city.document(CODE, "posting_record")
    assert reasons(city, "open_joint_review") == ["“加装电梯方案公示”的异议成立，须修改后重新公示"]

    city.tick(hours=1)
    again = posted(city, "2026-03-06")
    assert (again.round, again.clock.due_on) == (2, date(2026, 3, 16))
    anonymous = objected(city, "施工噪声")
    city.to("2026-03-17")
    assert reasons(city, "open_joint_review") == [
        "“加装电梯方案公示”缺少本次公示的“公示记录”",
        "公示异议未办结：施工噪声",
    ]
    assert answered(city, anonymous, "限定7时至19时施工", upheld=False) is None
    city.document(CODE, "posting_record", content=b"%PDF-1.7\n% photo of 6 March\n")
    assert city.advance(CODE, "open_joint_review", "li.street").after == "joint_review"


def test_a_paper_changed_while_it_is_posted_invalidates_the_posting(city: World) -> None:
    agreed(city)
    city.advance(CODE, "post_plan", "li.street")
    posted(city, "2026-03-02")
    city.document(CODE, "posting_record")
    city.to("2026-03-09")
    new_plan(city, "改用无机房电梯")
    city.to("2026-03-20")
    assert reasons(city, "open_joint_review") == [
        "“加装电梯方案公示”的材料“加装电梯方案”已于 2026-03-09 变更，须重新公示",
        "“加装电梯表决（双重门槛）”（3号楼 2单元）第1轮：方案已于 2026-03-09 变更（加装电梯方案），需重新表决",
    ]
    agreed(city)
    assert posted(city, "2026-03-20").round == 2


def test_filing_waits_for_a_posting_without_open_objection(tmp_path: Path) -> None:
    """Under the general rules nothing is filed while what was posted is objected to, or is no longer what was posted."""
    url = fresh_url(tmp_path)
    world = World(Database(url), tmp_path, load_pack(PACKS / "default"))
    found_city(world)
    world.enrol(CODE)
    world.document(CODE, "renovation_plan")
    at(world, "posting")
    posted(world, "2026-03-02")
    world.document(CODE, "posting_record")
    at(world, "filing")
    finding = objected(world, "方案未含电动车充电棚")
    world.to("2026-03-10")
    assert posted_refusals(world) == ["公示异议未办结：方案未含电动车充电棚"]
    assert answered(world, finding, "规划条件不允许，另行选址", upheld=False) is None
    assert posted_refusals(world) == []
    world.document(CODE, "renovation_plan", content=b"%PDF-1.7\n% another plan\n")
    assert posted_refusals(world) == ["“方案公示”的材料“改造方案（含改造内容清单）”已于 2026-03-10 变更，须重新公示"]
    world.database.close()


def at(world: World, step: str) -> None:
    """The project stands at a step; how it came there is another case file."""
    with world.write() as session:
        find_project(session, CODE).step = step


def posted_refusals(world: World) -> list[str]:
    found = reasons(world, "file_project", "zhao.city")
    return [words for words in found if "公示" in words]


def test_what_was_voted_and_posted_stands_in_the_history_with_its_hash(city: World) -> None:
    agreed(city)
    with city.read() as session:
        entries = {e.action: e.after for e in session.scalars(select(AuditEntry).order_by(AuditEntry.id))}
        assert list(verify(session)) == []
        poll = session.scalars(select(Poll)).one()
    assert len(entries["poll_closed"]["digest"]) == 64
    assert entries["poll_closed"]["digest"] == poll.digest != entries["poll_opened"]["digest"]
    assert entries["poll_closed"]["result"]["counts"]["owners"] == {
        "total": 12, "voted": 9, "agreed": 9, "participation": "3/4", "approval": "1",
    }  # fmt: skip
    assert "住户101" not in str(entries)
