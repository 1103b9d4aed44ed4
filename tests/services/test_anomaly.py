"""Anomalies: each rule flags what it is for, explained, with the entries it rests on, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from policy.loader import load_pack
from policy.pack import Pack
from policy.schema_anomaly import PARAMETERS
from services.anomaly import RULES, Flag, find_anomalies
from services.audit import Act, record
from services.clock_count import ONE
from services.finding import raise_finding, rectify, reinspect
from services.pack import activate
from services.project import ProjectMissing, find_project
from services.reading import Reading
from states.review import Opinion
from states.role import Role
from tests.policy.packs import write_pack
from tests.way import CODE, hire, opened, posted, reviewer, surveyed, tasks
from tests.world import World

RULES_YAML = """\
anomalies:
  - {code: night, label: 非工作时间, kind: outside_hours, from: "08:00", to: "18:00", most: 2, source: office}
  - {code: late, label: 补录过晚, kind: backdated, days: 3, source: office}
  - {code: both, label: 两头办理, kind: both_sides, source: office}
  - {code: hasty, label: 意见过快, kind: hasty_opinion, seconds: 60, source: office}
  - {code: silent, label: 多次默认, kind: repeated_silence, times: 3, days: 30, source: office}
  - {code: last, label: 末日办理, kind: last_moment, times: 2, days: 0, source: office}
"""


@pytest.fixture(scope="module")
def watchful(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """The small pack with a rule of every kind."""
    folder = write_pack(
        tmp_path_factory.mktemp("watchful") / "yangguang", ("pack.yaml", "version: 2026.10", "version: 2026.11")
    )
    (folder / "anomaly.yaml").write_text(RULES_YAML, encoding="utf-8")
    return load_pack(folder)


@pytest.fixture
def watched(world: World, watchful: Pack) -> Iterator[World]:
    """The city under that pack."""
    world.pack = watchful
    with world.write() as session:
        activate(session, watchful, actor="system:setup", source="test", now=world.now)
    yield world


def flags(world: World, **asked: Any) -> list[Flag]:
    with world.read() as session:
        return find_anomalies(session, Reading(world.city, world.now), **asked)


def kinds(world: World, **asked: Any) -> list[str]:
    return [flag.kind for flag in flags(world, **asked)]


def silence(world: World, code: str) -> None:
    said = {"review": "plan_review", "round": 1, "member": "planning", "opinion": "approve"}
    with world.write() as session:
        record(session, Act("project", code, "silence_taken", "system:x@y", "flow", world.now, after=said))


class TestRules:
    def test_every_kind_of_the_schema_has_one_who_looks(self) -> None:
        assert set(RULES) == set(PARAMETERS)

    def test_a_case_by_the_book_is_not_flagged(self, watched: World) -> None:
        opened(watched)
        watched.to("2026-03-04")
        watched.answer(tasks(watched)[0].id, "sun.planning", Opinion.approve)
        assert flags(watched) == []

    def test_many_acts_at_night_or_on_a_sunday(self, watched: World) -> None:
        surveyed(watched)
        watched.to("2026-03-08", 11)  # a Sunday
        for households in ("121", "122", "123"):
            watched.facts(CODE, households=households)
        watched.to("2026-03-09", 23)
        watched.facts(CODE, households="124")
        (flag,) = flags(watched)
        assert (flag.kind, flag.label, flag.assumed) == ("outside_hours", "非工作时间", True)
        assert flag.words == "li.street 于 2026-03-08 在工作时间（08:00至18:00）之外办理 3 条，超过 2 条"
        assert [one.action for one in flag.evidence] == ["facts_recorded"] * 3

    def test_on_a_make_up_saturday_people_work(self, watched: World) -> None:
        watched.to("2026-02-28", 10)  # worked instead of a day of the spring festival
        surveyed(watched)
        assert flags(watched) == []

    def test_written_down_long_after(self, watched: World) -> None:
        watched.enrol()
        watched.to("2026-03-16")
        happened = datetime(2026, 3, 3, 1, tzinfo=UTC)
        for after in (happened, watched.now - 3 * ONE):
            with watched.write() as session:
                late: dict[str, Any] = {"reason": "补录", "occurred_at": after}
                record(session, Act("project", CODE, "site_visited", "li.street", "test", watched.now, **late))
        (flag,) = flags(watched)
        assert flag.words == f"li.street 在项目 {CODE} 补录 1 条，最长的事后 13 天才登记，超过 3 天"

    def test_one_person_on_both_sides(self, watched: World) -> None:
        hire(watched, "wang.district", "sunny-nan-fire", Role.reviewer)
        fire = opened(watched)[1]
        watched.tick(hours=2)
        watched.answer(fire.id, "wang.district", Opinion.approve)
        (flag,) = flags(watched)
        assert flag.kind == "both_sides"
        assert "既为申报方办理" in flag.words
        assert flag.evidence[-1].action == "opinion_given"
        assert {one.actor for one in flag.evidence} == {"wang.district"}

    def test_one_person_puts_right_and_closes(self, watched: World) -> None:
        opened(watched)
        watched.tick(hours=2)
        for task in tasks(watched):
            watched.answer(task.id, reviewer(task), Opinion.approve)
        watched.react()
        with watched.write() as session:
            finding = raise_finding(session, find_project(session, CODE), "objection", "树池", watched.keeping())
            number = finding.id
        with watched.write() as session:
            rectify(session, number, "已改", watched.keeping("wang.district"))
        with watched.write() as session:
            reinspect(session, number, watched.keeping("wang.district"), passed=True)
        (flag,) = flags(watched)
        assert flag.words == f"wang.district 在项目 {CODE} 对同一事项既整改又复验"

    def test_an_opinion_within_seconds_of_being_asked(self, watched: World) -> None:
        planning, fire = opened(watched)
        watched.tick(seconds=7)
        watched.answer(planning.id, "sun.planning", Opinion.approve)
        watched.tick(seconds=60)
        watched.answer(fire.id, "qian.fire", Opinion.approve)
        (flag,) = flags(watched)
        assert flag.words == f"sun.planning 在送审 7 秒后就出具意见（项目 {CODE}），少于 60 秒"
        assert [one.action for one in flag.evidence] == ["review_opened", "opinion_given"]

    def test_silence_of_one_unit_again_and_again(self, watched: World) -> None:
        for number in (1, 2, 3):
            watched.enrol(f"SN-2026-00{number}", f"第{number}小区")
        silence(watched, "SN-2026-001")
        watched.tick(days=29)
        silence(watched, "SN-2026-002")
        assert flags(watched) == []
        watched.tick(days=1)
        silence(watched, "SN-2026-003")
        (flag,) = flags(watched)
        assert (flag.kind, flag.projects) == ("repeated_silence", ("SN-2026-001", "SN-2026-002", "SN-2026-003"))

    def test_always_on_the_last_day(self, watched: World) -> None:
        for number in (1, 2):
            code = f"SN-2026-00{number}"
            watched.enrol(code, f"第{number}小区")
            watched.document(code, "survey_report")
            facts = {"households": "120", "structure": "砖混", "owners": "9", "owners_voted": "9", "owners_agreed": "9"}
            watched.facts(code, **facts)
        watched.to("2026-03-16")  # the last of ten working days
        watched.advance("SN-2026-001", "finish_survey", "li.street")
        assert flags(watched) == []
        watched.advance("SN-2026-002", "finish_survey", "li.street")
        (flag,) = flags(watched)
        assert (flag.kind, flag.words) == ("last_moment", "花园街道 有 2 件在期限最后一天才办结，达到 2 件")


class TestFind:
    def test_only_what_concerns_a_project_or_a_time(self, watched: World) -> None:
        planning = opened(watched)[0]
        watched.answer(planning.id, "sun.planning", Opinion.approve)
        watched.enrol("SN-2026-002", "和平里小区")
        assert kinds(watched, project=CODE) == ["hasty_opinion"]
        assert kinds(watched, project="SN-2026-002") == []
        assert kinds(watched, since=watched.now + timedelta(seconds=1)) == []
        with pytest.raises(ProjectMissing):
            flags(watched, project="nowhere")

    def test_a_pack_without_rules_flags_nothing(self, world: World) -> None:
        posted(world)
        assert flags(world) == []
